//! The part of the table that matters: what is unexpectedly pending, by completion mode and fate.
//!
//! A finding is shown in full at its first occurrence, and in a line afterwards.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::policy::Policy;
use crate::report::{
    Facts, Fate, Finding, Report, ReportedInvocation, ReportedMode, ResponseTime, equal_modes,
};
use crate::reporter::sentence;
use crate::reporter::sentence::lines::{Aspect, Line, lines};
use crate::reporter::text;
use crate::reporter::text::layout::{Page, Row, Style};
use crate::rule::Level;

const INDENT: u16 = 2;
const LABELS: u16 = 10;

/// Writes the findings that the reader has to look at.
pub(super) fn write(report: &Report, page: &mut Page) {
    let mut findings = Findings::of(report);
    let (gated, others): (Vec<_>, Vec<_>) = report.modes.iter().partition(|mode| mode.gated);
    for modes in equal_modes(&gated) {
        let same = others.iter().filter(|other| other.policy == modes[0].policy);
        let same: Vec<_> = same.map(|other| text::sanitize(&other.id)).collect();
        write_mode(&mut findings, &modes, &same, page);
    }
    let is_new = |other: &&ReportedMode| gated.iter().all(|mode| mode.policy != other.policy);
    let others: Vec<_> = others.into_iter().filter(is_new).collect();
    for modes in equal_modes(&others) {
        write_mode(&mut findings, &modes, &[], page);
    }
    let rest = findings.unrendered();
    if !rest.is_empty() {
        page.blank();
        page.paragraph(0, "in none of the examined completion modes", Style::Bold);
        page.blank();
        page.rows(INDENT, LABELS, &findings.in_full(&rest, None));
    }
}

/// The findings that matter, and those of them that have been rendered.
struct Findings<'a> {
    report: &'a Report,
    by_id: BTreeMap<&'a str, &'a Finding>,
    rendered: BTreeSet<&'a str>,
}

impl<'a> Findings<'a> {
    fn of(report: &'a Report) -> Self {
        let matter = report.findings.iter().filter(|finding| finding.matters());
        let by_id = matter.map(|finding| (finding.id.as_str(), finding)).collect();
        Self { report, by_id, rendered: BTreeSet::new() }
    }

    /// Those of these ids that matter, denied ones first.
    fn select(&self, ids: &[String]) -> Vec<&'a Finding> {
        let mut selected: Vec<_> =
            ids.iter().filter_map(|id| self.by_id.get(id.as_str()).copied()).collect();
        selected.sort_by_key(|finding| std::cmp::Reverse(finding.level));
        selected
    }

    fn is_rendered(&self, finding: &Finding) -> bool {
        self.rendered.contains(finding.id.as_str())
    }

    fn unrendered(&self) -> Vec<&'a Finding> {
        let matter = self.report.findings.iter().filter(|finding| finding.matters());
        matter.filter(|finding| !self.is_rendered(finding)).collect()
    }

    fn in_full(&mut self, findings: &[&'a Finding], policy: Option<Policy>) -> Vec<Row> {
        let mut rows = Vec::new();
        for finding in findings {
            self.rendered.insert(&finding.id);
            if !rows.is_empty() {
                rows.push(Row::blank());
            }
            rows.push(title(finding));
            let facts = Facts::under(self.report, finding, policy);
            rows.extend(lines(&facts).into_iter().map(row));
        }
        rows
    }
}

