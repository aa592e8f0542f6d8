//! The topics of fates and of their modifiers.

use crate::explain::{Family, Topic};
use crate::report::{Fate, Modifier};

pub(super) fn topics() -> Vec<Topic> {
    let topic = |fate: &Fate| {
        let (title, text) = (fate.phrase(), text(*fate).to_owned());
        Topic { family: Family::Fate, id: fate.as_str(), title, text, code: None }
    };
    Fate::ALL.iter().map(topic).collect()
}

pub(super) fn modifiers() -> Vec<Topic> {
    let topic = |modifier: &Modifier| {
        let (title, text) = (modifier.phrase(), modifier_text(*modifier).to_owned());
        Topic { family: Family::Modifier, id: modifier.as_str(), title, text, code: None }
    };
    Modifier::ALL.iter().map(topic).collect()
}

const fn text(fate: Fate) -> &'static str {
    match fate {
        Fate::HoldsUntilTimeout => {
            "Under `hold-response` the response waits for this item, and it does not end before the function's timeout. The caller gets an error although the handler has completed, and the environment is killed. End it before the handler completes; an item that has to remain must not keep the event loop alive."
        }
        Fate::EnvHoldsUntilTimeout => {
            "Under `hold-env` the caller has the response, and the environment stays awake for this item, which does not end before the function's timeout. All of that time is billed, and the environment is killed at the end of it. End it before the handler completes; an item that has to remain must not keep the event loop alive."
        }
        Fate::Holds => {
            "Under `hold-response` the response waits for this item, and the caller waits with it. The report states the time where it is known. Work that the caller does not need belongs in a queue; a timer that is only a safeguard can be cleared or unref'd."
        }
        Fate::EnvHolds => {
            "Under `hold-env` the caller has the response, and the environment stays awake, and billed, for this item. The report states the time where it is known. If it is not worth waiting for, end it before the handler completes."
        }
        Fate::FrozenOverdue => {
            "Under `freeze` this item is frozen, and its deadline passes while the environment is frozen. It fires late, at the next thaw, during another invocation; or never, if there is none. Await it before the handler completes, or cancel it."
        }
        Fate::Frozen => {
            "Under `freeze` this item is frozen with the environment. It resumes in a later invocation, and its output and its errors appear in the log of that invocation; or never, if the environment is shut down first. For the connection of a pool that is intended; wait for anything else before the handler completes."
        }
        Fate::RunsOn => {
            "Under `run-on` nothing is frozen, so this item continues until it ends by itself. If it never ends, each invocation may add another: see `accumulates`."
        }
        Fate::CompletesEarly => {
            "Between the response and the freeze a process still runs for some milliseconds, and this item ended in that time. So it is `safe`, and does not fail the run. The time is billed."
        }
        Fate::Ignored => {
            "This item does not keep the event loop alive, so under `hold-response` and `hold-env` the platform does not wait for it. It is frozen with the rest once nothing else holds the loop. An unref'd timer and the idle connection of an HTTP agent are such items."
        }
    }
}

const fn modifier_text(modifier: Modifier) -> &'static str {
    match modifier {
        Modifier::StaleRisk => {
            "While an environment is frozen, its peers may close connections that are idle. The first use after the thaw then fails, with ECONNRESET or EPIPE. Retry once on a connection error, or let the pool test a connection before it is used."
        }
        Modifier::LateError => {
            "The item resumes in a later invocation. If it fails there, the error appears in the log of an unrelated request; in Node.js an error that nobody handles ends the process, and fails that invocation. Await it before the handler completes, and handle its error there."
        }
        Modifier::LostAtShutdown => {
            "Lambda ends an environment with SIGKILL, without notice, if no extension is registered. Work that was frozen then is never finished. Do not leave necessary work behind; an internal extension gets SIGTERM and half a second."
        }
        Modifier::Burst => {
            "An interval of tokio makes up for missed ticks: after a freeze they all fire in quick succession. Its work is then done many times in a moment. Drop the interval before the handler returns, or set its MissedTickBehavior."
        }
        Modifier::Accumulates => {
            "The number of such items rises from invocation to invocation, in the same environment. Memory, sockets or threads eventually run out, far from the cause. Make it once, outside of the handler, or end it in the invocation that has started it."
        }
    }
}
