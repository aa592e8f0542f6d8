//! The report of a command, of one handler or of several; and the view of it that formats share.

use serde::{Deserialize, Serialize};

use crate::report::baseline::{GoneFinding, UsedBaseline};
use crate::report::expectation::UsedExpectation;
use crate::report::suite::{Selection, Suite};
use crate::report::types::{Report, ReportedDiagnostic, Verdict};

/// A report as it stands in a file.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Document {
    /// Of one handler: `loopcheck.report/v1`.
    One(Box<Report>),
    /// Of several: `loopcheck.reports/v1`.
    Many(Box<Suite>),
}

impl Document {
    /// The exit code of the run.
    pub fn exit_code(&self) -> u8 {
        self.results().exit_code
    }

    /// The results of one handler or of several.
    pub fn results(&self) -> Results<'_> {
        match self {
            Self::One(report) => Results {
                verdict: report.verdict,
                exit_code: report.exit_code,
                selection: None,
                gaps: &[],
                expectations: &report.expectations,
                baseline: None,
                reports: std::slice::from_ref(report),
            },
            Self::Many(suite) => Results {
                verdict: suite.verdict,
                exit_code: suite.exit_code,
                selection: Some(&suite.selection),
                gaps: &suite.gaps,
                expectations: &suite.expectations,
                baseline: suite.baseline.as_ref(),
                reports: &suite.reports,
            },
        }
    }
}

/// The results of one handler or of several, in one form.
#[derive(Clone, Copy, Debug)]
pub struct Results<'a> {
    /// The answer.
    pub verdict: Verdict,
    /// The exit code of the run.
    pub exit_code: u8,
    /// The selection of handlers; `None`: the one that was named.
    pub selection: Option<&'a Selection>,
    /// Holes in the evidence that concern no single handler; those of one are in its report.
    pub gaps: &'a [ReportedDiagnostic],
    /// Every expectation, with its result over all handlers. Those in the reports of several
    /// handlers have the result for each.
    pub expectations: &'a [UsedExpectation],
    /// The baseline entries of handlers that no longer exist.
    pub baseline: Option<&'a UsedBaseline>,
    /// The reports.
    pub reports: &'a [Report],
}

impl<'a> Results<'a> {
    /// The stale expectations whose level is not `allow`.
    pub fn stale(&self) -> impl Iterator<Item = &'a UsedExpectation> + use<'a> {
        self.expectations.iter().filter(|known| known.is_reported_stale())
    }

    /// The findings that are gone since the baseline was written.
    pub fn gone(&self) -> impl Iterator<Item = &'a GoneFinding> + use<'a> {
        let own = self.reports.iter().filter_map(|report| report.baseline.as_ref());
        own.chain(self.baseline).flat_map(|baseline| &baseline.gone)
    }
}
