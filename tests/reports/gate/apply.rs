//! What expectations cover, what they refuse, and when they are stale.

use jiff::civil::date;

use crate::samples::minimal::{fates, report, task, with_gaps, with_status};
use loopcheck::exit;
use loopcheck::gate::{Expected, Gate, Pattern, apply, conclude};
use loopcheck::model::diagnostic::{DiagnosticId, FailureId, GapId};
use loopcheck::report::{
    ExpectationState, Fate, Finding, Refusal, Report, Socket, Status, UsedExpectation,
};
use loopcheck::rule::{Level, RuleId};

const TODAY: jiff::civil::Date = date(2026, 11, 24);

fn expected(name: &str) -> Expected {
    Expected {
        file: "loopcheck.toml".into(),
        line: 7,
        reason: "it flushes".into(),
        name: Some(Pattern::name(name).unwrap()),
        ..Expected::default()
    }
}

fn gate(expected: Vec<Expected>) -> Gate {
    Gate { expected, ..Gate::default() }
}

fn judged(mut report: Report, gate: &Gate) -> Report {
    apply(&mut report, gate, Some(TODAY));
    conclude(&mut report, &[]);
    report
}

fn refused(finding: &Finding) -> Option<Refusal> {
    finding.expectation.as_ref().and_then(|expectation| expectation.refused)
}

#[test]
fn what_is_expected_does_not_fail_and_says_why() {
    let gate = gate(vec![expected("metrics-*")]);
    let report = judged(report("orders", vec![task("metrics-1", 1), task("other", 2)]), &gate);
    assert_eq!(report.exit_code, exit::FAIL);
    assert_eq!(report.findings[0].status, Status::Expected);
    let why = report.findings[0].expectation.as_ref().unwrap();
    assert_eq!((why.reason.as_str(), why.line, why.refused), ("it flushes", 7, None));
    assert_eq!(report.findings[1].status, Status::Unexpected);
    assert_eq!(report.findings[1].expectation, None);
    assert_eq!((report.summary.unexpected, report.summary.expected), (1, 1));
    assert_eq!(report.expectations[0].state, ExpectationState::Used);
}

#[test]
fn one_more_than_max_refuses_all_of_them() {
    let at_most = |max| gate(vec![Expected { max: Some(max), ..expected("m-*") }]);
    let findings = || {
        let second = Finding { counts: vec![1, 2], ..task("m-2", 2) };
        vec![task("m-1", 1), second]
    };
    let two = judged(report("a", findings()), &at_most(2));
    assert_eq!(two.exit_code, exit::FAIL);
    assert!(two.findings.iter().all(|finding| refused(finding) == Some(Refusal::OverMax)));
    assert!(two.findings.iter().all(|finding| finding.status == Status::Unexpected));
    assert_eq!(judged(report("a", findings()), &at_most(3)).exit_code, exit::PASS);
}

#[test]
fn after_its_last_day_it_covers_nothing_and_is_stale() {
    let until = |until| Expected { until: Some(until), ..expected("m") };
    let last_day = judged(report("a", vec![task("m", 1)]), &gate(vec![until(TODAY)]));
    assert_eq!(last_day.exit_code, exit::PASS);
    let over = gate(vec![until(date(2026, 11, 23))]);
    let over = judged(report("a", vec![task("m", 1)]), &over);
    assert_eq!(over.exit_code, exit::FAIL);
    assert_eq!(refused(&over.findings[0]), Some(Refusal::UntilPassed));
    assert_eq!(over.expectations[0].state, ExpectationState::Expired);
    assert_eq!(over.summary.stale, 1);
}

#[test]
fn it_has_to_be_meant_in_every_mode_that_is_gated() {
    let modes = |modes: &[&str]| {
        let modes = modes.iter().map(|mode| (*mode).to_owned()).collect();
        gate(vec![Expected { modes, ..expected("m") }])
    };
    let with = |gate: &Gate| judged(report("a", vec![task("m", 1)]), gate);
    assert_eq!(with(&modes(&["async", "done"])).exit_code, exit::PASS);
    let other = with(&modes(&["implicit"]));
    assert_eq!(other.exit_code, exit::FAIL);
    assert_eq!(refused(&other.findings[0]), Some(Refusal::OtherMode));
}

