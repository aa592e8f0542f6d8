//! Expectations and the baseline, in sentences: findings that they cover or do not cover, and
//! entries that are stale or gone.
//!
//! Everything that comes from outside is sanitized here, as in `sentence`.

use crate::report::{
    Coverage, Expectation, ExpectationState, GoneFinding, Refusal, Results, UsedExpectation,
};
use crate::reporter::text;
use crate::rule::RuleId;

/// Names and reasons are cut off after so many characters; the JSON report has them whole.
const LONGEST: usize = 200;

/// By which expectation a finding is expected, and why.
pub(crate) fn expected(known: &Expectation) -> String {
    format!("expected by {}", place_and_reason(known))
}

/// The expectation that a finding matches, and why it does not cover it.
pub(crate) fn expectation(coverage: &Coverage<'_>) -> Option<String> {
    let expectation = coverage.expectation?;
    let by = place_and_reason(expectation);
    let why = match expectation.refused {
        None => return Some(format!("covered by {by}")),
        Some(Refusal::OverMax) => "more were pending than its max allows",
        Some(Refusal::UntilPassed) => "its last day is over",
        Some(Refusal::OtherMode) => "it is not for one of the modes that the verdict follows",
        Some(Refusal::TimesOut) => {
            "the function times out, and modes does not name the mode in which that is meant"
        }
    };
    Some(format!("not covered by {by}: {why}"))
}

/// The part of an unexpected finding that the baseline knows.
pub(crate) fn known(coverage: &Coverage<'_>, items: usize) -> Option<String> {
    Some(match (coverage.known?, items) {
        (0, 1) => "it is not in the baseline".to_owned(),
        (0, all) => format!("none of these {all} is in the baseline"),
        (1, all) => format!("1 of these {all} is in the baseline"),
        (some, all) => format!("{some} of these {all} are in the baseline"),
    })
}

/// A stale expectation, and the reason why it is stale.
pub(crate) fn stale(known: &UsedExpectation) -> String {
    let handlers = known.handler.as_ref();
    let handlers = handlers.map(|glob| format!(" for {}", text::clip(glob, LONGEST)));
    let why = match (known.state, &known.until) {
        (ExpectationState::Expired, Some(day)) => {
            format!("expired: its last day was {}", text::clip(day, LONGEST))
        }
        (ExpectationState::Expired, None) => "expired: its last day is over".to_owned(),
        _ => "matches nothing".to_owned(),
    };
    format!(
        "{}:{}: the expectation \"{}\"{} {why}",
        text::clip(&known.file, LONGEST),
        known.line,
        text::clip(&known.reason, LONGEST),
        handlers.unwrap_or_default(),
    )
}

/// The remedy for stale expectations.
pub(crate) const fn stale_help() -> &'static str {
    RuleId::StaleExpectation.rule().help
}

/// A finding of the baseline that has gone away, or of which there are fewer.
pub(crate) fn gone(finding: &GoneFinding) -> String {
    let mut what = text::kind(finding.kind).to_owned();
    if let Some(name) = &finding.name {
        what += &format!(" \"{}\"", text::clip(name, 40));
    }
    if let Some(file) = &finding.file {
        what += &format!(" in {}", text::clip(file, LONGEST));
    }
    let rule = finding.rule.as_str();
    match (finding.left, finding.known) {
        (0, 1) => format!("{what} [{rule}]: gone"),
        (0, known) => format!("{what} [{rule}]: all {known} gone"),
        (left, known) => format!("{what} [{rule}]: {left} of {known} left"),
    }
}

/// The same, with the handler in front.
pub(crate) fn gone_in_handler(finding: &GoneFinding) -> String {
    let handler = text::clip(&finding.handler, 100);
    let handler = if handler.trim().is_empty() { "(without a name)".into() } else { handler };
    format!("{handler}: {}", gone(finding))
}

/// The number of findings that are gone from the baseline, and the remedy.
pub(crate) fn gone_in_all(results: &Results<'_>) -> Option<String> {
    let number = results.gone().count();
    let file = baseline_file(results).map(|file| text::clip(file, LONGEST));
    let baseline = file.map_or_else(|| "baseline".to_owned(), |file| format!("baseline {file}"));
    let findings = text::count(number, "finding");
    (number > 0).then(|| {
        format!(
            "{findings} of the {baseline} went away or became fewer; write it again with \
             --write-baseline, or they may come back unseen"
        )
    })
}

fn baseline_file<'a>(results: &Results<'a>) -> Option<&'a str> {
    let of_reports = results.reports.iter().filter_map(|report| report.baseline.as_ref());
    results.baseline.into_iter().chain(of_reports).map(|baseline| baseline.file.as_str()).next()
}

fn place_and_reason(expectation: &Expectation) -> String {
    let file = text::clip(&expectation.file, LONGEST);
    let reason = text::clip(&expectation.reason, LONGEST);
    format!("{file}:{} (\"{reason}\")", expectation.line)
}
