//! What is true of the sample handlers in `testdata/node/samples`: one table, which live runs on
//! every Node and replays of their recordings are both checked against.
//!
//! The truth comes from `testdata/node/README.md` and the samples' own sources, and so do the
//! lines: a place is given as a text that stands in one line of code. What belongs to the Lambda
//! runtime is not in the table. Everything else is: nothing may be missing, and nothing too much.
//!
//! A library's own timer for its connection is part of the connection's finding.

use std::fs;

use serde_json::Value;

use super::node::FOLDER;
use super::truth::{brief, handlers_own};

/// What a sample talks to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Needs {
    Nothing,
    /// `samples/peer.cjs`, as `PEER_ADDR` and `PEER_URL`.
    Peer,
    /// `DATABASE_URL`.
    Postgres,
    /// `REDIS_URL`.
    Redis,
}

/// A sample, and what a run of it must come to.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// File and export in `samples`.
    pub handler: &'static str,
    pub needs: Needs,
    /// More flags of `loopcheck run`; by default there are two invocations.
    pub flags: &'static [&'static str],
    /// The oldest Node that can run it.
    pub since: u32,
    /// It is so much that the proof may come too late on a busy machine: then that is told.
    pub heavy: bool,
    /// By the rules of runtime client 3: on Node 18, 20 and 22.
    pub callbacks: Truth,
    /// By those of client 4: on Node 24.
    pub promises: Truth,
}

/// What a run comes to.
#[derive(Clone, Copy, Debug)]
pub struct Truth {
    /// The completion mode of each invocation that got to a response.
    pub mode: &'static str,
    pub outcomes: &'static [&'static str],
    pub exit_code: u8,
    /// Id of each gap, and a part of its message.
    pub gaps: &'static [(&'static str, &'static str)],
    pub left: &'static [Left],
}

