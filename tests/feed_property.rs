//! Whatever happens to the feed on its way, the verdict is never `pass` when something was
//! pending.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use loopcheck::analysis::judge;
use loopcheck::ingest::Evidence;
use loopcheck::model::diagnostic::{Diagnostic, DiagnosticId, Effect};
use loopcheck::observation::{ApiMoment, Observation, ObservationKind, Subscription};
use loopcheck::report::{Report, Verdict};
use proptest::prelude::*;
use proptest::sample::Index;
use support::feed::{
    FakeTask, FeedDouble, api, at, cycles, delivered, nothing_open, on_audit, on_main, responded,
    run_started, settled,
};

/// When the handler responds, on the double's clock.
const RESPONSE: f64 = 100.0;
/// When its runtime asks for the next event.
const NEXT: f64 = 103.0;

/// A task of the handler's: born before the response, and perhaps ended.
#[derive(Clone, Debug)]
struct Truth {
    created: f64,
    ended: Option<f64>,
}

impl Truth {
    fn pending(&self) -> bool {
        self.created <= RESPONSE && self.ended.is_none_or(|ended| ended > NEXT)
    }
}

/// What happens to the feed.
#[derive(Clone, Debug)]
enum Distortion {
    None,
    /// A message of the main subscription never comes.
    Lose(Index),
    /// A row, with its counters, is missing from a message.
    LoseRow(Index, Index),
    /// A message comes after the one that follows it.
    Swap(Index),
    /// A message comes twice.
    Duplicate(Index),
    /// The feed ends.
    Truncate(Index),
    /// Every message claims to be fresh.
    ForgeNow(f64),
    /// A task that goes on is said to have ended before the response.
    ForgeEnd(Index, Index),
    /// Everything comes late.
    Delay(f64),
}

fn truths(most: usize) -> impl Strategy<Value = Vec<Truth>> {
    let truth = (10.0..99.0f64, proptest::option::weighted(0.8, 1.0..300.0f64))
        .prop_map(|(created, life)| Truth { created, ended: life.map(|life| created + life) });
    proptest::collection::vec(truth, 0..most)
}

fn distortion() -> impl Strategy<Value = Distortion> {
    let index = any::<Index>;
    prop_oneof![
        Just(Distortion::None),
        index().prop_map(Distortion::Lose),
        (index(), index()).prop_map(|(message, row)| Distortion::LoseRow(message, row)),
        index().prop_map(Distortion::Swap),
        index().prop_map(Distortion::Duplicate),
        index().prop_map(Distortion::Truncate),
        (1.0..500.0f64).prop_map(Distortion::ForgeNow),
        (index(), index()).prop_map(|(message, row)| Distortion::ForgeEnd(message, row)),
        (1.0..400.0f64).prop_map(Distortion::Delay),
    ]
}

/// A run against the double: how often it is drained around the response is up to `pumps`.
fn observations(truths: &[Truth], capacity: usize, pumps: u64, audit: bool) -> Vec<Observation> {
    let mut feed = FeedDouble::new(capacity);
    let mut seen = vec![run_started(1), at(0.1, ObservationKind::FeedAttached)];
    feed.spawn(FakeTask::of_runtime(1));
    feed.drain(1.0);
    seen.push(on_main(1.0, feed.changes(1.0)));
    seen.push(api(2.0, ApiMoment::NextRequested));
    seen.push(nothing_open(3.0));
    seen.push(delivered(3.0, 1));
    let mut births: Vec<(usize, &Truth)> = truths.iter().enumerate().collect();
    births.sort_by(|(_, a), (_, b)| a.created.total_cmp(&b.created));
    let mut births = births.into_iter().peekable();
    // A tick each 50 ms, as in a live run.
    for tick in [50.0, RESPONSE] {
        while let Some((index, truth)) = births.next_if(|(_, truth)| truth.created <= tick) {
            let task = FakeTask::new(100 + index as u64, truth.created);
            feed.spawn(FakeTask { ended: truth.ended, ..task });
        }
        if tick < RESPONSE {
            feed.drain(tick);
            seen.push(on_main(tick + 0.1, feed.changes(tick)));
        }
    }
    seen.push(responded(RESPONSE, 1));
    seen.push(nothing_open(RESPONSE + 0.1));
    let before = feed.drains;
    for pump in 0..pumps {
        feed.drain(100.2 + pump as f64 * 0.01);
    }
    seen.push(cycles(100.15, 102.0, feed.drains - before));
    if audit {
        seen.push(on_audit(102.2, feed.full_state(102.1)));
    }
    seen.push(api(NEXT, ApiMoment::NextRequested));
    for tick in [150.0, 200.0, 250.0, 300.0, 350.0, 400.0] {
        feed.drain(tick);
        seen.push(on_main(tick + 0.1, feed.changes(tick)));
    }
    seen.push(settled(420.0));
    seen
}

