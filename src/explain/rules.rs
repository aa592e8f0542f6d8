//! The rules, in words.

use crate::explain::{Family, Topic};
use crate::rule::{Level, RuleId};

/// A gap, where a format knows of rules alone.
const INCOMPLETE_EVIDENCE: (&str, &str, &str) = (
    "incomplete-evidence",
    "something that the answer depends on could not be seen",
    "It stands for a gap: a hole in the evidence that touches the answer. Every gap has an id of its own, and a message that says what was not seen. Without a finding that fails the run, the verdict is `inconclusive` and the exit code is `4`: never a pass. Look up the gap by its own id, and mend what it names.",
);

pub(super) fn topics() -> Vec<Topic> {
    let rules = RuleId::ALL.iter().map(|rule| Topic {
        family: Family::Rule,
        id: rule.as_str(),
        title: rule.rule().title,
        text: format!("{} {}", text(*rule), level(rule.default_level())),
        code: None,
    });
    let (id, title, text) = INCOMPLETE_EVIDENCE;
    let incomplete = Topic { family: Family::Rule, id, title, text: text.to_owned(), code: None };
    rules.chain([incomplete]).collect()
}

const fn level(level: Level) -> &'static str {
    match level {
        Level::Allow => "By default it is not told at all.",
        Level::Warn => "By default it is told, and does not fail the run.",
        Level::Deny => "By default it fails the run.",
    }
}

const fn text(rule: RuleId) -> &'static str {
    match rule {
        RuleId::StuckTask => {
            "A task waits, and nothing is left that could wake it: no waker of it exists any more. What it was to do is never done, and it stays in memory for as long as the environment lives. Let the future that it awaits keep its waker, or do not spawn the task."
        }
        RuleId::PendingTask => {
            "An async task had not finished when the response was sent: in tokio one that was spawned, in Node.js an async function that nobody awaited. Where the environment is frozen (`freeze`), it goes on in a later invocation, or never, and an error in it is blamed on that invocation. A timer, lock or channel that it waits on is part of this finding, not a second one. Await it before the handler completes, or hand the work to a queue."
        }
        RuleId::PendingBlockingTask => {
            "Work in a thread of the runtime had not finished: in tokio a task of spawn_blocking, in Node.js a job in libuv's thread pool. It cannot be cancelled. Where the environment is frozen (`freeze`), its thread is stopped in the middle of it. Await its result before the handler completes."
        }
        RuleId::PendingInterval => {
            "A timer that fires again and again was still there. In Node.js it keeps the event loop alive unless it is unref'd, so a response that waits for the loop (`hold-response`) waits until the function times out. Where the environment is frozen (`freeze`), an interval of Node.js fires once at the thaw, and one of tokio fires every tick that it has missed. Clear it, or drop it, before the handler completes."
        }
        RuleId::PendingTimer => {
            "A timer that fires once had not fired, and no task waits on it. Where the environment is frozen (`freeze`), it fires late, at a thaw, or never; where the event loop is waited for (`hold-response`), it delays the response unless it is unref'd. Await what it is for, or clear it, before the handler completes."
        }
        RuleId::ListeningSocket => {
            "A socket was still listening. Nobody can connect to a frozen environment. In Node.js a server keeps the event loop alive unless it is unref'd, so a response that waits for the loop (`hold-response`) waits until the function times out. Close it before the handler completes; in Node.js, if it has to stay, make it in the init phase and unref it."
        }
        RuleId::ClosingSocket => {
            "The peer has closed this connection and the handler has not: the kernel calls that CLOSE_WAIT. A pool that keeps such a connection fails on its next use. Read it to its end and close it."
        }
        RuleId::PendingSocket => {
            "A connection was open. While their number stays the same over the invocations, that is what a pool is for, and it is a warning; it fails the run when there are more with every invocation, or when a request is in flight. The peer may drop a connection during a freeze, so retry once on a connection error. Make one client, outside of the handler, for every invocation; or close the connection before the handler completes."
        }
        RuleId::PendingThread => {
            "A thread that no runtime accounts for was still running. Nothing waits for it, and it is frozen wherever it stands. Threads are seen on Linux only. Join it before the handler completes, or use a blocking task of the runtime and await that."
        }
        RuleId::PendingHandle => {
            "A child process, a worker, a file watcher, a message port or another handle was still open. It is frozen together with the handler. In Node.js it keeps the event loop alive unless it is unref'd, so it also holds a response that waits for the loop (`hold-response`). Wait for its end, or close it, before the handler completes."
        }
        RuleId::StaleExpectation => {
            "An expectation of the configuration matches nothing any more, or its last day is over. What it was for is gone, and it would exempt the next finding that happens to match. It is told only where all that it may be meant for was run and seen. Take it out, or correct what it names; if its last day is over, mend the cause or set another."
        }
    }
}