/// One finding that is not the runtime's.
#[derive(Clone, Copy, Debug)]
pub struct Left {
    pub rule: &'static str,
    pub name: Option<&'static str>,
    /// If it is neither a task, a timer nor a socket: what it is.
    pub handle: Option<&'static str>,
    /// The file, if it is not the handler's, and the one line in it that has this text; with `+1`
    /// behind it, the line below that.
    pub file: Option<&'static str>,
    pub at: &'static str,
    pub package: Option<&'static str>,
    pub created: &'static str,
    pub counts: &'static [u64],
    pub growth: Option<&'static str>,
    pub level: &'static str,
    pub status: &'static str,
    /// Whether the end was seen; `None` where that depends on which comes first.
    pub ended: Option<bool>,
    /// Whether a timer or a socket is ref'd.
    pub keeps_loop: Option<bool>,
    /// Of a timer, or of one that it waits on or is closed by: so many milliseconds at most.
    pub due_within: Option<f64>,
    /// The line of what it waits on.
    pub waits_at: Option<&'static str>,
    /// Protocol, state, and whether something is in flight.
    pub socket: Option<(&'static str, &'static str, bool)>,
    /// Under `freeze`, `hold-response` and `hold-env`.
    pub fates: [&'static str; 3],
}

/// It is stopped and due meanwhile; who waits for it waits until it has fired.
const FIRES: [&str; 3] = ["frozen-overdue", "holds", "env-holds"];
/// It is stopped; who waits for it waits for so long as it takes.
const ENDS: [&str; 3] = ["frozen", "holds", "env-holds"];
/// It is stopped; who waits for it waits in vain.
const STAYS: [&str; 3] = ["frozen", "holds-until-timeout", "env-holds-until-timeout"];
/// It is stopped, and nobody waits for it.
const IGNORED: [&str; 3] = ["frozen", "ignored", "ignored"];

/// A timer of 500 ms that each invocation makes anew, and that fires during the watch.
const TIMER: Left = Left {
    rule: "pending-timer",
    name: None,
    handle: None,
    file: None,
    at: "",
    package: None,
    created: "invocation",
    counts: &[1, 1],
    growth: Some("constant"),
    level: "deny",
    status: "unexpected",
    ended: Some(true),
    keeps_loop: Some(true),
    due_within: Some(500.0),
    waits_at: None,
    socket: None,
    fates: FIRES,
};

/// The same where the answer, or the environment, has waited for it.
const fn awaited(left: Left) -> Left {
    Left { status: "safe", level: "allow", ..left }
}

const FLUSH: Left = Left { name: Some("setTimeout(flush)"), at: "setTimeout(flush", ..TIMER };
const REFRESH: Left = Left { name: Some("setTimeout(refresh)"), at: "setTimeout(refresh", ..TIMER };

/// An interval; one more with each invocation.
const INTERVAL: Left = Left {
    rule: "pending-interval",
    counts: &[1, 2],
    growth: Some("grows"),
    ended: Some(false),
    due_within: None,
    fates: STAYS,
    ..TIMER
};
const POLL: Left = Left { name: Some("setInterval(poll)"), at: "setInterval(poll", ..INTERVAL };

/// A connection, always the same, that is ref'd and idle.
const CONNECTION: Left = Left {
    rule: "pending-socket",
    level: "warn",
    ended: Some(false),
    due_within: None,
    socket: Some(("tcp", "established", false)),
    fates: STAYS,
    ..TIMER
};

/// One that keeps nothing alive.
const IDLE: Left = Left { keeps_loop: Some(false), fates: IGNORED, ..CONNECTION };

/// One of pg-pool, with the timer that closes it after 10 s.
const POOLED: Left = Left { package: Some("pg"), due_within: Some(10_000.0), ..CONNECTION };

/// A request that is answered after 400 ms.
const REQUEST: Left = Left {
    at: "http.get(",
    level: "deny",
    ended: Some(true),
    socket: Some(("tcp", "established", true)),
    fates: ENDS,
    ..CONNECTION
};

/// An async function that nobody awaits.
const FUNCTION: Left = Left { rule: "pending-task", keeps_loop: None, ..TIMER };
const FLOATING: Left = Left {
    name: Some("flush"),
    at: "async function flush",
    waits_at: Some("setTimeout(resolve"),
    due_within: Some(300.0),
    ..FUNCTION
};

/// A handle that stays.
const HANDLE: Left = Left {
    rule: "pending-handle",
    keeps_loop: None,
    ended: Some(false),
    due_within: None,
    ..TIMER
};
const PORT: Left = Left {
    handle: Some("message-port"),
    at: "new MessageChannel",
    counts: &[1, 2],
    growth: Some("grows"),
    ..HANDLE
};

const HASHING: Left = Left {
    rule: "pending-blocking-task",
    name: Some("crypto.pbkdf2"),
    keeps_loop: None,
    due_within: None,
    fates: ENDS,
    ..TIMER
};

/// What the environment does not live to see.
const fn fatal(left: Left) -> Left {
    Left { counts: &[1], growth: None, ended: None, ..left }
}

const BOTH: &[&str] = &["response", "response"];
const ERRORS: &[&str] = &["error", "error"];

/// Two answers, and nothing unexpected.
const fn pass(mode: &'static str, left: &'static [Left]) -> Truth {
    Truth { mode, outcomes: BOTH, exit_code: 0, gaps: &[], left }
}

const fn fail(mode: &'static str, left: &'static [Left]) -> Truth {
    Truth { exit_code: 1, ..pass(mode, left) }
}

/// The answer of the first invocation is withheld until the function times out.
const fn held(left: &'static [Left]) -> Truth {
    Truth { outcomes: &["held"], ..fail("callback-wait", left) }
}

const fn answers_error(truth: Truth) -> Truth {
    Truth { outcomes: ERRORS, ..truth }
}

const fn broken(
    outcomes: &'static [&'static str],
    gaps: &'static [(&'static str, &'static str)],
) -> Truth {
    Truth { mode: "", outcomes, exit_code: 3, gaps, left: &[] }
}

/// On Node 24 a handler with three parameters does not start.
const DEPRECATED: Truth = broken(&[], &[("init-error", "Runtime.CallbackHandlerDeprecated")]);

/// The environment dies of what the first invocation has left, in the second.
const fn dies(
    mode: &'static str,
    gaps: &'static [(&'static str, &'static str)],
    left: &'static [Left],
) -> Truth {
    Truth { mode, outcomes: &["response", "crash"], exit_code: 3, gaps, left }
}

/// Everything that is left ends by itself: the watch is over when it has.
const UNTIL_ENDED: &[&str] = &["--settle", "60s", "--timeout", "30s"];
/// What is left stays, and there is nothing to wait for.
const BRIEFLY: &[&str] = &["--settle", "50ms"];
/// Something of both.
const MIXED: &[&str] = &["--settle", "3s", "--timeout", "9s"];

const fn sample(handler: &'static str, callbacks: Truth, promises: Truth) -> Sample {
    let needs = Needs::Nothing;
    Sample { handler, needs, flags: UNTIL_ENDED, since: 18, heavy: false, callbacks, promises }
}