#[test]
fn the_next_expectation_may_cover_what_one_refuses() {
    let over = Expected { until: Some(date(2020, 1, 1)), ..expected("m") };
    let report = judged(report("a", vec![task("m", 1)]), &gate(vec![over, expected("*")]));
    assert_eq!(report.exit_code, exit::PASS);
    assert_eq!(refused(&report.findings[0]), None);
}

#[test]
fn every_fact_can_be_named_and_a_missing_fact_matches_nothing() {
    let name = |text| Some(Pattern::name(text).unwrap());
    let path = |text| Some(Pattern::path(text).unwrap());
    let mut finding = Finding { package: Some("pg 8.11.0".into()), ..task("m", 12) };
    finding.location.as_mut().unwrap().path = Some("services/orders/src/main.rs".into());
    finding.socket = Some(Socket {
        protocol: "tcp".into(),
        local: None,
        peer: Some("[::1]:5432".into()),
        state: "ESTABLISHED".into(),
        keeps_loop: None,
        request: Some("GET example.com".into()),
        in_flight: false,
        used_in: None,
    });
    let blank = Expected { reason: "r".into(), ..Expected::default() };
    let matching = [
        Expected { kind: name("task"), ..blank.clone() },
        Expected { rule: name("pending-*"), ..blank.clone() },
        Expected { location: path("src/main.rs"), ..blank.clone() },
        Expected { location: path("src/main.rs:12"), ..blank.clone() },
        Expected { location: path("services/*/src/**"), ..blank.clone() },
        Expected { package: name("pg"), ..blank.clone() },
        Expected { package: name("pg 8.*"), ..blank.clone() },
        Expected { peer: name("::1"), ..blank.clone() },
        Expected { peer: name("*:5432"), ..blank.clone() },
        Expected { peer: name("example.com"), ..blank.clone() },
        Expected { handler: name("ord*"), ..blank.clone() },
    ];
    for known in matching {
        let judged_report =
            judged(report("orders", vec![finding.clone()]), &gate(vec![known.clone()]));
        assert_eq!(judged_report.exit_code, exit::PASS, "{known:?}");
    }
    let foreign = [
        Expected { kind: name("timer"), ..blank.clone() },
        Expected { location: path("src/main.rs:13"), ..blank.clone() },
        Expected { package: name("p"), ..blank.clone() },
        Expected { handler: name("billing"), kind: name("task"), ..blank.clone() },
        // One that fits is not enough.
        Expected { kind: name("task"), name: name("x"), ..blank.clone() },
    ];
    for known in foreign {
        let judged_report =
            judged(report("orders", vec![finding.clone()]), &gate(vec![known.clone()]));
        assert_eq!(judged_report.exit_code, exit::FAIL, "{known:?}");
    }
    let bare = Finding { name: None, location: None, ..task("m", 1) };
    for known in [
        Expected { name: name("*"), ..blank.clone() },
        Expected { location: path("**"), ..blank.clone() },
        Expected { package: name("*"), ..blank.clone() },
        Expected { peer: name("*"), ..blank.clone() },
    ] {
        let judged_report =
            judged(report("orders", vec![bare.clone()]), &gate(vec![known.clone()]));
        assert_eq!(judged_report.exit_code, exit::FAIL, "{known:?}");
    }
}

fn state(report: &Report) -> &UsedExpectation {
    &report.expectations[0]
}

#[test]
fn what_matches_nothing_is_stale_only_where_everything_was_seen() {
    let unused = gate(vec![expected("gone")]);
    let clean = judged(report("a", vec![]), &unused);
    assert_eq!((state(&clean).state, clean.exit_code), (ExpectationState::Unused, exit::PASS));
    assert_eq!(clean.summary.stale, 1);
    for gap in [DiagnosticId::from(GapId::FeedLag), FailureId::TimedOut.into()] {
        let blind = judged(with_gaps("a", vec![], &[gap]), &unused);
        assert_eq!(state(&blind).state, ExpectationState::Unjudged);
        assert_eq!(blind.summary.stale, 0);
    }
    // It may be meant for a handler that was not run.
    let mut alone = report("a", vec![]);
    apply(&mut alone, &unused, Some(TODAY));
    conclude(&mut alone, &["b".into()]);
    assert_eq!(state(&alone).state, ExpectationState::Unjudged);
    // What ended in time, or belongs to the runtime, is distinguished.
    let safe = with_status(task("gone", 1), Status::Safe);
    assert_eq!(state(&judged(report("a", vec![safe]), &unused)).state, ExpectationState::Used);
    let own = with_status(task("gone", 1), Status::Runtime);
    assert_eq!(state(&judged(report("a", vec![own]), &unused)).state, ExpectationState::Unused);
}

