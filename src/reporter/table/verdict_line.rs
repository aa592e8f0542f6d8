//! The line of the verdict: the first one for a single handler, the last one for several.

use crate::model::diagnostic::GapId;
use crate::report::{Finding, Report, ReportedOutcome, Verdict};
use crate::reporter::sentence::verdict::{invocations, numbers, word};
use crate::reporter::text;
use crate::reporter::text::layout::{Page, Row, Style};

/// Handlers' names and paths are cut off after so many characters.
const LONGEST: usize = 1000;

/// Writes it; for a pass, also its exact claim. `handler` is what the reader knows it by.
pub(super) fn write(report: &Report, handler: &str, page: &mut Page) {
    let handler = text::clip(handler, LONGEST);
    let numbers = numbers(report);
    let invocations = invocations(report);
    let whole = format!("{handler}  {numbers}{invocations}");
    if fits(report.verdict, &whole, page) {
        answer(report.verdict, whole, page);
    } else {
        answer(report.verdict, numbers, page);
        page.paragraph(lead(report.verdict), &format!("{handler}{invocations}"), Style::Dim);
    }
    if report.verdict == Verdict::Pass {
        page.blank();
        page.rows(2, 10, &[Row::new("proved", claim(report)).styled(Style::Green, Style::Plain)]);
    }
}

/// Writes the verdict and a text beside it.
pub(super) fn answer(verdict: Verdict, text: String, page: &mut Page) {
    let row = Row::new(word(verdict), text).styled(style(verdict), Style::Plain);
    page.rows(0, lead(verdict), &[row]);
}

/// The columns that the verdict takes.
pub(super) fn lead(verdict: Verdict) -> u16 {
    u16::try_from(word(verdict).len()).unwrap_or_default() + 2
}

/// The word for a verdict, and its colour.
pub(super) const fn verdict(verdict: Verdict) -> (&'static str, Style) {
    (word(verdict), style(verdict))
}

/// The style of a verdict.
pub(super) const fn style(verdict: Verdict) -> Style {
    match verdict {
        Verdict::Pass => Style::Green,
        Verdict::Fail | Verdict::Error => Style::Red,
        Verdict::Inconclusive => Style::Yellow,
    }
}

fn fits(verdict: Verdict, text: &str, page: &Page) -> bool {
    page.lines_of(lead(verdict), &[Row::new(word(verdict), text)]) == 1
}

/// The exact claim of a pass.
fn claim(report: &Report) -> String {
    let responses = report
        .invocations
        .iter()
        .filter(|known| {
            matches!(known.outcome, Some(ReportedOutcome::Response | ReportedOutcome::Error))
        })
        .count();
    let no_sockets = report.gaps.iter().any(|gap| gap.id == GapId::SocketsNotObserved);
    let kinds = if no_sockets { "task and timer" } else { "task, timer and socket" };
    let at = match responses {
        1 => "at the response".to_owned(),
        many => format!("at each of the {many} responses"),
    };
    let warned = report.findings.iter().any(Finding::matters);
    let outcome = if warned { "none of them fails the run" } else { "none is unexpected" };
    format!("every {kinds} that was alive {at} was seen, and {outcome}")
}
