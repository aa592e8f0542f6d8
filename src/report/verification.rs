//! Observations under each enforced policy, beside the predictions.

use serde::{Deserialize, Serialize};

use crate::policy::{Break, FrozenBy, Policy};
use crate::report::fate::Fate;
use crate::report::finding::Place;
use crate::report::invocation::ReportedOutcome;
use crate::report::mode::ResponseTime;

/// The result of `--prove`.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Verification {
    /// For how long the environment was frozen between two invocations, or left alone.
    pub pause_ms: f64,
    /// One run for each policy, in their order.
    pub policies: Vec<VerifiedPolicy>,
    /// For each peer one run for each way to break its connections.
    pub peers: Vec<VerifiedPeer>,
}

/// A run under `freeze` in which the connections to a peer were broken during each freeze.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct VerifiedPeer {
    /// HOST:PORT, as it was given.
    pub peer: String,
    /// The way in which they were broken.
    pub broken: Break,
    /// The number open at the first freeze that found any.
    pub connections: u32,
    /// The number opened after that.
    pub reconnects: u32,
    /// The worst that happened to an invocation after that; `None`: nothing was broken, or it could
    /// not be seen.
    pub effect: Option<PeerEffect>,
    /// To which one, from 1.
    pub invocation: Option<u32>,
    /// Every invocation that began.
    pub invocations: Vec<VerifiedInvocation>,
    /// Errors that surfaced in a later invocation than the one that had left them.
    pub late_errors: Vec<LateError>,
    /// Missing evidence; then nothing is shown.
    pub missing: Vec<String>,
}

/// The effect of a broken connection on an invocation. The worst first.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PeerEffect {
    /// It ended with an error, or with the process.
    Fails,
    /// It waited until its time-out.
    Hangs,
    /// It answered, did not connect anew, and its response has not the length that it has where
    /// nothing is broken: it may tell of an error that the handler caught.
    AnswersOtherwise,
    /// It connected anew, and answered.
    Retries,
    /// It answered as ever, and did not connect anew: it had no need of the connection.
    Answers,
}

/// A run in which a policy was enforced.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct VerifiedPolicy {
    /// The policy.
    pub policy: Policy,
    /// The verdict on the predictions.
    pub verdict: Agreement,
    /// The number of runs: a contradiction counts only if it is seen again.
    pub tries: u32,
    /// When the caller had its answer.
    pub response: VerifiedResponse,
    /// Every invocation that began.
    pub invocations: Vec<VerifiedInvocation>,
    /// The observations of the findings.
    pub findings: Vec<VerifiedFinding>,
    /// Errors that surfaced in a later invocation than the one that had left them.
    pub late_errors: Vec<LateError>,
    /// Several invocations at the same time, after all of these; `None` where that was not tried: the
    /// policy does not allow for it, or the runtime that is played for Node.js does not.
    pub in_flight: Option<VerifiedInFlight>,
    /// The shutdown of the environment.
    pub shutdown: Option<VerifiedShutdown>,
    /// Missing evidence; then nothing is confirmed.
    pub missing: Vec<String>,
}

/// Invocations that were in flight at the same time.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct VerifiedInFlight {
    /// The number of events delivered at once; 0: none, because the runtime takes one at a time.
    pub events: u32,
    /// The most invocations that were in flight at the same time.
    pub most: u32,
    /// The number that got a response.
    pub answered: u32,
    /// The slowest of these, from its event to its response.
    pub slowest_ms: Option<f64>,
}

/// The verdict of a run on a prediction.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Agreement {
    /// It happened as predicted.
    Confirmed,
    /// The run could not show it.
    NotShown,
    /// It happened otherwise.
    Contradicted,
}

/// When the caller had its answer in the first invocation.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct VerifiedResponse {
    /// The prediction.
    pub predicted: ResponseTime,
    /// For how long it was to be held; `None` where that is not known.
    pub predicted_ms: Option<f64>,
    /// The observation; `None` if there was no answer to hold.
    pub observed: Option<ResponseTime>,
    /// For how long it was held, from the completion.
    pub observed_ms: Option<f64>,
    /// The verdict.
    pub verdict: Agreement,
}

/// An invocation under an enforced policy.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct VerifiedInvocation {
    /// From 1.
    pub index: u32,
    /// Its outcome.
    pub outcome: Option<ReportedOutcome>,
    /// If it ended with an error: of which type.
    pub error_type: Option<String>,
    /// From the event to the completion.
    pub response_ms: Option<f64>,
    /// From the completion until nothing kept the environment awake: billed as well.
    pub awake_ms: Option<f64>,
    /// For how long the environment was frozen after it.
    pub frozen_ms: Option<f64>,
    /// By what means.
    pub frozen_by: Option<FrozenBy>,
}

/// The observation of a finding.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct VerifiedFinding {
    /// The id of the finding; `None`: nothing like it was pending in the run that predicts.
    pub finding: Option<String>,
    /// Its name, for one that was not predicted.
    pub name: Option<String>,
    /// Where it was started, for one that was not predicted.
    pub location: Option<Place>,
    /// The prediction.
    pub predicted: Option<Fate>,
    /// For how long, or after how long.
    pub predicted_ms: Option<f64>,
    /// The observation.
    pub observed: Observed,
    /// When, or for how long: see [`Observed`].
    pub observed_ms: Option<f64>,
    /// In which invocation that was, from 1.
    pub invocation: Option<u32>,
    /// The verdict.
    pub verdict: Agreement,
}

/// The observation of an item under an enforced policy.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Observed {
    /// It was not pending again.
    Absent,
    /// It ended before the freeze; `ms` after the response.
    EndedBeforeFreeze,
    /// It was frozen, and ended `ms` after the thaw.
    EndedAfterThaw,
    /// It was frozen, and went on after the thaw without an end.
    WentOnAfterThaw,
    /// It was frozen, and nothing more was seen of it.
    StayedPending,
    /// It ended `ms` after the response, and that was waited for.
    WaitedFor,
    /// It had not ended at the deadline, which was `ms` after the response.
    HeldUntilTimeout,
    /// Nobody waited for its end.
    NotWaitedFor,
    /// It ended by itself while nothing was frozen, `ms` after the response.
    EndedByItself,
    /// It went on for as long as the run lasted.
    RanOn,
    /// It was there when the process ended, which was `ms` after the thaw, or without one after the
    /// response.
    EndedWithProcess,
}

/// Something that failed later than in the invocation that had left it.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct LateError {
    /// The kind of error.
    pub kind: LateErrorKind,
    /// The invocation that had left it, from 1; 0: the init phase.
    pub left_by: u32,
    /// True if that was inferred from what was pending, and not reported.
    pub inferred: bool,
    /// The invocation in whose time it failed; `None`: after the last one.
    pub failed_in: Option<u32>,
    /// The invocation that AWS gives the error to; `None`: it stands in the log only.
    pub blamed: Option<u32>,
    /// Its place, if it is reported.
    pub location: Option<Place>,
    /// The findings that it may be of.
    pub findings: Vec<String>,
}

/// The kind of an error.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LateErrorKind {
    /// An exception that nobody caught.
    Exception,
    /// A promise whose rejection nobody handled.
    Rejection,
    /// A panic.
    Panic,
    /// The end of the process.
    Exit,
}

/// The shutdown of the environment.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct VerifiedShutdown {
    /// True if SIGTERM came first: only where an extension is registered.
    pub notice: bool,
    /// From SIGTERM to the end of the process, if it ended by itself in its time.
    pub ended_ms: Option<f64>,
    /// The findings that were pending then, and were lost.
    pub lost: Vec<String>,
}
