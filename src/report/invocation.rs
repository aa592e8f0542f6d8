//! An invocation of the report, and how it ended.

use serde::{Deserialize, Serialize};

use crate::model::invocation::Outcome;

/// One invocation.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct ReportedInvocation {
    /// From 1.
    pub index: u32,
    /// The id that the runtime was given.
    pub request_id: String,
    /// Its outcome; `None` when it was cut short by loopcheck.
    pub outcome: Option<ReportedOutcome>,
    /// The completion mode that the handler used; `None` where its runtime does not tell.
    pub mode: Option<String>,
    /// From the event to the response.
    pub response_ms: Option<f64>,
    /// From the event to the request for the next one.
    pub next_ms: Option<f64>,
    /// For how long the answer was held after the handler had completed; `None` if it never left.
    pub held_ms: Option<f64>,
    /// From the response to the end of the watch.
    pub settled_ms: Option<f64>,
    /// The number of items pending at the response, those of the runtime left out.
    pub pending: Option<usize>,
}

/// The outcome of an invocation.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ReportedOutcome {
    /// A response was sent.
    Response,
    /// An error was sent, or the response was refused.
    Error,
    /// The platform withholds an answer that was given.
    Held,
    /// No answer came before the deadline.
    Timeout,
    /// The process crashed.
    Crash,
    /// The process exited.
    Exit,
}

impl From<Outcome> for ReportedOutcome {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Response => Self::Response,
            Outcome::Error => Self::Error,
            Outcome::Held => Self::Held,
            Outcome::Timeout => Self::Timeout,
            Outcome::Crash => Self::Crash,
            Outcome::Exit => Self::Exit,
        }
    }
}
