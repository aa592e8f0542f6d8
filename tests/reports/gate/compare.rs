//! What counts as a change, and what does not.

use proptest::prelude::*;

use crate::samples::minimal::{fates, gap, many, mode, one, report, task, with_gaps, with_status};
use loopcheck::gate::compare;
use loopcheck::model::diagnostic::{DiagnosticId, FailureId, GapId};
use loopcheck::policy::Policy;
use loopcheck::report::{
    Change, Diff, Document, Expectation, Fate, Finding, Growth, Place, Reason, Refusal, Report,
    Side, Status, Suite, Verdict,
};
use loopcheck::rule::Level;

fn diff(old: &Document, new: &Document) -> Diff {
    compare(("old.json", old), ("new.json", new))
}

fn findings(old: Vec<Finding>, new: Vec<Finding>) -> Diff {
    diff(&one(old), &one(new))
}

fn suites(old: Suite, new: Suite) -> Diff {
    diff(&Document::Many(Box::new(old)), &Document::Many(Box::new(new)))
}

fn handlers(old: Vec<Report>, new: Vec<Report>) -> Diff {
    suites(many(old), many(new))
}

/// The handlers' names, findings' names and reasons.
fn reasons_of(changes: &[Change]) -> Vec<(&str, &[Reason])> {
    changes.iter().map(|known| (known.name.as_deref().unwrap_or(""), &known.reasons[..])).collect()
}

fn check_same(diff: &Diff) {
    assert_eq!((diff.added.len(), diff.worsened.len(), diff.removed.len()), (0, 0, 0), "{diff:#?}");
    assert_eq!(diff.exit_code, 0, "{diff:#?}");
    assert_eq!(diff.verdict, Verdict::Pass);
}

#[test]
fn what_is_new_is_added_and_the_other_way_round_removed() {
    let (fewer, more) = (vec![task("a", 1)], vec![task("a", 1), task("b", 2)]);
    let added = findings(fewer.clone(), more.clone());
    assert_eq!(reasons_of(&added.added), [("b", &[Reason::New][..])]);
    assert_eq!((added.exit_code, added.verdict), (1, Verdict::Fail));
    assert_eq!(added.summary.unchanged, 1);
    let change = &added.added[0];
    assert!(change.old.is_none() && change.handler == "orders");
    assert_eq!(change.new.as_ref().unwrap().ids, ["b-2"]);
    let removed = findings(more, fewer);
    assert_eq!(reasons_of(&removed.removed), [("b", &[Reason::Gone][..])]);
    assert!(removed.added.is_empty() && removed.removed[0].new.is_none());
    assert_eq!((removed.exit_code, removed.verdict), (0, Verdict::Pass));
}

#[test]
fn a_status_that_changes_adds_or_removes_and_says_what_it_was() {
    for (status, was, now) in [
        (Status::Expected, Reason::WasExpected, Reason::NowExpected),
        (Status::Baseline, Reason::WasBaseline, Reason::NowBaseline),
        (Status::Safe, Reason::WasSafe, Reason::NowSafe),
    ] {
        let covered = vec![with_status(task("a", 1), status)];
        let open = vec![task("a", 1)];
        let worse = findings(covered.clone(), open.clone());
        assert_eq!(reasons_of(&worse.added), [("a", &[was][..])]);
        assert_eq!(worse.added[0].old.as_ref().unwrap().status, status);
        assert_eq!(worse.exit_code, 1);
        let better = findings(open, covered.clone());
        assert_eq!(reasons_of(&better.removed), [("a", &[now][..])]);
        assert_eq!(better.exit_code, 0);
        check_same(&findings(covered.clone(), covered.clone()));
        check_same(&findings(Vec::new(), covered.clone()));
        check_same(&findings(covered, Vec::new()));
    }
}

