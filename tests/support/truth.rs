//! What is true of the sample handlers in `testdata/handlers`: one table, which live runs and
//! replays of their recordings are both checked against.
//!
//! The truth comes from the samples' own sources, and so do the lines: a finding's place is given
//! as a text that stands in one line of `src/main.rs`. What belongs to the Lambda runtime is not
//! in the table. Everything else is: nothing may be missing from a report, and nothing too much.

use std::fs;

use serde_json::Value;

/// What a sample talks to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Needs {
    Nothing,
    /// A PostgreSQL server, as `DATABASE_URL`.
    Database,
    /// A peer that accepts connections and leaves them open, as `PEER_ADDR`.
    Peer,
    /// An HTTP server that keeps connections alive, as `PEER_URL`.
    Website,
}

/// A sample under given circumstances, and what a run of it must come to.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// Also the name of its recording.
    pub name: &'static str,
    pub package: &'static str,
    pub needs: Needs,
    /// Environment variables.
    pub env: &'static [(&'static str, &'static str)],
    /// More flags of `loopcheck run`; by default there are two invocations.
    pub flags: &'static [&'static str],
    pub exit_code: u8,
    pub verdict: &'static str,
    /// Id of each gap, and a part of its message.
    pub gaps: &'static [(&'static str, &'static str)],
    /// Outcome of each invocation.
    pub outcomes: &'static [&'static str],
    pub leftovers: &'static [Leftover],
}

/// One finding that is not the runtime's.
#[derive(Clone, Copy, Debug)]
pub struct Leftover {
    pub rule: &'static str,
    pub kind: &'static str,
    pub level: &'static str,
    pub status: &'static str,
    pub name: Option<&'static str>,
    pub at: Place,
    pub created: &'static str,
    /// Pending at the response of each invocation.
    pub counts: &'static [u64],
    pub growth: Option<&'static str>,
    pub end: End,
    /// The resource that it waits on.
    pub waits_on: Option<&'static str>,
    /// Protocol and state of a socket.
    pub socket: Option<(&'static str, &'static str)>,
}

/// Where something was started.
#[derive(Clone, Copy, Debug)]
pub enum Place {
    /// In the sample's `src/main.rs`, in the one line that has this text.
    Line(&'static str),
    /// In this package, in this file of it; the line is the package's business.
    Dependency(&'static str, &'static str),
    /// The operating system does not tell.
    Unknown,
}

/// Whether the end was seen during the watch.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum End {
    Seen,
    NotSeen,
}

const PASS: Sample = Sample {
    name: "",
    package: "",
    needs: Needs::Nothing,
    env: &[],
    flags: &[],
    exit_code: 0,
    verdict: "pass",
    gaps: &[],
    outcomes: &["response", "response"],
    leftovers: &[],
};

const FAIL: Sample = Sample { exit_code: 1, verdict: "fail", ..PASS };

const INCONCLUSIVE: Sample = Sample { exit_code: 4, verdict: "inconclusive", ..PASS };

/// A way of `failing` that ends in the first invocation or before.
const NO_RESPONSE: Sample =
    Sample { package: "failing", exit_code: 3, verdict: "error", outcomes: &[], ..PASS };

/// A task of the handler's that each invocation starts and that ends during the watch.
const TASK: Leftover = Leftover {
    rule: "pending-task",
    kind: "task",
    level: "deny",
    status: "unexpected",
    name: None,
    at: Place::Unknown,
    created: "invocation",
    counts: &[1, 1],
    growth: Some("constant"),
    end: End::Seen,
    waits_on: None,
    socket: None,
};

/// The same, while it waits for a timer.
const SLEEPER: Leftover = Leftover { waits_on: Some("Sleep"), ..TASK };

/// A task that stays, and one more with each invocation.
const LEAKED_TASK: Leftover =
    Leftover { counts: &[1, 2], growth: Some("grows"), end: End::NotSeen, ..TASK };

/// A task that stays and is one and the same.
const LASTING_TASK: Leftover = Leftover { end: End::NotSeen, ..TASK };

const BLOCKING: Leftover = Leftover { rule: "pending-blocking-task", kind: "blocking", ..TASK };

/// A connection that is used again.
const REUSED_CONNECTION: Leftover = Leftover {
    rule: "pending-socket",
    kind: "socket",
    level: "warn",
    end: End::NotSeen,
    socket: Some(("tcp", "established")),
    ..TASK
};

