//! The completion modes of a report, grouped: by policy, and by what happens under them.

use crate::policy::Policy;
use crate::report::mode::ReportedMode;
use crate::report::types::Report;

/// A policy, and the ids of the modes that lead to it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PolicyModes<'a> {
    /// The policy.
    pub policy: Policy,
    /// The ids of its modes, in the order of the report.
    pub modes: Vec<&'a str>,
}

/// The policies of the modes that the verdict follows, in the order of the report.
pub fn gated_policies(report: &Report) -> Vec<PolicyModes<'_>> {
    let mut policies: Vec<PolicyModes<'_>> = Vec::new();
    for mode in report.modes.iter().filter(|mode| mode.gated) {
        match policies.iter_mut().find(|known| known.policy == mode.policy) {
            Some(known) => known.modes.push(&mode.id),
            None => policies.push(PolicyModes { policy: mode.policy, modes: vec![&mode.id] }),
        }
    }
    policies
}

/// Modes under which the same happens to every finding. No group is empty.
pub fn equal_modes<'a>(modes: &[&'a ReportedMode]) -> Vec<Vec<&'a ReportedMode>> {
    let same = |a: &ReportedMode, b: &ReportedMode| {
        (a.policy, a.response, a.held_ms, &a.groups) == (b.policy, b.response, b.held_ms, &b.groups)
    };
    let mut equal: Vec<Vec<&ReportedMode>> = Vec::new();
    for mode in modes.iter().copied() {
        match equal.iter_mut().find(|others| same(others[0], mode)) {
            Some(others) => others.push(mode),
            None => equal.push(vec![mode]),
        }
    }
    equal
}
