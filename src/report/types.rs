//! The report: what a run comes to.
//!
//! These types are the JSON report `loopcheck.report/v1`, field for field and in this order; a
//! schema stands in `testdata/schema`. A fact that is not known is `None` and becomes `null`,
//! never a guess. Milliseconds are from the response, except `response_ms` and `next_ms`, which
//! are from the event.

use serde::{Deserialize, Serialize};

use crate::model::diagnostic::{Diagnostic, DiagnosticId};
use crate::report::baseline::UsedBaseline;
use crate::report::expectation::UsedExpectation;
use crate::report::finding::Finding;
use crate::report::invocation::ReportedInvocation;
use crate::report::mode::ReportedMode;
use crate::report::proof::Proof;
use crate::runtime::Family;

/// The id of the report of one handler.
pub const SCHEMA: &str = "loopcheck.report/v1";

/// A whole report.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Report {
    /// [`SCHEMA`].
    pub schema: String,
    /// What made the report.
    pub tool: Tool,
    /// The answer.
    pub verdict: Verdict,
    /// The exit code of the run.
    pub exit_code: u8,
    /// What was run.
    pub handler: Handler,
    /// Holes in the evidence.
    pub gaps: Vec<ReportedDiagnostic>,
    /// Every invocation that began.
    pub invocations: Vec<ReportedInvocation>,
    /// What was pending.
    pub findings: Vec<Finding>,
    /// What it would do under each completion mode.
    pub modes: Vec<ReportedMode>,
    /// What was seen when each policy was enforced; `None` if that was not asked for.
    #[serde(default)]
    pub proof: Option<Proof>,
    /// The expectations of the configuration that concern it, in the order of the file.
    pub expectations: Vec<UsedExpectation>,
    /// The baseline that the findings were compared with.
    pub baseline: Option<UsedBaseline>,
    /// How many findings have each status.
    pub summary: Summary,
}

/// What made the report.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Tool {
    /// `loopcheck`.
    pub name: String,
    /// Its version.
    pub version: String,
}

impl Tool {
    /// This program.
    pub fn this() -> Self {
        Self { name: "loopcheck".into(), version: env!("CARGO_PKG_VERSION").into() }
    }
}

/// The answer.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Nothing unexpected was pending, and that was proved.
    Pass,
    /// Something unexpected was pending.
    Fail,
    /// There is no answer to give: the run did not get that far.
    Error,
    /// A hole in the evidence touches the answer.
    Inconclusive,
}

/// What was run.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Handler {
    /// What tells it from the other handlers of a repository: the name that the configuration
    /// gives it, or its path in the repository; the same on every machine.
    pub name: String,
    /// As the user named it.
    pub path: String,
    /// The family of its runtime.
    pub runtime: Family,
    /// What the path was resolved to.
    pub detail: Option<String>,
    /// The file in the repository that stands for it where a finding has no place of its own.
    pub file: Option<String>,
}

/// A hole in the evidence.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct ReportedDiagnostic {
    /// Which kind.
    pub id: DiagnosticId,
    /// What was not seen.
    pub message: String,
    /// How to mend it.
    pub hint: Option<String>,
}

impl From<&Diagnostic> for ReportedDiagnostic {
    fn from(gap: &Diagnostic) -> Self {
        Self { id: gap.id, message: gap.message.clone(), hint: gap.hint.clone() }
    }
}

/// How many findings have each status.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Summary {
    /// Unexpected, of whatever level.
    pub unexpected: usize,
    /// Expected.
    pub expected: usize,
    /// Known from the baseline.
    pub baseline: usize,
    /// The runtime's.
    pub runtime: usize,
    /// Ended in time.
    pub safe: usize,
    /// Expectations that expect nothing any more.
    pub stale: usize,
    /// Findings of the baseline that have gone away.
    pub gone: usize,
}
