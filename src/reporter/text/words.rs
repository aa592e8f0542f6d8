//! One phrase for each value of a report that the formats for humans share. Sentences about a whole
//! finding are in `sentence`.

use crate::policy::Policy;
use crate::report::{
    Created, Fate, Growth, HandleKind, Kind, Modifier, ReportedOutcome, ResponseTime, State,
};
use crate::reporter::text::numbers::duration;

/// What a kind of item is called.
pub const fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Task => "task",
        Kind::Blocking => "blocking task",
        Kind::Timer => "timer",
        Kind::Socket => "socket",
        Kind::Other => "handle",
    }
}

/// What was found, for a handle.
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

/// Since when it is there.
pub const fn created(created: Option<Created>) -> &'static str {
    match created {
        Some(Created::Init) => "init, before the first event",
        Some(Created::Invocation) => "an invocation",
        None => "not known",
    }
}

/// How the counts go on: in one word, for it stands beside the counts.
pub const fn growth(growth: Growth) -> &'static str {
    match growth {
        Growth::Once => "once",
        Growth::Constant => "constant",
        Growth::Grows => "grows",
    }
}

/// What an item was doing at the response.
pub const fn state(state: State) -> &'static str {
    match state {
        State::Idle => "idle; it is not known what will wake it",
        State::Waiting => "waits",
        State::Scheduled => "woken, and waits for its turn to run",
        State::Busy => "running",
        State::Stuck => "stuck: nothing can wake it again",
        State::Closing => "closed by its peer",
    }
}

/// What a fate means, for everything that it befalls.
pub const fn fate(fate: Fate) -> &'static str {
    match fate {
        Fate::HoldsUntilTimeout => {
            "holds the response until the function times out; the caller gets an error"
        }
        Fate::EnvHoldsUntilTimeout => {
            "keeps the environment awake until the function times out and is killed"
        }
        Fate::Holds => "holds the response until it ends",
        Fate::EnvHolds => "keeps the environment awake, and billed, until it ends",
        Fate::FrozenOverdue => "stopped, and due meanwhile; it fires late, at the next thaw",
        Fate::Frozen => "stopped where it stands; it goes on in a later invocation, or never",
        Fate::RunsOn => "goes on running between invocations",
        Fate::CompletesEarly => "ends before the environment is frozen",
        Fate::Ignored => "holds nothing; the platform does not wait for it",
    }
}

/// What a modifier adds to a fate.
pub const fn modifier(modifier: Modifier) -> &'static str {
    match modifier {
        Modifier::StaleRisk => "the peer may have dropped the connection by then",
        Modifier::LateError => "an error in it is blamed on a later invocation",
        Modifier::LostAtShutdown => "lost without notice when the environment is shut down",
        Modifier::Burst => "every tick that was missed comes at once",
        Modifier::Accumulates => "every invocation adds more",
    }
}

/// When the caller has the response, and what becomes of the environment.
pub fn mode(policy: Policy, response: ResponseTime, held_ms: Option<f64>) -> String {
    let response = match (response, held_ms) {
        (ResponseTime::AtOnce, _) if policy == Policy::HoldResponse => {
            return "the response leaves at once, for nothing holds it".to_owned();
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
        Policy::RunOn => ", and the environment goes on running",
    };
    response + then
}

/// How an invocation ended; `None` when loopcheck cut it short.
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
