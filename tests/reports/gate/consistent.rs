//! What somebody may have changed in a report.

use crate::samples::minimal::{gap, many, one, report, task, with_gaps};
use loopcheck::gate::contradiction;
use loopcheck::model::diagnostic::{DiagnosticId, FailureId, GapId};
use loopcheck::report::{
    Document, ExpectationState, Report, ReportedOutcome, Status, Suite, UsedExpectation, Verdict,
};
use loopcheck::rule::Level;

fn check(document: &Document, says: &str) {
    let wrong = contradiction(document).unwrap_or_default();
    assert!(wrong.contains(says) && !wrong.is_empty(), "{wrong}");
}

fn stale(level: Level) -> UsedExpectation {
    UsedExpectation {
        file: "loopcheck.toml".into(),
        line: 1,
        reason: "it is meant".into(),
        handler: None,
        until: None,
        matched: 0,
        state: ExpectationState::Unused,
        level,
    }
}

#[test]
fn a_written_report_is_internally_consistent() {
    assert_eq!(contradiction(&one(vec![])), None);
    assert_eq!(contradiction(&one(vec![task("a", 1)])), None);
    for id in DiagnosticId::ALL {
        for findings in [vec![], vec![task("a", 1)]] {
            let part = with_gaps("a", findings, &[*id]);
            assert_eq!(contradiction(&Document::One(Box::new(part.clone()))), None, "{id:?}");
            let suite = many(vec![part, report("b", vec![])]);
            assert_eq!(contradiction(&Document::Many(Box::new(suite))), None, "{id:?}");
        }
    }
}

#[test]
fn an_exit_code_that_was_changed_is_noticed() {
    let changed = |change: fn(&mut Report)| {
        let mut report = with_gaps("a", vec![task("a", 1)], &[GapId::FeedLag]);
        change(&mut report);
        Document::One(Box::new(report))
    };
    check(&changed(|report| report.exit_code = 0), "its exit code is 0, but");
    check(&changed(|report| report.findings.clear()), "it is 4");
    check(&changed(|report| report.findings[0].status = Status::Safe), "it is 4");
    check(&changed(|report| report.verdict = Verdict::Pass), "its verdict is pass");
    check(&changed(|report| report.gaps.push(gap(FailureId::TimedOut))), "it is 3");
    assert_eq!(contradiction(&changed(|report| report.gaps.clear())), None);
}

#[test]
fn a_stale_expectation_that_fails_the_run_counts() {
    let mut alone = report("a", vec![]);
    alone.expectations = vec![stale(Level::Warn)];
    assert_eq!(contradiction(&Document::One(Box::new(alone.clone()))), None);
    alone.expectations = vec![stale(Level::Deny)];
    check(&Document::One(Box::new(alone.clone())), "it is 1");
    // Of several handlers it is decided over all of them.
    let mut suite = many(vec![alone]);
    assert_eq!(contradiction(&Document::Many(Box::new(suite.clone()))), None);
    suite.expectations = vec![stale(Level::Deny)];
    check(&Document::Many(Box::new(suite)), "it is 1");
}

#[test]
fn a_suite_is_as_bad_as_its_worst_part() {
    let changed = |change: fn(&mut Suite)| {
        let mut suite = many(vec![report("a", vec![]), report("b", vec![task("x", 1)])]);
        change(&mut suite);
        Document::Many(Box::new(suite))
    };
    check(&changed(|suite| suite.exit_code = 0), "its exit code is 0");
    check(&changed(|suite| suite.reports[1].exit_code = 0), "b: its exit code is 0");
    check(&changed(|suite| drop(suite.reports.pop())), "it is 0");
    check(&changed(|suite| suite.gaps.push(gap(FailureId::Interrupted))), "it is 130");
    check(&changed(|suite| suite.reports[1].handler.name = "a".into()), "a is in it twice");
    check(&changed(|suite| suite.reports[0].schema = "x".into()), "its schema is x");
}

#[test]
fn a_pass_without_an_invocation_that_got_to_a_response_is_noticed() {
    let changed = |change: fn(&mut Report)| {
        let mut changed = report("a", vec![]);
        change(&mut changed);
        let suite = Document::Many(Box::new(many(vec![changed.clone(), report("b", vec![])])));
        let alone = Document::One(Box::new(changed));
        assert_eq!(contradiction(&suite).is_some(), contradiction(&alone).is_some());
        alone
    };
    let says = "not every invocation";
    check(&changed(|report| report.invocations.clear()), says);
    check(&changed(|report| report.invocations[1].outcome = None), says);
    for outcome in [ReportedOutcome::Timeout, ReportedOutcome::Crash, ReportedOutcome::Exit] {
        let mut report = report("a", vec![]);
        report.invocations[1].outcome = Some(outcome);
        check(&Document::One(Box::new(report)), says);
    }
    let held = changed(|report| report.invocations[1].outcome = Some(ReportedOutcome::Held));
    assert_eq!(contradiction(&held), None);
}
