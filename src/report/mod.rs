//! The report: the result of a run.

mod baseline;
mod diff;
mod document;
mod expectation;
mod facts;
mod fate;
mod finding;
mod invocation;
mod mode;
mod phrases;
mod policies;
mod suite;
mod types;
mod verification;
mod words;

pub use crate::runtime::Family;

pub use baseline::{GoneFinding, UsedBaseline};
pub use diff::{Change, Compared, DIFF_SCHEMA, Diff, DiffSummary, Reason, Seen, Side, Unjudged};
pub use document::{Document, Results};
pub use expectation::{ExpectationState, UsedExpectation};
pub use facts::{Coverage, End, Facts, ItemState, Outcome, Since, Subject, Whereabouts};
pub use fate::{Fate, Modifier, ReportedFate};
pub use finding::{
    Created, Expectation, Finding, Growth, HandleKind, Kind, Origin, Place, Refusal, Socket, State,
    Status, Timer, WaitsOn,
};
pub use invocation::{ReportedInvocation, ReportedOutcome};
pub use mode::{FateGroup, ReportedMode, ResponseTime};
pub use policies::{PolicyModes, equal_modes, gated_policies};
pub use suite::{SUITE_SCHEMA, Selection, Shard, Suite};
pub use types::{Handler, Report, ReportedDiagnostic, SCHEMA, Summary, Tool, Verdict};
pub use verification::{
    Agreement, LateError, LateErrorKind, Observed, PeerEffect, Verification, VerifiedFinding,
    VerifiedInFlight, VerifiedInvocation, VerifiedPeer, VerifiedPolicy, VerifiedResponse,
    VerifiedShutdown,
};
