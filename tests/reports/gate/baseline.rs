//! What a baseline covers, and what it does not.

use crate::samples::minimal::{fates, report, task, with_gaps, with_status};
use loopcheck::exit;
use loopcheck::gate::{Baseline, Gate, Pattern, apply, conclude};
use loopcheck::model::diagnostic::{DiagnosticId, GapId};
use loopcheck::report::{Fate, Finding, Growth, Report, Status};
use loopcheck::rule::{Level, RuleId};

fn baseline(findings: Vec<Finding>) -> Baseline {
    Baseline::of(&[report("orders", findings)], None)
}

fn judged(mut report: Report, baseline: Baseline) -> Report {
    let gate =
        Gate { baseline: Some(baseline), baseline_file: "known.json".into(), ..Gate::default() };
    apply(&mut report, &gate, None);
    conclude(&mut report, &[]);
    report
}

fn statuses(report: &Report) -> Vec<Status> {
    report.findings.iter().map(|finding| finding.status).collect()
}

#[test]
fn what_is_known_passes_and_what_is_new_does_not() {
    let known = baseline(vec![task("a", 1)]);
    let same = judged(report("orders", vec![task("a", 1)]), known.clone());
    assert_eq!((same.exit_code, statuses(&same)), (exit::PASS, vec![Status::Baseline]));
    assert_eq!(same.findings[0].known, Some(1));
    let more = judged(report("orders", vec![task("a", 1), task("b", 2)]), known.clone());
    assert_eq!(more.exit_code, exit::FAIL);
    assert_eq!(statuses(&more), [Status::Baseline, Status::Unexpected]);
    assert_eq!(more.findings[1].known, Some(0));
    // The same in another handler is new.
    let other = judged(report("billing", vec![task("a", 1)]), known);
    assert_eq!(other.exit_code, exit::FAIL);
}

#[test]
fn one_more_of_a_known_kind_is_new() {
    let known = baseline(vec![task("a", 1)]);
    let counted = Finding { counts: vec![1, 2], ..task("a", 1) };
    let grown = judged(report("orders", vec![counted]), known.clone());
    assert_eq!(grown.exit_code, exit::FAIL);
    assert_eq!(grown.findings[0].known, Some(1));
    // Of two alike, the one that has moved is the new one.
    let twice = judged(report("orders", vec![task("a", 9), task("a", 1)]), known.clone());
    assert_eq!(twice.exit_code, exit::FAIL);
    assert_eq!(statuses(&twice), [Status::Unexpected, Status::Baseline]);
    // A line that has moved is none that is new.
    let moved = judged(report("orders", vec![task("a", 77)]), known);
    assert_eq!(moved.exit_code, exit::PASS);
}

#[test]
fn what_grows_may_grow_with_the_invocations_and_no_faster() {
    let growing = |counts: &[usize]| Finding {
        counts: counts.to_vec(),
        growth: Some(Growth::Grows),
        ..task("a", 1)
    };
    let known = || baseline(vec![growing(&[1, 2])]);
    let code =
        |counts: &[usize]| judged(report("orders", vec![growing(counts)]), known()).exit_code;
    assert_eq!(code(&[1, 2]), exit::PASS);
    assert_eq!(code(&[1, 2, 3, 4]), exit::PASS);
    assert_eq!(code(&[1]), exit::PASS);
    assert_eq!(code(&[2, 4]), exit::FAIL);
    let constant = baseline(vec![Finding { counts: vec![2, 2], ..task("a", 1) }]);
    let many = Finding { counts: vec![1, 2, 3, 4], ..task("a", 1) };
    assert_eq!(judged(report("orders", vec![many]), constant).exit_code, exit::FAIL);
}

#[test]
fn what_went_away_is_named_unless_something_was_not_seen() {
    let two = Finding { counts: vec![2, 2], ..task("a", 1) };
    let known = baseline(vec![two, task("b", 2)]);
    let gone = |report: &Report| -> Vec<(Option<String>, usize, usize)> {
        let gone = &report.baseline.as_ref().unwrap().gone;
        gone.iter().map(|gone| (gone.name.clone(), gone.known, gone.left)).collect()
    };
    let half = judged(report("orders", vec![task("a", 1)]), known.clone());
    assert_eq!(half.exit_code, exit::PASS);
    assert_eq!(gone(&half), [(Some("a".into()), 2, 1), (Some("b".into()), 1, 0)]);
    assert_eq!(half.summary.gone, 2);
    let blind = judged(with_gaps("orders", vec![], &[GapId::FeedLag]), known);
    assert_eq!((gone(&blind).len(), blind.exit_code), (0, exit::INCONCLUSIVE));
}

#[test]
fn only_what_is_unexpected_and_matters_is_written() {
    let expected = with_status(task("expected", 1), Status::Expected);
    let own = with_status(task("own", 1), Status::Runtime);
    let allowed = Finding { level: Level::Allow, ..task("allowed", 1) };
    let warned = Finding { level: Level::Warn, ..task("warned", 1) };
    let written = baseline(vec![expected, own, allowed, warned, task("denied", 1)]);
    let names: Vec<&str> =
        written.findings.iter().map(|known| known.name.as_deref().unwrap()).collect();
    assert_eq!(names.len(), 2);
    assert!(names.contains(&"warned") && names.contains(&"denied"));
}

#[test]
fn what_others_left_is_kept_and_ones_own_is_replaced() {
    let before = Baseline::of(
        &[report("a", vec![task("old", 1)]), report("b", vec![task("kept", 1)])],
        None,
    );
    let after = Baseline::of(&[report("a", vec![task("new", 1)])], Some(&before));
    let names: Vec<(&str, &str)> = after
        .findings
        .iter()
        .map(|known| (known.handler.as_str(), known.name.as_deref().unwrap()))
        .collect();
    assert_eq!(names, [("a", "new"), ("b", "kept")]);
}

