//! The fate of an item under each policy.
//!
//! The rules are Lambda's: a frozen environment resumes with the next event or never; a held one
//! waits for what is pending until the function's timeout.

use std::collections::BTreeMap;

use crate::analysis::item::Item;
use crate::model::socket::SocketState;
use crate::model::time::Timestamp;
use crate::policy::Policy;
use crate::report::{Fate, Growth, HandleKind, Kind, Modifier, ReportedFate, State};

/// The circumstances that the fate of an item depends on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Circumstances {
    /// The response that it was last pending at.
    pub(crate) responded_at: Timestamp,
    /// The end of the function's timeout.
    pub(crate) deadline: Timestamp,
    /// When the watch after that response ended.
    pub(crate) watched_until: Option<Timestamp>,
    /// It ended before an environment that is frozen at once would have been.
    pub(crate) ends_before_freeze: bool,
    /// The growth of the number of such items.
    pub(crate) growth: Option<Growth>,
    /// SIGTERM comes before SIGKILL: only when an extension is registered.
    pub(crate) warned_of_shutdown: bool,
}

/// The fate under every policy; `None` where a policy cannot apply.
pub(crate) fn under_all(
    item: &Item,
    around: Circumstances,
) -> BTreeMap<Policy, Option<ReportedFate>> {
    Policy::ALL.iter().map(|policy| (*policy, under(item, *policy, around))).collect()
}

fn under(item: &Item, policy: Policy, around: Circumstances) -> Option<ReportedFate> {
    match policy {
        Policy::Freeze => Some(frozen(item, around)),
        Policy::HoldResponse | Policy::HoldEnv if !is_waited_for(item) => None,
        Policy::HoldResponse => Some(holding(item, around, Fate::Holds, Fate::HoldsUntilTimeout)),
        Policy::HoldEnv => Some(holding(item, around, Fate::EnvHolds, Fate::EnvHoldsUntilTimeout)),
        Policy::RunOn => Some(fate(Fate::RunsOn, None, growth_modifiers(around))),
    }
}

/// Returns true if a platform that waits for what is pending would wait for this. A blocking thread of a
/// tokio program holds nothing but the exit of the program.
pub(crate) fn is_waited_for(item: &Item) -> bool {
    item.kind != Kind::Blocking || item.in_loop.is_some()
}

fn frozen(item: &Item, around: Circumstances) -> ReportedFate {
    if around.ends_before_freeze {
        let ms = item.ended.map(|ended| ended.millis_since(around.responded_at));
        return fate(Fate::CompletesEarly, ms, Vec::new());
    }
    let mut modifiers = Vec::new();
    match item.kind {
        Kind::Socket => modifiers.push(Modifier::StaleRisk),
        Kind::Task | Kind::Blocking => modifiers.push(Modifier::LateError),
        Kind::Timer | Kind::Other => {}
    }
    if !around.warned_of_shutdown {
        modifiers.push(Modifier::LostAtShutdown);
    }
    // An interval outside of an event loop makes up for every tick that was missed; one in a loop
    // ticks once.
    if item.ticks() && item.in_loop.is_none() {
        modifiers.push(Modifier::Burst);
    }
    modifiers.extend(growth_modifiers(around));
    match item.due().filter(|_| item.kind != Kind::Socket) {
        // It is not known how long a freeze lasts, but it lasts until the next event; a timer
        // that fires once is overdue by then, unless that comes sooner.
        Some(due) => {
            fate(Fate::FrozenOverdue, Some(due.millis_since(around.responded_at)), modifiers)
        }
        None => fate(Fate::Frozen, None, modifiers),
    }
}

fn holding(item: &Item, around: Circumstances, holds: Fate, until_timeout: Fate) -> ReportedFate {
    let mut modifiers = growth_modifiers(around);
    if item.in_loop.is_some_and(|in_loop| !in_loop.holds) {
        if item.kind == Kind::Socket {
            modifiers.push(Modifier::StaleRisk);
        }
        return fate(Fate::Ignored, None, modifiers);
    }
    // What it was due for has come, and it went on: a loop that sleeps.
    let still_due = |due: &Timestamp| around.watched_until.is_none_or(|end| *due > end);
    let due = item.due().or(item.idle_until).filter(still_due);
    let let_go = item.let_go().or(due);
    match let_go {
        Some(end) if end <= around.deadline => {
            fate(holds, Some(end.millis_since(around.responded_at).max(0.0)), modifiers)
        }
        Some(_) => fate(until_timeout, None, modifiers),
        None if never_ends(item) => fate(until_timeout, None, modifiers),
        // It outlived the watch, and nothing says for how long.
        None => fate(holds, None, modifiers),
    }
}

/// Returns true if nothing will end this item by itself.
pub(crate) fn never_ends(item: &Item) -> bool {
    let listening = item.socket.as_ref().is_some_and(|socket| socket.state == SocketState::Listen);
    let ticks = item.kind == Kind::Timer && item.ticks();
    listening || item.state == Some(State::Stuck) || ticks || waits_for_others(item)
}

/// Returns true if it lives in an event loop and stays open until somebody else does something.
fn waits_for_others(item: &Item) -> bool {
    let idle = match item.kind {
        Kind::Socket => !item.in_flight && item.idle_until.is_none(),
        Kind::Other => {
            matches!(item.handle, Some(HandleKind::Watcher | HandleKind::MessagePort))
        }
        Kind::Task | Kind::Blocking | Kind::Timer => false,
    };
    idle && item.in_loop.is_some()
}

fn growth_modifiers(around: Circumstances) -> Vec<Modifier> {
    if around.growth == Some(Growth::Grows) { vec![Modifier::Accumulates] } else { Vec::new() }
}

fn fate(fate: Fate, ms: Option<f64>, modifiers: Vec<Modifier>) -> ReportedFate {
    ReportedFate { fate, ms, modifiers }
}