/// One whose leftovers stay.
const fn lasting(handler: &'static str, callbacks: Truth, promises: Truth) -> Sample {
    Sample { flags: BRIEFLY, ..sample(handler, callbacks, promises) }
}

/// An `async` handler that comes to the same on every Node.
const fn everywhere(handler: &'static str, truth: Truth) -> Sample {
    let mode = if truth.mode.is_empty() { "" } else { "async-24" };
    lasting(handler, truth, Truth { mode, ..truth })
}

const fn needing(needs: Needs, sample: Sample) -> Sample {
    Sample { needs, ..sample }
}

const fn until_ended(sample: Sample) -> Sample {
    Sample { flags: UNTIL_ENDED, ..sample }
}

const CODE_AND_REFUSED: [&[(&str, &str)]; 2] = [
    &[
        ("handler-exited", "exited with code 129 in invocation 2"),
        ("request-refused", "the Runtime API refused POST"),
    ],
    &[
        ("handler-exited", "exited with code 128 in invocation 2"),
        ("request-refused", "the Runtime API refused POST"),
    ],
];
const CODE_1: &[(&str, &str)] = &[("handler-exited", "exited with code 1 in invocation 2")];

const LATE_THROW: &[Left] = &[fatal(Left {
    name: Some("setTimeout(publish)"),
    at: "setTimeout(publish",
    due_within: Some(100.0),
    ..TIMER
})];
const LATE_REJECT: &[Left] = &[fatal(Left {
    name: Some("publish"),
    at: "async function publish",
    waits_at: Some("await sleep(100)"),
    due_within: Some(100.0),
    ..FUNCTION
})];

const BUNDLED: &[Left] = &[
    Left {
        name: Some("setInterval(flush)"),
        file: Some("bundle/src/metrics.ts"),
        at: "setInterval(flush",
        counts: &[1, 1],
        growth: Some("constant"),
        ..INTERVAL
    },
    Left {
        name: Some("setTimeout(timerExpired)"),
        file: Some("bundle/src/metrics.ts"),
        at: "save();",
        package: Some("lodash.debounce"),
        ..TIMER
    },
];
/// The names are those in `dist/minified.js`; places and packages are the same.
const MINIFIED: &[Left] = &[
    Left { name: Some("setInterval(de)"), ..BUNDLED[0] },
    Left { name: Some("setTimeout(b)"), ..BUNDLED[1] },
];

const SAME_LINE: Left = Left {
    name: Some("setTimeout(flush)"),
    at: "setTimeout(function flush",
    due_within: Some(300.0),
    ..TIMER
};
const SAME_LINE_IMMEDIATE: Left = awaited(Left {
    name: Some("setImmediate"),
    due_within: None,
    fates: ["completes-early", "holds", "env-holds"],
    ..Left { at: "setImmediate(()", ..FUNCTION }
});

const CONTEXT_DONE: &[Left] = &[REFRESH, POLL];
const TIMERS: &[Left] = &[Left {
    name: Some("setTimeout(expire)"),
    at: "setTimeout(expire",
    counts: &[20_000, 40_000],
    growth: Some("grows"),
    ended: Some(false),
    due_within: Some(60_000.0),
    fates: ["frozen-overdue", "holds-until-timeout", "env-holds-until-timeout"],
    ..TIMER
}];

/// A query for whose answer nobody waits.
const QUERY: Left = Left {
    at: "await pool.query",
    level: "deny",
    due_within: None,
    socket: Some(("tcp", "established", true)),
    fates: ENDS,
    ..POOLED
};

/// An async function that waits for what never comes: it holds nothing.
const STUCK: Left = Left {
    counts: &[1, 2],
    growth: Some("grows"),
    ended: Some(false),
    due_within: None,
    fates: IGNORED,
    ..FUNCTION
};

const POOL: &[Left] = &[Left { at: "await pool.query", ..POOLED }];

