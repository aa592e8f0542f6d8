//! Samples for Node.js that complete in each of the ways there are.

use super::finding::Place::Line;
use super::finding::{Finding, IGNORED};
use super::node::{
    DEPRECATED, FLUSH, INTERVAL, MIXED, ONE_INTERVAL, REFFED, TIMER, ending, everywhere, held,
    lasting, needing, recorded,
};
use super::sample::{Needs, Sample, answers_error, fail, pass};

const REFRESH: Finding =
    Finding { name: Some("setTimeout(refresh)"), place: Line("setTimeout(refresh"), ..TIMER };
const POLL: Finding =
    Finding { name: Some("setInterval(poll)"), place: Line("setInterval(poll"), ..INTERVAL };
const CONTEXT_DONE: &[Finding] = &[REFRESH, POLL];

/// The rows.
pub const SAMPLES: &[Sample] = &[
    everywhere("clean.js", "the smallest handler passes", pass("async", &[])),
    everywhere("clean-async.mjs", "an ES module that clears everything passes", pass("async", &[])),
    lasting(
        "clean-callback.js",
        "a callback that is called last answers at once",
        pass("callback-wait", &[]),
        DEPRECATED,
    ),
    recorded(
        "node-context-succeed",
        18,
        ending(
            "context-succeed.js",
            "context.succeed does not wait for a timer",
            fail("done", &[REFRESH]),
            answers_error(fail("async-24", &[REFRESH])),
        ),
    ),
    recorded(
        "node-context-fail",
        20,
        lasting(
            "context-fail.js",
            "context.fail does not wait for an interval",
            answers_error(fail("done", &[POLL])),
            answers_error(fail("async-24", &[POLL])),
        ),
    ),
    recorded(
        "node-context-done",
        22,
        Sample {
            flags: MIXED,
            ..ending(
                "context-done.js",
                "context.done waits for no timer of either kind",
                fail("done", CONTEXT_DONE),
                answers_error(fail("async-24", CONTEXT_DONE)),
            )
        },
    ),
    recorded(
        "node-callback-wait-timer",
        22,
        ending(
            "callback-wait-timer.js",
            "a callback that waits is held until its timer has fired",
            pass("callback-wait", &[FLUSH.awaited()]),
            DEPRECATED,
        ),
    ),
    recorded(
        "node-callback-wait-interval",
        20,
        lasting(
            "callback-wait-interval.js",
            "a callback that waits is held by an interval until the timeout",
            held(&[POLL.once()]),
            DEPRECATED,
        ),
    ),
    needing(
        Needs::Peer,
        lasting(
            "callback-nowait.js",
            "a callback that does not wait leaves its pool alone",
            pass("callback-nowait", &[Finding { place: Line("net.connect("), ..REFFED }]),
            DEPRECATED,
        ),
    ),
    ending(
        "callback-error.js",
        "an error of a callback does not wait for a timer",
        answers_error(fail("callback-error", &[FLUSH])),
        DEPRECATED,
    ),
    ending(
        "implicit.js",
        "a handler that returns nothing answers when its loop is empty",
        pass("implicit", &[]),
        fail("async-24", &[FLUSH]),
    ),
    lasting(
        "held-unref.js",
        "an interval made while the response is held is frozen with it",
        fail(
            "callback-wait",
            &[
                Finding {
                    name: Some("setInterval(poll)"),
                    place: Line("setInterval(function poll"),
                    keeps_loop: Some(false),
                    fates: IGNORED,
                    ..ONE_INTERVAL
                },
                Finding {
                    name: Some("setTimeout"),
                    place: Line("setTimeout(()"),
                    due_within: None,
                    ..TIMER.awaited()
                },
            ],
        ),
        DEPRECATED,
    ),
    lasting(
        "unref-interval.js",
        "an interval that is not ref'd does not hold the response",
        fail(
            "callback-wait",
            &[Finding {
                name: Some("setInterval(flush)"),
                place: Line("setInterval(flush"),
                keeps_loop: Some(false),
                fates: IGNORED,
                ..ONE_INTERVAL
            }],
        ),
        DEPRECATED,
    ),
    everywhere(
        "init-interval.js",
        "an interval of the module is attributed to the init phase",
        fail(
            "async",
            &[Finding {
                name: Some("setInterval(flush)"),
                place: Line("setInterval(flush"),
                created: "init",
                ..ONE_INTERVAL
            }],
        ),
    ),
    ending(
        "stream.mjs",
        "a response stream that ends passes",
        pass("stream-wait", &[]),
        pass("stream-24", &[]),
    ),
    recorded(
        "node-stream-leak",
        24,
        ending(
            "stream-leak.mjs",
            "a response stream keeps the environment for a timer",
            pass("stream-wait", &[FLUSH.awaited()]),
            fail("stream-24", &[FLUSH]),
        ),
    ),
    ending(
        "stream-leak.mjs:nowait",
        "a response stream that does not wait leaves a timer",
        fail("stream-nowait", &[FLUSH]),
        fail("stream-24", &[FLUSH]),
    ),
];