#[test]
fn a_file_says_the_same_again() {
    let written = baseline(vec![task("a", 1), task("a", 4), task("b", 2)]);
    let text = serde_json::to_string(&written).unwrap();
    assert_eq!(serde_json::from_str::<Baseline>(&text).unwrap(), written);
    assert_eq!(written.findings[0].count, 2);
    assert_eq!(written.findings[0].lines, [1, 4]);
    let extra = text.replacen("\"schema\"", "\"x\":1,\"schema\"", 1);
    assert!(serde_json::from_str::<Baseline>(&extra).is_err());
}

#[test]
fn an_expectation_goes_before_the_baseline() {
    let known = baseline(vec![task("a", 1)]);
    let expected = loopcheck::gate::Expected {
        reason: "it is meant".into(),
        name: Some(Pattern::name("a").unwrap()),
        ..loopcheck::gate::Expected::default()
    };
    let mut both = report("orders", vec![task("a", 1)]);
    let gate = Gate { expected: vec![expected], baseline: Some(known), ..Gate::default() };
    apply(&mut both, &gate, None);
    assert_eq!(statuses(&both), [Status::Expected]);
    // So it can go from the baseline.
    assert_eq!(both.summary.gone, 1);
}

#[test]
fn a_baseline_covers_findings_and_no_gap() {
    let known = baseline(vec![task("a", 1)]);
    for id in DiagnosticId::ALL {
        let bare = with_gaps("orders", vec![], &[*id]).exit_code;
        let judged_report = judged(with_gaps("orders", vec![task("a", 1)], &[*id]), known.clone());
        assert_eq!(judged_report.exit_code, bare, "{id:?}");
    }
}

#[test]
fn a_rule_made_stricter_does_not_reach_what_is_known() {
    let warned = Finding { level: Level::Warn, rule: RuleId::PendingSocket, ..task("a", 1) };
    let mut judged_report = report("orders", vec![warned.clone()]);
    let gate = Gate {
        levels: [(RuleId::PendingSocket, Level::Deny)].into(),
        baseline: Some(baseline(vec![warned])),
        ..Gate::default()
    };
    apply(&mut judged_report, &gate, None);
    assert_eq!(
        (judged_report.exit_code, statuses(&judged_report)),
        (exit::PASS, vec![Status::Baseline])
    );
}

#[test]
fn what_is_known_is_new_once_the_function_times_out_for_it() {
    let timing_out = |gated: &str| {
        let fates = fates(Fate::Frozen, Fate::HoldsUntilTimeout);
        let mut report = report("orders", vec![Finding { fates, ..task("a", 1) }]);
        report.modes.iter_mut().for_each(|mode| mode.gated = mode.id == gated);
        report
    };
    let frozen = Baseline::of(&[timing_out("async")], None);
    let held = Baseline::of(&[timing_out("implicit")], None);
    assert!(!frozen.findings[0].times_out && held.findings[0].times_out);
    let now = judged(timing_out("implicit"), frozen.clone());
    assert_eq!((now.exit_code, now.findings[0].known), (exit::FAIL, Some(0)));
    // It has not gone away for all that.
    assert_eq!(now.summary.gone, 0);
    assert_eq!(judged(timing_out("implicit"), held.clone()).exit_code, exit::PASS);
    assert_eq!(judged(timing_out("async"), held).exit_code, exit::PASS);
    // A file of an earlier version knows nothing of it.
    let text = serde_json::to_string(&frozen).unwrap().replace("\"times_out\":false,", "");
    assert_eq!(serde_json::from_str::<Baseline>(&text).unwrap(), frozen);
}

#[test]
fn what_is_known_is_new_once_it_grows() {
    let known = baseline(vec![Finding { counts: vec![5, 5], ..task("a", 1) }]);
    let growing = Finding { counts: vec![1, 2], growth: Some(Growth::Grows), ..task("a", 1) };
    let now = judged(report("orders", vec![growing.clone()]), known);
    assert_eq!((now.exit_code, now.findings[0].known), (exit::FAIL, Some(0)));
    // It has not gone away for all that.
    assert_eq!(now.summary.gone, 0);
    // What grew already may also stand still.
    let grown = baseline(vec![growing]);
    assert_eq!(judged(report("orders", vec![task("a", 1)]), grown).exit_code, exit::PASS);
}

#[test]
fn what_was_only_a_warning_is_new_once_it_fails_the_run() {
    let socket = |level| Finding { level, rule: RuleId::PendingSocket, ..task("a", 1) };
    let pool = baseline(vec![socket(Level::Warn)]);
    // A request is in flight now, say.
    let now = judged(report("orders", vec![socket(Level::Deny)]), pool.clone());
    assert_eq!((now.exit_code, now.findings[0].known), (exit::FAIL, Some(0)));
    assert_eq!(judged(report("orders", vec![socket(Level::Warn)]), pool).exit_code, exit::PASS);
    let denied = baseline(vec![socket(Level::Deny)]);
    assert_eq!(judged(report("orders", vec![socket(Level::Deny)]), denied.clone()).exit_code, 0);
    // A file of an earlier version knows nothing of it.
    let text = serde_json::to_string(&denied).unwrap().replace("\"level\":\"deny\",", "");
    assert!(!text.contains("level"));
    assert_eq!(serde_json::from_str::<Baseline>(&text).unwrap(), denied);
}