fn write_mode<'a>(
    findings: &mut Findings<'a>,
    modes: &[&'a ReportedMode],
    same: &[Cow<'_, str>],
    page: &mut Page,
) {
    let Some(mode) = modes.first() else { return };
    let groups: Vec<_> = mode
        .groups
        .iter()
        .map(|group| (group.fate, findings.select(&group.findings)))
        .filter(|(_, findings)| !findings.is_empty())
        .collect();
    let held = mode.gated && mode.response != ResponseTime::AtOnce;
    if groups.is_empty() && !held {
        return;
    }
    page.blank();
    page.paragraph(0, &heading(modes, mode), Style::Bold);
    if let Some(ms) = measured(modes, &findings.report.invocations) {
        let text = format!("measured: the response left {}", text::from_completion(ms));
        page.paragraph(INDENT, &text, Style::Dim);
    }
    if !same.is_empty() {
        let text = format!("the same if it completed by {}", same.join(", "));
        page.paragraph(INDENT, &text, Style::Dim);
    }
    if !mode.gated {
        write_briefly(&groups, mode.policy, page);
        return;
    }
    for (fate, group) in groups {
        write_group(findings, mode.policy, fate, &group, page);
    }
}

/// Writes the fate of each finding in a mode that the handler did not use, in a line or two.
fn write_briefly(groups: &[(Fate, Vec<&Finding>)], policy: Policy, page: &mut Page) {
    page.blank();
    let findings = groups.iter().flat_map(|(_, findings)| findings);
    let rows: Vec<_> = findings
        .map(|finding| {
            let happens = finding.fate_under(policy).map(sentence::happens);
            let happens = happens.unwrap_or_else(|| "not known".to_owned());
            row_of(finding, format!("{}: {happens}", sentence::short(finding)), Style::Plain)
        })
        .collect();
    page.rows(INDENT, LABELS, &rows);
}

fn heading(modes: &[&ReportedMode], mode: &ReportedMode) -> String {
    let ids: Vec<_> = modes.iter().map(|mode| text::sanitize(&mode.id)).collect();
    let happens = text::mode(mode.policy, mode.response, mode.held_ms);
    let lead = if mode.gated { "" } else { "if it completed by " };
    format!("{lead}{} ({}): {happens}", ids.join(", "), mode.policy.as_str())
}

/// The longest time that a response was really held, in a mode that the handler used.
fn measured(modes: &[&ReportedMode], invocations: &[ReportedInvocation]) -> Option<f64> {
    let holds = modes.iter().filter(|mode| mode.policy == Policy::HoldResponse);
    let ids: Vec<&str> = holds.map(|mode| mode.id.as_str()).collect();
    let used = invocations
        .iter()
        .filter(|known| known.mode.as_deref().is_some_and(|mode| ids.contains(&mode)));
    used.filter_map(|known| known.held_ms).max_by(f64::total_cmp)
}

fn write_group<'a>(
    findings: &mut Findings<'a>,
    policy: Policy,
    fate: Fate,
    group: &[&'a Finding],
    page: &mut Page,
) {
    page.blank();
    page.paragraph(INDENT, &format!("{}: {}", fate.as_str(), fate.phrase()), Style::Dim);
    let (again, first): (Vec<_>, Vec<_>) =
        group.iter().copied().partition(|finding| findings.is_rendered(finding));
    if !first.is_empty() {
        page.blank();
        page.rows(INDENT, LABELS, &findings.in_full(&first, Some(policy)));
    }
    if !again.is_empty() {
        page.blank();
        let rows: Vec<_> = again.iter().map(|finding| reference(finding, policy)).collect();
        page.rows(INDENT, LABELS, &rows);
    }
}

fn title(finding: &Finding) -> Row {
    row_of(finding, sentence::subject(finding), Style::Bold)
}

/// A finding that was shown in full under another mode, with what the group's heading leaves open.
fn reference(finding: &Finding, policy: Policy) -> Row {
    let timed = finding.fate_under(policy).filter(|fate| fate.ms.is_some());
    let text = match timed.map(sentence::happens) {
        Some(happens) => format!("{}: {happens}", sentence::short(finding)),
        None => sentence::short(finding),
    };
    row_of(finding, text, Style::Plain)
}

fn row_of(finding: &Finding, text: String, style: Style) -> Row {
    let (mark, color) = match finding.level {
        Level::Deny => ("✗", Style::Red),
        Level::Warn | Level::Allow => ("!", Style::Yellow),
    };
    let fits = finding.id.is_ascii() && finding.id.len() + 2 < usize::from(LABELS);
    let id = text::sanitize(&finding.id);
    let row = if fits {
        Row::new(format!("{mark} {id}"), text)
    } else {
        Row::new(mark, format!("{id}: {text}"))
    };
    row.styled(color, style)
}

fn row(line: Line) -> Row {
    let row = Row::new(format!("  {}", line.aspect.label()), line.text);
    match line.aspect {
        Aspect::Fix => row.styled(Style::Green, Style::Plain),
        _ => row,
    }
}
