//! One phrase for each value of a report that the formats for humans share. Sentences about a whole
//! finding are in `sentence`.

use crate::policy::Policy;
use crate::report::{Created, Growth, HandleKind, Kind, ReportedOutcome, ResponseTime, State};
use crate::reporter::text::numbers::duration;

/// The name of a kind of item.
pub const fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Task => "task",
        Kind::Blocking => "blocking task",
        Kind::Timer => "timer",
        Kind::Socket => "socket",
        Kind::Other => "handle",
    }
}

/// The title of a finding about a handle.
pub const fn handle(handle: HandleKind) -> &'static str {
    match handle {
        HandleKind::Process => "a child process that is still running",
        HandleKind::Thread => "a thread that is still running",
        HandleKind::Worker => "a worker thread that is still running",
        HandleKind::Watcher => "a file watcher that is still open",
        HandleKind::MessagePort => "a message port that is still open",
        HandleKind::Other => "a handle that is still open",
    }
}

/// The phase in which an item was started.
pub const fn created(created: Option<Created>) -> &'static str {
    match created {
        Some(Created::Init) => "init, before the first event",
        Some(Created::Invocation) => "an invocation",
        None => "not known",
    }
}

/// The trend of the counts, in one word beside them.
pub const fn growth(growth: Growth) -> &'static str {
    match growth {
        Growth::Once => "once",
        Growth::Constant => "constant",
        Growth::Grows => "grows",
    }
}

/// The scheduling state of an item at the response.
pub const fn state(state: State) -> &'static str {
    match state {
        State::Idle => "idle; its waker is not known",
        State::Waiting => "waits",
        State::Scheduled => "scheduled to run",
        State::Busy => "running",
        State::Stuck => "stuck: nothing can wake it",
        State::Closing => "closed by its peer",
    }
}

/// The moment when the caller has the response, and the state of the environment after it.
pub fn mode(policy: Policy, response: ResponseTime, held_ms: Option<f64>) -> String {
    let response = match (response, held_ms) {
        (ResponseTime::AtOnce, _) if policy == Policy::HoldResponse => {
            return "the response leaves at once: nothing holds it".to_owned();
        }
        (ResponseTime::AtOnce, _) => "the response leaves at once".to_owned(),
        (ResponseTime::Held, Some(ms)) => format!("the response is held for {}", duration(ms)),
        (ResponseTime::Held, None) => "the response is held".to_owned(),
        (ResponseTime::Timeout, _) => {
            return "the response is held until the function times out".to_owned();
        }
    };
    let then = match policy {
        Policy::Freeze => ", then the environment is frozen",
        Policy::HoldResponse => ", until nothing holds it",
        Policy::HoldEnv => ", then the environment is awake, and billed, until nothing holds it",
        Policy::RunOn => ", and the environment keeps running",
    };
    response + then
}

/// The outcome of an invocation; `None` when loopcheck cut it short.
pub const fn outcome(outcome: Option<ReportedOutcome>) -> &'static str {
    match outcome {
        Some(outcome) => outcome.as_str(),
        None => "cut short",
    }
}

/// `cold` for the first invocation, then `warm`.
pub const fn warmth(index: u32) -> &'static str {
    if index == 1 { "cold" } else { "warm" }
}
