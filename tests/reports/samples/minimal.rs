//! Reports for the tests of this module, with what matters there and nothing else.

use std::collections::BTreeMap;

use loopcheck::exit;
use loopcheck::model::diagnostic::{DiagnosticId, Effect};
use loopcheck::policy::Policy;
use loopcheck::report::{
    Document, Expectation, Family, Fate, Finding, Growth, Handler, Kind, Place, Report,
    ReportedDiagnostic, ReportedFate, ReportedInvocation, ReportedMode, ReportedOutcome,
    ResponseTime, SCHEMA, SUITE_SCHEMA, Selection, Status, Suite, Summary, Tool,
};
use loopcheck::rule::{Level, RuleId};

/// A task of the handler, pending at both responses, frozen.
pub(crate) fn task(name: &str, line: u32) -> Finding {
    Finding {
        id: format!("{name}-{line}"),
        fingerprint: format!("print of {name}"),
        rule: RuleId::PendingTask,
        kind: Kind::Task,
        handle: None,
        name: Some(name.to_owned()),
        status: Status::Unexpected,
        level: Level::Deny,
        location: Some(Place {
            file: "src/main.rs".into(),
            path: None,
            line: Some(line),
            column: Some(5),
            function: None,
        }),
        origin: None,
        package: None,
        created: None,
        invocation: None,
        counts: vec![1, 1],
        growth: Some(Growth::Constant),
        state: None,
        ended_ms: Some(300.0),
        timer: None,
        socket: None,
        waits_on: None,
        expectation: None,
        known: None,
        help: "await it".into(),
        fates: fates(Fate::Frozen, Fate::Holds),
    }
}

/// The same with another status.
pub(crate) fn with_status(finding: Finding, status: Status) -> Finding {
    let expectation = (status == Status::Expected).then(|| Expectation {
        reason: "it is meant".into(),
        file: "loopcheck.toml".into(),
        line: 3,
        refused: None,
    });
    Finding { status, expectation, ..finding }
}

/// What becomes of it when it is frozen, and when it is waited for.
pub(crate) fn fates(freeze: Fate, hold: Fate) -> BTreeMap<Policy, Option<ReportedFate>> {
    let fate = |fate| Some(ReportedFate { fate, ms: Some(1.0), modifiers: Vec::new() });
    [
        (Policy::Freeze, fate(freeze)),
        (Policy::HoldResponse, fate(hold)),
        (Policy::HoldEnv, None),
        (Policy::RunOn, fate(Fate::RunsOn)),
    ]
    .into()
}

/// The report of a handler with these findings.
pub(crate) fn report(handler: &str, findings: Vec<Finding>) -> Report {
    with_gaps::<DiagnosticId>(handler, findings, &[])
}

/// The same with these gaps.
pub(crate) fn with_gaps<Id: Copy + Into<DiagnosticId>>(
    handler: &str,
    findings: Vec<Finding>,
    gaps: &[Id],
) -> Report {
    let gaps: Vec<DiagnosticId> = gaps.iter().map(|id| (*id).into()).collect();
    let effects: Vec<Effect> = gaps.iter().map(|id| id.effect()).collect();
    let denied = findings
        .iter()
        .any(|finding| finding.status == Status::Unexpected && finding.level == Level::Deny);
    let exit_code = exit::code(&effects, denied);
    Report {
        schema: SCHEMA.into(),
        tool: Tool::this(),
        verdict: exit::verdict(exit_code),
        exit_code,
        handler: Handler {
            name: handler.into(),
            path: format!("./{handler}"),
            runtime: Family::Node,
            detail: None,
            file: None,
        },
        gaps: gaps.iter().map(|id| gap(*id)).collect(),
        invocations: vec![invocation(1), invocation(2)],
        findings,
        modes: vec![
            mode("async", Policy::Freeze, true),
            mode("implicit", Policy::HoldResponse, false),
        ],
        verification: None,
        expectations: Vec::new(),
        baseline: None,
        summary: Summary::default(),
    }
}

fn invocation(index: u32) -> ReportedInvocation {
    ReportedInvocation {
        index,
        request_id: format!("request-{index}"),
        outcome: Some(ReportedOutcome::Response),
        mode: Some("async".into()),
        response_ms: Some(1.0),
        next_ms: Some(2.0),
        held_ms: None,
        settled_ms: Some(100.0),
        pending: Some(1),
    }
}

pub(crate) fn gap(id: impl Into<DiagnosticId>) -> ReportedDiagnostic {
    ReportedDiagnostic { id: id.into(), message: "something was not seen".into(), hint: None }
}

pub(crate) fn mode(id: &str, policy: Policy, gated: bool) -> ReportedMode {
    ReportedMode {
        id: id.into(),
        policy,
        gated,
        response: ResponseTime::AtOnce,
        held_ms: None,
        groups: Vec::new(),
    }
}

/// The document of one handler.
pub(crate) fn one(findings: Vec<Finding>) -> Document {
    Document::One(Box::new(report("orders", findings)))
}

/// The document of several handlers, which are all that there are.
pub(crate) fn many(reports: Vec<Report>) -> Suite {
    let codes = reports.iter().flat_map(|report| &report.gaps).map(|gap| gap.id.effect());
    let effects: Vec<Effect> = codes.collect();
    let denied = reports.iter().any(|report| {
        let denied = |finding: &Finding| {
            finding.status == Status::Unexpected && finding.level == Level::Deny
        };
        report.findings.iter().any(denied)
    });
    let exit_code = exit::code(&effects, denied);
    Suite {
        schema: SUITE_SCHEMA.into(),
        tool: Tool::this(),
        verdict: exit::verdict(exit_code),
        exit_code,
        selection: Selection {
            handlers: reports.iter().map(|report| report.handler.name.clone()).collect(),
            ..Selection::default()
        },
        gaps: Vec::new(),
        expectations: Vec::new(),
        baseline: None,
        reports,
        summary: Summary::default(),
    }
}