#[test]
fn findings_of_allowed_rules_do_not_count() {
    let silent = vec![Finding { level: Level::Allow, ..task("a", 1) }];
    let reported_now = findings(silent.clone(), vec![task("a", 1)]);
    assert_eq!(reasons_of(&reported_now.added), [("a", &[Reason::WasAllowed][..])]);
    let silent_now = findings(vec![task("a", 1)], silent.clone());
    assert_eq!(reasons_of(&silent_now.removed), [("a", &[Reason::NowAllowed][..])]);
    check_same(&findings(Vec::new(), silent));
}

#[test]
fn the_runtimes_own_is_never_a_change() {
    let own = vec![with_status(task("worker", 1), Status::Runtime)];
    check_same(&findings(Vec::new(), own.clone()));
    check_same(&findings(own, Vec::new()));
}

/// Checks that the second is worse than the first by this reason alone, and the first not worse
/// than the second.
fn check_worse(better: Finding, worse: Finding, reason: Reason) {
    let there = findings(vec![better.clone()], vec![worse.clone()]);
    assert_eq!(reasons_of(&there.worsened), [("a", &[reason][..])], "{there:#?}");
    assert_eq!((there.exit_code, there.summary.worsened), (1, 1));
    let back = findings(vec![worse], vec![better]);
    check_same(&back);
    assert_eq!(back.summary.unchanged, 1);
}

#[test]
fn what_is_worse_says_in_what() {
    let was = || task("a", 1);
    check_worse(was(), Finding { counts: vec![1, 2], ..was() }, Reason::MoreItems);
    check_worse(was(), Finding { growth: Some(Growth::Grows), ..was() }, Reason::Grows);
    check_worse(Finding { level: Level::Warn, ..was() }, was(), Reason::HigherLevel);
    check_worse(was(), Finding { ended_ms: None, ..was() }, Reason::NoEnd);
    let held = fates(Fate::HoldsUntilTimeout, Fate::Holds);
    check_worse(was(), Finding { fates: held, ..was() }, Reason::WorseFate);
}

#[test]
fn every_reason_is_listed() {
    let worse =
        Finding { counts: vec![2, 4], growth: Some(Growth::Grows), ended_ms: None, ..task("a", 1) };
    let diff = findings(vec![task("a", 1)], vec![worse]);
    let reasons = [Reason::MoreItems, Reason::Grows, Reason::NoEnd];
    assert_eq!(reasons_of(&diff.worsened), [("a", &reasons[..])]);
}

#[test]
fn a_fate_counts_under_the_modes_that_the_verdict_follows() {
    let held = Finding { fates: fates(Fate::Frozen, Fate::HoldsUntilTimeout), ..task("a", 1) };
    check_same(&findings(vec![task("a", 1)], vec![held.clone()]));
    // The handler completes in another way now, and waits there.
    let mut new = report("orders", vec![held]);
    new.modes = vec![mode("callback-wait", Policy::HoldResponse, true)];
    let diff = diff(&one(vec![task("a", 1)]), &Document::One(Box::new(new)));
    assert_eq!(reasons_of(&diff.worsened), [("a", &[Reason::WorseFate][..])]);
    let seen = |seen: &Option<loopcheck::report::Seen>| seen.as_ref().unwrap().fate;
    assert_eq!(seen(&diff.worsened[0].old), Some(Fate::Frozen));
    assert_eq!(seen(&diff.worsened[0].new), Some(Fate::HoldsUntilTimeout));
}

#[test]
fn noise_is_no_change() {
    let due = Finding { fates: fates(Fate::FrozenOverdue, Fate::Holds), ..task("a", 1) };
    check_same(&findings(vec![task("a", 1)], vec![due]));
    let unknown = Finding { fates: std::collections::BTreeMap::new(), ..task("a", 1) };
    check_same(&findings(vec![task("a", 1)], vec![unknown]));
    let later = Finding {
        id: "F77".into(),
        ended_ms: Some(999.9),
        help: "another".into(),
        state: Some(loopcheck::report::State::Busy),
        ..task("a", 900)
    };
    check_same(&findings(vec![task("a", 1)], vec![later]));
}

