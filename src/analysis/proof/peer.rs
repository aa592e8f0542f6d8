//! What became of the handler once the connections to a peer had been broken.

use crate::analysis::collect;
use crate::analysis::proof::{late, likeness, prove};
use crate::model::gap::{Effect, Gap, GapId};
use crate::model::invocation::{Invocation, Outcome};
use crate::model::store::Store;
use crate::model::time::Timestamp;
use crate::observation::{Break, BrokenPeer, Policy};
use crate::report::{BrokenBy, HandlerRuntime, PeerEffect, ProvedPeer, Report, ReportedOutcome};

/// Whether a peer is broken in this run.
pub(super) fn is_broken(store: &Store) -> bool {
    store.run.as_ref().is_some_and(|run| run.broken.is_some())
}

/// What a run with a broken peer shows. In `undisturbed` nothing was.
pub(super) fn of(
    report: &Report,
    store: &Store,
    broken: &BrokenPeer,
    undisturbed: Option<&Store>,
) -> ProvedPeer {
    let missing = missing(store);
    let used = store.peer.broken.iter().find(|(_, connections)| *connections > 0);
    let worst =
        used.filter(|_| missing.is_empty()).and_then(|(at, _)| worst(store, undisturbed, *at));
    let items = collect::items(store).pending;
    let ids_of = |items: &[&_]| likeness::ids(&report.findings, items);
    ProvedPeer {
        peer: broken.peer.to_string(),
        broken: match broken.how {
            Break::Reset => BrokenBy::Reset,
            Break::Drop => BrokenBy::Drop,
        },
        connections: used.map_or(0, |(_, connections)| *connections),
        reconnects: used.map_or(0, |(at, _)| reconnects(store, *at)),
        effect: worst.map(|(effect, _)| effect),
        invocation: worst.map(|(_, index)| index),
        invocations: prove::invocations(store),
        late_errors: late::errors(store, &items, Policy::Freeze, ids_of),
        missing,
    }
}

fn missing(store: &Store) -> Vec<String> {
    if let Some(reason) = &store.peer.unreachable
        && store.peer.connected.is_empty()
    {
        return vec![format!("the peer could not be reached: {reason}")];
    }
    let cold = store.invocations.first().and_then(|first| first.outcome);
    match cold {
        Some(Outcome::Response) if store.peer.connected.is_empty() => {
            vec!["no connection went through loopcheck's proxy".to_owned()]
        }
        // A handler that fails here fails by itself, or for the proxy.
        Some(Outcome::Response) => {
            let blind = |gap: &&Gap| matches!(gap.id.effect(), Effect::Interrupted);
            store.gaps.iter().filter(blind).map(|gap| gap.message.clone()).collect()
        }
        _ => {
            let gap = store.gaps.iter().find(|gap| gap.id.effect() != Effect::Note);
            let told = gap.map(|gap| format!(": {}", gap.message)).unwrap_or_default();
            let ended = match cold {
                Some(Outcome::Error) => "ended with an error",
                _ => "got no response",
            };
            vec![format!("through the proxy invocation 1 {ended}{told}")]
        }
    }
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
        Outcome::Timeout => PeerEffect::Hangs,
        Outcome::Response | Outcome::Held if has_connected(store, known) => PeerEffect::Retries,
        Outcome::Response | Outcome::Held if is_as_ever(undisturbed, known) => PeerEffect::Answers,
        Outcome::Response | Outcome::Held => PeerEffect::AnswersOtherwise,
    })
}

/// Whether its response is as long as that of the same invocation where nothing is broken. No more
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

/// What it means for the report.
pub(super) fn gaps(report: &Report, proved: &ProvedPeer) -> Vec<Gap> {
    let ProvedPeer { peer, missing, .. } = proved;
    if let Some(missing) = missing.first() {
        let message =
            format!("what a broken connection to {peer} does could not be shown: {missing}");
        let hint = if report.handler.runtime == HandlerRuntime::Node {
            "--proxy has to name the host and port that the handler itself connects to, and that have to be there; what a worker or a child process connects to is not led through the proxy"
        } else {
            "name the peer in the handler's environment, as HOST:PORT, in a URL, or as in PGHOST and PGPORT: a tokio program is led to the proxy by that"
        };
        return vec![Gap::new(GapId::ProofIncomplete, message).hint(hint)];
    }
    // What waits for an empty loop is frozen as well, later.
    let gated = report.modes.iter().any(|mode| mode.gated && mode.policy != Policy::RunOn);
    let index = proved.invocation.filter(|_| gated);
    let failed = proved.invocations.iter().find(|known| Some(known.index) == index);
    let Some(failed) = failed.filter(|failed| prove::fails_anew(report, failed)) else {
        return Vec::new();
    };
    let how = match proved.broken {
        BrokenBy::Reset => "reset",
        BrokenBy::Drop => "silently dropped",
    };
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
    vec![Gap::new(GapId::ProofFailed, message).hint(hint)]
}
