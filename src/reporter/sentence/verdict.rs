//! The verdict and the numbers behind it, for one handler and for several.
//!
//! It counts items, not findings: ten thousand tasks are ten thousand, even as one finding.

use crate::model::diagnostic::Effect;
use crate::report::{
    Finding, Report, ReportedDiagnostic, ReportedOutcome, Results, Status, Verdict,
};
use crate::reporter::text;

/// Handlers' names and paths are cut off after so many characters.
const LONGEST: usize = 1000;

/// The numbers of a report by status.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counts {
    /// Items that fail the run.
    pub(crate) unexpected: usize,
    /// Findings that are worth saying and do not fail the run.
    pub(crate) warnings: usize,
    /// Items that are expected.
    pub(crate) expected: usize,
    /// Items that the baseline knows.
    pub(crate) baseline: usize,
    /// Items that ended in time.
    pub(crate) safe: usize,
}

impl Counts {
    /// Those of this report.
    pub(crate) fn of(report: &Report) -> Self {
        let with = |status| items(report, |finding| finding.status == status);
        Self {
            unexpected: items(report, Finding::is_denied),
            warnings: report.findings.iter().filter(|finding| finding.is_warning()).count(),
            expected: with(Status::Expected),
            baseline: with(Status::Baseline),
            safe: with(Status::Safe),
        }
    }
}

/// The whole answer in one line, for formats that have no page.
pub(crate) fn sentence(results: &Results<'_>) -> String {
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
pub(crate) fn totals(results: &Results<'_>) -> String {
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

/// The handlers that were run, if not all of them.
pub(crate) fn selected(results: &Results<'_>) -> Option<String> {
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

/// Returns true if a handler needs more than a line.
pub(crate) fn needs_attention(report: &Report) -> bool {
    report.verdict != Verdict::Pass || report.findings.iter().any(Finding::matters)
}

/// The verdict in one word.
pub(crate) const fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "PASS",
        Verdict::Fail => "FAIL",
        Verdict::Error => "ERROR",
        Verdict::Inconclusive => "INCONCLUSIVE",
    }
}

/// The number of handlers, by verdict.
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
pub(crate) fn numbers(report: &Report) -> String {
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

/// The reason why there is no answer: the worst effect of the gaps.
fn reason<'a>(gaps: impl IntoIterator<Item = &'a ReportedDiagnostic>) -> String {
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
pub(crate) fn invocations(report: &Report) -> String {
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

fn items(report: &Report, wanted: impl Fn(&Finding) -> bool) -> usize {
    report.findings.iter().filter(|finding| wanted(finding)).map(Finding::items).sum()
}
