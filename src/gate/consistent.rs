//! Checks that a report from a file is internally consistent. An exit code that somebody changed, or
//! a list that was cut, must not open a gate.

use std::collections::BTreeSet;

use crate::exit;
use crate::model::diagnostic::Effect;
use crate::report::{
    Document, Finding, Report, ReportedDiagnostic, ReportedInvocation, ReportedOutcome, SCHEMA,
    Suite, UsedExpectation, Verdict,
};
use crate::rule::Level;

/// The first contradiction in a document, in words; `None` if there is none.
pub fn contradiction(document: &Document) -> Option<String> {
    match document {
        Document::One(report) => {
            let denied = denied(&report.findings) || stale(&report.expectations);
            of_codes(report.exit_code, report.verdict, effects(&report.gaps), denied)
                .or_else(|| unproved(report))
        }
        Document::Many(suite) => in_suite(suite),
    }
}

fn in_suite(suite: &Suite) -> Option<String> {
    let mut names = BTreeSet::new();
    for report in &suite.reports {
        let name = &report.handler.name;
        if !names.insert(name) {
            return Some(format!("{name} is in it twice"));
        }
        if let Some(wrong) = in_part(report) {
            return Some(format!("{name}: {wrong}"));
        }
    }
    let parts = suite.reports.iter();
    let effects =
        parts.clone().flat_map(|report| effects(&report.gaps)).chain(effects(&suite.gaps));
    let denied = parts.clone().any(|report| denied(&report.findings));
    let effects: Vec<Effect> = effects.collect();
    of_codes(suite.exit_code, suite.verdict, effects, denied || stale(&suite.expectations))
}

/// The first contradiction in one report of several. Stale expectations are decided over all of them.
fn in_part(report: &Report) -> Option<String> {
    if report.schema != SCHEMA {
        return Some(format!("its schema is {}, not {SCHEMA}", report.schema));
    }
    let denied = denied(&report.findings);
    of_codes(report.exit_code, report.verdict, effects(&report.gaps), denied)
        .or_else(|| unproved(report))
}

/// A pass is proved by invocations, each of which got to a response.
fn unproved(report: &Report) -> Option<String> {
    let responded = |known: &ReportedInvocation| {
        use ReportedOutcome::{Error, Held, Response};
        matches!(known.outcome, Some(Response | Error | Held))
    };
    let proved = !report.invocations.is_empty() && report.invocations.iter().all(responded);
    let unproved = report.exit_code == exit::PASS && !proved;
    unproved.then(|| "it passes, and not every invocation got to a response".to_owned())
}

fn of_codes(code: u8, verdict: Verdict, effects: Vec<Effect>, denied: bool) -> Option<String> {
    let should = exit::code(&effects, denied);
    if code != should {
        return Some(format!(
            "its exit code is {code}, but by its gaps and findings it is {should}"
        ));
    }
    let fitting = exit::verdict(code);
    (verdict != fitting).then(|| {
        let (verdict, fitting) = (verdict.as_str(), fitting.as_str());
        format!("its verdict is {verdict}, but with exit code {code} it is {fitting}")
    })
}

fn effects(gaps: &[ReportedDiagnostic]) -> Vec<Effect> {
    gaps.iter().map(|gap| gap.id.effect()).collect()
}

fn denied(findings: &[Finding]) -> bool {
    findings.iter().any(Finding::is_denied)
}

fn stale(expectations: &[UsedExpectation]) -> bool {
    expectations.iter().any(|known| known.state.is_stale() && known.level == Level::Deny)
}
