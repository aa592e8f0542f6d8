//! The rules: one table.

use serde::{Deserialize, Serialize};

/// What a finding of a rule does to the run.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// It is not worth saying.
    Allow,
    /// It is said and does not fail the run.
    Warn,
    /// It fails the run.
    Deny,
}

/// One rule.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Which one.
    pub id: RuleId,
    /// One line: what was found.
    pub title: &'static str,
    /// What to do about it.
    pub help: &'static str,
}

macro_rules! rules {
    ($($variant:ident = $id:literal, $level:ident, $title:literal, $help:literal;)+) => {
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

            /// Title and help.
            pub const fn rule(self) -> Rule {
                match self {
                    $(Self::$variant => Rule { id: self, title: $title, help: $help },)+
                }
            }
        }
    };
}

rules! {
    StuckTask = "stuck-task", Deny,
        "a task that nothing can wake again",
        "no waker of this task exists any more, so it will never run again: let the future that it awaits keep its waker, or do not spawn it";
    PendingTask = "pending-task", Deny,
        "a task that is still running",
        "await its JoinHandle before you return, or hand the work to a queue";
    PendingBlockingTask = "pending-blocking-task", Deny,
        "a blocking task that is still running",
        "await its JoinHandle before you return; a blocking task cannot be cancelled";
    PendingInterval = "pending-interval", Deny,
        "an interval that is still ticking",
        "drop the Interval before you return";
    PendingTimer = "pending-timer", Deny,
        "a timer that has not fired",
        "await it or drop it before you return";
    ListeningSocket = "listening-socket", Deny,
        "a socket that is still listening",
        "close the listener before you return: nobody can connect to a frozen environment";
    ClosingSocket = "closing-socket", Deny,
        "a socket whose peer has closed it",
        "read to the end and close it: the pool that keeps it will fail on its next use";
    PendingSocket = "pending-socket", Warn,
        "an open connection",
        "keep one client for the life of the environment, made once and used by every invocation, or close the connection before you return";
    PendingThread = "pending-thread", Deny,
        "a thread that is still running",
        "join it before you return, or use spawn_blocking and await that: no runtime knows of this thread, and it is frozen wherever it stands";
    PendingHandle = "pending-handle", Deny,
        "a child process, or another handle, that is still open",
        "wait for it before you return: it is frozen together with the handler";
    StaleExpectation = "stale-expectation", Warn,
        "an expectation that expects nothing any more",
        "take it out of the configuration, or correct what it names; if its last day is over, mend the cause or set another";
}