/// The table.
pub const SAMPLES: &[Sample] = &[
    everywhere("clean.js", pass("async", &[])),
    everywhere("clean-async.mjs", pass("async", &[])),
    lasting("clean-callback.js", pass("callback-wait", &[]), DEPRECATED),
    sample(
        "context-succeed.js",
        fail("done", &[REFRESH]),
        answers_error(fail("async-24", &[REFRESH])),
    ),
    lasting(
        "context-fail.js",
        answers_error(fail("done", &[POLL])),
        answers_error(fail("async-24", &[POLL])),
    ),
    Sample {
        flags: MIXED,
        ..sample(
            "context-done.js",
            fail("done", CONTEXT_DONE),
            answers_error(fail("async-24", CONTEXT_DONE)),
        )
    },
    sample("callback-wait-timer.js", pass("callback-wait", &[awaited(FLUSH)]), DEPRECATED),
    lasting(
        "callback-wait-interval.js",
        held(&[Left { counts: &[1], growth: None, ..POLL }]),
        DEPRECATED,
    ),
    needing(
        Needs::Peer,
        lasting(
            "callback-nowait.js",
            pass("callback-nowait", &[Left { at: "net.connect(", ..CONNECTION }]),
            DEPRECATED,
        ),
    ),
    sample("callback-error.js", answers_error(fail("callback-error", &[FLUSH])), DEPRECATED),
    sample("implicit.js", pass("implicit", &[]), fail("async-24", &[FLUSH])),
    needing(Needs::Postgres, everywhere("pg-pool.js", pass("async", POOL))),
    needing(
        Needs::Postgres,
        everywhere(
            "pg-pool-retry.js",
            pass("async", &[Left { at: "return pool.query", ..POOLED }]),
        ),
    ),
    needing(
        Needs::Postgres,
        lasting(
            "pg-pool.js:wait",
            held(&[Left {
                at: "exports.wait = +1",
                counts: &[1],
                growth: None,
                level: "deny",
                ..POOLED
            }]),
            DEPRECATED,
        ),
    ),
    needing(
        Needs::Postgres,
        lasting(
            "pg-pool.js:nowait",
            pass(
                "callback-nowait",
                &[Left { at: "callbackWaitsForEmptyEventLoop = false; +1", ..POOLED }],
            ),
            DEPRECATED,
        ),
    ),
    needing(
        Needs::Postgres,
        lasting(
            "pg-pool-idle.js",
            pass(
                "callback-wait",
                &[Left {
                    at: "pool.query",
                    package: Some("pg"),
                    due_within: Some(10_000.0),
                    ..IDLE
                }],
            ),
            DEPRECATED,
        ),
    ),
    needing(
        Needs::Postgres,
        everywhere(
            "pg-pool-per-invocation.js",
            fail(
                "async",
                &[Left {
                    at: "await pool.query",
                    counts: &[1, 2],
                    growth: Some("grows"),
                    level: "deny",
                    ..POOLED
                }],
            ),
        ),
    ),
    // Client 3 answers before the pool has looked at the query, and its timer still runs then.
    needing(
        Needs::Postgres,
        lasting(
            "pg-floating.js",
            fail("async", &[Left { fates: STAYS, due_within: Some(10_000.0), ..QUERY }]),
            fail("async-24", &[QUERY]),
        ),
    ),
    needing(
        Needs::Redis,
        everywhere(
            "redis.js",
            pass(
                "async",
                &[Left { at: "client.connect(", package: Some("@redis/client"), ..CONNECTION }],
            ),
        ),
    ),
    needing(
        Needs::Redis,
        everywhere(
            "ioredis.js",
            pass(
                "async",
                &[Left {
                    at: "new Redis(",
                    package: Some("ioredis"),
                    created: "init",
                    ..CONNECTION
                }],
            ),
        ),
    ),
    needing(
        Needs::Peer,
        everywhere(
            "s3.js",
            pass(
                "async",
                &[Left { at: "client.send(", package: Some("@smithy/node-http-handler"), ..IDLE }],
            ),
        ),
    ),
    needing(
        Needs::Peer,
        everywhere(
            "undici.js",
            pass("async", &[Left { at: "await request(", package: Some("undici"), ..IDLE }]),
        ),
    ),
    needing(
        Needs::Peer,
        everywhere("fetch.js", pass("async", &[Left { at: "await fetch(", ..IDLE }])),
    ),
    needing(
        Needs::Peer,
        lasting(
            "http-keep-alive.js",
            pass("callback-wait", &[Left { at: "http.get(", ..IDLE }]),
            DEPRECATED,
        ),
    ),
    needing(Needs::Peer, everywhere("http-no-agent.js", pass("async", &[]))),
    needing(Needs::Peer, until_ended(everywhere("http-in-flight.js", fail("async", &[REQUEST])))),
    needing(
        Needs::Peer,
        sample("http-in-flight.js:wait", pass("callback-wait", &[awaited(REQUEST)]), DEPRECATED),
    ),
    needing(
        Needs::Peer,
        everywhere("http2.js", pass("async", &[Left { at: "http2.connect(", ..CONNECTION }])),
    ),
    needing(
        Needs::Peer,
        everywhere(
            "ws.js",
            pass("async", &[Left { at: "new WebSocket(", package: Some("ws"), ..CONNECTION }]),
        ),
    ),
    everywhere(
        "udp.js",
        pass(
            "async",
            &[Left {
                at: "dgram.createSocket(",
                created: "init",
                socket: Some(("udp", "unconnected", false)),
                ..CONNECTION
            }],
        ),
    ),
    everywhere(
        "server.js",
        fail(
            "async",
            &[Left {
                rule: "listening-socket",
                at: "server.listen(0",
                level: "deny",
                socket: Some(("tcp", "listen", false)),
                ..CONNECTION
            }],
        ),
    ),
    until_ended(everywhere("floating-async.js", fail("async", &[FLOATING]))),
    sample("floating-async.js:wait", pass("callback-wait", &[awaited(FLOATING)]), DEPRECATED),
    everywhere(
        "async-loop.js",
        fail(
            "async",
            &[Left {
                name: Some("poll"),
                at: "async function poll",
                waits_at: Some("await sleep("),
                counts: &[1, 2],
                growth: Some("grows"),
                ended: Some(false),
                due_within: Some(100.0),
                ..FUNCTION
            }],
        ),
    ),
    lasting(
        "stuck-async.js",
        fail(
            "callback-wait",
            &[Left { name: Some("consume"), at: "async function consume", ..STUCK }],
        ),
        DEPRECATED,
    ),
    everywhere("udp-closed.js", pass("async", &[])),
    everywhere("output.js", pass("async", &[])),
    needing(Needs::Peer, everywhere("undici-closed.js", pass("async", &[]))),
    everywhere(
        "udp-per-invocation.js",
        fail(
            "async",
            &[Left {
                at: "createSocket('udp4')",
                counts: &[1, 2],
                growth: Some("grows"),
                level: "deny",
                socket: Some(("udp", "unconnected", false)),
                ..CONNECTION
            }],
        ),
    ),
    until_ended(everywhere(
        "child-exec.js",
        fail(
            "async",
            &[Left {
                handle: Some("process"),
                name: Some("sh"),
                at: "exec('sleep 0.4')",
                ended: Some(true),
                fates: ENDS,
                ..HANDLE
            }],
        ),
    )),
    until_ended(sample(
        "same-line.js",
        fail("async", &[SAME_LINE, SAME_LINE_IMMEDIATE]),
        fail("async-24", &[SAME_LINE]),
    )),
    lasting(
        "held-unref.js",
        fail(
            "callback-wait",
            &[
                Left {
                    name: Some("setInterval(poll)"),
                    at: "setInterval(function poll",
                    counts: &[1, 1],
                    growth: Some("constant"),
                    keeps_loop: Some(false),
                    fates: IGNORED,
                    ..INTERVAL
                },
                awaited(Left {
                    name: Some("setTimeout"),
                    at: "setTimeout(()",
                    due_within: None,
                    ..TIMER
                }),
            ],
        ),
        DEPRECATED,
    ),
    lasting(
        "unref-interval.js",
        fail(
            "callback-wait",
            &[Left {
                name: Some("setInterval(flush)"),
                at: "setInterval(flush",
                counts: &[1, 1],
                growth: Some("constant"),
                keeps_loop: Some(false),
                fates: IGNORED,
                ..INTERVAL
            }],
        ),
        DEPRECATED,
    ),
    everywhere(
        "init-interval.js",
        fail(
            "async",
            &[Left {
                name: Some("setInterval(flush)"),
                at: "setInterval(flush",
                created: "init",
                counts: &[1, 1],
                growth: Some("constant"),
                ..INTERVAL
            }],
        ),
    ),
    sample("stream.mjs", pass("stream-wait", &[]), pass("stream-24", &[])),
    sample("stream-leak.mjs", pass("stream-wait", &[awaited(FLUSH)]), fail("stream-24", &[FLUSH])),
    sample("stream-leak.mjs:nowait", fail("stream-nowait", &[FLUSH]), fail("stream-24", &[FLUSH])),
    everywhere(
        "worker.js",
        fail(
            "async",
            &[Left {
                handle: Some("worker"),
                at: "new Worker(",
                counts: &[1, 2],
                growth: Some("grows"),
                fates: ENDS,
                ..HANDLE
            }],
        ),
    ),
    everywhere(
        "child.js",
        fail(
            "async",
            &[Left {
                name: Some("sleep"),
                handle: Some("process"),
                at: "spawn('sleep'",
                counts: &[1, 2],
                growth: Some("grows"),
                fates: ENDS,
                ..HANDLE
            }],
        ),
    ),
    everywhere(
        "watcher.js",
        fail(
            "async",
            &[Left {
                name: Some("fs.watch"),
                handle: Some("watcher"),
                at: "fs.watch(",
                fates: STAYS,
                ..HANDLE
            }],
        ),
    ),
    everywhere(
        "message-port.js",
        fail("async", &[Left { fates: STAYS, ..PORT }, Left { fates: IGNORED, ..PORT }]),
    ),
    until_ended(everywhere(
        "pool-job.js",
        fail("async", &[Left { at: "exports.handler = +1", ..HASHING }]),
    )),
    sample(
        "pool-job.js:wait",
        pass("callback-wait", &[awaited(Left { at: "exports.wait = +1", ..HASHING })]),
        DEPRECATED,
    ),
    Sample {
        flags: &["--settle", "50ms", "--timeout", "30s"],
        heavy: true,
        ..everywhere("many-timers.js", fail("async", TIMERS))
    },
    until_ended(everywhere("many-awaits.js", pass("async", &[]))),
    Sample { since: 22, ..until_ended(everywhere("handler.ts", fail("async", &[FLUSH]))) },
    Sample { flags: MIXED, ..everywhere("bundle/dist/handler.js", fail("async", BUNDLED)) },
    Sample { flags: MIXED, ..everywhere("bundle/dist/minified.js", fail("async", MINIFIED)) },
    everywhere(
        "bad/syntax-error.js",
        broken(&[], &[("init-error", "Runtime.UserCodeSyntaxError")]),
    ),
    everywhere("bad/throws-at-load.js", broken(&[], &[("init-error", "init phase: Error")])),
    everywhere("bad/not-a-function.js", broken(&[], &[("init-error", "Runtime.HandlerNotFound")])),
    everywhere("bad/missing-export.js", broken(&[], &[("init-error", "Runtime.HandlerNotFound")])),
    everywhere(
        "bad/process-exit.js",
        broken(&["crash"], &[("handler-exited", "exited with code 3 in invocation 1")]),
    ),
    Sample {
        flags: &["--timeout", "500ms"],
        ..everywhere(
            "bad/never-answers.js",
            broken(
                &["timeout"],
                &[("timed-out", "Task timed out after 0.50 seconds in invocation 1")],
            ),
        )
    },
    lasting(
        "bad/never-settles.js",
        fail(
            "implicit",
            &[Left { name: Some("exports.handler"), at: "exports.handler = async", ..STUCK }],
        ),
        broken(&["exit"], &[("handler-exited", "exited with code 0 in invocation 1")]),
    ),
    everywhere("bad/rejects.js", answers_error(pass("async", &[]))),
    everywhere("bad/circular.js", answers_error(pass("async", &[]))),
    sample(
        "bad/double-answer.js",
        pass(
            "callback-wait",
            &[awaited(Left {
                name: Some("setTimeout(again)"),
                at: "setTimeout(again",
                due_within: Some(100.0),
                ..TIMER
            })],
        ),
        DEPRECATED,
    ),
    sample(
        "bad/late-throw.js",
        dies("async", CODE_AND_REFUSED[0], LATE_THROW),
        dies("async-24", CODE_1, LATE_THROW),
    ),
    sample(
        "bad/late-reject.js",
        dies("async", CODE_AND_REFUSED[1], LATE_REJECT),
        dies("async-24", CODE_1, LATE_REJECT),
    ),
];

