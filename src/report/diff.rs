//! The findings that a change added, removed and worsened: the JSON form `loopcheck.diff/v1`, field for field.

use serde::{Deserialize, Serialize};

use crate::model::diagnostic::DiagnosticId;
use crate::report::fate::Fate;
use crate::report::finding::{Expectation, Growth, HandleKind, Kind, Place, Status};
use crate::report::types::{Tool, Verdict};
use crate::rule::{Level, RuleId};

/// The id of this form.
pub const DIFF_SCHEMA: &str = "loopcheck.diff/v1";

/// Two reports, compared.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Diff {
    /// [`DIFF_SCHEMA`].
    pub schema: String,
    /// The tool that compared them.
    pub tool: Tool,
    /// The answer: `fail` if something was added or got worse.
    pub verdict: Verdict,
    /// The exit code of the comparison.
    pub exit_code: u8,
    /// The report from before the change.
    pub old: Compared,
    /// The report from after it.
    pub new: Compared,
    /// The handlers that only the new report has.
    pub handlers_added: Vec<String>,
    /// The handlers that only the old report has.
    pub handlers_removed: Vec<String>,
    /// The parts of either report that could not be judged.
    pub unjudged: Vec<Unjudged>,
    /// Findings that are unexpected now and were not.
    pub added: Vec<Change>,
    /// Findings that were unexpected, and are worse now.
    pub worsened: Vec<Change>,
    /// Findings that were unexpected and no longer are.
    pub removed: Vec<Change>,
    /// The number of each.
    pub summary: DiffSummary,
}

/// One of the two reports.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Compared {
    /// The file, as the user named it.
    pub file: String,
    /// Its answer.
    pub verdict: Verdict,
    /// Its exit code.
    pub exit_code: u8,
}

/// One of the two reports.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// The one from before the change.
    Old,
    /// The one from after it.
    New,
}

/// Something about which a report says nothing that is certain.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Unjudged {
    /// The name of the handler; `None`: it concerns the report as a whole.
    pub handler: Option<String>,
    /// In which report.
    pub side: Side,
    /// Its verdict in that report; `None` if it was not run.
    pub verdict: Option<Verdict>,
    /// The gaps that are the reason.
    pub gaps: Vec<DiagnosticId>,
    /// True if that is worse than before: it did respond, and now does not.
    pub worse: bool,
}

/// A finding that is not what it was: all of one handler that have one fingerprint and one line.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Change {
    /// The name of its handler.
    pub handler: String,
    /// Its fingerprint.
    pub fingerprint: String,
    /// Its rule.
    pub rule: RuleId,
    /// The kind of item.
    pub kind: Kind,
    /// If the kind is `other`: what it is.
    pub handle: Option<HandleKind>,
    /// Its name, if it has one.
    pub name: Option<String>,
    /// Where it was started: in the new report, if that has it.
    pub location: Option<Place>,
    /// The package that started it.
    pub package: Option<String>,
    /// The reasons.
    pub reasons: Vec<Reason>,
    /// The old state.
    pub old: Option<Seen>,
    /// The new state.
    pub new: Option<Seen>,
}

/// The reason for a change of a finding.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// Nothing like it was there.
    New,
    /// An expectation covered it.
    WasExpected,
    /// The baseline knew it.
    WasBaseline,
    /// It ended in time.
    WasSafe,
    /// Its rule was allowed.
    WasAllowed,
    /// There are more of them.
    MoreItems,
    /// Their number grows with every invocation.
    Grows,
    /// Its level is higher.
    HigherLevel,
    /// Its fate under the modes that the verdict follows is worse.
    WorseFate,
    /// It ended while it was watched, and no longer does.
    NoEnd,
    /// It is gone.
    Gone,
    /// An expectation covers it.
    NowExpected,
    /// The baseline knows it.
    NowBaseline,
    /// It ends in time.
    NowSafe,
    /// Its rule is allowed now.
    NowAllowed,
}

/// The state of a finding in one report.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Seen {
    /// Its ids in that report.
    pub ids: Vec<String>,
    /// Its status.
    pub status: Status,
    /// The level of its rule.
    pub level: Level,
    /// The most that were pending at one response.
    pub items: usize,
    /// At how many responses they were counted.
    pub invocations: usize,
    /// The trend of the counts; `None` after a single invocation.
    pub growth: Option<Growth>,
    /// The worst that becomes of it under the modes that the verdict follows; `None` where that
    /// cannot be said.
    pub fate: Option<Fate>,
    /// True if all of them were seen to end.
    pub ended: bool,
    /// The expectation that it matches.
    pub expectation: Option<Expectation>,
}

/// The number of changes.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct DiffSummary {
    /// Findings that were added.
    pub added: usize,
    /// Findings that got worse, and handlers that no longer respond.
    pub worsened: usize,
    /// Findings that were removed.
    pub removed: usize,
    /// Unexpected findings that are no worse than before.
    pub unchanged: usize,
    /// Handlers of the new report that could not be judged.
    pub unjudged: usize,
}
