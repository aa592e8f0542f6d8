//! A finding, an expectation or a known finding in lines of plain text, for formats that other
//! programs show: without a width, without colour, and with one fact a line.

use crate::policy::Policy;
use crate::report::{
    Expectation, ExpectationState, Finding, GoneFinding, Place, Refusal, Report,
    ReportedDiagnostic, Status, UsedExpectation,
};
use crate::reporter::sentence::finding as sentence;
use crate::reporter::text;

/// Names are cut off after so many characters; the JSON report has them whole.
pub(crate) const LONGEST_NAME: usize = 200;

/// Lines are cut off after so many.
const LONGEST_LINE: usize = 1000;

/// The name of a report's handler.
pub(crate) fn handler(report: &Report) -> String {
    name(&report.handler.name)
}

/// Foreign text that names something.
pub(crate) fn name(foreign: &str) -> String {
    if foreign.trim().is_empty() {
        return "(without a name)".to_owned();
    }
    text::clip(foreign, LONGEST_NAME).into_owned()
}

/// Whether it is there, and meant or known: worth a word, and nothing to do about it.
pub(crate) const fn is_covered(finding: &Finding) -> bool {
    matches!(finding.status, Status::Expected | Status::Baseline)
}

/// Everything about a finding but its title, a fact a line.
pub(crate) fn facts(report: &Report, finding: &Finding) -> Vec<String> {
    let policies = gated(report);
    let first = policies.first().map(|(policy, _)| *policy);
    let mut lines = Vec::new();
    for (label, fact) in sentence::facts(finding, first, &report.invocations) {
        match label {
            "then" => lines.push(line(&then(policies.first()), &fact)),
            "fix" => {
                for other in policies.iter().skip(1) {
                    lines.extend(under(report, finding, other));
                }
                lines.extend(cover(finding));
                lines.push(line(label, &fact));
            }
            _ => lines.push(line(label, &fact)),
        }
    }
    lines
}

/// The policies that the verdict follows, each with its modes.
fn gated(report: &Report) -> Vec<(Policy, Vec<String>)> {
    let mut policies: Vec<(Policy, Vec<String>)> = Vec::new();
    for mode in report.modes.iter().filter(|mode| mode.gated) {
        let id = text::clip(&mode.id, LONGEST_NAME).into_owned();
        match policies.iter_mut().find(|(policy, _)| *policy == mode.policy) {
            Some((_, modes)) => modes.push(id),
            None => policies.push((mode.policy, vec![id])),
        }
    }
    policies
}

fn then(under: Option<&(Policy, Vec<String>)>) -> String {
    under.map_or("then".to_owned(), |(policy, modes)| {
        format!("then, by {} ({})", modes.join(", "), policy.as_str())
    })
}

/// What happens under one more policy.
fn under(report: &Report, finding: &Finding, policy: &(Policy, Vec<String>)) -> Vec<String> {
    let facts = sentence::facts(finding, Some(policy.0), &report.invocations);
    let told = facts.into_iter().filter_map(|(label, fact)| match label {
        "then" => Some(line(&then(Some(policy)), &fact)),
        "risk" => Some(line(label, &fact)),
        _ => None,
    });
    told.collect()
}

/// What the configuration and the baseline say of it.
fn cover(finding: &Finding) -> Vec<String> {
    let expectation = finding.expectation.as_ref().map(|known| line("expected", &meant(known)));
    let known = finding.known.filter(|known| *known > 0 && finding.status == Status::Unexpected);
    let known = known.map(|known| {
        let items = text::count(finding.items(), "item");
        line("baseline", &format!("it knows {known}, and there are now {items}"))
    });
    expectation.into_iter().chain(known).collect()
}

/// The expectation that a finding matches, and why it does not cover it.
fn meant(known: &Expectation) -> String {
    let why = match known.refused {
        None => String::new(),
        Some(Refusal::OverMax) => "; but more are pending than it allows".to_owned(),
        Some(Refusal::UntilPassed) => "; but its last day is over".to_owned(),
        Some(Refusal::OtherMode) => "; but it is not for this mode".to_owned(),
        Some(Refusal::TimesOut) => {
            "; but it does not say that the function may time out".to_owned()
        }
    };
    let file = text::clip(&known.file, LONGEST_NAME);
    format!("{} ({file}:{}){why}", text::clip(&known.reason, LONGEST_LINE / 2), known.line)
}

/// A stale expectation, in a sentence.
pub(crate) fn stale(known: &UsedExpectation) -> String {
    let reason = text::clip(&known.reason, LONGEST_LINE / 2);
    let handler = known.handler.as_ref().map(|glob| format!(" of {}", name(glob)));
    let handler = handler.unwrap_or_default();
    let what = match &known.until {
        Some(day) if known.state == ExpectationState::Expired => {
            let day = text::clip(day, LONGEST_NAME);
            format!("the last day of this expectation{handler}, {day}, is over")
        }
        _ => format!("this expectation{handler} expects nothing any more"),
    };
    format!("{what}: \"{reason}\"")
}

/// A known finding that is not there any more, in a sentence.
pub(crate) fn gone(known: &GoneFinding) -> String {
    let parts = [
        Some(format!("{} [{}]", text::kind(known.kind), known.rule.as_str())),
        known.name.as_deref().map(|known| format!("\"{}\"", name(known))),
        known.file.as_deref().map(|file| format!("in {}", name(file))),
        Some(format!("of {}", name(&known.handler))),
    ];
    let who = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
    format!("{who}: the baseline knows {}, and there are {}", known.known, known.left)
}

/// The id and message of a gap, with its hint.
pub(crate) fn gap(gap: &ReportedDiagnostic) -> Vec<String> {
    [Some(sentence::gap(gap)), sentence::hint(gap)].into_iter().flatten().collect()
}

/// The file in the repository where something was started, and the line in it.
pub(crate) fn source(place: Option<&Place>) -> Option<(&str, Option<u32>)> {
    let place = place?;
    let path = place.path.as_deref().filter(|path| !path.is_empty())?;
    Some((path, place.line.filter(|line| *line > 0)))
}

fn line(label: &str, fact: &str) -> String {
    format!("{label}: {}", text::clip(fact, LONGEST_LINE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_never_empty() {
        assert_eq!(name("a\nb"), "a\\nb");
        assert_eq!(name(" "), "(without a name)");
    }
}
