//! Fates and their modifiers, in words.

use crate::explain::{Family, Topic};
use crate::report::{Fate, Modifier};

pub(super) fn topics() -> Vec<Topic> {
    let topic = |fate: &Fate| {
        let (title, text) = text(*fate);
        let text = text.to_owned();
        Topic { family: Family::Fate, id: fate.as_str(), title, text, code: None }
    };
    Fate::ALL.iter().map(topic).collect()
}

pub(super) fn modifiers() -> Vec<Topic> {
    let topic = |modifier: &Modifier| {
        let (title, text) = modifier_text(*modifier);
        let text = text.to_owned();
        Topic { family: Family::Modifier, id: modifier.as_str(), title, text, code: None }
    };
    Modifier::ALL.iter().map(topic).collect()
}

const fn text(fate: Fate) -> (&'static str, &'static str) {
    match fate {
        Fate::HoldsUntilTimeout => (
            "it holds the response until the function times out",
            "Under `hold-response` the response waits for this item, and it does not end before the function's timeout. The caller gets an error although the handler has completed, and the environment is killed. End it before the handler completes; what has to stay must not keep the event loop alive.",
        ),
        Fate::EnvHoldsUntilTimeout => (
            "it keeps the environment awake until the function times out",
            "Under `hold-env` the caller has the response, and the environment stays awake for this item, which does not end before the function's timeout. All of that time is billed, and the environment is killed at the end of it. End it before the handler completes; what has to stay must not keep the event loop alive.",
        ),
        Fate::Holds => (
            "it holds the response until it ends",
            "Under `hold-response` the response waits for this item, and the caller waits with it. The time is told where it is known. Work that the caller does not need belongs into a queue; a timer that is only a safeguard can be cleared or unref'd.",
        ),
        Fate::EnvHolds => (
            "it keeps the environment awake until it ends",
            "Under `hold-env` the caller has the response, and the environment stays awake, and billed, for this item. The time is told where it is known. If it is not worth waiting for, end it before the handler completes.",
        ),
        Fate::FrozenOverdue => (
            "it is stopped, and due meanwhile",
            "Under `freeze` this item is stopped, and what it waits for comes due while the environment is frozen. It fires late, at the next thaw, in the time of another invocation; or never, if there is none. Await it before the handler completes, or cancel it.",
        ),
        Fate::Frozen => (
            "it is stopped where it stands",
            "Under `freeze` this item is stopped with the environment. It goes on in a later invocation, in whose log its output and its errors stand; or never, if the environment is shut down first. For the connection of a pool that is as it should be; wait for anything else before the handler completes.",
        ),
        Fate::RunsOn => (
            "it goes on running between invocations",
            "Under `run-on` nothing is frozen, so this item goes on until it ends by itself. If it never ends, each invocation may add another: see `accumulates`.",
        ),
        Fate::CompletesEarly => (
            "it ends before the environment is frozen",
            "Between the response and the freeze a process still runs for some milliseconds, and this item ended in that time. So it is `safe`, and does not fail the run. The time is billed.",
        ),
        Fate::Ignored => (
            "it holds nothing",
            "This item does not keep the event loop alive, so under `hold-response` and `hold-env` nobody waits for it. It is frozen with the rest once nothing else holds the loop. An unref'd timer and the idle connection of an HTTP agent are such items.",
        ),
    }
}

const fn modifier_text(modifier: Modifier) -> (&'static str, &'static str) {
    match modifier {
        Modifier::StaleRisk => (
            "the peer may have dropped the connection by then",
            "While an environment is frozen, its peers may close connections that are idle. The first use after the thaw then fails, with ECONNRESET or EPIPE. Retry once on a connection error, or let the pool test a connection before it is used.",
        ),
        Modifier::LateError => (
            "an error in it is blamed on a later invocation",
            "The item goes on in a later invocation. If it fails there, the error stands in the log of a request that has nothing to do with it; in Node.js an error that nobody handles ends the process, and fails that invocation. Await it before the handler completes, and handle its error there.",
        ),
        Modifier::LostAtShutdown => (
            "it is lost without notice when the environment is shut down",
            "Lambda ends an environment with SIGKILL, without notice, if no extension is registered. What was frozen then is never done. Do not leave work behind that has to be done; an internal extension gets SIGTERM and half a second.",
        ),
        Modifier::Burst => (
            "every tick that was missed comes at once",
            "An interval of tokio makes up for the ticks that it has missed: after a freeze they all come one after the other. What it does is then done many times in a moment. Drop the interval before the handler returns, or set its MissedTickBehavior.",
        ),
        Modifier::Accumulates => (
            "every invocation adds more",
            "The number of such items rises from invocation to invocation, in the same environment. Memory, sockets or threads run out in the end, far from the cause. Make it once, outside of the handler, or end it in the invocation that has started it.",
        ),
    }
}