/// A connection more with each invocation.
const LEAKED_CONNECTION: Leftover =
    Leftover { level: "deny", counts: &[1, 2], growth: Some("grows"), ..REUSED_CONNECTION };

const HYPER_UTIL: Place = Place::Dependency("hyper-util", "src/rt/tokio.rs");

/// The task that `failing` leaves when it is to go wrong after the response.
const DISASTER: Leftover = Leftover { at: Place::Line("tokio::spawn(async move"), ..SLEEPER };

/// The table.
pub const SAMPLES: &[Sample] = &[
    Sample { name: "clean", package: "clean", ..PASS },
    Sample {
        name: "finite-task",
        package: "finite-task",
        leftovers: &[Leftover { at: Place::Line("tokio::spawn(write_audit_record())"), ..SLEEPER }],
        ..FAIL
    },
    Sample {
        name: "run-concurrent",
        package: "run-concurrent",
        leftovers: &[Leftover { at: Place::Line("tokio::spawn(write_audit_record())"), ..SLEEPER }],
        ..FAIL
    },
    Sample {
        name: "moved-timer",
        package: "moved-timer",
        leftovers: &[Leftover { at: Place::Line("tokio::spawn(sleep("), ..SLEEPER }],
        ..FAIL
    },
    Sample {
        name: "never-woken",
        package: "never-woken",
        leftovers: &[Leftover {
            rule: "stuck-task",
            at: Place::Line("tokio::spawn(pending"),
            ..LEAKED_TASK
        }],
        ..FAIL
    },
    Sample {
        name: "plain-thread",
        package: "plain-thread",
        leftovers: &[Leftover {
            rule: "pending-thread",
            kind: "other",
            name: Some("uploader"),
            ..LEAKED_TASK
        }],
        ..FAIL
    },
    Sample {
        name: "interval",
        package: "interval",
        leftovers: &[Leftover {
            at: Place::Line("tokio::spawn(heartbeat())"),
            waits_on: Some("Interval"),
            ..LEAKED_TASK
        }],
        ..FAIL
    },
    Sample {
        name: "blocking-task",
        package: "blocking-task",
        leftovers: &[Leftover { at: Place::Line("tokio::task::spawn_blocking("), ..BLOCKING }],
        ..FAIL
    },
    Sample {
        name: "channel-consumer",
        package: "channel-consumer",
        leftovers: &[Leftover { at: Place::Line("tokio::spawn(consume("), ..LEAKED_TASK }],
        ..FAIL
    },
    Sample {
        name: "detached-span",
        package: "detached-span",
        leftovers: &[Leftover { at: Place::Line("tokio::task::spawn_blocking("), ..BLOCKING }],
        ..FAIL
    },
    Sample {
        name: "instrumented-child",
        package: "instrumented-child",
        leftovers: &[Leftover { at: Place::Line("tokio::spawn(child("), ..SLEEPER }],
        ..FAIL
    },
    Sample {
        name: "lock-waiter",
        package: "lock-waiter",
        leftovers: &[Leftover {
            at: Place::Line("tokio::spawn(async {"),
            waits_on: Some("Mutex"),
            ..LEAKED_TASK
        }],
        ..FAIL
    },
    Sample {
        name: "two-timers",
        package: "two-timers",
        leftovers: &[Leftover {
            rule: "pending-timer",
            kind: "timer",
            name: Some("Sleep"),
            at: Place::Line("Box::pin(sleep("),
            ..LEAKED_TASK
        }],
        ..FAIL
    },
    Sample {
        name: "pooled-socket",
        package: "pooled-socket",
        needs: Needs::Database,
        leftovers: &[Leftover {
            at: Place::Dependency("deadpool-postgres", "src/lib.rs"),
            ..REUSED_CONNECTION
        }],
        ..PASS
    },
    Sample {
        name: "spawned-connection",
        package: "spawned-connection",
        needs: Needs::Database,
        leftovers: &[
            Leftover { at: Place::Line("tokio::spawn(async move"), ..LASTING_TASK },
            REUSED_CONNECTION,
        ],
        ..FAIL
    },
    Sample {
        name: "socket-leak",
        package: "socket-leak",
        needs: Needs::Peer,
        leftovers: &[LEAKED_CONNECTION],
        ..FAIL
    },
    Sample {
        name: "http-pool",
        package: "http-pool",
        needs: Needs::Website,
        leftovers: &[Leftover { at: HYPER_UTIL, ..REUSED_CONNECTION }],
        ..PASS
    },
    Sample {
        name: "http-client-per-invocation",
        package: "http-client-per-invocation",
        needs: Needs::Website,
        leftovers: &[Leftover { at: HYPER_UTIL, ..LEAKED_CONNECTION }],
        ..FAIL
    },
    Sample {
        name: "listening-server",
        package: "listening-server",
        leftovers: &[
            Leftover { at: Place::Line("tokio::spawn(accept("), ..LASTING_TASK },
            Leftover {
                rule: "listening-socket",
                level: "deny",
                socket: Some(("tcp", "listen")),
                ..REUSED_CONNECTION
            },
        ],
        ..FAIL
    },
    Sample {
        name: "child-process",
        package: "child-process",
        leftovers: &[Leftover {
            rule: "pending-handle",
            kind: "other",
            name: Some("sleep"),
            ..LEAKED_TASK
        }],
        ..FAIL
    },
    Sample {
        name: "init-task",
        package: "init-task",
        leftovers: &[Leftover {
            name: Some("metrics-flush"),
            at: Place::Line(".spawn(flush_metrics())"),
            created: "init",
            waits_on: Some("Interval"),
            ..LASTING_TASK
        }],
        ..FAIL
    },
    Sample {
        name: "streaming",
        package: "streaming",
        leftovers: &[Leftover { at: Place::Line("tokio::spawn(count_download())"), ..SLEEPER }],
        ..FAIL
    },
    Sample {
        name: "current-thread",
        package: "current-thread",
        leftovers: &[Leftover {
            level: "allow",
            status: "safe",
            at: Place::Line("tokio::spawn(compute())"),
            ..TASK
        }],
        ..PASS
    },
    Sample {
        name: "error-response",
        package: "error-response",
        outcomes: &["error", "error"],
        leftovers: &[Leftover { at: Place::Line("tokio::spawn(release_order())"), ..SLEEPER }],
        ..FAIL
    },
    Sample {
        // The crowd of ten thousand has a test of its own: its recording would be too long.
        name: "burst",
        package: "burst",
        env: &[("BURST", "200")],
        leftovers: &[Leftover {
            at: Place::Line("tokio::spawn(RELEASE"),
            counts: &[200, 400],
            ..LEAKED_TASK
        }],
        ..FAIL
    },
    Sample {
        name: "lambda-http",
        package: "lambda-http",
        flags: &["--event", "testdata/events/apigw-v2.json"],
        leftovers: &[Leftover { at: Place::Line("tokio::spawn(count_visit())"), ..SLEEPER }],
        ..FAIL
    },
    Sample {
        name: "axum-router",
        package: "axum-router",
        flags: &["--event", "testdata/events/apigw-v2.json"],
        ..PASS
    },
    Sample {
        name: "axum-router-leak",
        package: "axum-router",
        flags: &["--event", "testdata/events/apigw-v2-leak.json"],
        leftovers: &[Leftover { at: Place::Line("tokio::spawn(count_visit())"), ..SLEEPER }],
        ..FAIL
    },
    Sample { name: "graceful-shutdown", package: "graceful-shutdown", ..PASS },
    Sample { name: "subscriber-first", package: "subscriber-first", ..PASS },
    Sample {
        name: "uninstrumented",
        package: "uninstrumented",
        gaps: &[("not-instrumented", "serves no console feed")],
        ..INCONCLUSIVE
    },
    Sample {
        name: "failing-exit-at-once",
        env: &[("FAIL", "exit-at-once")],
        gaps: &[("handler-exited-early", "exited with code 7 before it asked for an event")],
        ..NO_RESPONSE
    },
    Sample {
        name: "failing-init-panic",
        env: &[("FAIL", "init-panic")],
        gaps: &[("handler-exited-early", "exited with code 101 before it asked for an event")],
        ..NO_RESPONSE
    },
    Sample {
        name: "failing-panic",
        package: "failing",
        env: &[("FAIL", "panic")],
        outcomes: &["error", "error"],
        ..PASS
    },
    Sample {
        name: "failing-abort",
        env: &[("FAIL", "abort")],
        gaps: &[("handler-exited", "aborted (SIGABRT) in invocation 1")],
        outcomes: &["crash"],
        ..NO_RESPONSE
    },
    Sample {
        name: "failing-exit",
        env: &[("FAIL", "exit")],
        gaps: &[("handler-exited", "exited with code 3 in invocation 1")],
        outcomes: &["crash"],
        ..NO_RESPONSE
    },
    Sample {
        name: "failing-exit-zero",
        env: &[("FAIL", "exit-zero")],
        gaps: &[("handler-exited", "exited with code 0 in invocation 1")],
        outcomes: &["exit"],
        ..NO_RESPONSE
    },
    Sample {
        name: "failing-hang",
        env: &[("FAIL", "hang")],
        flags: &["--timeout", "1s"],
        gaps: &[("timed-out", "Task timed out after 1.00 seconds in invocation 1")],
        outcomes: &["timeout"],
        ..NO_RESPONSE
    },
    Sample {
        name: "failing-late",
        env: &[("FAIL", "late"), ("LATE_MS", "60000")],
        flags: &["--timeout", "1s"],
        gaps: &[("timed-out", "Task timed out after 1.00 seconds in invocation 1")],
        outcomes: &["timeout"],
        ..NO_RESPONSE
    },
    Sample {
        name: "failing-late-in-time",
        package: "failing",
        env: &[("FAIL", "late"), ("LATE_MS", "100")],
        flags: &["--timeout", "30s"],
        ..PASS
    },
    Sample {
        name: "failing-too-large",
        env: &[("FAIL", "too-large")],
        // Two invocations and one gap: the same sentence is not said twice.
        flags: &["--timeout", "30s"],
        gaps: &[("response-too-large", "the response of 7340034 bytes was refused")],
        outcomes: &["error", "error"],
        ..NO_RESPONSE
    },
    Sample {
        name: "failing-exit-after-response",
        env: &[("FAIL", "exit-after-response")],
        gaps: &[("handler-exited", "exited with code 3 after the response of invocation 1")],
        outcomes: &["response"],
        leftovers: &[Leftover { counts: &[1], growth: None, end: End::NotSeen, ..DISASTER }],
        ..NO_RESPONSE
    },
    Sample {
        name: "failing-abort-after-response",
        env: &[("FAIL", "abort-after-response")],
        gaps: &[("handler-exited", "aborted (SIGABRT) after the response of invocation 1")],
        outcomes: &["response"],
        leftovers: &[Leftover { counts: &[1], growth: None, end: End::NotSeen, ..DISASTER }],
        ..NO_RESPONSE
    },
    Sample {
        name: "failing-panic-after-response",
        package: "failing",
        env: &[("FAIL", "panic-after-response")],
        leftovers: &[DISASTER],
        ..FAIL
    },
];