#[test]
fn strict_makes_a_stale_expectation_fail() {
    let unused = || vec![expected("gone")];
    let strict = Gate { strict: true, ..gate(unused()) };
    assert_eq!(judged(report("a", vec![]), &strict).exit_code, exit::FAIL);
    let by_rule =
        Gate { levels: [(RuleId::StaleExpectation, Level::Deny)].into(), ..gate(unused()) };
    assert_eq!(judged(report("a", vec![]), &by_rule).exit_code, exit::FAIL);
    let silent =
        Gate { levels: [(RuleId::StaleExpectation, Level::Allow)].into(), ..gate(unused()) };
    let silent = judged(report("a", vec![]), &silent);
    assert_eq!((silent.exit_code, silent.summary.stale), (exit::PASS, 0));
}

#[test]
fn a_rule_of_another_level_is_judged_by_that() {
    let levels = |level| Gate { levels: [(RuleId::PendingTask, level)].into(), ..Gate::default() };
    let with = |level| judged(report("a", vec![task("m", 1)]), &levels(level));
    for (level, code) in
        [(Level::Deny, exit::FAIL), (Level::Warn, exit::PASS), (Level::Allow, exit::PASS)]
    {
        let report = with(level);
        assert_eq!((report.exit_code, report.findings[0].level), (code, level));
        assert_eq!(report.summary.unexpected, 1);
    }
}

#[test]
fn nothing_that_a_gate_can_say_turns_a_gap_into_a_pass() {
    let all = Gate {
        levels: RuleId::ALL.iter().map(|rule| (*rule, Level::Allow)).collect(),
        expected: vec![expected("*")],
        ..Gate::default()
    };
    for id in DiagnosticId::ALL {
        let bare = with_gaps("a", vec![], &[*id]);
        let judged_report = judged(with_gaps("a", vec![task("m", 1)], &[*id]), &all);
        assert_eq!(judged_report.exit_code, bare.exit_code, "{id:?}");
    }
}

#[test]
fn the_fates_are_not_touched() {
    let finding = Finding { fates: fates(Fate::Frozen, Fate::HoldsUntilTimeout), ..task("m", 1) };
    let report = judged(report("a", vec![finding.clone()]), &gate(vec![expected("m")]));
    assert_eq!(report.findings[0].fates, finding.fates);
}

/// A report in which the function times out for what is called `m`.
fn timing_out() -> Report {
    let finding = Finding { fates: fates(Fate::Frozen, Fate::HoldsUntilTimeout), ..task("m", 1) };
    let mut report = report("a", vec![finding]);
    report.modes.iter_mut().for_each(|mode| mode.gated = mode.id == "implicit");
    report
}

#[test]
fn that_every_call_times_out_has_to_be_meant_by_its_mode() {
    // It was meant while it was only frozen, say.
    let any = judged(timing_out(), &gate(vec![expected("m")]));
    assert_eq!(any.exit_code, exit::FAIL);
    assert_eq!(refused(&any.findings[0]), Some(Refusal::TimesOut));
    // It is not stale: there is something that it matches.
    assert_eq!(state(&any).state, ExpectationState::Used);
    let meant = Expected { modes: vec!["implicit".into()], ..expected("m") };
    let meant = judged(timing_out(), &gate(vec![meant]));
    assert_eq!((meant.exit_code, refused(&meant.findings[0])), (exit::PASS, None));
}

#[test]
fn no_level_makes_a_time_out_pass() {
    let levels = |level| Gate { levels: [(RuleId::PendingTask, level)].into(), ..Gate::default() };
    for level in [Level::Warn, Level::Allow] {
        let report = judged(timing_out(), &levels(level));
        assert_eq!((report.exit_code, report.findings[0].level), (exit::FAIL, Level::Deny));
    }
    let mut warned = timing_out();
    warned.findings[0].level = Level::Warn;
    assert_eq!(judged(warned, &levels(Level::Deny)).findings[0].level, Level::Deny);
}
