//! The end of the watch after a response: when watching on cannot show anything new.

use crate::analysis::item::Item;
use crate::analysis::{fate, runtimes};
use crate::model::invocation::Invocation;
use crate::model::store::Store;
use crate::observation::SettledReason;

/// Why the watch after the last response may end now; `None` while it should go on.
///
/// The settle time is the session's business: this is about what is pending.
pub fn may_end(store: &Store) -> Option<SettledReason> {
    let invocation = store.invocations.last()?;
    let left = left(store);
    if left.is_empty() {
        return Some(SettledReason::AllEnded);
    }
    let certain = left.iter().all(|item| outlives(item, invocation));
    certain.then_some(SettledReason::NothingWillEnd)
}

/// Items that are pending after the last response and have not ended.
fn left(store: &Store) -> Vec<Item> {
    let Some(place) = store.invocations.len().checked_sub(1) else { return Vec::new() };
    let pending = runtimes::items(store).pending.into_iter();
    pending.filter(|item| item.pending_in.contains(&place) && item.ended.is_none()).collect()
}

/// Returns true if a platform that waits for what is pending has nothing left to wait for.
pub fn is_let_go(store: &Store) -> bool {
    !left(store).iter().any(fate::is_waited_for)
}

/// Returns true if it is certain that the item will not end before the deadline.
fn outlives(item: &Item, invocation: &Invocation) -> bool {
    // Code that runs in an event loop can clear an interval, or close a socket, at any time.
    let fixed = item.in_loop.is_none() && fate::never_ends(item);
    fixed || item.due().is_some_and(|due| due > invocation.deadline)
}

/// The prospect of an answer that waits for an empty event loop.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Withheld {
    /// Something that keeps the loop alive will not end in time.
    Certainly,
    /// Everything that keeps the loop alive is expected to end in time.
    NotForEver,
}

/// The prospect of the answer that the handler has given and that has not been sent, once
/// what is pending has been watched for the settle time.
///
/// An interval could still be cleared, and an idle connection closed by its peer. But neither
/// was, for as long as it was watched.
pub fn withheld(store: &Store) -> Withheld {
    let Some(invocation) = store.invocations.last() else { return Withheld::NotForEver };
    let stays = |item: &Item| {
        let holds = item.in_loop.is_none_or(|in_loop| in_loop.holds && in_loop.released.is_none());
        let beyond = |at| at > invocation.deadline;
        let late = item.due().is_some_and(beyond) || item.idle_until.is_some_and(beyond);
        holds && (late || fate::never_ends(item))
    };
    if left(store).iter().any(stays) { Withheld::Certainly } else { Withheld::NotForEver }
}
