//! The results of a SARIF log: which there are, in which order, and what each says.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::Serialize;

use crate::model::diagnostic::Effect;
use crate::report::{Finding, Report, ReportedDiagnostic, Results, Status, UsedExpectation};
use crate::reporter::sarif::parts::{Location, Message};
use crate::reporter::sarif::rules;
use crate::reporter::sentence::{self, coverage, plain};
use crate::reporter::text;
use crate::rule::{Level, RuleId};

/// A result, before it is written.
pub(super) struct Entry<'a> {
    about: About<'a>,
    severity: Severity,
    /// The same for the same result of another run, and of no other result of this one.
    fingerprint: String,
}

/// The subject of a result.
#[derive(Clone, Copy)]
enum About<'a> {
    /// A gap: of a handler, or of the run as a whole.
    Gap(Option<&'a Report>, &'a ReportedDiagnostic),
    Finding(&'a Report, &'a Finding),
    Stale(&'a UsedExpectation),
}

/// The level of a result.
#[derive(Clone, Copy, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
enum Severity {
    Note,
    Warning,
    Error,
}

/// A result, as it is written.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SarifResult {
    rule_id: &'static str,
    rule_index: usize,
    level: Severity,
    message: Message,
    locations: Vec<Location>,
    partial_fingerprints: Fingerprints,
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline_state: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suppressions: Option<[Suppression; 1]>,
}

/// GitHub looks at its own name only. Where that is missing, its upload takes a hash of the source
/// line, by which all findings that have no line of their own would be one alert.
#[derive(Serialize)]
struct Fingerprints {
    #[serde(rename = "loopcheck/v1")]
    ours: String,
    #[serde(rename = "primaryLocationLineHash")]
    github: String,
}

#[derive(Serialize)]
struct Suppression {
    kind: &'static str,
    status: &'static str,
    justification: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<Location>,
}

/// Every result, the worst first; among equals in the order of the report.
pub(super) fn entries<'a>(results: &Results<'a>) -> Vec<Entry<'a>> {
    let gaps = results.gaps.iter().map(|gap| About::Gap(None, gap));
    let stale = results.stale().map(About::Stale);
    let of_reports = results.reports.iter().flat_map(|report| {
        let gaps = report.gaps.iter().map(move |gap| About::Gap(Some(report), gap));
        gaps.chain(report.findings.iter().map(move |finding| About::Finding(report, finding)))
    });
    let mut seen = BTreeMap::new();
    let entry = |about: About<'a>| {
        let severity = about.severity()?;
        let fingerprint = numbered(about.hash(), &mut seen);
        Some(Entry { about, severity, fingerprint })
    };
    let mut entries: Vec<Entry<'a>> =
        gaps.chain(of_reports).chain(stale).filter_map(entry).collect();
    entries.sort_by_key(|entry| Reverse(entry.severity));
    entries
}

/// Two findings alike are two results: the first is `:1`, the next `:2`.
fn numbered(hash: u64, seen: &mut BTreeMap<u64, u32>) -> String {
    let number = seen.entry(hash).or_insert(0);
    *number += 1;
    format!("{hash:016x}:{number}")
}

impl Entry<'_> {
    /// The result, to be written.
    pub(super) fn result(&self) -> SarifResult {
        let rule_index = self.about.rule_index();
        SarifResult {
            rule_id: rules::id(rule_index),
            rule_index,
            level: self.severity,
            message: Message::of(&self.about.lines()),
            locations: vec![self.about.location()],
            partial_fingerprints: Fingerprints {
                ours: self.fingerprint.clone(),
                github: self.fingerprint.clone(),
            },
            baseline_state: self.about.baseline_state(),
            suppressions: self.about.suppression().map(|suppression| [suppression]),
        }
    }
}

