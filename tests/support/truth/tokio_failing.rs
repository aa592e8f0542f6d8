//! The sample `failing` of `testdata/handlers`, in each of its ways.

use super::finding::Finding;
use super::sample::{Sample, Truth, Truths, answers_error, fail, pass};
use super::tokio::{package, sleeper};

type Environment = &'static [(&'static str, &'static str)];
type Gaps = &'static [(&'static str, &'static str)];

const fn failing(
    name: &'static str,
    shows: &'static str,
    env: Environment,
    truth: Truth,
) -> Sample {
    let truths = Truths::Tokio { package: "failing", truth };
    Sample { env, truths, ..package(name, shows, truth) }
}

/// It ends in the first invocation or before.
const fn ends(gaps: Gaps, outcomes: &'static [&'static str]) -> Truth {
    Truth { exit_code: 3, gaps, outcomes, ..pass("rust", &[]) }
}

const BRIEF: &[&str] = &["--timeout", "1s"];
const LONG: &[&str] = &["--timeout", "30s"];

const TIMED_OUT: Gaps = &[("timed-out", "Task timed out after 1.00 seconds in invocation 1")];

/// The task that it leaves when it is to go wrong after the response.
const DISASTER: Finding = sleeper("tokio::spawn(async move", "sleep(Duration::from_millis(300))");
const UNFINISHED: &[Finding] = &[DISASTER.once().lasting()];

/// The rows.
pub const SAMPLES: &[Sample] = &[
    failing(
        "failing-exit-at-once",
        "an exit before the first event is an error",
        &[("FAIL", "exit-at-once")],
        ends(&[("handler-exited-early", "exited with code 7 before it asked for an event")], &[]),
    ),
    failing(
        "failing-init-panic",
        "a panic before the first event is an error",
        &[("FAIL", "init-panic")],
        ends(&[("handler-exited-early", "exited with code 101 before it asked for an event")], &[]),
    ),
    failing(
        "failing-panic",
        "a panic in an invocation is an error response",
        &[("FAIL", "panic")],
        answers_error(pass("rust", &[])),
    ),
    failing(
        "failing-abort",
        "an abort in an invocation names the signal",
        &[("FAIL", "abort")],
        ends(&[("handler-exited", "aborted (SIGABRT) in invocation 1")], &["crash"]),
    ),
    failing(
        "failing-exit",
        "an exit in an invocation is a crash",
        &[("FAIL", "exit")],
        ends(&[("handler-exited", "exited with code 3 in invocation 1")], &["crash"]),
    ),
    failing(
        "failing-exit-zero",
        "an exit with code 0 in an invocation is an error",
        &[("FAIL", "exit-zero")],
        ends(&[("handler-exited", "exited with code 0 in invocation 1")], &["exit"]),
    ),
    Sample {
        flags: BRIEF,
        ..failing(
            "failing-hang",
            "an invocation without a response times out",
            &[("FAIL", "hang")],
            ends(TIMED_OUT, &["timeout"]),
        )
    },
    Sample {
        flags: BRIEF,
        ..failing(
            "failing-late",
            "a response after the timeout is none",
            &[("FAIL", "late"), ("LATE_MS", "60000")],
            ends(TIMED_OUT, &["timeout"]),
        )
    },
    Sample {
        flags: LONG,
        ..failing(
            "failing-late-in-time",
            "a late response before the timeout passes",
            &[("FAIL", "late"), ("LATE_MS", "100")],
            pass("rust", &[]),
        )
    },
    // Two invocations and one gap: the same sentence is not repeated.
    Sample {
        flags: LONG,
        ..failing(
            "failing-too-large",
            "a response that is too large is refused",
            &[("FAIL", "too-large")],
            answers_error(ends(
                &[("response-too-large", "the response of 7340034 bytes was refused")],
                &[],
            )),
        )
    },
    failing(
        "failing-exit-after-response",
        "an exit after the response is an error",
        &[("FAIL", "exit-after-response")],
        Truth {
            findings: UNFINISHED,
            ..ends(
                &[("handler-exited", "exited with code 3 after the response of invocation 1")],
                &["response"],
            )
        },
    ),
    failing(
        "failing-abort-after-response",
        "an abort after the response is an error",
        &[("FAIL", "abort-after-response")],
        Truth {
            findings: UNFINISHED,
            ..ends(
                &[("handler-exited", "aborted (SIGABRT) after the response of invocation 1")],
                &["response"],
            )
        },
    ),
    failing(
        "failing-panic-after-response",
        "a panic after the response leaves the process alive",
        &[("FAIL", "panic-after-response")],
        fail("rust", &[DISASTER]),
    ),
];
