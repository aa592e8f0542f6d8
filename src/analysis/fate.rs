//! What becomes of an item under each policy.
//!
//! The rules are Lambda's: a frozen environment resumes with the next event or never; a held one
//! waits for what is pending until the function's timeout.

use std::collections::BTreeMap;

use crate::analysis::item::Item;
use crate::model::time::Timestamp;
use crate::policy::Policy;
use crate::report::{Fate, Growth, Kind, Modifier, ReportedFate, State};

/// What the fate of an item depends on, beside the item.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Circumstances {
    /// The response that it was last pending at.
    pub(crate) responded_at: Timestamp,
    /// The end of the function's timeout.
    pub(crate) deadline: Timestamp,
    /// Whether it ended before the runtime asked for the next event.
    pub(crate) safe: bool,
    /// How the number of such items goes on.
    pub(crate) growth: Option<Growth>,
    /// Whether SIGTERM comes before SIGKILL: only when an extension is registered.
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
        // A blocking thread of a tokio program holds nothing but the exit of the program.
        Policy::HoldResponse | Policy::HoldEnv if item.kind == Kind::Blocking => None,
        Policy::HoldResponse => Some(holding(item, around, Fate::Holds, Fate::HoldsUntilTimeout)),
        Policy::HoldEnv => Some(holding(item, around, Fate::EnvHolds, Fate::EnvHoldsUntilTimeout)),
        Policy::RunOn => Some(fate(Fate::RunsOn, None, growth_modifiers(around))),
    }
}

fn frozen(item: &Item, around: Circumstances) -> ReportedFate {
    if around.safe {
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
    if item.ticks() {
        modifiers.push(Modifier::Burst);
    }
    modifiers.extend(growth_modifiers(around));
    match item.due() {
        // It is not known how long a freeze lasts, but it lasts until the next event; a timer
        // that fires once is overdue by then, unless that comes sooner.
        Some(due) => {
            fate(Fate::FrozenOverdue, Some(due.millis_since(around.responded_at)), modifiers)
        }
        None => fate(Fate::Frozen, None, modifiers),
    }
}

fn holding(item: &Item, around: Circumstances, holds: Fate, until_timeout: Fate) -> ReportedFate {
    let modifiers = growth_modifiers(around);
    let ended = item.ended.or_else(|| item.due());
    match ended {
        Some(end) if end <= around.deadline => {
            fate(holds, Some(end.millis_since(around.responded_at).max(0.0)), modifiers)
        }
        Some(_) => fate(until_timeout, None, modifiers),
        None if never_ends(item) => fate(until_timeout, None, modifiers),
        // It outlived the watch, and nothing says for how long.
        None => fate(holds, None, modifiers),
    }
}

/// Whether nothing will end this item by itself.
pub(crate) fn never_ends(item: &Item) -> bool {
    let listening = item
        .socket
        .as_ref()
        .is_some_and(|socket| socket.state == crate::model::socket::SocketState::Listen);
    listening || item.state == Some(State::Stuck) || (item.kind == Kind::Timer && item.ticks())
}

fn growth_modifiers(around: Circumstances) -> Vec<Modifier> {
    if around.growth == Some(Growth::Grows) { vec![Modifier::Accumulates] } else { Vec::new() }
}

fn fate(fate: Fate, ms: Option<f64>, modifiers: Vec<Modifier>) -> ReportedFate {
    ReportedFate { fate, ms, modifiers }
}
