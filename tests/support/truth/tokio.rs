//! Samples of `testdata/handlers` that answer. The numbers of traps are those of `tests/traps.rs`.

use super::finding::{CONNECTION, FIRES, Finding, Place, STAYS, Socket, TASK, Wait, socket};
use super::sample::{Needs, Runtime, Sample, Truth, Truths, answers_error, fail, pass};

/// A package, run with the defaults.
pub const fn package(name: &'static str, shows: &'static str, truth: Truth) -> Sample {
    Sample {
        name,
        shows,
        needs: Needs::Nothing,
        env: &[],
        flags: &[],
        heavy: false,
        recorded: Some((name, Runtime::Tokio)),
        truths: Truths::Tokio { package: name, truth },
    }
}

const fn passes(name: &'static str, shows: &'static str, findings: &'static [Finding]) -> Sample {
    package(name, shows, pass("rust", findings))
}

const fn fails(name: &'static str, shows: &'static str, findings: &'static [Finding]) -> Sample {
    package(name, shows, fail("rust", findings))
}

const fn needing(needs: Needs, sample: Sample) -> Sample {
    Sample { needs, ..sample }
}

/// A task that was started in the line with this text.
const fn spawned(text: &'static str) -> Finding {
    Finding { place: Place::Line(text), ..TASK }
}

/// The same, while it waits for a timer made in the line with that text.
pub const fn sleeper(text: &'static str, timer: &'static str) -> Finding {
    Finding { waits_on: Some(waits("Sleep", timer)), fates: FIRES, ..spawned(text) }
}

const fn waits(resource: &'static str, text: &'static str) -> Wait {
    Wait { resource, place: Place::Line(text) }
}

/// A connection with what belongs to the pool that made it. Its driver may have written last, and
/// then a request seems to be under way on it.
const POOLED: Finding = Finding {
    socket: Some(Socket { protocol: "tcp", state: "established", in_flight: None }),
    ..CONNECTION
};

const HYPER_UTIL: Finding = Finding {
    place: Place::Dependency("hyper-util", "src/rt/tokio.rs"),
    package: Some("hyper-util"),
    ..CONNECTION
};

const EVENT: &[&str] = &["--event", "testdata/events/apigw-v2.json"];
const EVENT_OF_LEAK: &[&str] = &["--event", "testdata/events/apigw-v2-leak.json"];
const VISIT: Finding = sleeper("tokio::spawn(count_visit())", "sleep(Duration::from_millis(300))");
const AUDIT: Finding =
    sleeper("tokio::spawn(write_audit_record())", "sleep(Duration::from_millis(300))");

