//! What the samples of `testdata/node/samples` have in common. `testdata/node/README.md` has the
//! same truth in words.
//!
//! A library's own timer for its connection is part of the connection's finding.

use super::finding::{CONNECTION, FIRES, Finding, IGNORED, Place, STAYS, TASK, Wait};
use super::sample::{Needs, Runtime, Sample, Truth, Truths, pass};

/// A timer of 500 ms that each invocation makes anew, and that fires during the watch.
pub const TIMER: Finding = Finding {
    rule: "pending-timer",
    keeps_loop: Some(true),
    due_within: Some(500.0),
    fates: FIRES,
    ..TASK
};

pub const FLUSH: Finding =
    Finding { name: Some("setTimeout(flush)"), place: Place::Line("setTimeout(flush"), ..TIMER };

/// An interval that is one and the same.
pub const ONE_INTERVAL: Finding = Finding {
    rule: "pending-interval",
    keeps_loop: Some(true),
    ended: Some(false),
    fates: STAYS,
    ..TASK
};

/// An interval; one more with each invocation.
pub const INTERVAL: Finding = ONE_INTERVAL.growing();

/// A connection, always the same, that is ref'd and idle.
pub const REFFED: Finding = Finding { keeps_loop: Some(true), fates: STAYS, ..CONNECTION };

/// One that keeps nothing alive.
pub const IDLE: Finding = Finding { keeps_loop: Some(false), fates: IGNORED, ..CONNECTION };

/// An async function that nobody awaits.
pub const FUNCTION: Finding = Finding { fates: FIRES, ..TASK };

/// A handle that stays.
pub const HANDLE: Finding =
    Finding { rule: "pending-handle", ended: Some(false), fates: FIRES, ..TASK };

/// It waits for the timer that was made in the line with this text.
pub const fn timeout(text: &'static str) -> Option<Wait> {
    Some(Wait { resource: "Timeout", place: Place::Line(text) })
}

/// The response of the first invocation is withheld until the function times out.
pub const fn held(findings: &'static [Finding]) -> Truth {
    Truth { outcomes: &["held"], exit_code: 1, ..pass("callback-wait", findings) }
}

type Gaps = &'static [(&'static str, &'static str)];

/// It does not get to two responses.
pub const fn broken(outcomes: &'static [&'static str], gaps: Gaps) -> Truth {
    Truth { mode: None, outcomes, exit_code: 3, gaps, findings: &[] }
}

/// From Node.js 24 on a handler with three parameters does not start.
pub const DEPRECATED: Truth = broken(&[], &[("init-error", "Runtime.CallbackHandlerDeprecated")]);

/// Everything that is left ends by itself: the watch is over when it has.
const UNTIL_ENDED: &[&str] = &["--settle", "60s", "--timeout", "30s"];
/// What is left stays, and there is nothing to wait for.
const BRIEFLY: &[&str] = &["--settle", "50ms"];
/// Something of both.
pub const MIXED: &[&str] = &["--settle", "3s", "--timeout", "9s"];

/// A sample whose findings end by themselves.
pub const fn ending(
    name: &'static str,
    shows: &'static str,
    callbacks: Truth,
    promises: Truth,
) -> Sample {
    Sample {
        name,
        shows,
        needs: Needs::Nothing,
        env: &[],
        flags: UNTIL_ENDED,
        heavy: false,
        recorded: None,
        truths: Truths::Node { since: 18, callbacks, promises },
    }
}

/// A sample whose findings stay.
pub const fn lasting(
    name: &'static str,
    shows: &'static str,
    callbacks: Truth,
    promises: Truth,
) -> Sample {
    Sample { flags: BRIEFLY, ..ending(name, shows, callbacks, promises) }
}

/// An `async` handler that leaves the same under both clients.
pub const fn everywhere(name: &'static str, shows: &'static str, truth: Truth) -> Sample {
    let mode = if truth.mode.is_some() { Some("async-24") } else { None };
    lasting(name, shows, truth, Truth { mode, ..truth })
}

pub const fn until_ended(sample: Sample) -> Sample {
    Sample { flags: UNTIL_ENDED, ..sample }
}

pub const fn needing(needs: Needs, sample: Sample) -> Sample {
    Sample { needs, ..sample }
}

/// Its run on a Node.js of this release line is kept under this name.
pub const fn recorded(name: &'static str, version: u32, sample: Sample) -> Sample {
    Sample { recorded: Some((name, Runtime::Node(version))), ..sample }
}
