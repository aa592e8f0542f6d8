//! The end of an item while a policy was enforced, as it was seen.

use std::time::Duration;

use crate::analysis::fate;
use crate::analysis::item::Item;
use crate::model::invocation::{Invocation, Outcome};
use crate::model::store::Store;
use crate::model::time::Timestamp;
use crate::observation::{Enforced, KillReason, Policy};
use crate::report::Observed;

/// The clocks of a handler and of ours may differ by so much.
pub(super) const SLACK: Duration = Duration::from_millis(5);

/// The end of a process arrives at most so much later than that of what it had.
const EXIT_SLACK: Duration = Duration::from_millis(100);

/// The sight of one item.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Sight {
    pub(super) seen: Observed,
    /// When, or for how long; see [`Observed`].
    pub(super) ms: Option<f64>,
    /// The place of the invocation in whose time that was.
    pub(super) at: Option<usize>,
    /// The place of the invocation at whose response it was pending.
    pub(super) pending_in: usize,
}

/// The sight of an item; `None` if the run had no occasion to show anything.
pub(super) fn of(store: &Store, items: &[Item], item: &Item, enforced: Enforced) -> Option<Sight> {
    if let Some(sight) = ended_with_process(store, item, enforced.policy) {
        return Some(sight);
    }
    match enforced.policy {
        Policy::Freeze => frozen(store, item),
        Policy::HoldResponse | Policy::HoldEnv => held(store, items, item, enforced.policy),
        Policy::RunOn => left_alone(store, item),
    }
}

/// An item that was there when the process ended by itself.
fn ended_with_process(store: &Store, item: &Item, policy: Policy) -> Option<Sight> {
    let (exited, _) = store.exited.filter(|_| store.shutdown_notice_at.is_none())?;
    let index = *item.pending_in.first()?;
    let known = store.invocations.get(index)?;
    let over = item.ended.is_some_and(|ended| ended.plus(EXIT_SLACK) < exited);
    if over || left_before(store, known, policy, exited) {
        return None;
    }
    let from = known.thawed_at.or(known.responded_at)?;
    Some(Sight {
        seen: Observed::EndedWithProcess,
        ms: Some(exited.millis_since(from).max(0.0)),
        at: at(store, exited),
        pending_in: index,
    })
}

/// Returns true if everything under the policy had been seen before the process ended.
fn left_before(store: &Store, known: &Invocation, policy: Policy, exited: Timestamp) -> bool {
    match policy {
        Policy::HoldResponse if store.capabilities().holds_by_itself => {
            known.posted_at.is_some_and(|posted| posted < exited)
        }
        Policy::HoldEnv if store.capabilities().holds_by_itself => {
            known.idle_at.is_some_and(|idle| idle < exited)
        }
        _ => false,
    }
}

fn frozen(store: &Store, item: &Item) -> Option<Sight> {
    let frozen_after = |index: &&usize| {
        store.invocations.get(**index).is_some_and(|known| known.thawed_at.is_some())
    };
    let index = *item.pending_in.iter().find(frozen_after)?;
    let known = store.invocations.get(index)?;
    let (responded, frozen, thawed) = (known.responded_at?, known.frozen_at?, known.thawed_at?);
    let sight = |seen, ms, at| Sight { seen, ms, at, pending_in: index };
    Some(match item.ended {
        Some(ended) if ended <= frozen => {
            sight(Observed::EndedBeforeFreeze, Some(ended.millis_since(responded)), Some(index))
        }
        Some(ended) => {
            let at = at(store, ended);
            sight(Observed::EndedAfterThaw, Some(ended.millis_since(thawed).max(0.0)), at)
        }
        None => match item.active_at.filter(|active| *active > thawed) {
            Some(active) => {
                let ms = active.millis_since(thawed);
                sight(Observed::WentOnAfterThaw, Some(ms), at(store, active))
            }
            None if waits_anew(item, thawed) => {
                sight(Observed::WentOnAfterThaw, None, at(store, thawed))
            }
            None => sight(Observed::StayedPending, None, None),
        },
    })
}

