//! Samples for Node.js that leave async functions, timers, workers, processes and jobs.

use super::finding::Place::{Below, In, Line};
use super::finding::{ENDS, Finding, IGNORED, STAYS, TASK};
use super::node::{
    DEPRECATED, FLUSH, FUNCTION, HANDLE, MIXED, ONE_INTERVAL, TIMER, ending, everywhere, lasting,
    recorded, timeout, until_ended,
};
use super::sample::{Sample, Truth, Truths, fail, pass};

const FLOATING: Finding = Finding {
    name: Some("flush"),
    place: Line("async function flush"),
    waits_on: timeout("setTimeout(resolve"),
    due_within: Some(300.0),
    ..FUNCTION
};

/// An async function that waits for what never comes: it holds nothing.
pub const STUCK: Finding = Finding { fates: IGNORED, ..FUNCTION.growing() };

const PORT: Finding =
    Finding { handle: Some("message-port"), place: Line("new MessageChannel"), ..HANDLE.growing() };

const HASHING: Finding =
    Finding { rule: "pending-blocking-task", name: Some("crypto.pbkdf2"), fates: ENDS, ..TASK };

const SAME_LINE: Finding = Finding {
    name: Some("setTimeout(flush)"),
    place: Line("setTimeout(function flush"),
    due_within: Some(300.0),
    ..TIMER
};
const SAME_LINE_IMMEDIATE: Finding = Finding {
    name: Some("setImmediate"),
    place: Line("setImmediate(()"),
    fates: ["completes-early", "holds", "env-holds"],
    ..TASK.awaited()
};

const TIMERS: Finding = Finding {
    name: Some("setTimeout(expire)"),
    place: Line("setTimeout(expire"),
    counts: &[20_000, 40_000],
    due_within: Some(60_000.0),
    ..TIMER.growing()
};

const METRICS: &str = "bundle/src/metrics.ts";
const BUNDLED: &[Finding] = &[
    Finding {
        name: Some("setInterval(flush)"),
        place: In(METRICS, "setInterval(flush"),
        ..ONE_INTERVAL
    },
    Finding {
        name: Some("setTimeout(timerExpired)"),
        place: In(METRICS, "save();"),
        package: Some("lodash.debounce"),
        ..TIMER
    },
];
/// The names are those in `dist/minified.js`; places and packages are the same.
const MINIFIED: &[Finding] = &[
    Finding { name: Some("setInterval(de)"), ..BUNDLED[0] },
    Finding { name: Some("setTimeout(b)"), ..BUNDLED[1] },
];

const TYPED: Truth = fail("async", &[FLUSH]);

/// The rows.
pub const SAMPLES: &[Sample] = &[
    recorded(
        "node-floating-async",
        22,
        until_ended(everywhere(
            "floating-async.js",
            "an async function that nobody awaits is pending",
            fail("async", &[FLOATING]),
        )),
    ),
    ending(
        "floating-async.js:wait",
        "an async function holds a callback that waits",
        pass("callback-wait", &[FLOATING.awaited()]),
        DEPRECATED,
    ),
    everywhere(
        "async-loop.js",
        "an async function that never ends grows",
        fail(
            "async",
            &[Finding {
                name: Some("poll"),
                place: Line("async function poll"),
                waits_on: timeout("await sleep("),
                due_within: Some(100.0),
                ..FUNCTION.growing()
            }],
        ),
    ),
    lasting(
        "stuck-async.js",
        "an async function that awaits what never comes holds nothing",
        fail(
            "callback-wait",
            &[Finding { name: Some("consume"), place: Line("async function consume"), ..STUCK }],
        ),
        DEPRECATED,
    ),
    everywhere("output.js", "output that is read late is no finding", pass("async", &[])),
    until_ended(everywhere(
        "child-exec.js",
        "a command with its pipes is one child process",
        fail(
            "async",
            &[Finding {
                handle: Some("process"),
                name: Some("sh"),
                place: Line("exec('sleep 0.4')"),
                ended: Some(true),
                fates: ENDS,
                ..HANDLE
            }],
        ),
    )),
    until_ended(ending(
        "same-line.js",
        "a timer and an immediate of one line are two findings",
        fail("async", &[SAME_LINE, SAME_LINE_IMMEDIATE]),
        fail("async-24", &[SAME_LINE]),
    )),
    everywhere(
        "worker.js",
        "a worker that nobody ends grows",
        fail(
            "async",
            &[Finding {
                handle: Some("worker"),
                place: Line("new Worker("),
                fates: ENDS,
                ..HANDLE.growing()
            }],
        ),
    ),
    everywhere(
        "child.js",
        "a child process that nobody awaits grows",
        fail(
            "async",
            &[Finding {
                name: Some("sleep"),
                handle: Some("process"),
                place: Line("spawn('sleep'"),
                fates: ENDS,
                ..HANDLE.growing()
            }],
        ),
    ),
    everywhere(
        "watcher.js",
        "a watcher that nobody closes holds the loop",
        fail(
            "async",
            &[Finding {
                name: Some("fs.watch"),
                handle: Some("watcher"),
                place: Line("fs.watch("),
                fates: STAYS,
                ..HANDLE
            }],
        ),
    ),
    everywhere(
        "message-port.js",
        "of two ports the one with a listener holds the loop",
        fail("async", &[Finding { fates: STAYS, ..PORT }, Finding { fates: IGNORED, ..PORT }]),
    ),
    until_ended(everywhere(
        "pool-job.js",
        "a job of libuv's threads that nobody awaits is a blocking task",
        fail("async", &[Finding { place: Below("exports.handler ="), ..HASHING }]),
    )),
    ending(
        "pool-job.js:wait",
        "a job of libuv's threads holds a callback that waits",
        pass("callback-wait", &[Finding { place: Below("exports.wait ="), ..HASHING.awaited() }]),
        DEPRECATED,
    ),
    Sample {
        flags: &["--settle", "50ms", "--timeout", "300s"],
        heavy: true,
        ..everywhere(
            "many-timers.js",
            "twenty thousand timers are one finding",
            fail("async", &[TIMERS]),
        )
    },
    until_ended(everywhere(
        "many-awaits.js",
        "a million awaited promises pass",
        pass("async", &[]),
    )),
    Sample {
        truths: Truths::Node {
            since: 22,
            callbacks: TYPED,
            promises: Truth { mode: Some("async-24"), ..TYPED },
        },
        ..until_ended(everywhere("handler.ts", "TypeScript is run as it is", TYPED))
    },
    Sample {
        flags: MIXED,
        ..everywhere(
            "bundle/dist/handler.js",
            "a bundle with a source map is shown in its source",
            fail("async", BUNDLED),
        )
    },
    recorded(
        "node-bundle",
        24,
        Sample {
            flags: MIXED,
            ..everywhere(
                "bundle/dist/minified.js",
                "a minified bundle is shown in its source",
                fail("async", MINIFIED),
            )
        },
    ),
];
