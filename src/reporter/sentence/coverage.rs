//! What is expected and what was known before, in sentences: what an expectation does not cover,
//! what is in the baseline, and what of both has gone away.
//!
//! Everything that comes from outside is sanitized here, as in `sentence`.

use crate::report::{
    Expectation, ExpectationState, Finding, GoneFinding, Refusal, Results, Status, UsedExpectation,
};
use crate::reporter::text;
use crate::rule::RuleId;

/// Names and reasons are cut off after so many characters; the JSON report has them whole.
const LONGEST: usize = 200;

/// By which expectation a finding is expected, and why.
pub(crate) fn expected(known: &Expectation) -> String {
    format!("expected by {}", place_and_reason(known))
}

/// Why an expectation that matches a finding does not cover it.
pub(crate) fn refused(finding: &Finding) -> Option<String> {
    let expectation = finding.expectation.as_ref()?;
    let why = match expectation.refused? {
        Refusal::OverMax => "more were pending than its max allows",
        Refusal::UntilPassed => "its last day is over",
        Refusal::OtherMode => "it is not for one of the modes that the verdict follows",
        Refusal::TimesOut => {
            "the function times out, and modes does not name the mode in which that is meant"
        }
    };
    Some(format!("not covered by {}: {why}", place_and_reason(expectation)))
}

/// How many of an unexpected finding the baseline knows.
pub(crate) fn known(finding: &Finding) -> Option<String> {
    let known = finding.known.filter(|_| finding.status == Status::Unexpected)?;
    Some(match (known, finding.items()) {
        (0, 1) => "it is not in the baseline".to_owned(),
        (0, all) => format!("none of these {all} is in the baseline"),
        (1, all) => format!("1 of these {all} is in the baseline"),
        (some, all) => format!("{some} of these {all} are in the baseline"),
    })
}

/// An expectation that expects nothing any more, and how that came.
pub(crate) fn stale(known: &UsedExpectation) -> String {
    let handlers = known.handler.as_ref();
    let handlers = handlers.map(|glob| format!(" in {}", text::clip(glob, LONGEST)));
    let why = match (known.state, &known.until) {
        (ExpectationState::Expired, Some(day)) => {
            format!("its last day was {}", text::clip(day, LONGEST))
        }
        (ExpectationState::Expired, None) => "its last day is over".to_owned(),
        _ => "nothing matches it any more".to_owned(),
    };
    format!(
        "{}:{} expects \"{}\"{}, and {why}",
        text::clip(&known.file, LONGEST),
        known.line,
        text::clip(&known.reason, LONGEST),
        handlers.unwrap_or_default(),
    )
}

/// What to do about expectations that expect nothing any more.
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

/// What has gone away from the baseline, in all, and what to do about it.
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