/// The sample with this name.
pub fn sample(name: &str) -> &'static Sample {
    SAMPLES.iter().find(|sample| sample.name == name).unwrap()
}

/// Fails unless the report says exactly what is true of the sample.
pub fn check(sample: &Sample, report: &Value) {
    let name = sample.name;
    let seen = format!("{name}: {:#}", brief(report));
    assert_eq!(text(&report["verdict"]), sample.verdict, "{seen}");
    assert_eq!(report["exit_code"], sample.exit_code, "{seen}");
    check_gaps(sample, report);
    let expected: Vec<String> = sorted(sample.leftovers.iter().map(|left| left.row(sample)));
    let found: Vec<String> = sorted(handlers_own(report).map(observed_row));
    assert_eq!(found, expected, "{seen}");
    let outcomes: Vec<&str> =
        list(&report["invocations"]).iter().map(|known| text(&known["outcome"])).collect();
    assert_eq!(outcomes, sample.outcomes, "{seen}");
    check_pending(report);
}

fn check_gaps(sample: &Sample, report: &Value) {
    let gaps = list(&report["gaps"]);
    let ids: Vec<&str> = gaps.iter().map(|gap| text(&gap["id"])).collect();
    let expected: Vec<&str> = sample.gaps.iter().map(|(id, _)| *id).collect();
    assert_eq!(ids, expected, "{}: {:#}", sample.name, brief(report));
    for (gap, (_, message)) in gaps.iter().zip(sample.gaps) {
        assert!(text(&gap["message"]).contains(message), "{}: {gap:#}", sample.name);
        assert!(!text(&gap["hint"]).is_empty(), "{}: {gap:#}", sample.name);
    }
}