/// The recordings in `testdata/recordings`: the name, the sample, and the Node.
pub const RECORDED: &[(&str, &str, u32)] = &[
    ("node-context-succeed", "context-succeed.js", 18),
    ("node-context-fail", "context-fail.js", 20),
    ("node-context-done", "context-done.js", 22),
    ("node-callback-wait-timer", "callback-wait-timer.js", 22),
    ("node-callback-wait-interval", "callback-wait-interval.js", 20),
    ("node-pg-pool-wait", "pg-pool.js:wait", 22),
    ("node-pg-pool-nowait", "pg-pool.js:nowait", 18),
    ("node-pg-pool-per-invocation", "pg-pool-per-invocation.js", 24),
    ("node-http-in-flight", "http-in-flight.js", 24),
    ("node-floating-async", "floating-async.js", 22),
    ("node-stream-leak", "stream-leak.mjs", 24),
    ("node-bundle", "bundle/dist/minified.js", 24),
];

/// The sample with this file and export.
pub fn sample_of(handler: &str) -> &'static Sample {
    SAMPLES.iter().find(|sample| sample.handler == handler).unwrap()
}

impl Sample {
    /// What is true of it on a Node of this release line.
    pub fn truth(&self, version: u32) -> Truth {
        if version < 24 { self.callbacks } else { self.promises }
    }
}