impl About<'_> {
    /// Its severity; `None`: it is no result.
    fn severity(self) -> Option<Severity> {
        match self {
            Self::Gap(_, gap) => (gap.id.effect() != Effect::Note).then_some(Severity::Error),
            Self::Stale(known) => Some(of_level(known.level)),
            Self::Finding(_, finding) if finding.matters() => Some(of_level(finding.level)),
            // Whoever compares levels must come to the same end as the exit code.
            Self::Finding(_, finding) => finding.is_covered().then_some(Severity::Note),
        }
    }

    fn rule_index(self) -> usize {
        match self {
            Self::Gap(..) => rules::INCOMPLETE,
            Self::Finding(_, finding) => rules::index(finding.rule),
            Self::Stale(_) => rules::index(RuleId::StaleExpectation),
        }
    }

    /// Its identity over runs: never a line, a time or an id.
    fn hash(self) -> u64 {
        let of =
            |report: Option<&Report>| report.map_or(String::new(), |it| it.handler.name.clone());
        match self {
            Self::Gap(report, gap) => hash(&["gap", &of(report), gap.id.as_str()]),
            Self::Finding(report, finding) => {
                hash(&["finding", &report.handler.name, &finding.fingerprint])
            }
            Self::Stale(known) => {
                let handler = known.handler.as_deref().unwrap_or_default();
                hash(&["stale", &known.file, handler, &known.reason])
            }
        }
    }

    fn lines(self) -> Vec<String> {
        match self {
            Self::Gap(report, gap) => {
                let handler = report.map(|report| format!("handler: {}", plain::handler(report)));
                plain::gap(gap).into_iter().chain(handler).collect()
            }
            Self::Finding(report, finding) => {
                let title =
                    format!("{}, of {}.", sentence::subject(finding), plain::handler(report));
                [title].into_iter().chain(plain::facts(report, finding)).collect()
            }
            Self::Stale(known) => {
                let help = RuleId::StaleExpectation.rule().help;
                vec![coverage::stale(known), format!("fix: {help}")]
            }
        }
    }

    fn location(self) -> Location {
        match self {
            Self::Gap(Some(report), _) => Location::of_handler(report),
            // It concerns which handlers were run, which the configuration says.
            Self::Gap(None, _) => Location::line("loopcheck.toml", 0),
            Self::Finding(report, finding) => Location::of(report, finding.location.as_ref()),
            Self::Stale(known) => Location::line(&known.file, known.line),
        }
    }

    /// Its state in the baseline; `None` where there is none, or it does not apply.
    fn baseline_state(self) -> Option<&'static str> {
        let Self::Finding(report, finding) = self else { return None };
        match (finding.status, finding.known) {
            (Status::Baseline, _) => Some("unchanged"),
            (Status::Unexpected, Some(known)) if known > 0 => Some("updated"),
            (Status::Unexpected, _) => report.baseline.as_ref().map(|_| "new"),
            (Status::Expected | Status::Runtime | Status::Safe, _) => None,
        }
    }

    fn suppression(self) -> Option<Suppression> {
        let Self::Finding(report, finding) = self else { return None };
        let (justification, location) = match (finding.status, &finding.expectation) {
            (Status::Expected, Some(known)) => {
                (text::clip(&known.reason, 1000).into_owned(), Some((&known.file, known.line)))
            }
            (Status::Expected, None) => ("an expectation covers it".to_owned(), None),
            (Status::Baseline, _) => (baseline(report), None),
            (Status::Unexpected | Status::Runtime | Status::Safe, _) => return None,
        };
        Some(Suppression {
            kind: "external",
            status: "accepted",
            justification,
            location: location.map(|(file, line)| Location::line(file, line)),
        })
    }
}

fn baseline(report: &Report) -> String {
    match &report.baseline {
        Some(baseline) => format!("known from the baseline {}", plain::name(&baseline.file)),
        None => "known from the baseline".to_owned(),
    }
}

const fn of_level(level: Level) -> Severity {
    match level {
        Level::Deny => Severity::Error,
        Level::Warn => Severity::Warning,
        Level::Allow => Severity::Note,
    }
}

/// FNV-1a over the parts, each ended by a zero: the same on every machine and in every version.
fn hash(parts: &[&str]) -> u64 {
    let bytes = parts.iter().flat_map(|part| part.bytes().chain([0]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
