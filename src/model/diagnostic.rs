//! What a report says about the run itself: gaps in the evidence, and failures.
//!
//! A gap is a value with a name, so that nothing that was not seen can pass for something that was
//! not there. A failure is the reason why there is no answer at all. Both are diagnostics: they
//! have an id, a message and perhaps a hint, and the id decides the effect on the verdict.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One gap in the evidence, or one failure.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Diagnostic {
    /// The kind of gap or failure.
    pub id: DiagnosticId,
    /// What was not seen or what failed, in one sentence.
    pub message: String,
    /// The remedy.
    pub hint: Option<String>,
}

impl Diagnostic {
    /// A diagnostic with a message and no hint.
    pub fn new(id: impl Into<DiagnosticId>, message: impl Into<String>) -> Self {
        Self { id: id.into(), message: message.into(), hint: None }
    }

    /// The same diagnostic with a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// The effect of a diagnostic on the verdict.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Effect {
    /// A gap that the verdict does not depend on.
    Note,
    /// A gap that may hide something: never a pass (exit code 4).
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

/// The id of a gap or of a failure. Ids are stable, and no id is both.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(into = "&'static str", try_from = "String")]
pub enum DiagnosticId {
    /// A gap in the evidence.
    Gap(GapId),
    /// A reason why there is no answer.
    Failure(FailureId),
}

/// Declares one enum of ids with its rows.
macro_rules! ids {
    ($(#[doc = $about:literal])+ $name:ident:
     $($(#[doc = $doc:literal])+ $variant:ident = $id:literal, $effect:ident;)+) => {
        $(#[doc = $about])+
        #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
        pub enum $name {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl $name {
            /// The id in reports.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $id,)+ }
            }

            /// The effect on the verdict.
            pub const fn effect(self) -> Effect {
                match self { $(Self::$variant => Effect::$effect,)+ }
            }
        }
    };
}

/// Sorts the rows of the table into gaps and failures, and keeps the order of the whole.
macro_rules! diagnostics {
    (@sort [$($all:tt)*] [$($gaps:tt)*] [$($failures:tt)*]
     $(#[doc = $doc:literal])+ Gap::$variant:ident $row:tt $($rest:tt)*) => {
        diagnostics! { @sort
            [$($all)* DiagnosticId::Gap(GapId::$variant),]
            [$($gaps)* { $(#[doc = $doc])+ $variant $row }] [$($failures)*]
            $($rest)*
        }
    };
    (@sort [$($all:tt)*] [$($gaps:tt)*] [$($failures:tt)*]
     $(#[doc = $doc:literal])+ Failure::$variant:ident $row:tt $($rest:tt)*) => {
        diagnostics! { @sort
            [$($all)* DiagnosticId::Failure(FailureId::$variant),]
            [$($gaps)*] [$($failures)* { $(#[doc = $doc])+ $variant $row }]
            $($rest)*
        }
    };
    (@sort [$($all:tt)*]
     [$({ $(#[doc = $gap_doc:literal])+ $gap:ident ($gap_id:literal, $gap_effect:ident) })*]
     [$({ $(#[doc = $doc:literal])+ $failure:ident ($id:literal, $effect:ident) })*]) => {
        ids! {
            /// The gaps: evidence that is missing, with the effect `Note` or `Inconclusive`.
            GapId: $($(#[doc = $gap_doc])+ $gap = $gap_id, $gap_effect;)*
        }
        ids! {
            /// The failures: reasons why there is no answer.
            FailureId: $($(#[doc = $doc])+ $failure = $id, $effect;)*
        }

        impl DiagnosticId {
            /// Every id, in the order of the table.
            pub const ALL: &'static [Self] = &[$($all)*];
        }
    };
    ($($table:tt)+) => { diagnostics! { @sort [] [] [] $($table)+ } };
}

diagnostics! {
    /// The handler serves no console feed.
    Gap::NotInstrumented("not-instrumented", Inconclusive)
    /// The console feed never showed a task.
    Gap::NoTasks("no-tasks", Inconclusive)
    /// The feed could not be proved to be caught up with the response.
    Gap::FeedLag("feed-lag", Inconclusive)
    /// The feed lost events because its queue was full.
    Gap::EventsDropped("events-dropped", Inconclusive)
    /// The feed's first full state never came.
    Gap::FullStateMissing("full-state-missing", Inconclusive)
    /// The feed ended before the run did.
    Gap::FeedLost("feed-lost", Inconclusive)
    /// Two views of the same item contradict each other.
    Gap::FeedInconsistent("feed-inconsistent", Inconclusive)
    /// loopcheck's agent in the Node.js process failed, and saw nothing after that.
    Gap::AgentFailed("agent-failed", Inconclusive)
    /// libuv knows of something that keeps the event loop alive, and the agent does not.
    Gap::UnseenHandle("unseen-handle", Inconclusive)
    /// The places of some items were not recorded, because there were too many at once.
    Gap::SitesMissing("sites-missing", Note)
    /// The console address is served by a process that is not the handler.
    Gap::ForeignConsole("foreign-console", Inconclusive)
    /// Sockets cannot be listed on this system.
    Gap::SocketsNotObserved("sockets-not-observed", Note)
    /// A process of the handler could not be read.
    Gap::SocketsUnreadable("sockets-unreadable", Inconclusive)
    /// The wall clock was stepped during the run.
    Gap::ClockStepped("clock-stepped", Inconclusive)
    /// After its response the handler never asked for the next event.
    Gap::NoNext("no-next", Inconclusive)
    /// The recording ends before the run does.
    Gap::RecordingTruncated("recording-truncated", Inconclusive)
    /// A part of the recording could not be understood.
    Gap::RecordingUnreadable("recording-unreadable", Inconclusive)
    /// The recording could not be written whole.
    Gap::RecordingIncomplete("recording-incomplete", Note)
    /// Not every invocation took place.
    Gap::InvocationsMissing("invocations-missing", Inconclusive)
    /// The Runtime API refused a request of the handler.
    Gap::RequestRefused("request-refused", Note)
    /// The handler could not be started.
    Failure::HandlerNotStarted("handler-not-started", NoResponse)
    /// The handler could not be built.
    Failure::BuildFailed("build-failed", NoResponse)
    /// The handler ended before it asked for an event.
    Failure::HandlerExitedEarly("handler-exited-early", NoResponse)
    /// The handler never asked for an event.
    Failure::InitTimeout("init-timeout", NoResponse)
    /// The handler reported an init error.
    Failure::InitError("init-error", NoResponse)
    /// The handler crashed or exited.
    Failure::HandlerExited("handler-exited", NoResponse)
    /// The deadline passed without a response.
    Failure::TimedOut("timed-out", NoResponse)
    /// The response was over the limit and was refused.
    Failure::ResponseTooLarge("response-too-large", NoResponse)
    /// Not every handler of the configuration was run, or not every report of a shard was merged.
    Gap::HandlersMissing("handlers-missing", Inconclusive)
    /// A function of the template is not run.
    Gap::FunctionNotRun("function-not-run", Note)
    /// A function of the template should have been run, and could not be.
    Gap::FunctionUnjudged("function-unjudged", Inconclusive)
    /// What was predicted is not what happened when it was tried.
    Gap::ProofContradicted("proof-contradicted", Inconclusive)
    /// An invocation that was answered before was not, when a policy was enforced.
    Failure::ProofFailed("proof-failed", NoResponse)
    /// A prediction could not be tried.
    Gap::ProofIncomplete("proof-incomplete", Inconclusive)
    /// The handler or a file that was named is not there or cannot be used.
    Failure::BadInput("bad-input", Usage)
    /// A defect in loopcheck.
    Failure::InternalError("internal-error", Internal)
    /// The user interrupted the run.
    Failure::Interrupted("interrupted", Interrupted)
}

impl DiagnosticId {
    /// The id in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Gap(id) => id.as_str(),
            Self::Failure(id) => id.as_str(),
        }
    }

    /// The effect on the verdict.
    pub const fn effect(self) -> Effect {
        match self {
            Self::Gap(id) => id.effect(),
            Self::Failure(id) => id.effect(),
        }
    }

    /// Returns the id that is written so.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|known| known.as_str() == id)
    }

    /// The position in the table.
    pub fn index(self) -> usize {
        Self::ALL.iter().position(|known| *known == self).unwrap_or_default()
    }
}

impl Ord for DiagnosticId {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.index().cmp(&other.index())
    }
}

impl PartialOrd for DiagnosticId {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq<GapId> for DiagnosticId {
    fn eq(&self, other: &GapId) -> bool {
        *self == Self::Gap(*other)
    }
}

impl PartialEq<FailureId> for DiagnosticId {
    fn eq(&self, other: &FailureId) -> bool {
        *self == Self::Failure(*other)
    }
}

impl From<GapId> for DiagnosticId {
    fn from(id: GapId) -> Self {
        Self::Gap(id)
    }
}

impl From<FailureId> for DiagnosticId {
    fn from(id: FailureId) -> Self {
        Self::Failure(id)
    }
}

impl From<DiagnosticId> for &'static str {
    fn from(id: DiagnosticId) -> Self {
        id.as_str()
    }
}

/// An id that is neither a gap nor a failure.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct UnknownId(String);

impl fmt::Display for UnknownId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown gap `{}`", self.0)
    }
}

impl TryFrom<String> for DiagnosticId {
    type Error = UnknownId;

    fn try_from(id: String) -> Result<Self, UnknownId> {
        Self::from_id(&id).ok_or(UnknownId(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_kebab_case_and_found_again() {
        for (index, id) in DiagnosticId::ALL.iter().enumerate() {
            let text = id.as_str();
            assert!(text.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{text}");
            assert_eq!(DiagnosticId::from_id(text), Some(*id));
            assert_eq!(id.index(), index);
            assert!(
                DiagnosticId::ALL[..index].iter().all(|other| other.as_str() != text),
                "{text}"
            );
        }
        assert_eq!(DiagnosticId::from_id("nothing"), None);
    }

    #[test]
    fn a_gap_leaves_an_answer_and_a_failure_does_not() {
        for id in DiagnosticId::ALL {
            let leaves_an_answer = matches!(id.effect(), Effect::Note | Effect::Inconclusive);
            assert_eq!(matches!(id, DiagnosticId::Gap(_)), leaves_an_answer, "{id:?}");
        }
    }
}
