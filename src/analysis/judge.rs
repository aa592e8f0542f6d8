//! From the evidence to the report. It cannot fail, and it looks nowhere else.

use crate::analysis::collect::{self, Items};
use crate::analysis::{finding, gaps, mode};
use crate::exit;
use crate::model::gap::Effect;
use crate::model::invocation::{Invocation, Outcome};
use crate::model::store::Store;
use crate::report::{
    Finding, Handler, Report, ReportedGap, ReportedInvocation, ReportedOutcome, SCHEMA, Status,
    Summary, Tool,
};
use crate::rule::Level;

/// Judges what is known of a run.
pub fn judge(store: &Store) -> Report {
    let mut store = store.clone();
    gaps::complete(&mut store);
    let items = collect::items(&store);
    let findings = findings(&store, &items);
    let modes = mode::report(&mode::applicable(&store), &findings);
    let effects: Vec<Effect> = store.gaps.iter().map(|gap| gap.id.effect()).collect();
    let denied = findings
        .iter()
        .any(|finding| finding.status == Status::Unexpected && finding.level == Level::Deny);
    let exit_code = exit::code(&effects, denied);
    Report {
        schema: SCHEMA,
        tool: Tool { name: "loopcheck", version: env!("CARGO_PKG_VERSION") },
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
    }
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
    Handler {
        path: run.map(|run| run.handler.clone()).unwrap_or_default(),
        runtime: "tokio",
        detail: run.map(|run| run.detail.clone()).filter(|detail| !detail.is_empty()),
    }
}

fn reported_gaps(store: &Store) -> Vec<ReportedGap> {
    let mut gaps: Vec<_> = store.gaps.iter().collect();
    // The worst first; otherwise as they were noticed.
    gaps.sort_by_key(|gap| std::cmp::Reverse(gap.id.effect()));
    gaps.into_iter()
        .map(|gap| ReportedGap {
            id: gap.id.as_str(),
            message: gap.message.clone(),
            hint: gap.hint.clone(),
        })
        .collect()
}

fn reported_invocation(invocation: &Invocation, index: usize, items: &Items) -> ReportedInvocation {
    let from_event = |at: Option<crate::model::time::Timestamp>| {
        at.map(|at| at.millis_since(invocation.delivered_at))
    };
    let settled = invocation.settled.zip(invocation.responded_at);
    ReportedInvocation {
        index: invocation.index,
        request_id: invocation.request_id.clone(),
        outcome: invocation.outcome.map(|outcome| match outcome {
            Outcome::Response => ReportedOutcome::Response,
            Outcome::Error => ReportedOutcome::Error,
            Outcome::Timeout => ReportedOutcome::Timeout,
            Outcome::Crash => ReportedOutcome::Crash,
            Outcome::Exit => ReportedOutcome::Exit,
        }),
        response_ms: from_event(invocation.responded_at),
        next_ms: from_event(invocation.next_at),
        settled_ms: settled.map(|((at, _), responded)| at.millis_since(responded)),
        pending: invocation
            .responded_at
            .map(|_| items.pending.iter().filter(|item| item.pending_in.contains(&index)).count()),
    }
}

fn summary(findings: &[Finding]) -> Summary {
    let count = |status| findings.iter().filter(|finding| finding.status == status).count();
    Summary {
        unexpected: count(Status::Unexpected),
        expected: count(Status::Expected),
        baseline: count(Status::Baseline),
        runtime: count(Status::Runtime),
        safe: count(Status::Safe),
    }
}
