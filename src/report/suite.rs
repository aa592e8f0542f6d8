//! What was expected and what was known before; and the report of several handlers.
//!
//! [`Suite`] is the JSON report `loopcheck.reports/v1`, field for field.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::report::finding::Kind;
use crate::report::types::{Report, ReportedDiagnostic, Summary, Tool, Verdict};
use crate::rule::{Level, RuleId};

/// The id of the report of several handlers.
pub const SUITE_SCHEMA: &str = "loopcheck.reports/v1";

/// The reports of several handlers, and what they come to.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Suite {
    /// [`SUITE_SCHEMA`].
    pub schema: String,
    /// What made the report.
    pub tool: Tool,
    /// The answer: the worst of all.
    pub verdict: Verdict,
    /// The exit code of the run.
    pub exit_code: u8,
    /// Which handlers of the configuration were run.
    pub selection: Selection,
    /// Holes in the evidence that concern no single handler.
    pub gaps: Vec<ReportedDiagnostic>,
    /// The expectations of the configuration, in the order of the file.
    pub expectations: Vec<UsedExpectation>,
    /// What the baseline knows of handlers that there are no more; those of a handler that was run
    /// stand in its report.
    pub baseline: Option<UsedBaseline>,
    /// The reports, in the order of the configuration.
    pub reports: Vec<Report>,
    /// How many findings of all reports have each status.
    pub summary: Summary,
}

/// Which handlers of a configuration were run.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Selection {
    /// The shard, if only one was run.
    pub shard: Option<Shard>,
    /// The filter, if there was one.
    pub filter: Option<String>,
    /// The names of all handlers of the configuration that the filter lets pass, over all shards.
    pub handlers: Vec<String>,
    /// How many handlers the filter left out.
    pub filtered: usize,
    /// The levels that the configuration sets; the others are those of the rules.
    #[serde(default)]
    pub rules: BTreeMap<RuleId, Level>,
}

/// One part of the handlers.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub struct Shard {
    /// Which one, from 1.
    pub index: u32,
    /// Of how many.
    pub count: u32,
}

/// An expectation of the configuration, and what it came to.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct UsedExpectation {
    /// The configuration, as seen from the root of the repository.
    pub file: String,
    /// Line of the expectation, from 1.
    pub line: u32,
    /// Why what it names is meant.
    pub reason: String,
    /// The handlers that it is for, as a glob; `None`: all.
    pub handler: Option<String>,
    /// Its last day, as `2027-06-01`.
    pub until: Option<String>,
    /// How many findings it matches.
    pub matched: usize,
    /// What it came to.
    pub state: ExpectationState,
    /// What it does to the run if it is stale.
    pub level: Level,
}

/// What an expectation came to.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExpectationState {
    /// Something matches it.
    Used,
    /// Nothing does: it is stale.
    Unused,
    /// Its last day is over: it is stale, whatever matches it.
    Expired,
    /// Nothing matches it, and not all that it may be meant for was run and seen.
    Unjudged,
}

impl UsedExpectation {
    /// Whether it is stale, and that is not allowed.
    pub fn is_worth_saying(&self) -> bool {
        self.state.is_stale() && self.level != Level::Allow
    }
}

impl ExpectationState {
    /// Whether it expects nothing any more.
    pub const fn is_stale(self) -> bool {
        matches!(self, Self::Unused | Self::Expired)
    }
}

/// A baseline, and what of it has gone away.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct UsedBaseline {
    /// The file, as the user named it.
    pub file: String,
    /// The known findings that have gone away, or of which there are fewer.
    pub gone: Vec<GoneFinding>,
}

/// A finding of the baseline that has gone away, or of which there are fewer.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct GoneFinding {
    /// The name of its handler.
    pub handler: String,
    /// Its fingerprint.
    pub fingerprint: String,
    /// Its rule.
    pub rule: RuleId,
    /// What kind of item.
    pub kind: Kind,
    /// Its name, if it had one.
    pub name: Option<String>,
    /// Its file, if it had one.
    pub file: Option<String>,
    /// How many were known.
    pub known: usize,
    /// How many there are.
    pub left: usize,
}
