//! The rules: one table of ids, levels and texts. Reports, `loopcheck explain` and README.md take
//! them from here.

use serde::{Deserialize, Serialize};

/// The effect of a rule's findings on the run.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// It is not shown.
    Allow,
    /// It is shown and does not fail the run.
    Warn,
    /// It fails the run.
    Deny,
}

/// The texts of a rule.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// The rule.
    pub id: RuleId,
    /// The kind of item found, in one line.
    pub title: &'static str,
    /// The remedy, in one line.
    pub help: &'static str,
    /// The meaning, its consequences and the remedy, in a few sentences.
    pub text: &'static str,
}

macro_rules! rules {
    ($($variant:ident = $id:literal, $level:ident, $title:literal, $help:literal, $text:literal;)+) => {
        /// The rules. Ids are stable.
        #[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
        pub enum RuleId {
            $(
                #[doc = $title]
                #[serde(rename = $id)]
                $variant,
            )+
        }

        impl RuleId {
            /// Every rule, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The id in reports.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $id,)+ }
            }

            /// The level when nothing else is configured.
            pub const fn default_level(self) -> Level {
                match self { $(Self::$variant => Level::$level,)+ }
            }

            /// The texts.
            pub const fn rule(self) -> Rule {
                match self {
                    $(Self::$variant => {
                        Rule { id: self, title: $title, help: $help, text: $text }
                    })+
                }
            }
        }
    };
}

rules! {
    StuckTask = "stuck-task", Deny,
        "a task that nothing can wake again",
        "this task has no waker left, so it will never run again: let the future that it awaits keep its waker, or do not spawn it",
        "A task waits, and nothing can wake it: no waker of it is left. Its work is never done, and it stays in memory for as long as the environment lives. Let the future that it awaits keep its waker, or do not spawn the task.";
    PendingTask = "pending-task", Deny,
        "a task that is still running",
        "await its JoinHandle before you return, or hand the work to a queue",
        "An async task had not finished when the response was sent: in tokio a spawned task, in Node.js an async function that nobody awaited. Where the environment is frozen (`freeze`), it resumes in a later invocation, or never, and an error in it surfaces in that invocation. A timer, lock or channel that it waits on is part of this finding, not a second one. Await it before the handler completes, or hand the work to a queue.";
    PendingBlockingTask = "pending-blocking-task", Deny,
        "a blocking task that is still running",
        "await its JoinHandle before you return; a blocking task cannot be cancelled",
        "Work in a thread of the runtime had not finished: in tokio a task of spawn_blocking, in Node.js a job in libuv's thread pool. It cannot be cancelled. Where the environment is frozen (`freeze`), its thread is frozen in the middle of it. Await its result before the handler completes.";
    PendingInterval = "pending-interval", Deny,
        "an interval that is still ticking",
        "drop the Interval before you return",
        "A repeating timer was still active. In Node.js it keeps the event loop alive unless it is unref'd, so a response that waits for the loop (`hold-response`) waits until the function times out. Where the environment is frozen (`freeze`), an interval of Node.js fires once at the thaw, and one of tokio fires every tick that it has missed. Clear it, or drop it, before the handler completes.";
    PendingTimer = "pending-timer", Deny,
        "a timer that has not fired",
        "await it or drop it before you return",
        "A one-shot timer had not fired, and no task waits on it. Where the environment is frozen (`freeze`), it fires late, at a thaw, or never; where the event loop is waited for (`hold-response`), it delays the response unless it is unref'd. Await its purpose, or clear it, before the handler completes.";
    ListeningSocket = "listening-socket", Deny,
        "a socket that is still listening",
        "close the listener before you return: nobody can connect to a frozen environment",
        "A socket was still listening. Nobody can connect to a frozen environment. In Node.js a server keeps the event loop alive unless it is unref'd, so a response that waits for the loop (`hold-response`) waits until the function times out. Close it before the handler completes; in Node.js, if it has to stay, make it in the init phase and unref it.";
    ClosingSocket = "closing-socket", Deny,
        "a socket whose peer has closed it",
        "read to the end and close it: the pool that keeps it will fail on its next use",
        "The peer has closed this connection and the handler has not: the kernel calls that CLOSE_WAIT. A pool that keeps such a connection fails on its next use. Read it to its end and close it.";
    PendingSocket = "pending-socket", Warn,
        "an open connection",
        "keep one client for the life of the environment, made once and used by every invocation, or close the connection before you return",
        "A connection was open. While their number stays the same over the invocations, that is what a pool is for, and it is a warning; it fails the run when there are more with every invocation, or when a request is in flight. The peer may drop a connection during a freeze, so retry once on a connection error. Make one client, outside of the handler, for every invocation; or close the connection before the handler completes.";
    PendingThread = "pending-thread", Deny,
        "a thread that is still running",
        "join it before you return, or use spawn_blocking and await that: no runtime knows this thread, and a freeze stops it at any point",
        "A thread that no runtime accounts for was still running. Nothing waits for it, and a freeze stops it at any point. Threads are seen on Linux only. Join it before the handler completes, or use a blocking task of the runtime and await that.";
    PendingHandle = "pending-handle", Deny,
        "a child process, or another handle, that is still open",
        "wait for it before you return: it is frozen together with the handler",
        "A child process, a worker, a file watcher, a message port or another handle was still open. It is frozen together with the handler. In Node.js it keeps the event loop alive unless it is unref'd, so it also holds a response that waits for the loop (`hold-response`). Wait for its end, or close it, before the handler completes.";
    StaleExpectation = "stale-expectation", Warn,
        "an expectation that matches nothing, or has expired",
        "remove it from the configuration, or correct its matchers; if it has expired, fix the cause or set another date",
        "An expectation of the configuration matches nothing, or its last day is over. Its reason is gone, and it would exempt the next finding that happens to match. It is reported only if every handler that it may apply to was run and seen completely. Remove it, or correct its matchers; if it has expired, fix the cause or set another date.";
}
