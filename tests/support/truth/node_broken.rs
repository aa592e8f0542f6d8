//! Samples for Node.js that do not load, do not answer, or die of what they have left.

use super::finding::Finding;
use super::finding::Place::Line;
use super::node::{DEPRECATED, FUNCTION, TIMER, broken, ending, everywhere, lasting, timeout};
use super::node_work::STUCK;
use super::sample::{Sample, Truth, answers_error, fail, pass};

type Gaps = &'static [(&'static str, &'static str)];

/// The environment dies of what the first invocation has left, in the second.
const fn dies(mode: &'static str, gaps: Gaps, findings: &'static [Finding]) -> Truth {
    Truth { outcomes: &["response", "crash"], exit_code: 3, gaps, ..pass(mode, findings) }
}

/// Which comes first, its end or that of the environment, is not fixed.
const fn fatal(finding: Finding) -> Finding {
    Finding { ended: None, ..finding.once() }
}

const CODE_129: Gaps = &[
    ("handler-exited", "exited with code 129 in invocation 2"),
    ("request-refused", "the Runtime API refused POST"),
];
const CODE_128: Gaps = &[
    ("handler-exited", "exited with code 128 in invocation 2"),
    ("request-refused", "the Runtime API refused POST"),
];
const CODE_1: Gaps = &[("handler-exited", "exited with code 1 in invocation 2")];

const LATE_THROW: &[Finding] = &[fatal(Finding {
    name: Some("setTimeout(publish)"),
    place: Line("setTimeout(publish"),
    due_within: Some(100.0),
    ..TIMER
})];
const LATE_REJECT: &[Finding] = &[fatal(Finding {
    name: Some("publish"),
    place: Line("async function publish"),
    waits_on: timeout("await sleep(100)"),
    due_within: Some(100.0),
    ..FUNCTION
})];

/// The rows.
pub const SAMPLES: &[Sample] = &[
    everywhere(
        "bad/syntax-error.js",
        "a syntax error is an init error",
        broken(&[], &[("init-error", "Runtime.UserCodeSyntaxError")]),
    ),
    everywhere(
        "bad/throws-at-load.js",
        "a module that throws is an init error",
        broken(&[], &[("init-error", "init phase: Error")]),
    ),
    everywhere(
        "bad/not-a-function.js",
        "an export that is no function is an init error",
        broken(&[], &[("init-error", "Runtime.HandlerNotFound")]),
    ),
    everywhere(
        "bad/missing-export.js",
        "a missing export is an init error",
        broken(&[], &[("init-error", "Runtime.HandlerNotFound")]),
    ),
    everywhere(
        "bad/process-exit.js",
        "an exit in the handler is a crash",
        broken(&["crash"], &[("handler-exited", "exited with code 3 in invocation 1")]),
    ),
    Sample {
        flags: &["--timeout", "500ms"],
        ..everywhere(
            "bad/never-answers.js",
            "a handler that never answers times out",
            broken(
                &["timeout"],
                &[("timed-out", "Task timed out after 0.50 seconds in invocation 1")],
            ),
        )
    },
    lasting(
        "bad/never-settles.js",
        "a promise that never settles is pending, or ends the process",
        fail(
            "implicit",
            &[Finding {
                name: Some("exports.handler"),
                place: Line("exports.handler = async"),
                ..STUCK
            }],
        ),
        broken(&["exit"], &[("handler-exited", "exited with code 0 in invocation 1")]),
    ),
    everywhere(
        "bad/rejects.js",
        "a rejected promise is an error response",
        answers_error(pass("async", &[])),
    ),
    everywhere(
        "bad/circular.js",
        "an answer that is no JSON is an error response",
        answers_error(pass("async", &[])),
    ),
    ending(
        "bad/double-answer.js",
        "the first of several answers counts",
        pass(
            "callback-wait",
            &[Finding {
                name: Some("setTimeout(again)"),
                place: Line("setTimeout(again"),
                due_within: Some(100.0),
                ..TIMER.awaited()
            }],
        ),
        DEPRECATED,
    ),
    ending(
        "bad/late-throw.js",
        "a timer that throws after the response ends the environment",
        dies("async", CODE_129, LATE_THROW),
        dies("async-24", CODE_1, LATE_THROW),
    ),
    ending(
        "bad/late-reject.js",
        "a function that rejects after the response ends the environment",
        dies("async", CODE_128, LATE_REJECT),
        dies("async-24", CODE_1, LATE_REJECT),
    ),
];
