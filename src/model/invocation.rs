//! One event and what the handler made of it.

use crate::model::run::SettledReason;
use crate::model::time::Timestamp;
use crate::policy::FrozenBy;

/// One invocation.
#[derive(Clone, Debug, PartialEq)]
pub struct Invocation {
    /// From 1.
    pub index: u32,
    /// The id that the runtime was given.
    pub request_id: String,
    /// When the event was delivered.
    pub delivered_at: Timestamp,
    /// The end of the function's timeout.
    pub deadline: Timestamp,
    /// Its outcome; `None` while it goes on.
    pub outcome: Option<Outcome>,
    /// The response moment: when the handler completed, where its runtime reports that, and
    /// otherwise when the body of the response (or of the error) was fully read.
    pub responded_at: Option<Timestamp>,
    /// The completion mode that the handler used, where its runtime reports it.
    pub mode: Option<String>,
    /// When the body of the response (or of the error) was fully read.
    pub posted_at: Option<Timestamp>,
    /// When the handler's event loop had gone round once after the response moment.
    pub turned_at: Option<Timestamp>,
    /// When its runtime was about to ask for the next event, by the runtime's own clock, if it had
    /// waited after that turn.
    pub asked_at: Option<Timestamp>,
    /// The length of that body, if it was a response.
    pub response_bytes: Option<u64>,
    /// The response was streamed.
    pub streaming: bool,
    /// When sockets and child processes were read for the response moment.
    pub scanned_at: Option<Timestamp>,
    /// When the feed was known to be complete up to the response moment.
    pub complete_at: Option<Timestamp>,
    /// When the runtime asked for the next event.
    pub next_at: Option<Timestamp>,
    /// When the runtime and every extension that takes part in invocations had asked for the next
    /// event: nothing keeps the environment awake from then on.
    pub idle_at: Option<Timestamp>,
    /// When the watch after the response ended, and why.
    pub settled: Option<(Timestamp, SettledReason)>,
    /// If it ended with an error: `errorType`, or the type that its header names.
    pub error_type: Option<String>,
    /// When every process was stopped after it, where that was enforced.
    pub frozen_at: Option<Timestamp>,
    /// By what means.
    pub frozen_by: Option<FrozenBy>,
    /// When they ran again.
    pub thawed_at: Option<Timestamp>,
}

impl Invocation {
    /// One whose event has just been delivered.
    pub fn new(
        index: u32,
        request_id: String,
        delivered_at: Timestamp,
        deadline: Timestamp,
    ) -> Self {
        Self {
            index,
            request_id,
            delivered_at,
            deadline,
            outcome: None,
            responded_at: None,
            mode: None,
            posted_at: None,
            response_bytes: None,
            turned_at: None,
            asked_at: None,
            streaming: false,
            scanned_at: None,
            complete_at: None,
            next_at: None,
            idle_at: None,
            settled: None,
            error_type: None,
            frozen_at: None,
            frozen_by: None,
            thawed_at: None,
        }
    }
}

/// The outcome of an invocation.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// A response was sent.
    Response,
    /// An error was sent, or a response that the Runtime API had to refuse.
    Error,
    /// The handler completed, and the platform would withhold its answer until the deadline.
    Held,
    /// No answer came before the deadline.
    Timeout,
    /// The process crashed: a signal, or an exit code that is not 0.
    Crash,
    /// The process exited with code 0.
    Exit,
}
