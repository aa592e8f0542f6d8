//! Reports of several handlers as one, and shards merged again.

use crate::samples::minimal::{report, task, with_gaps};
use loopcheck::exit;
use loopcheck::gate::{Expected, Gate, MergeError, Pattern, apply, merge, suite};
use loopcheck::model::diagnostic::{DiagnosticId, GapId};
use loopcheck::report::{
    Document, ExpectationState, Finding, Report, Selection, Shard, Suite, UsedBaseline, Verdict,
};
use loopcheck::rule::{Level, RuleId};

const NAMES: [&str; 4] = ["a", "b", "c", "d"];

fn expected(name: &str, line: u32) -> Expected {
    Expected {
        file: "loopcheck.toml".into(),
        line,
        reason: "it is meant".into(),
        name: Some(Pattern::name(name).unwrap()),
        ..Expected::default()
    }
}

fn gate() -> Gate {
    let only_in_b = Expected { handler: Some(Pattern::name("b").unwrap()), ..expected("x", 3) };
    Gate { expected: vec![expected("meant", 1), expected("gone", 2), only_in_b], ..Gate::default() }
}

fn findings(name: &str) -> Vec<Finding> {
    match name {
        "b" => vec![task("meant", 1)],
        "c" => vec![task("leak", 2), task("meant", 3)],
        _ => vec![],
    }
}

fn gated(name: &str, gate: &Gate) -> Report {
    let mut report = report(name, findings(name));
    apply(&mut report, gate, None);
    report
}

fn selection(shard: Option<(u32, u32)>) -> Selection {
    Selection {
        shard: shard.map(|(index, count)| Shard { index, count }),
        handlers: NAMES.map(String::from).to_vec(),
        ..Selection::default()
    }
}

fn whole() -> Suite {
    let reports = NAMES.map(|name| gated(name, &gate())).to_vec();
    suite(reports, selection(None), Vec::new(), &gate())
}

fn shard(index: u32, names: &[&str]) -> (String, Document) {
    let reports = names.iter().map(|name| gated(name, &gate())).collect();
    let suite = suite(reports, selection(Some((index, 2))), Vec::new(), &gate());
    (format!("{index}.json"), Document::Many(Box::new(suite)))
}

fn gaps(suite: &Suite) -> Vec<DiagnosticId> {
    suite.gaps.iter().map(|gap| gap.id).collect()
}

#[test]
fn a_suite_is_as_bad_as_the_worst_of_it() {
    let suite = whole();
    assert_eq!((suite.exit_code, suite.verdict), (exit::FAIL, Verdict::Fail));
    assert_eq!((suite.summary.unexpected, suite.summary.expected), (1, 2));
    let states: Vec<ExpectationState> =
        suite.expectations.iter().map(|known| known.state).collect();
    use ExpectationState::{Unused, Used};
    assert_eq!(states, [Used, Unused, Unused]);
    assert_eq!(suite.summary.stale, 2);
    assert_eq!(suite.expectations[0].matched, 2);
}

#[test]
fn shards_merged_in_any_order_are_the_whole() {
    let (one, two) = (shard(1, &["a", "c"]), shard(2, &["b", "d"]));
    for order in [vec![one.clone(), two.clone()], vec![two, one]] {
        assert_eq!(merge(order).unwrap(), whole());
    }
}

#[test]
fn a_missing_shard_is_never_a_pass() {
    let clean = shard(2, &["b", "d"]);
    let alone = merge(vec![clean]).unwrap();
    assert_eq!(alone.exit_code, exit::INCONCLUSIVE);
    assert_eq!(gaps(&alone), [GapId::HandlersMissing]);
    assert!(alone.gaps[0].message.contains("a, c"), "{}", alone.gaps[0].message);
    // Nobody has looked there, so nothing is stale.
    assert_eq!(alone.expectations[1].state, ExpectationState::Unjudged);
    // The expectation for b only is stale all the same.
    assert_eq!(alone.expectations[2].state, ExpectationState::Unused);
}

#[test]
fn what_does_not_belong_together_is_refused() {
    let one = shard(1, &["a", "c"]);
    let twice = merge(vec![one.clone(), ("again.json".into(), one.1.clone())]);
    assert!(matches!(twice, Err(MergeError::Twice { handler, .. }) if handler == "a"));
    let change = |change: fn(&mut Suite)| {
        let Document::Many(mut suite) = shard(2, &["b", "d"]).1 else { unreachable!() };
        change(&mut suite);
        merge(vec![one.clone(), ("2.json".into(), Document::Many(suite))])
    };
    assert!(change(|_| ()).is_ok());
    let counted = change(|suite| suite.selection.shard = Some(Shard { index: 2, count: 3 }));
    assert!(matches!(counted, Err(MergeError::Strangers { .. })));
    let named = change(|suite| suite.selection.handlers.push("e".into()));
    assert!(matches!(named, Err(MergeError::Strangers { .. })));
    for (judged, by) in [
        (change(|suite| suite.expectations[0].reason = "another".into()), "expectations"),
        (
            change(|suite| suite.selection.rules = [(RuleId::PendingTask, Level::Warn)].into()),
            "levels of rules",
        ),
        (
            change(|suite| {
                suite.baseline = Some(UsedBaseline { file: "known.json".into(), gone: Vec::new() })
            }),
            "baselines",
        ),
    ] {
        assert!(matches!(judged, Err(MergeError::Disagreeing { what, .. }) if what == by), "{by}");
    }
}

#[test]
fn single_reports_can_be_merged_as_well() {
    let one = |name: &str| {
        (format!("{name}.json"), Document::One(Box::new(report(name, findings(name)))))
    };
    let both = merge(vec![one("a"), one("c")]).unwrap();
    assert_eq!(both.exit_code, exit::FAIL);
    assert_eq!(both.selection.handlers, ["a", "c"]);
    assert!(gaps(&both).is_empty());
}

#[test]
fn a_gap_anywhere_counts_everywhere() {
    for id in DiagnosticId::ALL {
        let blind = with_gaps("a", vec![], &[*id]);
        let alone = blind.exit_code;
        let documents = vec![
            ("a".to_owned(), Document::One(Box::new(blind))),
            ("b".to_owned(), Document::One(Box::new(report("b", vec![])))),
        ];
        assert_eq!(merge(documents).unwrap().exit_code, alone, "{id:?}");
    }
}

#[test]
fn a_glob_over_names_is_the_same_everywhere() {
    let in_services =
        Expected { handler: Some(Pattern::name("services*").unwrap()), ..expected("gone", 1) };
    let gate = Gate { expected: vec![in_services], ..Gate::default() };
    let mut report = report("services/a", vec![]);
    apply(&mut report, &gate, None);
    let handlers = vec!["services/a".into(), "services/b".into()];
    let of_one = Selection { handlers, ..Selection::default() };
    let suite = suite(vec![report], of_one, Vec::new(), &gate);
    // The other one may still have it.
    assert_eq!(suite.expectations[0].state, ExpectationState::Unjudged);
}