/// Fails unless the report says exactly what is true of the sample on this Node.
pub fn check(sample: &Sample, version: u32, report: &Value) {
    let truth = sample.truth(version);
    let seen = format!("{} on Node {version}: {:#}", sample.handler, brief(report));
    assert_eq!(report["exit_code"], truth.exit_code, "{seen}");
    let verdict = ["pass", "fail", "", "error"][usize::from(truth.exit_code)];
    assert_eq!(report["verdict"], verdict, "{seen}");
    assert_eq!(report["handler"]["runtime"], "node", "{seen}");
    let told = |gap: &&Value| !(sample.heavy && gap["id"] == "feed-lag");
    let gaps: Vec<&Value> = list(&report["gaps"]).iter().filter(told).collect();
    assert_eq!(gaps.len(), truth.gaps.len(), "{seen}");
    for (gap, (id, message)) in gaps.iter().zip(truth.gaps) {
        assert_eq!(gap["id"], *id, "{seen}");
        assert!(text(&gap["message"]).contains(message), "{seen}");
        assert_ne!(text(&gap["hint"]), "-", "{seen}");
    }
    check_invocations(&truth, report, &seen);
    check_modes(&truth, report, &seen);
    let mut expected: Vec<String> = truth.left.iter().map(|left| left.row(sample)).collect();
    let mut found: Vec<String> = handlers_own(report).map(observed_row).collect();
    expected.sort();
    found.sort();
    // Where it is not known which comes first, it is not compared.
    let depends = truth.left.iter().any(|left| left.ended.is_none());
    if depends {
        found.iter_mut().for_each(|row| *row = row.replace("ended=true", "ended=false"));
    }
    assert_eq!(found, expected, "{seen}");
    handlers_own(report).for_each(|finding| check_times(&truth, finding, &seen));
}