#[test]
fn what_grows_has_more_after_more_invocations() {
    let grows = |counts: &[usize]| Finding {
        counts: counts.to_vec(),
        growth: Some(Growth::Grows),
        ..task("a", 1)
    };
    check_same(&findings(vec![grows(&[1, 2])], vec![grows(&[1, 2, 3, 4])]));
    check_same(&findings(vec![grows(&[1, 2, 3, 4])], vec![grows(&[1, 2])]));
    let worse = findings(vec![grows(&[1, 2])], vec![grows(&[1, 2, 3, 5])]);
    assert_eq!(reasons_of(&worse.worsened), [("a", &[Reason::MoreItems][..])]);
}

#[test]
fn one_more_of_a_known_kind_is_added() {
    let diff = findings(vec![task("a", 1)], vec![task("a", 1), task("a", 9)]);
    assert_eq!(reasons_of(&diff.added), [("a", &[Reason::New][..])]);
    assert_eq!(diff.added[0].location.as_ref().unwrap().line, Some(9));
}

#[test]
fn a_line_that_is_the_same_goes_before_the_order() {
    let old = vec![task("a", 10), with_status(task("a", 20), Status::Expected)];
    let new = vec![with_status(task("a", 20), Status::Expected), task("a", 10)];
    check_same(&findings(old.clone(), new));
    let moved = vec![task("a", 12), with_status(task("a", 22), Status::Expected)];
    check_same(&findings(old.clone(), moved));
    // One more, above: the others have moved, and each goes with its like.
    let more = vec![task("a", 8), task("a", 12), with_status(task("a", 22), Status::Expected)];
    let diff = findings(old, more);
    assert_eq!(reasons_of(&diff.added), [("a", &[Reason::New][..])]);
    assert_eq!((diff.worsened.len(), diff.removed.len()), (0, 0));
}

#[test]
fn findings_of_one_line_are_one() {
    let part = |count| Finding { counts: vec![count], ..task("a", 1) };
    check_same(&findings(vec![part(3)], vec![part(1), part(2)]));
    check_same(&findings(vec![part(1), part(2)], vec![part(3)]));
    let more = findings(vec![part(1), part(1)], vec![part(1), part(2)]);
    assert_eq!(reasons_of(&more.worsened), [("a", &[Reason::MoreItems][..])]);
    assert_eq!(more.worsened[0].new.as_ref().unwrap().ids.len(), 2);
    // One that ended in time beside one that did not is still one that did not.
    let safe = with_status(part(1), Status::Safe);
    check_same(&findings(vec![part(1)], vec![safe.clone(), part(1)]));
    let added = findings(vec![safe.clone()], vec![safe, part(1)]);
    assert_eq!(reasons_of(&added.added), [("a", &[Reason::WasSafe][..])]);
}

#[test]
fn findings_without_a_place_are_paired() {
    let bare = || Finding { location: None, ..task("a", 1) };
    check_same(&findings(vec![bare()], vec![bare()]));
    check_same(&findings(vec![bare()], vec![task("a", 4)]));
    assert_eq!(findings(vec![], vec![bare()]).added.len(), 1);
}

#[test]
fn a_refused_expectation_stays_with_the_change() {
    let refused = Finding {
        expectation: Some(Expectation {
            reason: "two are meant".into(),
            file: "loopcheck.toml".into(),
            line: 1,
            refused: Some(Refusal::OverMax),
        }),
        ..task("a", 1)
    };
    let diff = findings(vec![with_status(task("a", 1), Status::Expected)], vec![refused]);
    let new = diff.added[0].new.as_ref().unwrap();
    assert_eq!(new.expectation.as_ref().unwrap().refused, Some(Refusal::OverMax));
}

