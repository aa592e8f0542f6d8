//! The end of the table: the invocations, and what needs no attention, each in a line or two.

use std::collections::BTreeMap;

use crate::model::diagnostic::Effect;
use crate::report::{
    Finding, Report, ReportedDiagnostic, ReportedInvocation, ReportedOutcome, Status,
};
use crate::reporter::sentence;
use crate::reporter::text;
use crate::reporter::text::layout::{Page, Row, Style};
use crate::rule::Level;

/// So many safe findings are named.
const SAFE_NAMED: usize = 5;
/// So many expectations are named.
const EXPECTATIONS_NAMED: usize = 10;
/// So many invocations are shown from each end.
const INVOCATIONS_SHOWN: usize = 6;

/// Writes the invocations and the footer lines, with those for gone findings among them.
pub(super) fn write(report: &Report, gone: Vec<Row>, page: &mut Page) {
    if !report.invocations.is_empty() {
        page.blank();
        invocations(&report.invocations, page);
    }
    let mut rows = safe(report);
    rows.extend(expected(report));
    rows.extend(sums(report));
    rows.extend(gone);
    rows.extend(notes(&report.gaps));
    if let Some(detail) = &report.handler.detail {
        rows.push(dimmed("handler", text::clip(detail, 1000)));
    }
    if !rows.is_empty() {
        page.blank();
        page.rows(2, 10, &rows);
    }
}

fn invocations(invocations: &[ReportedInvocation], page: &mut Page) {
    let modes = invocations.iter().any(|known| known.mode.is_some());
    let mut heading = vec!["invocation", "outcome", "response", "next", "pending"];
    let mut rows: Vec<_> = invocations.iter().map(invocation).collect();
    let mut numbers = [2, 3, 4];
    if modes {
        heading.insert(2, "completed by");
        numbers = [3, 4, 5];
        for ((cells, _), known) in rows.iter_mut().zip(invocations) {
            cells.insert(2, completed_by(known));
        }
    }
    if rows.len() > 2 * INVOCATIONS_SHOWN {
        let middle = INVOCATIONS_SHOWN..invocations.len() - INVOCATIONS_SHOWN;
        rows.splice(middle.clone(), [left_out(&invocations[middle])]);
    }
    page.grid(2, &heading, &rows, &numbers);
}

fn invocation(invocation: &ReportedInvocation) -> (Vec<String>, Style) {
    let moment = |ms: Option<f64>| ms.map_or_else(|| "–".to_owned(), text::duration);
    let outcome = text::outcome(invocation.outcome);
    let (outcome, style) = if answered(invocation) {
        (outcome.to_owned(), Style::Plain)
    } else {
        (format!("✗ {outcome}"), Style::Red)
    };
    let cells = vec![
        // One word, so that it is not broken in two.
        format!("{}\u{a0}{}", invocation.index, text::warmth(invocation.index)),
        outcome,
        moment(invocation.response_ms),
        moment(invocation.next_ms),
        invocation.pending.map_or_else(|| "–".to_owned(), |pending| pending.to_string()),
    ];
    (cells, style)
}

fn completed_by(invocation: &ReportedInvocation) -> String {
    invocation
        .mode
        .as_ref()
        .map_or_else(|| "–".to_owned(), |mode| text::clip(mode, 60).into_owned())
}

/// The line for the invocations that are not shown, with the number of bad ones among them.
fn left_out(invocations: &[ReportedInvocation]) -> (Vec<String>, Style) {
    let bad = invocations.iter().filter(|invocation| !answered(invocation)).count();
    let (outcome, style) = match bad {
        0 => ("response".to_owned(), Style::Plain),
        bad => (format!("✗ {bad} failed"), Style::Red),
    };
    let cells = vec![format!("…\u{a0}{}\u{a0}more", invocations.len()), outcome];
    (cells, style)
}

fn answered(invocation: &ReportedInvocation) -> bool {
    invocation.outcome == Some(ReportedOutcome::Response)
}

fn safe(report: &Report) -> Vec<Row> {
    let all: Vec<_> = with_status(report, Status::Safe).collect();
    let mut rows: Vec<_> = all.iter().take(SAFE_NAMED).map(|finding| safe_line(finding)).collect();
    if all.len() > SAFE_NAMED {
        rows.push(dimmed("safe", format!("and {} more", all.len() - SAFE_NAMED)));
    }
    rows
}

fn safe_line(finding: &Finding) -> Row {
    let short = sentence::short(finding);
    let text = match finding.ended_ms {
        Some(ms) => format!("{short}: ended {}", text::from_response(ms)),
        None => format!("{short}: ended in time"),
    };
    dimmed("safe", text).one_line()
}

/// A line for each expectation in use, with its reason and its place.
fn expected(report: &Report) -> Vec<Row> {
    let mut items: BTreeMap<_, usize> = BTreeMap::new();
    for finding in with_status(report, Status::Expected) {
        let known = finding.expectation.as_ref();
        let key = known.map(|known| (known.file.as_str(), known.line, known.reason.as_str()));
        *items.entry(key).or_default() += finding.items();
    }
    let lines = items.iter().take(EXPECTATIONS_NAMED).map(|(known, items)| {
        let items = text::count(*items, "item");
        dimmed(
            "expected",
            match known {
                None => items,
                Some((file, line, reason)) => {
                    format!(
                        "{items}: {} ({}:{line})",
                        text::clip(reason, 200),
                        text::clip(file, 200)
                    )
                }
            },
        )
    });
    let mut rows: Vec<Row> = lines.collect();
    if items.len() > EXPECTATIONS_NAMED {
        let rest: usize = items.values().skip(EXPECTATIONS_NAMED).sum();
        rows.push(dimmed("expected", format!("and {} more", text::count(rest, "item"))));
    }
    rows
}

/// The numbers of items that are pending and do not count.
fn sums(report: &Report) -> Vec<Row> {
    let items = |wanted: &dyn Fn(&Finding) -> bool| -> usize {
        report.findings.iter().filter(|finding| wanted(finding)).map(Finding::items).sum()
    };
    let allowed =
        items(&|finding| finding.status == Status::Unexpected && finding.level == Level::Allow);
    let lines = [
        ("baseline", items(&|known| known.status == Status::Baseline), " known already".into()),
        ("allowed", allowed, " of rules that are set to allow".into()),
        ("runtime", items(&|known| known.status == Status::Runtime), owners(report)),
    ];
    lines
        .into_iter()
        .filter(|(_, number, _)| *number > 0)
        .map(|(label, number, rest)| {
            dimmed(label, format!("{}{rest}", text::count(number, "item")))
        })
        .collect()
}

fn owners(report: &Report) -> String {
    let library = report.handler.runtime.title();
    format!(" of the Lambda runtime and {library} (not counted)")
}

/// The gaps that the verdict does not depend on.
pub(super) fn notes(gaps: &[ReportedDiagnostic]) -> Vec<Row> {
    let mut rows = Vec::new();
    for gap in gaps.iter().filter(|gap| gap.id.effect() == Effect::Note) {
        let hint = sentence::hint(gap).map(|hint| format!(" ({hint})")).unwrap_or_default();
        rows.push(dimmed("note", format!("{}{hint}", sentence::gap(gap))));
    }
    rows
}

fn with_status(report: &Report, status: Status) -> impl Iterator<Item = &Finding> {
    report.findings.iter().filter(move |finding| finding.status == status)
}

fn dimmed(label: &str, text: impl Into<String>) -> Row {
    Row::new(label, text).styled(Style::Dim, Style::Dim)
}
