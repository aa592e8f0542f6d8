//! The report: what a run comes to.

mod diff;
mod document;
mod facts;
mod finding;
mod policies;
mod proof;
mod suite;
mod types;
mod words;

pub use crate::runtime::Family as HandlerRuntime;

pub use diff::{Change, Compared, DIFF_SCHEMA, Diff, DiffSummary, Reason, Seen, Side, Unjudged};
pub use document::{Document, Results};
pub use facts::{Coverage, End, Facts, ItemState, Outcome, Since, Subject, Whereabouts};
pub use finding::{
    Created, Expectation, Fate, Finding, Growth, HandleKind, Kind, Modifier, Origin, Place,
    Refusal, ReportedFate, Socket, State, Status, Timer, WaitsOn,
};
pub use policies::{PolicyModes, equal_modes, gated_policies};
pub use proof::{
    LateError, LateErrorKind, Observed, PeerEffect, Proof, Proved, ProvedFinding, ProvedInFlight,
    ProvedInvocation, ProvedPeer, ProvedPolicy, ProvedResponse, ProvedShutdown,
};
pub use suite::{
    ExpectationState, GoneFinding, SUITE_SCHEMA, Selection, Shard, Suite, UsedBaseline,
    UsedExpectation,
};
pub use types::{
    FateGroup, Handler, Report, ReportedDiagnostic, ReportedInvocation, ReportedMode,
    ReportedOutcome, ResponseTime, SCHEMA, Summary, Tool, Verdict,
};