/// The rows.
pub const SAMPLES: &[Sample] = &[
    passes("clean", "tasks and sockets of the runtime are no findings (trap 9)", &[]),
    fails("finite-task", "the timer of a task is part of the task (trap 7)", &[AUDIT]),
    fails(
        "run-concurrent",
        "a runtime with several loops that is left alone is sequential",
        &[AUDIT],
    ),
    fails(
        "moved-timer",
        "a timer made before its task is part of the task (trap 7)",
        &[sleeper("tokio::spawn(sleep(", "tokio::spawn(sleep(")],
    ),
    fails(
        "never-woken",
        "a task that nothing can wake is stuck (trap 6)",
        &[Finding {
            rule: "stuck-task",
            fates: STAYS,
            ..spawned("tokio::spawn(pending").growing()
        }],
    ),
    fails(
        "plain-thread",
        "a plain thread is distinguished from those of tokio (trap 13)",
        &[Finding {
            rule: "pending-thread",
            handle: Some("thread"),
            name: Some("uploader"),
            ..TASK.growing()
        }],
    ),
    fails(
        "interval",
        "an interval is one timer and part of its task (trap 7)",
        &[Finding {
            waits_on: Some(waits("Interval", "time::interval(")),
            ..spawned("tokio::spawn(heartbeat())").growing()
        }],
    ),
    fails(
        "blocking-task",
        "a blocking task that nobody awaits is pending",
        &[Finding {
            rule: "pending-blocking-task",
            fates: ["frozen", "-", "-"],
            ..spawned("tokio::task::spawn_blocking(")
        }],
    ),
    fails(
        "channel-consumer",
        "a consumer whose channel stays open is pending and not stuck (trap 8)",
        &[spawned("tokio::spawn(consume(").growing()],
    ),
    fails(
        "detached-span",
        "a finished task whose blocking child goes on is no finding (trap 5)",
        &[Finding {
            rule: "pending-blocking-task",
            fates: ["frozen", "-", "-"],
            ..spawned("tokio::task::spawn_blocking(")
        }],
    ),
    fails(
        "instrumented-child",
        "a finished task whose span a child carries on is no finding (trap 5)",
        &[sleeper("tokio::spawn(child(", "sleep(Duration::from_millis(300))")],
    ),
    fails(
        "lock-waiter",
        "a task that waits for a lock names the lock",
        &[Finding {
            waits_on: Some(waits("Mutex", "LazyLock::new(|| Arc::new(Mutex::new(()")),
            ..spawned("tokio::spawn(async {").growing()
        }],
    ),
    fails(
        "two-timers",
        "a timer that no task waits on is a finding of its own (trap 7)",
        &[Finding {
            rule: "pending-timer",
            name: Some("Sleep"),
            fates: ["frozen-overdue", "holds-until-timeout", "env-holds-until-timeout"],
            ..spawned("Box::pin(sleep(").growing()
        }],
    ),
    needing(
        Needs::Postgres,
        passes(
            "pooled-socket",
            "a pool drives its connections itself",
            &[Finding {
                place: Place::Dependency("deadpool-postgres", "src/lib.rs"),
                package: Some("deadpool-postgres"),
                ..POOLED
            }],
        ),
    ),
    needing(
        Needs::Postgres,
        fails(
            "spawned-connection",
            "a connection that the handler drives is a task and a socket",
            &[spawned("tokio::spawn(async move").lasting(), POOLED],
        ),
    ),
    needing(
        Needs::SilentPeer,
        fails(
            "socket-leak",
            "a socket without a task is found outside of the feed (trap 8)",
            &[Finding { level: "deny", ..CONNECTION.growing() }],
        ),
    ),
    needing(
        Needs::Website,
        passes(
            "http-pool",
            "an HTTP pool is distinguished from the runtime's own connections (trap 9)",
            &[HYPER_UTIL],
        ),
    ),
    needing(
        Needs::Website,
        fails(
            "http-client-per-invocation",
            "an HTTP client for each invocation grows (trap 9)",
            &[Finding { level: "deny", ..HYPER_UTIL.growing() }],
        ),
    ),
    fails(
        "listening-server",
        "a server is a listening socket and the task that accepts (trap 8)",
        &[
            spawned("tokio::spawn(accept(").lasting(),
            Finding {
                rule: "listening-socket",
                level: "deny",
                socket: Some(socket("tcp", "listen", false)),
                fates: STAYS,
                ..CONNECTION
            },
        ],
    ),
    fails(
        "child-process",
        "a child process is found outside of the feed (trap 13)",
        &[Finding {
            rule: "pending-handle",
            handle: Some("process"),
            name: Some("sleep"),
            ..TASK.growing()
        }],
    ),
    fails(
        "init-task",
        "a task of the init phase is attributed to it",
        &[Finding {
            name: Some("metrics-flush"),
            created: "init",
            waits_on: Some(waits("Interval", "time::interval(")),
            ..spawned(".spawn(flush_metrics())").lasting()
        }],
    ),
    package(
        "streaming",
        "a streamed response ends with its body",
        fail(
            "rust-stream",
            &[sleeper("tokio::spawn(count_download())", "sleep(Duration::from_millis(300))")],
        ),
    ),
    passes(
        "current-thread",
        "a task that ends before the next event is asked for is safe",
        &[Finding {
            fates: ["completes-early", "holds", "env-holds"],
            ..spawned("tokio::spawn(compute())").awaited()
        }],
    ),
    package(
        "error-response",
        "an error is a response",
        answers_error(fail(
            "rust",
            &[sleeper("tokio::spawn(release_order())", "sleep(Duration::from_millis(300))")],
        )),
    ),
    // Ten thousand tasks are a test of their own: their recording would be too long.
    Sample {
        env: &[("BURST", "200")],
        ..fails(
            "burst",
            "two hundred tasks of one line are one finding",
            &[Finding { counts: &[200, 400], ..spawned("tokio::spawn(RELEASE").growing() }],
        )
    },
    Sample {
        flags: EVENT,
        ..fails("lambda-http", "a lambda_http handler is run with an HTTP event", &[VISIT])
    },
    Sample {
        flags: EVENT,
        ..passes("axum-router", "the clean route of an axum router passes", &[])
    },
    Sample {
        flags: EVENT_OF_LEAK,
        truths: Truths::Tokio { package: "axum-router", truth: fail("rust", &[VISIT]) },
        ..passes("axum-router-leak", "the leaking route of an axum router fails", &[])
    },
    passes("graceful-shutdown", "an extension of the runtime is no finding (trap 9)", &[]),
    passes("subscriber-first", "the root task of the runtime is no finding (trap 10)", &[]),
    package(
        "uninstrumented",
        "a run without a feed is inconclusive (trap 14)",
        Truth {
            exit_code: 4,
            gaps: &[("not-instrumented", "serves no console feed")],
            ..pass("rust", &[])
        },
    ),
];