fn distort(seen: Vec<Observation>, distortion: &Distortion) -> Vec<Observation> {
    let main = |observation: &Observation| {
        matches!(
            observation.kind,
            ObservationKind::ConsoleMessage { subscription: Subscription::Main, .. }
        )
    };
    let places: Vec<usize> = (0..seen.len()).filter(|index| main(&seen[*index])).collect();
    let mut seen = seen;
    let message_at = |seen: &mut Vec<Observation>, place: usize| -> Box<_> {
        match &mut seen[place].kind {
            ObservationKind::ConsoleMessage { message, .. } => message.clone(),
            _ => unreachable!("only messages are picked"),
        }
    };
    match distortion {
        Distortion::None => {}
        Distortion::Lose(index) => {
            seen.remove(*index.get(&places));
        }
        Distortion::LoseRow(index, row) => {
            let place = *index.get(&places);
            let mut message = message_at(&mut seen, place);
            if !message.tasks.is_empty() {
                let lost = message.tasks.remove(row.index(message.tasks.len()));
                message.task_stats.retain(|stats| stats.span != lost.span);
            }
            seen[place].kind =
                ObservationKind::ConsoleMessage { subscription: Subscription::Main, message };
        }
        Distortion::Swap(index) => {
            let which = index.index(places.len().saturating_sub(1));
            let (a, b) = (places[which], places[which + 1]);
            let (first, second) = (seen[a].kind.clone(), seen[b].kind.clone());
            seen[a].kind = second;
            seen[b].kind = first;
        }
        Distortion::Duplicate(index) => {
            let place = *index.get(&places);
            let again = seen[place].clone();
            seen.insert(place, again);
        }
        Distortion::Truncate(index) => {
            let place = *index.get(&places);
            let end = seen[place].at;
            let tail: Vec<Observation> = seen
                .split_off(place)
                .into_iter()
                .filter(|observation| {
                    !matches!(
                        observation.kind,
                        ObservationKind::ConsoleMessage { .. } | ObservationKind::DrainCycles(_)
                    )
                })
                .collect();
            let reason = "connection reset".to_owned();
            seen.push(Observation { at: end, kind: ObservationKind::FeedLost { reason } });
            seen.extend(tail);
        }
        Distortion::ForgeNow(ahead) => {
            for place in places {
                let mut message = message_at(&mut seen, place);
                if let Some(now) = &mut message.now {
                    *now = now.plus(std::time::Duration::from_nanos((*ahead * 1e6) as u64));
                }
                seen[place].kind =
                    ObservationKind::ConsoleMessage { subscription: Subscription::Main, message };
            }
        }
        Distortion::ForgeEnd(index, row) => {
            let place = *index.get(&places);
            let mut message = message_at(&mut seen, place);
            let mut alive: Vec<_> =
                message.task_stats.iter_mut().filter(|stats| stats.ended.is_none()).collect();
            if !alive.is_empty() {
                let which = row.index(alive.len());
                alive[which].ended = alive[which].created;
            }
            seen[place].kind =
                ObservationKind::ConsoleMessage { subscription: Subscription::Main, message };
        }
        Distortion::Delay(by) => {
            // The messages keep their stamps and come later; the rest of the run does not wait.
            for place in places.into_iter().skip(1) {
                seen[place].at =
                    seen[place].at.plus(std::time::Duration::from_micros((*by * 1e3) as u64));
            }
            seen.sort_by_key(|observation| observation.at);
        }
    }
    seen
}

fn report(seen: &[Observation]) -> Report {
    let mut evidence = Evidence::default();
    for observation in seen {
        evidence.observe(observation);
    }
    judge(&evidence.store)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    /// Two witnesses: the changes, which may be distorted in any way, and the full state.
    #[test]
    fn a_distorted_feed_never_passes_what_is_pending(
        truths in truths(60),
        distortion in distortion(),
    ) {
        let seen = distort(observations(&truths, 100_000, 4, true), &distortion);
        let report = report(&seen);
        let pending = truths.iter().any(Truth::pending);
        prop_assert!(!(pending && report.verdict == Verdict::Pass), "{report:#?}");
    }

    /// Without a full state: a queue that is too long, or too small, is never taken for an empty
    /// one.
    #[test]
    fn a_lagging_feed_never_passes_what_is_pending(
        truths in truths(900),
        capacity in prop_oneof![Just(100_000usize), 1..900usize],
        pumps in 0..12u64,
        audit in any::<bool>(),
    ) {
        // Cut the run before the later ticks have delivered the rest.
        let mut seen = observations(&truths, capacity, pumps, audit);
        let cut = seen.len() - 6;
        seen.drain(cut..cut + 5);
        let report = report(&seen);
        let pending = truths.iter().any(Truth::pending);
        prop_assert!(!(pending && report.verdict == Verdict::Pass), "{report:#?}");
    }

    /// An undistorted feed is reported exactly, and is conclusive.
    #[test]
    fn an_undistorted_feed_is_reported_exactly(truths in truths(60)) {
        let report = report(&observations(&truths, 100_000, 4, true));
        let pending = truths.iter().filter(|truth| truth.pending()).count();
        prop_assert_eq!(&report.gaps, &vec![]);
        let reported: usize = report
            .findings
            .iter()
            .filter(|finding| finding.status == loopcheck::report::Status::Unexpected)
            .map(|finding| finding.counts[0])
            .sum();
        prop_assert_eq!(reported, pending);
        prop_assert_eq!(report.verdict == Verdict::Pass, pending == 0);
    }
}

#[test]
fn any_gap_that_touches_the_answer_keeps_a_clean_run_from_passing() {
    for id in DiagnosticId::ALL {
        let mut seen = observations(&[], 100_000, 4, true);
        seen.push(at(500.0, ObservationKind::Diagnostic(Diagnostic::new(*id, "a gap"))));
        let passes = report(&seen).verdict == Verdict::Pass;
        let note = id.effect() == Effect::Note;
        assert_eq!(passes, note, "{}", id.as_str());
    }
}
