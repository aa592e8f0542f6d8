//! A report under a gate: the status of each finding, and the verdict.

use jiff::civil::Date;

use crate::exit;
use crate::gate::evidence::{is_complete, most_at_once};
use crate::gate::{Expected, Gate, Pattern, baseline};
use crate::model::diagnostic::Effect;
use crate::report::{
    ExpectationState, Finding, Refusal, Report, ReportedOutcome, Status, Summary, UsedBaseline,
    UsedExpectation,
};
use crate::rule::Level;

/// Applies levels, expectations and the baseline to a report. `today` is the day of the run;
/// `None` if it did not get to an invocation.
pub fn apply(report: &mut Report, gate: &Gate, today: Option<Date>) {
    set_levels(report, gate);
    let handler = report.handler.name.clone();
    let expected: Vec<&Expected> =
        gate.expected.iter().filter(|known| known.is_for(&handler)).collect();
    report.expectations = expect(report, &expected, gate.stale_level(), today);
    if let Some(known) = &gate.baseline {
        let gone = baseline::compare(report, known, &gate.levels);
        // Where an answer was withheld, fewer invocations took place: less was seen of everything.
        let complete = is_complete(report) && !has_held(report);
        let gone = if complete { gone } else { Vec::new() };
        report.baseline = Some(UsedBaseline { file: gate.baseline_file.clone(), gone });
    }
    summarize(report, false);
}

/// Makes the report of a single handler the whole answer: what is stale counts now. `others` are
/// the names of handlers that the expectations may be meant for and that were not run.
pub fn conclude(report: &mut Report, others: &[String]) {
    for known in &mut report.expectations {
        if known.state == ExpectationState::Unused
            && others.iter().any(|name| concerns(known, name))
        {
            known.state = ExpectationState::Unjudged;
        }
    }
    summarize(report, true);
}

/// Returns true if an expectation is for this handler.
pub(crate) fn concerns(known: &UsedExpectation, handler: &str) -> bool {
    // An invalid glob may be for any.
    let matches = |text: &str| Pattern::name(text).map_or(true, |glob| glob.matches(handler));
    known.handler.as_deref().is_none_or(matches)
}

fn has_held(report: &Report) -> bool {
    report.invocations.iter().any(|known| known.outcome == Some(ReportedOutcome::Held))
}

fn set_levels(report: &mut Report, gate: &Gate) {
    let modes = &report.modes;
    let unexpected = |finding: &&mut Finding| finding.status == Status::Unexpected;
    for finding in report.findings.iter_mut().filter(unexpected) {
        let Some(level) = gate.levels.get(&finding.rule) else { continue };
        // A level is about what is left behind. That every call times out is more than that.
        if *level > finding.level || !finding.times_out(modes) {
            finding.level = *level;
        }
    }
}

/// Marks the expected findings, and returns the result of each expectation.
fn expect(
    report: &mut Report,
    expected: &[&Expected],
    level: Level,
    today: Option<Date>,
) -> Vec<UsedExpectation> {
    let gated: Vec<String> =
        report.modes.iter().filter(|mode| mode.gated).map(|mode| mode.id.clone()).collect();
    let gated: Vec<&str> = gated.iter().map(String::as_str).collect();
    let refusals: Vec<Option<Refusal>> =
        expected.iter().map(|known| known.refusal(&gated, today)).collect();
    let mut matched = vec![0; expected.len()];
    // The findings that each decides on: those that it matches, and no earlier one covers.
    let mut decides: Vec<Vec<usize>> = vec![Vec::new(); expected.len()];
    let modes = &report.modes;
    for (index, finding) in report.findings.iter_mut().enumerate() {
        if finding.status == Status::Runtime {
            continue;
        }
        let times_out = finding.times_out(modes);
        let refusal = |known: usize| {
            let unmeant = times_out && expected[known].modes.is_empty();
            refusals[known].or(unmeant.then_some(Refusal::TimesOut))
        };
        let matching: Vec<usize> =
            (0..expected.len()).filter(|known| expected[*known].matches(finding)).collect();
        matching.iter().for_each(|known| matched[*known] += 1);
        if finding.status != Status::Unexpected {
            continue;
        }
        let willing = matching.iter().find(|known| refusal(**known).is_none());
        if let Some(known) = willing {
            decides[*known].push(index);
        } else if let Some(known) = matching.first() {
            finding.expectation = Some(expected[*known].reported(refusal(*known)));
        }
    }
    for (known, indices) in expected.iter().zip(&decides) {
        let covers =
            known.allows(most_at_once(indices.iter().map(|index| &report.findings[*index])));
        for index in indices {
            let finding = &mut report.findings[*index];
            finding.expectation = Some(known.reported((!covers).then_some(Refusal::OverMax)));
            if covers {
                finding.status = Status::Expected;
            }
        }
    }
    let complete = is_complete(report);
    let used = expected.iter().zip(matched);
    used.map(|(known, matched)| used_expectation(known, matched, complete, level, today)).collect()
}

/// The result of an expectation. It is judged only if everything was seen, or if it was used.
pub(super) fn used_expectation(
    known: &Expected,
    matched: usize,
    complete: bool,
    level: Level,
    today: Option<Date>,
) -> UsedExpectation {
    UsedExpectation {
        file: known.file.clone(),
        line: known.line,
        reason: known.reason.clone(),
        handler: known.handler.as_ref().map(|pattern| pattern.as_str().to_owned()),
        until: known.until.map(|day| day.to_string()),
        matched,
        state: match matched {
            _ if known.is_over(today) => ExpectationState::Expired,
            0 if complete => ExpectationState::Unused,
            0 => ExpectationState::Unjudged,
            _ => ExpectationState::Used,
        },
        level,
    }
}

/// Counts again, and decides again. `alone`: this report is the whole answer.
pub(super) fn summarize(report: &mut Report, alone: bool) {
    let count = |status| report.findings.iter().filter(|finding| finding.status == status).count();
    let stale = report.expectations.iter().filter(|known| alone && known.is_reported_stale());
    let stale: Vec<&UsedExpectation> = stale.collect();
    let summary = Summary {
        unexpected: count(Status::Unexpected),
        expected: count(Status::Expected),
        baseline: count(Status::Baseline),
        runtime: count(Status::Runtime),
        safe: count(Status::Safe),
        stale: stale.len(),
        gone: report.baseline.as_ref().map_or(0, |baseline| baseline.gone.len()),
    };
    let stale = stale.iter().any(|known| known.level == Level::Deny);
    report.exit_code = exit_code(report, stale);
    report.verdict = exit::verdict(report.exit_code);
    report.summary = summary;
}

/// The exit code of a report by its own gaps and findings.
pub(crate) fn exit_code(report: &Report, stale: bool) -> u8 {
    let effects: Vec<Effect> = report.gaps.iter().map(|gap| gap.id.effect()).collect();
    let denied = report.findings.iter().any(Finding::is_denied);
    exit::code(&effects, denied || stale)
}
