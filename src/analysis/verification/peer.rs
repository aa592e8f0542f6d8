//! The handler after the connections to a peer had been broken.

use crate::analysis::runtimes;
use crate::analysis::verification::{invocations, late, likeness};
use crate::model::diagnostic::{Diagnostic, Effect, FailureId, GapId};
use crate::model::invocation::{Invocation, Outcome};
use crate::model::store::Store;
use crate::model::time::Timestamp;
use crate::observation::{BrokenPeer, Policy};
use crate::report::{PeerEffect, Report, ReportedOutcome, VerifiedInvocation, VerifiedPeer};

/// Returns true if a peer is broken in this run.
pub(super) fn is_broken(store: &Store) -> bool {
    store.run.as_ref().is_some_and(|run| run.broken.is_some())
}

/// The evidence of a run with a broken peer. In `undisturbed` nothing was broken.
pub(super) fn of(
    report: &Report,
    store: &Store,
    broken: &BrokenPeer,
    undisturbed: Option<&Store>,
) -> VerifiedPeer {
    let missing = missing(store);
    let used = store.peer.broken.iter().find(|(_, connections)| *connections > 0);
    let worst =
        used.filter(|_| missing.is_empty()).and_then(|(at, _)| worst(store, undisturbed, *at));
    let items = runtimes::items(store).pending;
    let ids_of = |items: &[&_]| likeness::ids(&report.findings, items);
    VerifiedPeer {
        peer: broken.peer.to_string(),
        broken: broken.how,
        connections: used.map_or(0, |(_, connections)| *connections),
        reconnects: used.map_or(0, |(at, _)| reconnects(store, *at)),
        effect: worst.map(|(effect, _)| effect),
        invocation: worst.map(|(_, index)| index),
        invocations: invocations::of(store),
        late_errors: late::errors(store, &items, Policy::Freeze, ids_of),
        missing,
    }
}

fn missing(store: &Store) -> Vec<String> {
    let link = &store.peer;
    if let Some((_, reason)) = link.unreachable.first()
        && link.connected.is_empty()
    {
        return vec![format!("the peer could not be reached: {reason}")];
    }
    let first = |is_it: fn(&Diagnostic) -> bool| store.diagnostics.iter().find(|gap| is_it(gap));
    let message_of = |is_it| first(is_it).map(|gap| gap.message.clone());
    let cold = store.invocations.first().and_then(|first| first.outcome);
    if cold != Some(Outcome::Response) {
        // A handler that fails here fails by itself, or for the proxy.
        let gap = message_of(|gap| gap.id.effect() != Effect::Note);
        let gap = gap.map(|message| format!(": {message}")).unwrap_or_default();
        let ended = match cold {
            Some(Outcome::Error) => "ended with an error",
            _ => "got no response",
        };
        return vec![format!("through the proxy invocation 1 {ended}{gap}")];
    }
    if link.connected.is_empty() {
        return vec!["no connection went through loopcheck's proxy".to_owned()];
    }
    if let Some(gap) = message_of(is_blind) {
        return vec![gap];
    }
    // Without a freeze nothing was broken, however the invocations went.
    let Some((broken_at, _)) = link.broken.first() else {
        let gap = message_of(|gap| gap.id.effect() != Effect::Note);
        return vec![gap.unwrap_or_else(|| "the environment was not frozen".to_owned())];
    };
    let gone = link.unreachable.iter().find(|(at, _)| at >= broken_at);
    let Some((worst, _)) = worst(store, None, *broken_at) else {
        return vec!["no invocation was seen to end after the freeze".to_owned()];
    };
    match gone {
        // Nobody could have answered.
        Some((_, reason)) if matches!(worst, PeerEffect::Fails | PeerEffect::Hangs) => {
            vec![format!("the peer could not be reached once more after that: {reason}")]
        }
        _ => Vec::new(),
    }
}

/// Returns true for a diagnostic of the run itself.
fn is_blind(gap: &Diagnostic) -> bool {
    gap.id == GapId::ProofIncomplete
        || gap.id == FailureId::InternalError
        || gap.id.effect() == Effect::Interrupted
}

/// The worst that happened to an invocation after that moment, and to which one first.
fn worst(store: &Store, undisturbed: Option<&Store>, at: Timestamp) -> Option<(PeerEffect, u32)> {
    let after = store.invocations.iter().filter(|known| known.delivered_at >= at);
    let seen = after.filter_map(|known| Some((effect(store, undisturbed, known)?, known.index)));
    seen.min_by_key(|(effect, index)| (*effect, *index))
}

fn effect(store: &Store, undisturbed: Option<&Store>, known: &Invocation) -> Option<PeerEffect> {
    Some(match known.outcome? {
        Outcome::Error | Outcome::Exit | Outcome::Crash => PeerEffect::Fails,
        // Its answer is kept back for what waits for the peer.
        Outcome::Timeout | Outcome::Held => PeerEffect::Hangs,
        Outcome::Response if has_connected(store, known) => PeerEffect::Retries,
        Outcome::Response if is_as_ever(undisturbed, known) => PeerEffect::Answers,
        Outcome::Response => PeerEffect::AnswersOtherwise,
    })
}

