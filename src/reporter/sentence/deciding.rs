//! The handlers that decided an exit code, or the reasons beside them.

use crate::report::{Report, ReportedDiagnostic, Results, UsedExpectation, Verdict};
use crate::reporter::sentence::verdict::Counts;
use crate::reporter::text;
use crate::rule::Level;

/// The number of reasons that are named.
const NAMED: usize = 5;
/// Handlers' names and files are cut off after so many characters.
const LONGEST: usize = 100;

/// The exit code and what decided it; `None` for a pass.
pub(crate) fn sentence(results: &Results<'_>) -> Option<String> {
    if results.exit_code == 0 {
        return None;
    }
    let all = if results.verdict == Verdict::Fail { failed(results) } else { unanswered(results) };
    let mut named: Vec<String> = all.iter().take(NAMED).cloned().collect();
    if all.len() > NAMED {
        named.push(format!("and {} more", all.len() - NAMED));
    }
    let because = if named.is_empty() { String::new() } else { format!(": {}", named.join(", ")) };
    Some(format!("exit code {}{because}", results.exit_code))
}

/// The handlers with something unexpected, and the stale expectations that are denied.
fn failed(results: &Results<'_>) -> Vec<String> {
    let handlers = results.reports.iter().filter_map(|report| {
        let unexpected = Counts::of(report).unexpected;
        let items = text::count(unexpected, "unexpected pending item");
        (unexpected > 0).then(|| format!("{items} in {}", name(report)))
    });
    let denied = |known: &&UsedExpectation| known.level == Level::Deny;
    let stale = results.stale().filter(denied).map(|known| {
        format!("a stale expectation in {}:{}", text::clip(&known.file, LONGEST), known.line)
    });
    handlers.chain(stale).collect()
}

/// The gaps that do the worst.
fn unanswered(results: &Results<'_>) -> Vec<String> {
    let own = results
        .reports
        .iter()
        .flat_map(|report| report.gaps.iter().map(move |gap| (gap, Some(report))));
    let all: Vec<(&ReportedDiagnostic, Option<&Report>)> =
        results.gaps.iter().map(|gap| (gap, None)).chain(own).collect();
    let worst = all.iter().map(|(gap, _)| gap.id.effect()).max();
    all.iter()
        .filter(|(gap, _)| Some(gap.id.effect()) == worst)
        .map(|(gap, report)| match report {
            Some(report) => format!("{} in {}", gap.id.as_str(), name(report)),
            None => gap.id.as_str().to_owned(),
        })
        .collect()
}

fn name(report: &Report) -> String {
    text::clip(&report.handler.name, LONGEST).into_owned()
}
