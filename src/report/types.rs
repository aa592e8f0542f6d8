//! The report: the result of a run.
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
use crate::report::verification::Verification;
use crate::runtime::Family;

/// The id of the report of one handler.
pub const SCHEMA: &str = "loopcheck.report/v1";

/// A whole report.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Report {
    /// [`SCHEMA`].
    pub schema: String,
    /// The tool that made the report.
    pub tool: Tool,
    /// The answer.
    pub verdict: Verdict,
    /// The exit code of the run.
    pub exit_code: u8,
    /// The handler that was run.
    pub handler: Handler,
    /// Holes in the evidence.
    pub gaps: Vec<ReportedDiagnostic>,
    /// Every invocation that began.
    pub invocations: Vec<ReportedInvocation>,
    /// The findings.
    pub findings: Vec<Finding>,
    /// The completion modes, with the fates under each.
    pub modes: Vec<ReportedMode>,
    /// The observations under each enforced policy; `None` if that was not asked for.
    #[serde(default, rename = "proof")]
    pub verification: Option<Verification>,
    /// The expectations of the configuration that concern it, in the order of the file.
    pub expectations: Vec<UsedExpectation>,
    /// The baseline that the findings were compared with.
    pub baseline: Option<UsedBaseline>,
    /// The number of findings by status.
    pub summary: Summary,
}

/// The tool that made the report.
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
    /// Nothing unexpected was pending, and the evidence is complete.
    Pass,
    /// Something unexpected was pending.
    Fail,
    /// There is no answer to give: the run did not get that far.
    Error,
    /// Evidence that the verdict depends on is missing.
    Inconclusive,
}

/// The handler that was run.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Handler {
    /// Its name among the handlers of a repository: the one that the configuration
    /// gives it, or its path in the repository; the same on every machine.
    pub name: String,
    /// As the user named it.
    pub path: String,
    /// The family of its runtime.
    pub runtime: Family,
    /// The target of the path.
    pub detail: Option<String>,
    /// The file in the repository that stands for it where a finding has no place of its own.
    pub file: Option<String>,
}

/// A hole in the evidence.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct ReportedDiagnostic {
    /// The kind.
    pub id: DiagnosticId,
    /// A description of what was not seen or what failed.
    pub message: String,
    /// The remedy.
    pub hint: Option<String>,
}

impl From<&Diagnostic> for ReportedDiagnostic {
    fn from(gap: &Diagnostic) -> Self {
        Self { id: gap.id, message: gap.message.clone(), hint: gap.hint.clone() }
    }
}

/// The number of findings by status.
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
    /// Stale expectations.
    pub stale: usize,
    /// Findings of the baseline that have gone away.
    pub gone: usize,
}