/// Each invocation says how many items were pending at its response; the findings say the same.
fn check_pending(report: &Value) {
    for (index, invocation) in list(&report["invocations"]).iter().enumerate() {
        if invocation["response_ms"].is_null() {
            continue;
        }
        let pending: u64 =
            handlers_own(report).map(|finding| finding["counts"][index].as_u64().unwrap()).sum();
        assert_eq!(invocation["pending"], pending, "{:#}", brief(report));
    }
}

/// The findings that are not the runtime's.
pub fn handlers_own(report: &Value) -> impl Iterator<Item = &Value> {
    list(&report["findings"]).iter().filter(|finding| finding["status"] != "runtime")
}

/// What a failed test shows of a report.
pub fn brief(report: &Value) -> Value {
    let mut findings: Vec<Value> = handlers_own(report).cloned().collect();
    for finding in findings.iter_mut().filter_map(Value::as_object_mut) {
        for lengthy in ["fates", "help", "fingerprint", "expectation"] {
            finding.remove(lengthy);
        }
    }
    serde_json::json!({
        "verdict": report["verdict"],
        "gaps": report["gaps"],
        "invocations": report["invocations"],
        "findings": findings,
    })
}

impl Leftover {
    /// Everything that is to be compared, in one line.
    fn row(&self, sample: &Sample) -> String {
        let (origin, place) = match self.at {
            Place::Line(part) => ("handler", line_of(sample.package, part)),
            Place::Dependency(package, file) => ("dependency", format!("{package}/{file}")),
            Place::Unknown => ("-", "-".to_owned()),
        };
        let package = match self.at {
            Place::Dependency(package, _) => package,
            Place::Line(_) | Place::Unknown => "-",
        };
        let ended = self.end == End::Seen;
        let (protocol, state) = self.socket.unwrap_or(("-", "-"));
        format!(
            "{} {} {} {} name={} at={place} origin={origin} package={package} created={} \
             counts={:?} growth={} ended={ended} waits-on={} socket={protocol},{state}",
            self.rule,
            self.kind,
            self.level,
            self.status,
            self.name.unwrap_or("-"),
            self.created,
            self.counts,
            self.growth.unwrap_or("-"),
            self.waits_on.unwrap_or("-"),
        )
    }
}

