//! Holes in the evidence.
//!
//! A gap is a value with a name, so that nothing which was not seen can be taken for nothing
//! there. What a gap does to the verdict is part of the gap.

use serde::{Deserialize, Serialize};

/// One hole in the evidence, or one reason why there is none.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Gap {
    /// Which kind of hole.
    pub id: GapId,
    /// What was not seen, in one sentence.
    pub message: String,
    /// How to mend it.
    pub hint: Option<String>,
}

impl Gap {
    /// A gap with a message and no hint.
    pub fn new(id: GapId, message: impl Into<String>) -> Self {
        Self { id, message: message.into(), hint: None }
    }

    /// The same gap with a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// What a gap does to the verdict.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Effect {
    /// Worth saying; the verdict does not depend on it.
    Note,
    /// The answer may be incomplete: never a pass (exit code 4).
    Inconclusive,
    /// The handler did not get to a response (exit code 3).
    NoResponse,
    /// The user asked for something impossible (exit code 2).
    Usage,
    /// A defect in loopcheck (exit code 5).
    Internal,
    /// The user interrupted the run (exit code 130).
    Interrupted,
}

macro_rules! gap_ids {
    ($($(#[doc = $doc:literal])+ $variant:ident = $id:literal, $effect:ident;)+) => {
        /// The kinds of gaps. Ids are stable.
        #[derive(
            Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize,
        )]
        pub enum GapId {
            $($(#[doc = $doc])+ #[serde(rename = $id)] $variant,)+
        }

        impl GapId {
            /// Every gap id, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The id in reports.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $id,)+ }
            }

            /// What a gap of this kind does to the verdict.
            pub const fn effect(self) -> Effect {
                match self { $(Self::$variant => Effect::$effect,)+ }
            }

            /// The gap with this id.
            pub fn from_id(id: &str) -> Option<Self> {
                match id { $($id => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

gap_ids! {
    /// The handler serves no console feed.
    NotInstrumented = "not-instrumented", Inconclusive;
    /// The console feed never showed a task.
    NoTasks = "no-tasks", Inconclusive;
    /// The feed could not be proved to be caught up with the response.
    FeedLag = "feed-lag", Inconclusive;
    /// The feed lost events because its queue was full.
    EventsDropped = "events-dropped", Inconclusive;
    /// The feed's first full state never came.
    FullStateMissing = "full-state-missing", Inconclusive;
    /// The feed ended before the run did.
    FeedLost = "feed-lost", Inconclusive;
    /// Two views of the same item contradict each other.
    FeedInconsistent = "feed-inconsistent", Inconclusive;
    /// loopcheck's agent in the Node.js process failed, and saw nothing after that.
    AgentFailed = "agent-failed", Inconclusive;
    /// libuv knows of something that keeps the event loop alive, and the agent does not.
    UnseenHandle = "unseen-handle", Inconclusive;
    /// The places of some items were not recorded, because there were too many at once.
    SitesMissing = "sites-missing", Note;
    /// The console address is served by a process that is not the handler.
    ForeignConsole = "foreign-console", Inconclusive;
    /// Sockets cannot be listed on this system.
    SocketsNotObserved = "sockets-not-observed", Note;
    /// A process of the handler could not be read.
    SocketsUnreadable = "sockets-unreadable", Inconclusive;
    /// The wall clock was stepped during the run.
    ClockStepped = "clock-stepped", Inconclusive;
    /// After its response the handler never asked for the next event.
    NoNext = "no-next", Inconclusive;
    /// The recording ends before the run does.
    RecordingTruncated = "recording-truncated", Inconclusive;
    /// A part of the recording could not be understood.
    RecordingUnreadable = "recording-unreadable", Inconclusive;
    /// The recording could not be written whole.
    RecordingIncomplete = "recording-incomplete", Note;
    /// Not every invocation took place.
    InvocationsMissing = "invocations-missing", Inconclusive;
    /// The Runtime API refused a request of the handler.
    RequestRefused = "request-refused", Note;
    /// The handler could not be started.
    HandlerNotStarted = "handler-not-started", NoResponse;
    /// The handler could not be built.
    BuildFailed = "build-failed", NoResponse;
    /// The handler ended before it asked for an event.
    HandlerExitedEarly = "handler-exited-early", NoResponse;
    /// The handler never asked for an event.
    InitTimeout = "init-timeout", NoResponse;
    /// The handler reported an init error.
    InitError = "init-error", NoResponse;
    /// The handler crashed or exited.
    HandlerExited = "handler-exited", NoResponse;
    /// The deadline passed without a response.
    TimedOut = "timed-out", NoResponse;
    /// The response was over the limit and was refused.
    ResponseTooLarge = "response-too-large", NoResponse;
    /// Not every handler of the configuration was run, or not every report of a shard was merged.
    HandlersMissing = "handlers-missing", Inconclusive;
    /// A function of the template is not run.
    FunctionNotRun = "function-not-run", Note;
    /// A function of the template should have been run, and could not be.
    FunctionUnjudged = "function-unjudged", Inconclusive;
    /// What was predicted is not what happened when it was tried.
    ProofContradicted = "proof-contradicted", Inconclusive;
    /// An invocation that was answered before was not, when a policy was enforced.
    ProofFailed = "proof-failed", NoResponse;
    /// A prediction could not be tried.
    ProofIncomplete = "proof-incomplete", Inconclusive;
    /// The handler or a file that was named is not there or cannot be used.
    BadInput = "bad-input", Usage;
    /// A defect in loopcheck.
    InternalError = "internal-error", Internal;
    /// The user interrupted the run.
    Interrupted = "interrupted", Interrupted;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_kebab_case_and_found_again() {
        for (index, id) in GapId::ALL.iter().enumerate() {
            let text = id.as_str();
            assert!(text.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{text}");
            assert_eq!(GapId::from_id(text), Some(*id));
            assert!(GapId::ALL[..index].iter().all(|other| other.as_str() != text), "{text}");
        }
        assert_eq!(GapId::from_id("nothing"), None);
    }
}
