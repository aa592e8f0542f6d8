//! The first line: the verdict, the handler, and the numbers behind the verdict.
//!
//! It counts items, not findings: ten thousand tasks are ten thousand, even as one finding.

use crate::model::gap::Effect;
use crate::report::{Finding, Report, ReportedOutcome, Status, Verdict};
use crate::reporter::layout::{Page, Row, Style};
use crate::reporter::{sentence, text};
use crate::rule::Level;

/// Writes it; for a pass, also what was proved.
pub(super) fn write(report: &Report, page: &mut Page) {
    let (word, style) = verdict(report.verdict);
    let handler = text::clip(&report.handler.path, 1000);
    let numbers = numbers(report);
    let lead = u16::try_from(word.len()).unwrap_or_default() + 2;
    let row = |text: String| [Row::new(word, text).styled(style, Style::Plain)];
    let invocations = invocations(report);
    let whole = row(format!("{handler}  {numbers}{invocations}"));
    if page.lines_of(lead, &whole) == 1 {
        page.rows(0, lead, &whole);
    } else {
        page.rows(0, lead, &row(numbers));
        page.paragraph(lead, &format!("{handler}{invocations}"), Style::Dim);
    }
    if report.verdict == Verdict::Pass {
        page.blank();
        page.rows(2, 10, &[Row::new("proved", proved(report)).styled(Style::Green, Style::Plain)]);
    }
}

/// Whether this finding is one that the reader has to look at.
pub(super) fn matters(finding: &Finding) -> bool {
    finding.status == Status::Unexpected && finding.level != Level::Allow
}

const fn verdict(verdict: Verdict) -> (&'static str, Style) {
    match verdict {
        Verdict::Pass => ("PASS", Style::Green),
        Verdict::Fail => ("FAIL", Style::Red),
        Verdict::Error => ("ERROR", Style::Red),
        Verdict::Inconclusive => ("INCONCLUSIVE", Style::Yellow),
    }
}

fn numbers(report: &Report) -> String {
    let denied = items(report, |finding| matters(finding) && finding.level == Level::Deny);
    let warnings = report
        .findings
        .iter()
        .filter(|finding| matters(finding) && finding.level == Level::Warn)
        .count();
    let safe = items(report, |finding| finding.status == Status::Safe);
    let unexpected = text::count(denied, "unexpected pending item");
    let mut parts = match report.verdict {
        Verdict::Fail if denied == 0 => vec!["something unexpected was pending".to_owned()],
        Verdict::Fail => vec![unexpected],
        Verdict::Pass => vec!["nothing unexpected was pending".to_owned()],
        Verdict::Error | Verdict::Inconclusive if denied > 0 => vec![reason(report), unexpected],
        Verdict::Error | Verdict::Inconclusive => vec![reason(report)],
    };
    if warnings > 0 {
        parts.push(text::count(warnings, "warning"));
    }
    if safe > 0 {
        parts.push(format!("{safe} safe"));
    }
    parts.join(", ")
}

/// Why there is no answer: the worst that the gaps do.
fn reason(report: &Report) -> String {
    let worst = report.gaps.iter().filter_map(sentence::effect).max();
    match worst {
        Some(Effect::Interrupted) => "interrupted",
        Some(Effect::Internal) => "loopcheck failed",
        Some(Effect::Usage) => "this cannot be run",
        Some(Effect::NoResponse) => "the handler did not get to a response",
        Some(Effect::Inconclusive) => "not everything could be seen",
        Some(Effect::Note) | None => "there is no answer",
    }
    .to_owned()
}

/// The tail of the line: how many invocations, and those that did not end in a response.
fn invocations(report: &Report) -> String {
    if report.invocations.is_empty() {
        return String::new();
    }
    let of =
        |outcome| report.invocations.iter().filter(|known| known.outcome == Some(outcome)).count();
    let remarkable: Vec<String> = [
        (ReportedOutcome::Error, "answered with an error"),
        (ReportedOutcome::Held, "held"),
        (ReportedOutcome::Timeout, "timed out"),
        (ReportedOutcome::Crash, "crashed"),
        (ReportedOutcome::Exit, "exited"),
    ]
    .into_iter()
    .filter(|(outcome, _)| of(*outcome) > 0)
    .map(|(outcome, words)| format!("{} {words}", of(outcome)))
    .collect();
    let all = text::count(report.invocations.len(), "invocation");
    if remarkable.is_empty() {
        format!(" · {all}")
    } else {
        format!(" · {all} ({})", remarkable.join(", "))
    }
}

/// What a pass says, and no more than it says.
fn proved(report: &Report) -> String {
    let responses = report
        .invocations
        .iter()
        .filter(|known| {
            matches!(known.outcome, Some(ReportedOutcome::Response | ReportedOutcome::Error))
        })
        .count();
    let no_sockets = report.gaps.iter().any(|gap| gap.id == "sockets-not-observed");
    let kinds = if no_sockets { "task and timer" } else { "task, timer and socket" };
    let at = match responses {
        1 => "at the response".to_owned(),
        many => format!("at each of the {many} responses"),
    };
    let warned = report.findings.iter().any(matters);
    let outcome = if warned { "none of them fails the run" } else { "none is unexpected" };
    format!("every {kinds} that was alive {at} was seen, and {outcome}")
}

fn items(report: &Report, wanted: impl Fn(&Finding) -> bool) -> usize {
    report.findings.iter().filter(|finding| wanted(finding)).map(sentence::items).sum()
}
