//! The report: what a run comes to.

mod types;
mod words;

pub use types::{
    Created, Expectation, Fate, FateGroup, Finding, Growth, Handler, Kind, Modifier, Origin, Place,
    Report, ReportedFate, ReportedGap, ReportedInvocation, ReportedMode, ReportedOutcome,
    ResponseTime, SCHEMA, Socket, State, Status, Summary, Timer, Tool, Verdict, WaitsOn,
};