/// Returns true if it waits for something that was created after the thaw.
fn waits_anew(item: &Item, thawed: Timestamp) -> bool {
    item.wait.as_ref().and_then(|wait| wait.made).is_some_and(|made| made >= thawed)
}

fn held(store: &Store, items: &[Item], item: &Item, policy: Policy) -> Option<Sight> {
    // What is known of its end, or of when it let go, is that of the last response.
    let index = *item.pending_in.last()?;
    let known = store.invocations.get(index).filter(|known| can_be_held(store, known, policy))?;
    let responded = known.responded_at?;
    let let_go = item.let_go();
    let left = left(store, known, items, policy);
    let sight = |seen, ms| Some(Sight { seen, ms, at: Some(index), pending_in: index });
    let end = left.or(was_killed(store));
    match (let_go, end) {
        (Some(ended), Some(end)) if ended <= end.plus(SLACK) => {
            sight(Observed::WaitedFor, Some(ended.millis_since(responded).max(0.0)))
        }
        (_, Some(end)) if left.is_none() => {
            sight(Observed::HeldUntilTimeout, Some(end.millis_since(responded)))
        }
        (_, Some(_)) => sight(Observed::NotWaitedFor, None),
        (_, None) => None,
    }
}

/// Returns true if the runtime's client could hold this answer at all: an error never waits, and a
/// stream leaves as it is written.
pub(super) fn can_be_held(store: &Store, known: &Invocation, policy: Policy) -> bool {
    let is_error = known.outcome == Some(Outcome::Error);
    let flows = known.streaming && policy == Policy::HoldResponse;
    !(store.capabilities().holds_by_itself && (is_error || flows))
}

/// When the answer left, or when the environment was let go; `None` if that never came.
pub(super) fn left(
    store: &Store,
    known: &Invocation,
    items: &[Item],
    policy: Policy,
) -> Option<Timestamp> {
    if store.capabilities().holds_by_itself {
        return if policy == Policy::HoldResponse { known.posted_at } else { known.idle_at };
    }
    // loopcheck emulates the platform: it waits for the last of what was pending.
    let place = (known.index as usize).checked_sub(1)?;
    let waited_for =
        items.iter().filter(|item| item.pending_in.contains(&place) && fate::is_waited_for(item));
    let mut left = known.responded_at?;
    for item in waited_for {
        left = left.max(item.ended.filter(|ended| *ended <= known.deadline)?);
    }
    Some(left)
}

/// When the environment was ended because something held it until the deadline.
pub(super) fn was_killed(store: &Store) -> Option<Timestamp> {
    store.killed.filter(|(_, reason)| *reason == KillReason::Withheld).map(|(at, _)| at)
}

fn left_alone(store: &Store, item: &Item) -> Option<Sight> {
    let index = *item.pending_in.first()?;
    let responded = store.invocations.get(index)?.responded_at?;
    let sight = |seen, ms, at| Some(Sight { seen, ms, at, pending_in: index });
    match item.ended {
        Some(ended) => {
            sight(Observed::EndedByItself, Some(ended.millis_since(responded)), at(store, ended))
        }
        None => sight(Observed::RanOn, None, None),
    }
}

/// The place of the invocation that went on at this instant, or had been the last one.
pub(super) fn at(store: &Store, instant: Timestamp) -> Option<usize> {
    store.invocations.iter().rposition(|known| began(store, known) <= instant)
}

/// A thaw is part of the invocation that it comes for.
fn began(store: &Store, known: &Invocation) -> Timestamp {
    let before = (known.index as usize).checked_sub(2).and_then(|at| store.invocations.get(at));
    before.and_then(|before| before.thawed_at).unwrap_or(known.delivered_at)
}
