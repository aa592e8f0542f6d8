//! Findings under each completion mode that applies.

use std::collections::BTreeMap;

use crate::model::store::Store;
use crate::policy::{self, Mode, Policy};
use crate::report::{Fate, FateGroup, Finding, ReportedMode, ResponseTime, Status};

/// The modes that apply to this run: those that were asked for, or the one that was seen.
pub(crate) fn applicable(store: &Store) -> Vec<Mode> {
    let asked = store.run.iter().flat_map(|run| &run.modes);
    let asked: Vec<Mode> = asked.filter_map(|id| policy::tokio_mode(id)).collect();
    if !asked.is_empty() {
        return asked;
    }
    let streams = store.invocations.iter().any(|invocation| invocation.streaming);
    vec![if streams { policy::RUST_STREAM } else { policy::RUST }]
}

/// Groups the findings that are unexpected by what becomes of them under each mode.
pub(crate) fn report(modes: &[Mode], findings: &[Finding]) -> Vec<ReportedMode> {
    modes.iter().map(|mode| reported(*mode, findings)).collect()
}

fn reported(mode: Mode, findings: &[Finding]) -> ReportedMode {
    let mut groups: BTreeMap<Fate, Vec<String>> = BTreeMap::new();
    for finding in findings.iter().filter(|finding| finding.status != Status::Runtime) {
        if let Some(Some(fate)) = finding.fates.get(&mode.policy) {
            groups.entry(fate.fate).or_default().push(finding.id.clone());
        }
    }
    let (response, held_ms) = response(mode.policy, findings);
    let groups = groups.into_iter().map(|(fate, findings)| FateGroup { fate, findings }).collect();
    ReportedMode { id: mode.id, policy: mode.policy, response, held_ms, groups }
}

fn response(policy: Policy, findings: &[Finding]) -> (ResponseTime, Option<f64>) {
    if policy != Policy::HoldResponse {
        return (ResponseTime::AtOnce, None);
    }
    let fates = findings
        .iter()
        .filter(|finding| finding.status != Status::Runtime)
        .filter_map(|finding| finding.fates.get(&policy)?.as_ref());
    let mut longest: Option<f64> = None;
    let mut known = true;
    for fate in fates {
        match (fate.fate, fate.ms) {
            (Fate::HoldsUntilTimeout, _) => return (ResponseTime::Timeout, None),
            (Fate::Holds, Some(ms)) => longest = Some(longest.map_or(ms, |most| most.max(ms))),
            (Fate::Holds, None) => known = false,
            _ => {}
        }
    }
    match longest {
        _ if !known => (ResponseTime::Held, None),
        Some(ms) => (ResponseTime::Held, Some(ms)),
        None => (ResponseTime::AtOnce, None),
    }
}