/// The same line of a finding.
fn observed_row(finding: &Value) -> String {
    let counts: Vec<u64> =
        list(&finding["counts"]).iter().map(|count| count.as_u64().unwrap()).collect();
    let package = text(&finding["package"]);
    format!(
        "{} {} {} {} name={} at={} origin={} package={} created={} counts={counts:?} growth={} \
         ended={} waits-on={} socket={},{}",
        text(&finding["rule"]),
        text(&finding["kind"]),
        text(&finding["level"]),
        text(&finding["status"]),
        text(&finding["name"]),
        observed_place(finding),
        text(&finding["origin"]),
        package.split_once(' ').map_or(package, |(name, _)| name),
        text(&finding["created"]),
        text(&finding["growth"]),
        !finding["ended_ms"].is_null(),
        text(&finding["waits_on"]["resource"]),
        text(&finding["socket"]["protocol"]),
        text(&finding["socket"]["state"]),
    )
}

/// Versions and lines of dependencies change with every update.
fn observed_place(finding: &Value) -> String {
    let file = text(&finding["location"]["file"]);
    if finding["location"].is_null() {
        return "-".to_owned();
    }
    if finding["origin"] == "dependency" {
        let (package, file) = file.split_once('/').unwrap();
        let (package, version) = package.rsplit_once('-').unwrap();
        assert!(version.starts_with(|c: char| c.is_ascii_digit()), "{finding:#}");
        return format!("{package}/{file}");
    }
    format!("{file}:{}", finding["location"]["line"])
}

/// `package/src/main.rs:LINE` of the one line of code with this text.
fn line_of(package: &str, part: &str) -> String {
    let file = format!("{package}/src/main.rs");
    let path = format!("{}/testdata/handlers/{file}", env!("CARGO_MANIFEST_DIR"));
    let source = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let is_code = |line: &str| !line.trim_start().starts_with("//");
    let lines: Vec<usize> = source
        .lines()
        .enumerate()
        .filter(|(_, line)| is_code(line) && line.contains(part))
        .map(|(index, _)| index + 1)
        .collect();
    assert_eq!(lines.len(), 1, "{part:?} stands in lines {lines:?} of {path}");
    format!("{file}:{}", lines[0])
}

fn sorted(rows: impl Iterator<Item = String>) -> Vec<String> {
    let mut rows: Vec<String> = rows.collect();
    rows.sort();
    rows
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// The text of a string; `-` for null.
fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("-")
}