/// Returns true if its response is as long as that of the same invocation where nothing is broken. No more
/// is kept of one.
fn is_as_ever(undisturbed: Option<&Store>, known: &Invocation) -> bool {
    let same = |other: &&Invocation| other.index == known.index;
    let other = undisturbed.and_then(|store| store.invocations.iter().find(same));
    let lengths = known.response_bytes.zip(other.and_then(|other| other.response_bytes));
    lengths.is_none_or(|(now, then)| now == then)
}

fn has_connected(store: &Store, known: &Invocation) -> bool {
    let until = known.frozen_at;
    let during = |at: &Timestamp| *at >= known.delivered_at && until.is_none_or(|end| *at < end);
    store.peer.connected.iter().any(during)
}

fn reconnects(store: &Store, at: Timestamp) -> u32 {
    let after = store.peer.connected.iter().filter(|connected| **connected >= at);
    u32::try_from(after.count()).unwrap_or(u32::MAX)
}

/// The diagnostics for the report.
pub(super) fn gaps(report: &Report, proved: &VerifiedPeer) -> Vec<Diagnostic> {
    let VerifiedPeer { peer, missing, .. } = proved;
    if let Some(missing) = missing.first() {
        let message =
            format!("what a broken connection to {peer} does could not be shown: {missing}");
        let hint = runtimes::proxy_hint(report.handler.runtime);
        return vec![Diagnostic::new(GapId::ProofIncomplete, message).hint(hint)];
    }
    // What waits for an empty loop is frozen as well, later.
    let gated = report.modes.iter().any(|mode| mode.gated && mode.policy != Policy::RunOn);
    let index = proved.invocation.filter(|_| gated);
    let failed = proved.invocations.iter().find(|known| Some(known.index) == index);
    let is_bad = matches!(proved.effect, Some(PeerEffect::Fails | PeerEffect::Hangs));
    let is_new =
        |failed: &&VerifiedInvocation| is_bad && invocations::was_answered(report, failed.index);
    let Some(failed) = failed.filter(is_new) else {
        return Vec::new();
    };
    let how = proved.broken.done();
    let ended = failed.outcome.map_or("had no end", ReportedOutcome::as_str);
    let message = format!(
        "with the connections to {peer} {how} during the freeze invocation {} got no response: {ended}",
        failed.index
    );
    let hint = match proved.effect {
        Some(PeerEffect::Hangs) => {
            "give the client a time-out of its own, shorter than the function's, and let it try once more on a new connection"
        }
        _ => {
            "let the pool test a connection before it hands it out, or try once more on a new one; in Node.js, listen to the pool's 'error' as well, or it ends the process"
        }
    };
    vec![Diagnostic::new(FailureId::ProofFailed, message).hint(hint)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> Timestamp {
        Timestamp::from_nanos(ms * 1_000_000)
    }

    fn invocation(index: u32, outcome: Outcome) -> Invocation {
        let delivered = u64::from(index) * 100;
        let known = Invocation::new(index, index.to_string(), at(delivered), at(delivered + 90));
        Invocation { outcome: Some(outcome), ..known }
    }

    /// A handler that has connected in its first invocation.
    fn store(outcomes: &[Outcome]) -> Store {
        let mut store = Store::default();
        let all = (1..).zip(outcomes).map(|(index, outcome)| invocation(index, *outcome));
        store.invocations.extend(all);
        store.peer.connected.push(at(110));
        store
    }

    #[test]
    fn what_was_never_frozen_shows_nothing() {
        let mut store = store(&[Outcome::Response]);
        assert_eq!(missing(&store), ["the environment was not frozen"]);
        store.note(Diagnostic::new(GapId::NoNext, "it did not ask"));
        assert_eq!(missing(&store), ["it did not ask"]);
    }

    #[test]
    fn what_was_not_broken_at_a_later_freeze_shows_nothing() {
        let mut store = store(&[Outcome::Response, Outcome::Response]);
        store.peer.broken.push((at(150), 0));
        assert_eq!(missing(&store), [""; 0]);
        store.note(Diagnostic::new(GapId::ProofIncomplete, "the handler could not be frozen"));
        assert_eq!(missing(&store), ["the handler could not be frozen"]);
    }

    #[test]
    fn what_came_after_a_break_has_to_be_seen() {
        for after in [None, Some(invocation(2, Outcome::Response))] {
            let mut store = store(&[Outcome::Response]);
            store.peer.broken.push((at(150), 1));
            let is_seen = after.is_some();
            store.invocations.extend(after);
            assert_eq!(missing(&store).is_empty(), is_seen, "{:?}", missing(&store));
        }
    }

    #[test]
    fn who_finds_no_peer_any_more_is_not_to_blame() {
        for (outcome, is_missing) in [
            (Outcome::Error, true),
            (Outcome::Timeout, true),
            // It did without.
            (Outcome::Response, false),
        ] {
            let mut store = store(&[Outcome::Response, outcome]);
            store.peer.unreachable.push((at(105), "too early".into()));
            store.peer.broken.push((at(150), 1));
            assert_eq!(missing(&store), [""; 0]);
            store.peer.unreachable.push((at(210), "refused".into()));
            assert_eq!(missing(&store).is_empty(), !is_missing, "{outcome:?}");
        }
    }
}
