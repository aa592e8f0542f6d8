//! From the evidence to the report. It cannot fail, and it looks nowhere else.

use crate::analysis::pending::Items;
use crate::analysis::{finding, gaps, mode, runtimes};
use crate::exit;
use crate::model::diagnostic::Effect;
use crate::model::invocation::Invocation;
use crate::model::store::Store;
use crate::report::{
    Finding, Handler, Report, ReportedDiagnostic, ReportedInvocation, ReportedMode,
    ReportedOutcome, SCHEMA, Status, Summary, Tool,
};
use crate::rule::Level;

/// Judges what is known of a run.
pub fn judge(store: &Store) -> Report {
    let mut store = store.clone();
    gaps::complete(&mut store);
    let items = runtimes::items(&store);
    let findings = findings(&store, &items);
    let modes = mode::report(&store, &findings);
    let denied = findings
        .iter()
        .any(|finding| finding.status == Status::Unexpected && finding.level == Level::Deny);
    if !explain_a_hold(&findings, &modes) {
        gaps::unexplained_hold(&mut store);
    }
    let effects: Vec<Effect> = store.diagnostics.iter().map(|gap| gap.id.effect()).collect();
    let exit_code = exit::code(&effects, denied);
    Report {
        schema: SCHEMA.to_owned(),
        tool: Tool::this(),
        verdict: exit::verdict(exit_code),
        exit_code,
        handler: handler(&store),
        gaps: reported_gaps(&store),
        invocations: store
            .invocations
            .iter()
            .enumerate()
            .map(|(index, invocation)| reported_invocation(invocation, index, &items))
            .collect(),
        summary: summary(&findings),
        findings,
        modes,
        verification: None,
        expectations: Vec::new(),
        baseline: None,
    }
}

/// Returns true if one of the findings holds something back: in the mode that the handler used, which need
/// not be one that the verdict follows. What is expected or known may explain it as well, so this
/// does not depend on what is said of findings.
fn explain_a_hold(findings: &[Finding], modes: &[ReportedMode]) -> bool {
    let holds = |finding: &Finding, mode: &ReportedMode| {
        let fate = finding.fates.get(&mode.policy).and_then(Option::as_ref);
        fate.is_some_and(|fate| fate.fate.holds())
    };
    let unexpected = findings.iter().filter(|finding| finding.status == Status::Unexpected);
    unexpected.into_iter().any(|finding| modes.iter().any(|mode| holds(finding, mode)))
}

fn findings(store: &Store, items: &Items) -> Vec<Finding> {
    let mut findings = finding::findings(store, &items.pending, Status::Unexpected);
    findings.sort_by_key(|finding| (finding.status, std::cmp::Reverse(finding.level)));
    findings.extend(finding::findings(store, &items.runtime, Status::Runtime));
    for (index, finding) in findings.iter_mut().enumerate() {
        finding.id = format!("F{}", index + 1);
    }
    findings
}

fn handler(store: &Store) -> Handler {
    let run = store.run.as_ref();
    let path = run.map(|run| run.handler.clone()).unwrap_or_default();
    let identity = run.map(|run| run.identity.clone()).unwrap_or_default();
    Handler {
        name: if identity.name.is_empty() { path.clone() } else { identity.name },
        path,
        runtime: store.runtime().family(),
        file: identity.file,
        detail: run.map(|run| run.detail.clone()).filter(|detail| !detail.is_empty()),
    }
}

fn reported_gaps(store: &Store) -> Vec<ReportedDiagnostic> {
    let mut gaps: Vec<_> = store.diagnostics.iter().collect();
    // The worst first; otherwise as they were noticed.
    gaps.sort_by_key(|gap| std::cmp::Reverse(gap.id.effect()));
    gaps.into_iter().map(ReportedDiagnostic::from).collect()
}

fn reported_invocation(invocation: &Invocation, index: usize, items: &Items) -> ReportedInvocation {
    let from_event = |at: Option<crate::model::time::Timestamp>| {
        at.map(|at| at.millis_since(invocation.delivered_at))
    };
    let settled = invocation.settled.zip(invocation.responded_at);
    ReportedInvocation {
        index: invocation.index,
        request_id: invocation.request_id.clone(),
        outcome: invocation.outcome.map(ReportedOutcome::from),
        mode: invocation.mode.clone(),
        response_ms: from_event(invocation.responded_at),
        next_ms: from_event(invocation.next_at),
        held_ms: held_ms(invocation),
        settled_ms: settled.map(|((at, _), responded)| at.millis_since(responded)),
        pending: invocation
            .responded_at
            .map(|_| items.pending.iter().filter(|item| item.pending_in.contains(&index)).count()),
    }
}

/// From the completion to the answer, where the runtime distinguishes the two.
fn held_ms(invocation: &Invocation) -> Option<f64> {
    let completed_at = invocation.responded_at.filter(|_| invocation.mode.is_some())?;
    // A stream may have ended before its handler.
    Some(invocation.posted_at?.millis_since(completed_at).max(0.0))
}

fn summary(findings: &[Finding]) -> Summary {
    let count = |status| findings.iter().filter(|finding| finding.status == status).count();
    Summary {
        unexpected: count(Status::Unexpected),
        expected: count(Status::Expected),
        baseline: count(Status::Baseline),
        runtime: count(Status::Runtime),
        safe: count(Status::Safe),
        stale: 0,
        gone: 0,
    }
}