/// Each invocation has completed in the mode, and counts what the findings count.
fn check_invocations(truth: &Truth, report: &Value, seen: &str) {
    let invocations = list(&report["invocations"]);
    let outcomes: Vec<&str> = invocations.iter().map(|known| text(&known["outcome"])).collect();
    assert_eq!(outcomes, truth.outcomes, "{seen}");
    for (index, invocation) in invocations.iter().enumerate() {
        if invocation["response_ms"].is_null() {
            continue;
        }
        assert_eq!(invocation["mode"], truth.mode, "{seen}");
        let counts = handlers_own(report).map(|finding| finding["counts"][index].as_u64().unwrap());
        assert_eq!(invocation["pending"], counts.sum::<u64>(), "{seen}");
    }
}

/// The verdict follows the mode that was used, and every mode groups the findings by their fate.
fn check_modes(truth: &Truth, report: &Value, seen: &str) {
    let modes = list(&report["modes"]);
    let gated = modes.iter().filter(|mode| mode["gated"] == true).map(|mode| text(&mode["id"]));
    let used = if truth.mode.is_empty() { vec![] } else { vec![truth.mode] };
    assert_eq!(gated.collect::<Vec<_>>(), used, "{seen}");
    for mode in modes {
        for group in list(&mode["groups"]) {
            for id in list(&group["findings"]) {
                let mut findings = handlers_own(report).filter(|finding| finding["id"] == *id);
                let fates = &findings.next().expect(seen)["fates"];
                assert_eq!(fates[text(&mode["policy"])]["fate"], group["fate"], "{mode:#} {seen}");
            }
        }
    }
}

