//! The report of several handlers: the JSON report `loopcheck.reports/v1`, field for field.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::report::baseline::UsedBaseline;
use crate::report::expectation::UsedExpectation;
use crate::report::types::{Report, ReportedDiagnostic, Summary, Tool, Verdict};
use crate::rule::{Level, RuleId};

/// The id of the report of several handlers.
pub const SUITE_SCHEMA: &str = "loopcheck.reports/v1";

/// The reports of several handlers, and what they come to.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Suite {
    /// [`SUITE_SCHEMA`].
    pub schema: String,
    /// The tool that made the report.
    pub tool: Tool,
    /// The answer: the worst of all.
    pub verdict: Verdict,
    /// The exit code of the run.
    pub exit_code: u8,
    /// The handlers of the configuration that were run.
    pub selection: Selection,
    /// Holes in the evidence that concern no single handler.
    pub gaps: Vec<ReportedDiagnostic>,
    /// The expectations of the configuration, in the order of the file.
    pub expectations: Vec<UsedExpectation>,
    /// The baseline entries of handlers that no longer exist; those of a handler that was run
    /// stand in its report.
    pub baseline: Option<UsedBaseline>,
    /// The reports, in the order of the configuration.
    pub reports: Vec<Report>,
    /// The number of findings of all reports by status.
    pub summary: Summary,
}

/// The handlers of a configuration that were run.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Selection {
    /// The shard, if only one was run.
    pub shard: Option<Shard>,
    /// The filter, if there was one.
    pub filter: Option<String>,
    /// The names of all handlers of the configuration that the filter lets pass, over all shards.
    pub handlers: Vec<String>,
    /// The number of handlers that the filter left out.
    pub filtered: usize,
    /// The levels that the configuration sets; the others are those of the rules.
    #[serde(default)]
    pub rules: BTreeMap<RuleId, Level>,
}

/// One part of the handlers.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub struct Shard {
    /// Its number, from 1.
    pub index: u32,
    /// Of how many.
    pub count: u32,
}
