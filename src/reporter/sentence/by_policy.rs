//! A finding for formats that have one place for it: everything that there is to say at once, with
//! what becomes of it in every mode that the verdict follows.

use crate::policy::Policy;
use crate::report::{Finding, Report};
use crate::reporter::sentence::finding::{self as sentence, Fact};
use crate::reporter::text;

/// The id of a mode is cut off after so many characters.
const LONGEST: usize = 60;

/// What there is to say of a finding, in the order of the contract. The modes that the verdict
/// follows are told apart where there are several.
pub(crate) fn facts(report: &Report, finding: &Finding) -> Vec<Fact> {
    let policies = policies(report);
    let first = policies.first().map(|(policy, _)| *policy);
    let mut facts = sentence::facts(finding, first, &report.invocations);
    if policies.len() > 1 {
        tell_apart(&mut facts, &policies, finding);
    }
    facts
}

/// The policies of the modes that the verdict follows, each with the ids of its modes.
fn policies(report: &Report) -> Vec<(Policy, String)> {
    let mut policies: Vec<(Policy, String)> = Vec::new();
    for mode in report.modes.iter().filter(|mode| mode.gated) {
        match policies.iter_mut().find(|(policy, _)| *policy == mode.policy) {
            Some((_, ids)) => *ids += &format!(", {}", text::clip(&mode.id, LONGEST)),
            None => policies.push((mode.policy, text::clip(&mode.id, LONGEST).into_owned())),
        }
    }
    policies
}

/// Says under which modes the first of them happens, and what happens under the others.
fn tell_apart(facts: &mut Vec<Fact>, policies: &[(Policy, String)], finding: &Finding) {
    let Some(at) = facts.iter().position(|(label, _)| *label == "then") else { return };
    let under = |(policy, ids): &(Policy, String), happens: &str| {
        format!("under {ids} ({}): {happens}", policy.as_str())
    };
    facts[at].1 = under(&policies[0], &facts[at].1);
    let others = policies[1..].iter().map(|other| {
        let happens = sentence::fate_under(finding, other.0).map(sentence::happens);
        ("then", under(other, &happens.unwrap_or_else(|| "not known".to_owned())))
    });
    let risk = usize::from(facts.get(at + 1).is_some_and(|(label, _)| *label == "risk"));
    facts.splice(at + 1 + risk..at + 1 + risk, others);
}
