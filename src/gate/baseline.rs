//! Known findings: what a baseline holds, which findings it covers, and what of it has gone away.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::gate::evidence::is_complete;
use crate::report::{Finding, GoneFinding, Growth, Kind, Report, Status};
use crate::rule::{Level, RuleId};

/// The id of this form of the file.
pub const BASELINE_SCHEMA: &str = "loopcheck.baseline/v1";

/// The findings that are known, as they stand in the file.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    /// [`BASELINE_SCHEMA`].
    pub schema: String,
    /// The known findings, sorted.
    pub findings: Vec<KnownFinding>,
}

/// A known finding, or several with one fingerprint.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(deny_unknown_fields)]
pub struct KnownFinding {
    /// The name of its handler.
    pub handler: String,
    /// The source file, if it had one; like the name, for the reader.
    pub file: Option<String>,
    /// Its rule.
    pub rule: RuleId,
    /// The kind of item.
    pub kind: Kind,
    /// Its name, if it had one.
    pub name: Option<String>,
    /// Its package, if it is of a dependency.
    pub package: Option<String>,
    /// Its fingerprint.
    pub fingerprint: String,
    /// The number pending at one response.
    pub count: usize,
    /// True if there were more with every invocation. If it was not, and is now, it is new.
    pub grows: bool,
    /// True if one of them made the function time out. If it did not, and does now, it is new.
    #[serde(default)]
    pub times_out: bool,
    /// The highest of their levels. What was only a warning, and fails the run now, is new.
    #[serde(default = "deny")]
    pub level: Level,
    /// At how many responses they were counted.
    pub invocations: usize,
    /// The lines in the file. Of several findings alike, those that stand there are the known ones.
    pub lines: Vec<u32>,
}

/// The level where a file says none: as it was before files said it, that alone makes nothing new.
const fn deny() -> Level {
    Level::Deny
}

impl Default for Baseline {
    fn default() -> Self {
        Self { schema: BASELINE_SCHEMA.to_owned(), findings: Vec::new() }
    }
}

impl Baseline {
    /// The unexpected findings of these reports, and the entries of `before` for other handlers.
    pub fn of(reports: &[Report], before: Option<&Self>) -> Self {
        let judged = |name: &str| reports.iter().any(|report| report.handler.name == name);
        let others = before.into_iter().flat_map(|known| &known.findings);
        let mut findings: Vec<KnownFinding> =
            others.filter(|known| !judged(&known.handler)).cloned().collect();
        findings.extend(reports.iter().flat_map(|report| known(report).into_values()));
        findings.sort();
        Self { findings, ..Self::default() }
    }

    /// Returns true if a report is complete enough for a baseline: what was not seen would be new later.
    pub fn is_made_of(report: &Report) -> bool {
        is_complete(report)
    }

    /// The entries of other handlers than these.
    pub fn of_others(&self, handlers: &[String]) -> Vec<GoneFinding> {
        let others = self.findings.iter().filter(|known| !handlers.contains(&known.handler));
        others.map(|known| gone(known, 0)).collect()
    }
}

/// The unexpected findings of a report, by fingerprint.
fn known(report: &Report) -> BTreeMap<String, KnownFinding> {
    let mut found: BTreeMap<String, KnownFinding> = BTreeMap::new();
    for finding in report.findings.iter().filter(|finding| finding.matters()) {
        let entry = found.entry(finding.fingerprint.clone()).or_insert_with(|| KnownFinding {
            handler: report.handler.name.clone(),
            file: finding.location.as_ref().map(|place| place.file.clone()),
            rule: finding.rule,
            kind: finding.kind,
            name: finding.name.clone(),
            package: finding.package.as_deref().map(|package| name_of(package).to_owned()),
            fingerprint: finding.fingerprint.clone(),
            count: 0,
            grows: false,
            times_out: false,
            level: finding.level,
            invocations: 0,
            lines: Vec::new(),
        });
        entry.count += finding.items();
        entry.grows |= finding.growth == Some(Growth::Grows);
        entry.times_out |= finding.times_out(&report.modes);
        entry.level = entry.level.max(finding.level);
        entry.invocations = entry.invocations.max(finding.counts.len());
        entry.lines.extend(line(finding));
    }
    for entry in found.values_mut() {
        entry.lines.sort_unstable();
        entry.lines.dedup();
    }
    found
}

/// A package without its version, which changes with every update.
fn name_of(package: &str) -> &str {
    package.split(' ').next().unwrap_or(package)
}

fn line(finding: &Finding) -> Option<u32> {
    finding.location.as_ref().and_then(|place| place.line)
}

/// Returns true if it is worse than the known entry, and not only more. A configured level says
/// nothing of the finding.
fn is_worse(now: &KnownFinding, known: &KnownFinding, levels: &BTreeMap<RuleId, Level>) -> bool {
    (now.times_out && !known.times_out)
        || (now.grows && !known.grows)
        || (now.level > known.level && !levels.contains_key(&now.rule))
}

/// Marks the findings that are known, and returns the known ones that are gone. `levels` are
/// those that are configured.
pub(super) fn compare(
    report: &mut Report,
    baseline: &Baseline,
    levels: &BTreeMap<RuleId, Level>,
) -> Vec<GoneFinding> {
    let all_now = known(report);
    let mut alike: BTreeMap<&str, Vec<&mut Finding>> = BTreeMap::new();
    for finding in report.findings.iter_mut().filter(|finding| finding.matters()) {
        finding.known = Some(0);
        if let Some((fingerprint, _)) = all_now.get_key_value(&finding.fingerprint) {
            alike.entry(fingerprint).or_default().push(finding);
        }
    }
    let mut all_known: BTreeMap<&str, &KnownFinding> = BTreeMap::new();
    for entry in &baseline.findings {
        if entry.handler == report.handler.name {
            all_known.insert(&entry.fingerprint, entry);
        }
    }
    let mut all_gone = Vec::new();
    for (fingerprint, entry) in all_known {
        if all_now.get(fingerprint).is_some_and(|now| is_worse(now, entry, levels)) {
            continue;
        }
        let left = cover(alike.remove(fingerprint).unwrap_or_default(), entry);
        if left < entry.count {
            all_gone.push(gone(entry, left));
        }
    }
    all_gone
}

/// Marks as many of these as are known; how many of the known ones are left.
fn cover(mut findings: Vec<&mut Finding>, entry: &KnownFinding) -> usize {
    // Those at a known line first: of two alike, the one at another line is the new one.
    findings.sort_by_key(|finding| !line(finding).is_some_and(|line| entry.lines.contains(&line)));
    let invocations = findings.iter().map(|finding| finding.counts.len()).max().unwrap_or(0);
    let mut allowance = allowed(entry, invocations);
    for finding in &mut findings {
        let items = finding.items();
        if items <= allowance {
            finding.status = Status::Baseline;
        }
        let covered = items.min(allowance);
        finding.known = Some(covered);
        allowance -= covered;
    }
    findings.iter().map(|finding| finding.items()).sum()
}

/// The number that may be pending at one response. A growing number is scaled to the invocations.
fn allowed(entry: &KnownFinding, invocations: usize) -> usize {
    if entry.grows && entry.invocations > 0 {
        entry.count.saturating_mul(invocations).div_ceil(entry.invocations)
    } else {
        entry.count
    }
}

fn gone(known: &KnownFinding, left: usize) -> GoneFinding {
    GoneFinding {
        handler: known.handler.clone(),
        fingerprint: known.fingerprint.clone(),
        rule: known.rule,
        kind: known.kind,
        name: known.name.clone(),
        file: known.file.clone(),
        known: known.count,
        left,
    }
}
