//! The first line: the verdict, the handler, and the numbers behind the verdict; for several
//! handlers the last.
//!
//! It counts items, not findings: ten thousand tasks are ten thousand, even as one finding.

use crate::model::gap::{Effect, GapId};
use crate::report::{Finding, Report, ReportedGap, ReportedOutcome, Results, Status, Verdict};
use crate::reporter::layout::{Page, Row, Style};
use crate::reporter::text;
use crate::rule::Level;

/// Handlers' names and paths are cut off after so many characters.
const LONGEST: usize = 1000;

/// What there is of each sort in one report.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counts {
    /// Items that fail the run.
    pub(super) unexpected: usize,
    /// Findings that are worth saying and do not fail the run.
    pub(super) warnings: usize,
    /// Items that are expected.
    pub(super) expected: usize,
    /// Items that the baseline knows.
    pub(super) baseline: usize,
    /// Items that ended in time.
    pub(super) safe: usize,
}

impl Counts {
    /// Those of this report.
    pub(super) fn of(report: &Report) -> Self {
        let with = |status| items(report, |finding| finding.status == status);
        Self {
            unexpected: items(report, is_denied),
            warnings: report.findings.iter().filter(|finding| is_warning(finding)).count(),
            expected: with(Status::Expected),
            baseline: with(Status::Baseline),
            safe: with(Status::Safe),
        }
    }
}

/// Writes it; for a pass, also what was proved. `handler` is what the reader knows it by.
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
        page.rows(2, 10, &[Row::new("proved", proved(report)).styled(Style::Green, Style::Plain)]);
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

/// The whole answer in one line, for formats that have no page.
pub(super) fn sentence(results: &Results<'_>) -> String {
    let word = word(results.verdict);
    match (results.selection, results.reports) {
        (None, [report]) => {
            let handler = text::clip(&report.handler.path, LONGEST);
            format!("{word}  {handler}  {}{}", numbers(report), invocations(report))
        }
        _ => format!("{word}  {}", totals(results)),
    }
}

/// The numbers behind the verdict on several handlers.
pub(super) fn totals(results: &Results<'_>) -> String {
    let mut parts = vec![handlers(results)];
    let counts: Vec<Counts> = results.reports.iter().map(Counts::of).collect();
    let own = results.reports.iter().flat_map(|report| &report.gaps);
    if matches!(results.verdict, Verdict::Error | Verdict::Inconclusive) {
        parts.push(reason(own.chain(results.gaps)));
    }
    let numbers = [
        (counts.iter().map(|counts| counts.unexpected).sum(), "unexpected pending item"),
        (counts.iter().map(|counts| counts.warnings).sum(), "warning"),
        (results.stale().count(), "stale expectation"),
    ];
    parts.extend(
        numbers.iter().filter(|(number, _)| *number > 0).map(|(n, noun)| text::count(*n, noun)),
    );
    parts.join(", ")
}

/// Which of the handlers were run, if not all of them.
pub(super) fn selected(results: &Results<'_>) -> Option<String> {
    let selection = results.selection?;
    let shard = selection.shard.map(|shard| format!("shard {} of {}", shard.index, shard.count));
    let filter = selection.filter.as_ref().map(|filter| {
        let left_out = text::count(selection.filtered, "handler");
        format!("filter {}, which leaves out {left_out}", text::clip(filter, LONGEST))
    });
    let others = selection.handlers.len().saturating_sub(results.reports.len());
    let others = (others > 0).then(|| format!("{} not run here", text::count(others, "handler")));
    let parts: Vec<_> = [shard, filter, others].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// Whether there is more to say of a handler than that it passed.
pub(super) fn is_worth_saying(report: &Report) -> bool {
    report.verdict != Verdict::Pass || report.findings.iter().any(matters)
}

/// Whether this finding is one that the reader has to look at.
pub(super) fn matters(finding: &Finding) -> bool {
    finding.status == Status::Unexpected && finding.level != Level::Allow
}

/// Whether this finding fails the run.
pub(super) fn is_denied(finding: &Finding) -> bool {
    matters(finding) && finding.level == Level::Deny
}

/// Whether this finding is worth saying and does not fail the run.
pub(super) fn is_warning(finding: &Finding) -> bool {
    matters(finding) && finding.level == Level::Warn
}

/// The verdict in one word.
pub(super) const fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "PASS",
        Verdict::Fail => "FAIL",
        Verdict::Error => "ERROR",
        Verdict::Inconclusive => "INCONCLUSIVE",
    }
}

/// The word for a verdict, and its colour.
pub(super) const fn verdict(verdict: Verdict) -> (&'static str, Style) {
    (word(verdict), style(verdict))
}

/// How the verdict is shown.
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

/// How many handlers there are, and what came of them.
fn handlers(results: &Results<'_>) -> String {
    if results.reports.is_empty() {
        let shard = results.selection.and_then(|selection| selection.shard);
        return if shard.is_some() {
            "this shard has no handler to run".to_owned()
        } else {
            "no handler was run".to_owned()
        };
    }
    let of = |verdict| results.reports.iter().filter(|report| report.verdict == verdict).count();
    let verdicts = [Verdict::Error, Verdict::Fail, Verdict::Inconclusive, Verdict::Pass];
    let counts: Vec<String> = verdicts
        .into_iter()
        .filter(|verdict| of(*verdict) > 0)
        .map(|verdict| format!("{} {}", of(verdict), word(verdict).to_lowercase()))
        .collect();
    format!("{} ({})", text::count(results.reports.len(), "handler"), counts.join(", "))
}

/// The numbers behind the verdict on one handler.
pub(super) fn numbers(report: &Report) -> String {
    let Counts { unexpected: denied, warnings, safe, .. } = Counts::of(report);
    let stale = report.summary.stale;
    let unexpected = text::count(denied, "unexpected pending item");
    let mut parts = match report.verdict {
        Verdict::Fail if denied == 0 && stale > 0 => Vec::new(),
        Verdict::Fail if denied == 0 => vec!["something unexpected was pending".to_owned()],
        Verdict::Fail => vec![unexpected],
        Verdict::Pass => vec!["nothing unexpected was pending".to_owned()],
        Verdict::Error | Verdict::Inconclusive if denied > 0 => {
            vec![reason(&report.gaps), unexpected]
        }
        Verdict::Error | Verdict::Inconclusive => vec![reason(&report.gaps)],
    };
    if warnings > 0 {
        parts.push(text::count(warnings, "warning"));
    }
    if stale > 0 {
        parts.push(text::count(stale, "stale expectation"));
    }
    if safe > 0 {
        parts.push(format!("{safe} safe"));
    }
    parts.join(", ")
}

/// Why there is no answer: the worst that the gaps do.
fn reason<'a>(gaps: impl IntoIterator<Item = &'a ReportedGap>) -> String {
    let worst = gaps.into_iter().map(|gap| gap.id.effect()).max();
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
pub(super) fn invocations(report: &Report) -> String {
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
    let no_sockets = report.gaps.iter().any(|gap| gap.id == GapId::SocketsNotObserved);
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
    report.findings.iter().filter(|finding| wanted(finding)).map(Finding::items).sum()
}
