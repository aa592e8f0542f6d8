//! Findings under each completion mode.

use std::collections::BTreeMap;

use crate::model::store::Store;
use crate::policy::Policy;
use crate::report::{Fate, FateGroup, Finding, ReportedMode, ResponseTime, Status};
use crate::runtime::Mode;

/// The modes that were asked for.
pub(crate) fn asked(store: &Store) -> Vec<Mode> {
    let ids: Vec<&String> = store.run.iter().flat_map(|run| &run.modes).collect();
    let known = store.runtime().modes().iter().copied();
    known.filter(|mode| ids.iter().any(|id| *id == mode.id)).collect()
}

/// The modes that the verdict follows: those that were asked for, or those that were seen.
pub(crate) fn gated(store: &Store) -> Vec<Mode> {
    let asked = asked(store);
    if asked.is_empty() { seen(store) } else { asked }
}

/// The modes that the handler used.
fn seen(store: &Store) -> Vec<Mode> {
    let is_streamed = store.invocations.iter().any(|invocation| invocation.streaming);
    if let Some(mode) = store.runtime().implied_mode(is_streamed) {
        return vec![mode];
    }
    let used: Vec<&str> =
        store.invocations.iter().filter_map(|invocation| invocation.mode.as_deref()).collect();
    let known = store.runtime().modes().iter().copied();
    known.filter(|mode| used.contains(&mode.id)).collect()
}

/// The modes in a report: those that the verdict follows, and after them those that the handler could
/// be changed to complete in.
fn reported_modes(store: &Store) -> Vec<(Mode, bool)> {
    let gated = gated(store);
    let others = store.runtime().modes().iter().copied().filter(|mode| !gated.contains(mode));
    let others = others.filter(|_| store.capabilities().predicts_other_modes);
    let gated = gated.iter().map(|mode| (*mode, true));
    gated.chain(others.map(|mode| (mode, false))).collect()
}

/// Groups the findings by what becomes of them under each mode.
pub(crate) fn report(store: &Store, findings: &[Finding]) -> Vec<ReportedMode> {
    reported_modes(store).into_iter().map(|(mode, gated)| reported(mode, gated, findings)).collect()
}

fn reported(mode: Mode, gated: bool, findings: &[Finding]) -> ReportedMode {
    let mut groups: BTreeMap<Fate, Vec<String>> = BTreeMap::new();
    for finding in findings.iter().filter(|finding| finding.status != Status::Runtime) {
        if let Some(Some(fate)) = finding.fates.get(&mode.policy) {
            groups.entry(fate.fate).or_default().push(finding.id.clone());
        }
    }
    let (response, held_ms) = response(mode.policy, findings);
    let groups = groups.into_iter().map(|(fate, findings)| FateGroup { fate, findings }).collect();
    ReportedMode { id: mode.id.to_owned(), policy: mode.policy, gated, response, held_ms, groups }
}

pub(crate) fn response(policy: Policy, findings: &[Finding]) -> (ResponseTime, Option<f64>) {
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