/// The numbers of a finding are of one mind, and within what the source says.
fn check_times(truth: &Truth, finding: &Value, seen: &str) {
    let expected =
        truth.left.iter().find(|left| left.name.unwrap_or("-") == text(&finding["name"]));
    let due = [&finding["timer"]["due_ms"], &finding["waits_on"]["due_ms"]]
        .into_iter()
        .find_map(Value::as_f64);
    if let Some(most) = expected.and_then(|left| left.due_within) {
        let due = due.unwrap_or_else(|| panic!("no due time: {finding:#}"));
        assert!(due <= most, "due after {due} of {most} ms at most: {seen}");
    }
    let frozen = &finding["fates"]["freeze"];
    if frozen["fate"] == "frozen-overdue" {
        assert_eq!(frozen["ms"].as_f64(), due, "{seen}");
    }
    if let Some(ended) = finding["ended_ms"].as_f64()
        && truth.outcomes.len() == 2
    {
        assert_eq!(finding["fates"]["hold-response"]["ms"], ended, "{seen}");
        // A timer of Node may fire a millisecond early, as both of its clocks are cut to whole ones.
        assert!(
            due.is_none_or(|due| finding["socket"].is_object() || ended >= due - 2.0),
            "{seen}"
        );
    }
}

impl Left {
    /// Everything that is to be compared, in one line.
    fn row(&self, sample: &Sample) -> String {
        let handler = sample.handler.rsplit_once(':').map_or(sample.handler, |(file, _)| file);
        let file = self.file.unwrap_or(handler);
        let waits_at = self.waits_at.map_or("-".to_owned(), |text| line_of(file, text));
        let socket = self.socket.map_or("- - -".to_owned(), |(protocol, state, in_flight)| {
            format!("{protocol} {state} {in_flight}")
        });
        format!(
            "{} {} handle={} at={} package={} created={} counts={:?} growth={} {} {} ended={} \
             ref={} waits-at={waits_at} socket={socket} fates={:?}",
            self.rule,
            self.name.unwrap_or("-"),
            self.handle.unwrap_or("-"),
            line_of(file, self.at),
            self.package.unwrap_or("-"),
            self.created,
            self.counts,
            self.growth.unwrap_or("-"),
            self.level,
            self.status,
            self.ended.unwrap_or(false),
            self.keeps_loop.map_or("-".to_owned(), |keeps| keeps.to_string()),
            self.fates,
        )
    }
}

/// The same line of a finding.
fn observed_row(finding: &Value) -> String {
    let counts: Vec<u64> =
        list(&finding["counts"]).iter().map(|count| count.as_u64().unwrap()).collect();
    let place = |place: &Value| match place {
        Value::Null => "-".to_owned(),
        place => format!("{}:{}", text(&place["file"]), place["line"]),
    };
    let socket = match &finding["socket"] {
        Value::Null => "- - -".to_owned(),
        socket => {
            let (protocol, state) = (text(&socket["protocol"]), text(&socket["state"]));
            format!("{protocol} {state} {}", socket["in_flight"])
        }
    };
    let holder = if finding["socket"].is_null() { &finding["timer"] } else { &finding["socket"] };
    let keeps_loop = holder["ref"].as_bool().map_or("-".to_owned(), |keeps| keeps.to_string());
    let fates =
        ["freeze", "hold-response", "hold-env"].map(|id| text(&finding["fates"][id]["fate"]));
    let package = text(&finding["package"]);
    format!(
        "{} {} handle={} at={} package={} created={} counts={counts:?} growth={} {} {} ended={} \
         ref={keeps_loop} waits-at={} socket={socket} fates={fates:?}",
        text(&finding["rule"]),
        text(&finding["name"]),
        text(&finding["handle"]),
        place(&finding["location"]),
        package.split_once(' ').map_or(package, |(name, _)| name),
        text(&finding["created"]),
        text(&finding["growth"]),
        text(&finding["level"]),
        text(&finding["status"]),
        !finding["ended_ms"].is_null(),
        place(&finding["waits_on"]["location"]),
    )
}

/// `samples/FILE:LINE` of the one line of code with this text, or of the line below it.
pub fn line_of(file: &str, part: &str) -> String {
    let path = format!("{}/{FOLDER}/samples/{file}", env!("CARGO_MANIFEST_DIR"));
    let source = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let (part, below) = part.strip_suffix(" +1").map_or((part, 0), |part| (part, 1));
    let is_code = |line: &str| !line.trim_start().starts_with("//");
    let lines: Vec<usize> = source
        .lines()
        .enumerate()
        .filter(|(_, line)| is_code(line) && line.contains(part))
        .map(|(index, _)| index + 1 + below)
        .collect();
    assert_eq!(lines.len(), 1, "{part:?} stands in lines {lines:?} of {path}");
    format!("samples/{file}:{}", lines[0])
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// The text of a string; `-` for null.
fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("-")
}