#[test]
fn handlers_come_and_go() {
    let (a, b) = (report("a", vec![task("x", 1)]), report("b", vec![task("y", 1)]));
    let more = handlers(vec![a.clone()], vec![a.clone(), b.clone()]);
    assert_eq!(more.handlers_added, ["b"]);
    assert_eq!(reasons_of(&more.added), [("y", &[Reason::New][..])]);
    assert_eq!((more.added[0].handler.as_str(), more.exit_code), ("b", 1));
    let fewer = handlers(vec![a.clone(), b.clone()], vec![a.clone()]);
    assert_eq!(fewer.handlers_removed, ["b"]);
    check_same(&fewer);
    let clean = handlers(vec![a.clone()], vec![a.clone(), report("b", Vec::new())]);
    assert_eq!(clean.handlers_added, ["b"]);
    check_same(&clean);
    // The same finding in another handler is another finding.
    let moved = handlers(vec![a, report("b", vec![])], vec![report("a", vec![]), b]);
    assert_eq!((moved.added.len(), moved.removed.len()), (1, 1));
}

#[test]
fn a_handler_that_was_only_not_run_is_not_gone() {
    let (a, b) = (report("a", vec![]), report("b", vec![task("y", 1)]));
    let mut shard = many(vec![a.clone()]);
    shard.selection.handlers.push("b".into());
    let mut filtered = many(vec![a.clone()]);
    filtered.selection.filtered = 1;
    for part in [shard, filtered] {
        let diff = suites(many(vec![a.clone(), b.clone()]), part);
        assert!(diff.handlers_removed.is_empty());
        let unjudged = &diff.unjudged[0];
        assert_eq!((unjudged.handler.as_deref(), unjudged.verdict), (Some("b"), None));
        assert_eq!((diff.exit_code, diff.verdict), (4, Verdict::Inconclusive));
    }
}

#[test]
fn what_could_not_be_seen_is_not_gone() {
    let old = report("orders", vec![task("a", 1), task("b", 2)]);
    let ids: [DiagnosticId; 3] =
        [GapId::FeedLag.into(), FailureId::TimedOut.into(), FailureId::Interrupted.into()];
    for gaps in ids.map(|id| [id]) {
        let new = with_gaps("orders", vec![task("a", 1)], &gaps);
        let diff = handlers(vec![old.clone()], vec![new]);
        assert!(diff.removed.is_empty(), "{gaps:?}");
        assert_eq!(diff.unjudged[0].gaps, gaps);
        assert_ne!(diff.exit_code, 0, "{gaps:?}");
    }
    // A note touches nothing.
    let new = with_gaps("orders", vec![task("a", 1)], &[GapId::SocketsNotObserved]);
    let diff = handlers(vec![old], vec![new]);
    assert_eq!((diff.removed.len(), diff.exit_code, diff.unjudged.len()), (1, 0, 0));
}

#[test]
fn nothing_is_green_by_accident() {
    let clean = || report("a", Vec::new());
    let code = |old: Report, new: Report| handlers(vec![old], vec![new]).exit_code;
    let blind = || with_gaps("a", Vec::new(), &[GapId::FeedLag]);
    let dead = |id| with_gaps("a", Vec::new(), &[id]);
    assert_eq!(code(clean(), clean()), 0);
    assert_eq!(code(clean(), blind()), 4);
    assert_eq!(code(blind(), blind()), 4);
    // It responded before, and no longer does.
    assert_eq!(code(clean(), dead(FailureId::HandlerExited)), 1);
    assert_eq!(code(blind(), dead(FailureId::TimedOut)), 1);
    assert_eq!(code(dead(FailureId::TimedOut), dead(FailureId::TimedOut)), 4);
    // That says nothing of the handler.
    assert_eq!(code(clean(), dead(FailureId::Interrupted)), 4);
    assert_eq!(code(clean(), dead(FailureId::InternalError)), 4);
    // What is seen now can be judged now.
    assert_eq!(code(blind(), clean()), 0);
    assert_eq!(code(dead(FailureId::TimedOut), clean()), 0);
    let old = handlers(vec![blind()], vec![clean()]);
    assert_eq!((old.unjudged.len(), old.unjudged[0].side), (1, Side::Old));
}

#[test]
fn a_gap_of_the_whole_report_is_not_green() {
    let mut new = many(vec![report("a", Vec::new())]);
    new.gaps = vec![gap(GapId::HandlersMissing)];
    let diff = suites(many(vec![report("a", Vec::new())]), new);
    assert_eq!((diff.exit_code, diff.unjudged[0].handler.as_ref()), (4, None));
}

#[test]
fn one_handler_can_be_compared_with_several() {
    let a = report("a", vec![task("x", 1)]);
    let alone = Document::One(Box::new(a.clone()));
    let with_others = Document::Many(Box::new(many(vec![report("b", vec![]), a])));
    check_same(&diff(&alone, &with_others));
    let fewer = diff(&with_others, &alone);
    check_same(&fewer);
    assert_eq!(fewer.handlers_removed, ["b"]);
}

#[test]
fn changes_stand_in_the_order_of_the_new_report() {
    let new = vec![task("z", 3), task("a", 1), task("m", 2)];
    let names: Vec<String> =
        findings(vec![], new).added.into_iter().filter_map(|known| known.name).collect();
    assert_eq!(names, ["z", "a", "m"]);
}

#[test]
fn ten_thousand_findings_of_one_kind_and_of_many() {
    let many = || (1..=10_000).map(|line| task("same", line)).collect::<Vec<_>>();
    let moved = (5..=10_004).map(|line| task("same", line)).collect();
    let diff = findings(many(), moved);
    assert_eq!((diff.summary.unchanged, diff.exit_code), (10_000, 0));
    let different = |prefix: &str| {
        (1..=10_000).map(|line| task(&format!("{prefix}{line}"), line)).collect::<Vec<_>>()
    };
    let diff = findings(different("a"), different("b"));
    assert_eq!((diff.added.len(), diff.removed.len()), (10_000, 10_000));
}

#[test]
fn a_place_is_that_of_the_new_report() {
    let worse = Finding {
        counts: vec![5],
        location: Some(Place { line: Some(7), ..task("a", 1).location.unwrap() }),
        ..task("a", 1)
    };
    let diff = findings(vec![task("a", 1)], vec![worse]);
    assert_eq!(diff.worsened[0].location.as_ref().unwrap().line, Some(7));
}

proptest! {
    /// What is added one way is removed the other way, and nothing is added to what is the same.
    #[test]
    fn a_comparison_has_two_directions(old in some_findings(), new in some_findings()) {
        let there = findings(old.clone(), new.clone());
        let back = findings(new, old.clone());
        let prints = |changes: &[Change]| {
            let mut prints: Vec<String> =
                changes.iter().map(|known| known.fingerprint.clone()).collect();
            prints.sort();
            prints
        };
        prop_assert_eq!(prints(&there.added), prints(&back.removed));
        prop_assert_eq!(prints(&there.removed), prints(&back.added));
        prop_assert_eq!(there.exit_code == 1, there.summary.added + there.summary.worsened > 0);
        check_same(&findings(old.clone(), old));
    }
}

/// A few findings, many of them of one kind or in one line.
fn some_findings() -> impl Strategy<Value = Vec<Finding>> {
    let status = prop::sample::select(&[
        Status::Unexpected,
        Status::Expected,
        Status::Baseline,
        Status::Runtime,
        Status::Safe,
    ]);
    let level = prop::sample::select(&[Level::Deny, Level::Warn, Level::Allow]);
    let one = ("[ab]", 1_u32..4, 1_usize..4, status, level);
    let one = one.prop_map(|(name, line, count, status, level)| Finding {
        counts: vec![count],
        level,
        ..with_status(task(&name, line), status)
    });
    prop::collection::vec(one, 0..8)
}
