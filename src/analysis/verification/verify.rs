//! From the runs in which policies were enforced to what they say of a report.

use std::collections::BTreeMap;

use crate::analysis::item::Item;
use crate::analysis::runtimes;
use crate::analysis::verification::seen::{self, Sight};
use crate::analysis::verification::{invocations, late, likeness, peer, verdict};
use crate::analysis::{finding, mode};
use crate::exit;
use crate::model::diagnostic::{Diagnostic, Effect, FailureId, GapId};
use crate::model::invocation::Outcome;
use crate::model::run::KillReason;
use crate::model::store::Store;
use crate::model::together::Together;
use crate::observation::{Enforced, Policy};
use crate::report::{
    Agreement, Observed, Report, ReportedDiagnostic, ReportedOutcome, ResponseTime, Status,
    Verification, VerifiedFinding, VerifiedInFlight, VerifiedInvocation, VerifiedPolicy,
    VerifiedResponse, VerifiedShutdown,
};

/// Puts into a report what the runs say of its predictions. Of several runs under one policy the
/// last one counts.
pub fn verify(report: &mut Report, runs: &[&Store]) {
    let mut proved: BTreeMap<Policy, VerifiedPolicy> = BTreeMap::new();
    let (mut pause_ms, mut peers) = (0.0, Vec::new());
    for store in runs {
        let Some(enforced) = enforced(store) else { continue };
        pause_ms = enforced.pause.as_secs_f64() * 1_000.0;
        if let Some(broken) = store.run.as_ref().and_then(|run| run.broken.as_ref()) {
            let same = runs.iter().find(|other| !peer::is_broken(other));
            peers.push(peer::of(report, store, broken, same.copied()));
            continue;
        }
        let tries = proved.get(&enforced.policy).map_or(0, |known| known.tries) + 1;
        proved.insert(enforced.policy, VerifiedPolicy { tries, ..policy(report, store, enforced) });
    }
    let interrupted = runs.iter().flat_map(|store| &store.diagnostics);
    let interrupted = interrupted.filter(|gap| gap.id.effect() == Effect::Interrupted);
    report.gaps.extend(interrupted.map(ReportedDiagnostic::from));
    let policies: Vec<VerifiedPolicy> = proved.into_values().collect();
    let of_policies = policies.iter().flat_map(|proved| gaps(report, proved));
    let of_peers = peers.iter().flat_map(|proved| peer::gaps(report, proved));
    let gaps: Vec<Diagnostic> = of_policies.chain(of_peers).collect();
    report.gaps.extend(gaps.iter().map(ReportedDiagnostic::from));
    let effects: Vec<Effect> = report.gaps.iter().map(|gap| gap.id.effect()).collect();
    let denied = report.exit_code == exit::FAIL;
    report.exit_code = exit::code(&effects, denied);
    report.verdict = exit::verdict(report.exit_code);
    report.verification = Some(Verification { pause_ms, policies, peers });
}

/// Returns true if a run contradicts a report.
pub fn is_contradicted(report: &Report, run: &Store) -> bool {
    enforced(run)
        .is_some_and(|enforced| policy(report, run, enforced).verdict == Agreement::Contradicted)
}

fn enforced(store: &Store) -> Option<Enforced> {
    store.run.as_ref()?.enforced
}

fn gaps(report: &Report, proved: &VerifiedPolicy) -> Vec<Diagnostic> {
    let policy = proved.policy.as_str();
    let mut gaps = Vec::new();
    if proved.verdict == Agreement::Contradicted {
        let message = format!("what was predicted under {policy} is not what happened");
        gaps.push(Diagnostic::new(GapId::ProofContradicted, message).hint(
            "run it again with --prove --record FILE; if it stays, report the recording to loopcheck's developers",
        ));
    }
    if let Some(missing) = proved.missing.first() {
        let message = format!("{policy} could not be proved: {missing}");
        gaps.push(
            Diagnostic::new(GapId::ProofIncomplete, message)
                .hint("the handler's output of that run, on stderr, says more"),
        );
    }
    let gated = report.modes.iter().any(|mode| mode.gated && mode.policy == proved.policy);
    let failed =
        proved.invocations.iter().filter(|_| gated).find(|known| fails_anew(report, known));
    if let Some(failed) = failed {
        let how = failed.outcome.map_or("had no end", ReportedOutcome::as_str);
        let message = format!(
            "under {policy} invocation {} ended otherwise than without it: {how}",
            failed.index
        );
        gaps.push(Diagnostic::new(FailureId::ProofFailed, message).hint(
            "what an earlier invocation has left, or a connection that did not survive, may be the reason",
        ));
    }
    let answers = |known: &VerifiedInvocation| known.outcome == Some(ReportedOutcome::Response);
    let alone = gated && proved.invocations.iter().all(answers);
    let lonely = proved.in_flight.as_ref().filter(|known| alone && known.answered < known.events);
    if let Some(VerifiedInFlight { events, answered, .. }) = lonely {
        let message = format!(
            "under {policy} {answered} of {events} invocations got a response that were in flight at the same time"
        );
        gaps.push(Diagnostic::new(FailureId::ProofFailed, message).hint(
            "one at a time they all had one: look for what they share, such as a lock, a pool of one connection, or a file",
        ));
    }
    gaps
}

/// A runtime that takes one at a time.
const ALONE: VerifiedInFlight =
    VerifiedInFlight { events: 0, most: 1, answered: 0, slowest_ms: None };

fn in_flight(known: &Together) -> VerifiedInFlight {
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let answered = known.flights.iter().filter(|one| one.outcome == Some(Outcome::Response));
    let times =
        answered.clone().filter_map(|one| Some(one.ended_at?.millis_since(one.delivered_at)));
    VerifiedInFlight {
        events: known.events,
        most: count(known.most()),
        answered: count(answered.count()),
        slowest_ms: times.max_by(f64::total_cmp),
    }
}

/// Returns true if an invocation that got a response before got none now. That an answer is withheld is
/// predicted, and a finding says so.
fn fails_anew(report: &Report, proved: &VerifiedInvocation) -> bool {
    let fails =
        !matches!(proved.outcome, Some(ReportedOutcome::Response | ReportedOutcome::Held) | None);
    fails && invocations::was_answered(report, proved.index)
}

fn policy(report: &Report, store: &Store, enforced: Enforced) -> VerifiedPolicy {
    let items = runtimes::items(store).pending;
    let findings = findings(report, store, &items, enforced);
    let response = response(report, store, &items, enforced.policy);
    let ids_of = |items: &[&Item]| likeness::ids(&report.findings, items);
    let late_errors = late::errors(store, &items, enforced.policy, ids_of);
    let missing = missing(store);
    let verdict = if !missing.is_empty() {
        Agreement::NotShown
    } else {
        let verdicts = findings.iter().map(|finding| finding.verdict);
        let shown = verdicts.filter(|verdict| *verdict != Agreement::NotShown);
        shown
            .chain(response.observed.map(|_| response.verdict))
            .max()
            .unwrap_or(Agreement::NotShown)
    };
    VerifiedPolicy {
        policy: enforced.policy,
        verdict,
        tries: 1,
        response,
        invocations: invocations::of(store),
        findings,
        late_errors,
        in_flight: store.together.as_ref().map(in_flight).or(store.takes_one.then_some(ALONE)),
        // Elsewhere the run has only come to its end.
        shutdown: shutdown(store, &items, ids_of).filter(|_| enforced.policy == Policy::Freeze),
        missing,
    }
}

/// The evidence that is missing for the run to prove anything.
fn missing(store: &Store) -> Vec<String> {
    let first = store.invocations.first();
    if first.is_none_or(|first| first.responded_at.is_none()) {
        let gap = store.diagnostics.iter().find(|gap| gap.id.effect() != Effect::Note);
        return vec![
            gap.map_or_else(|| "there was no response".to_owned(), |gap| gap.message.clone()),
        ];
    }
    // How an invocation ends that comes after what was left is what the run is to show.
    let blind = |gap: &&Diagnostic| !matches!(gap.id.effect(), Effect::Note | Effect::NoResponse);
    let mut missing: Vec<String> =
        store.diagnostics.iter().filter(blind).map(|gap| gap.message.clone()).collect();
    if store.feed.attached_at.is_none() {
        missing.push("there was no console feed".to_owned());
    }
    if store.feed.dropped_events > 0 {
        missing.push("the console feed has lost events".to_owned());
    }
    let last = store.invocations.iter().rev().find(|known| known.responded_at.is_some());
    let cut_short = store.exited.is_some()
        || matches!(store.killed, Some((_, KillReason::Deadline | KillReason::Withheld)));
    if !cut_short && last.is_some_and(|last| last.complete_at.is_none()) {
        missing.push("the feed was not complete".to_owned());
    }
    missing
}

fn findings(
    report: &Report,
    store: &Store,
    items: &[Item],
    enforced: Enforced,
) -> Vec<VerifiedFinding> {
    let mut seen: BTreeMap<usize, (Agreement, Sight)> = BTreeMap::new();
    let mut strangers = Vec::new();
    for item in items {
        let Some(sight) = seen::of(store, items, item, enforced) else { continue };
        let Some(known) = store.invocations.get(sight.pending_in) else { continue };
        // Of several findings alike the one that it agrees with is its own.
        let judged = likeness::alike(&report.findings, item).into_iter().map(|place| {
            let finding = &report.findings[place];
            let verdict = verdict::of_finding(finding, enforced.policy, sight, known);
            (verdict, seen.contains_key(&place), place)
        });
        // And of several that it agrees with one that nothing was seen of yet.
        match judged.min() {
            Some((verdict, _, place)) => {
                let known = seen.entry(place).or_insert((verdict, sight));
                if verdict > known.0 {
                    *known = (verdict, sight);
                }
            }
            None if likeness::is_waited_on(&report.findings, item) => {}
            None => strangers.push(stranger(store, item, sight)),
        }
    }
    let first = store.invocations.first();
    if enforced.policy.holds()
        && !first.is_some_and(|first| seen::can_be_held(store, first, enforced.policy))
    {
        return strangers;
    }
    let predicted = report.findings.iter().enumerate();
    let predicted = predicted.filter(|(_, finding)| finding.status != Status::Runtime);
    let mut proved: Vec<VerifiedFinding> = predicted
        .filter_map(|(place, finding)| {
            let fate = finding.fates.get(&enforced.policy)?.as_ref()?;
            let (verdict, sight) = seen.remove(&place).unzip();
            Some(VerifiedFinding {
                finding: Some(finding.id.clone()),
                name: None,
                location: None,
                predicted: Some(fate.fate),
                predicted_ms: fate.ms,
                observed: sight.map_or(Observed::Absent, |sight| sight.seen),
                observed_ms: sight.and_then(|sight| sight.ms),
                invocation: sight.and_then(|sight| number(sight.at?)),
                verdict: verdict.unwrap_or(Agreement::NotShown),
            })
        })
        .collect();
    strangers.sort_by(|a: &VerifiedFinding, b| (&a.name, &a.location).cmp(&(&b.name, &b.location)));
    strangers.dedup_by(|a, b| (&a.name, &a.location) == (&b.name, &b.location));
    proved.extend(strangers);
    proved
}

fn number(place: usize) -> Option<u32> {
    u32::try_from(place + 1).ok()
}

/// Something that was not pending in the run that predicts.
fn stranger(store: &Store, item: &Item, sight: Sight) -> VerifiedFinding {
    VerifiedFinding {
        finding: None,
        name: item.name.clone().or_else(|| Some(item.kind.as_str().to_owned())),
        location: item.location.as_ref().map(|location| finding::place(store, location)),
        predicted: None,
        predicted_ms: None,
        observed: sight.seen,
        observed_ms: sight.ms,
        invocation: sight.at.and_then(number),
        // Nothing was to be pending there.
        verdict: Agreement::Contradicted,
    }
}

fn response(report: &Report, store: &Store, items: &[Item], policy: Policy) -> VerifiedResponse {
    let (predicted, predicted_ms) = mode::response(policy, &report.findings);
    let first = store.invocations.first();
    let observed = first.and_then(|first| {
        let responded = first.responded_at?;
        if policy != Policy::HoldResponse {
            return Some((ResponseTime::AtOnce, None));
        }
        if !seen::can_be_held(store, first, policy) {
            return None;
        }
        Some(match seen::left(store, first, items, policy) {
            None if seen::was_killed(store).is_none() => return None,
            None => (ResponseTime::Timeout, None),
            Some(left) => {
                let ms = left.millis_since(responded).max(0.0);
                let waited = predicted != ResponseTime::AtOnce;
                (if waited { ResponseTime::Held } else { ResponseTime::AtOnce }, Some(ms))
            }
        })
    });
    let verdict = first.zip(observed).map_or(Agreement::NotShown, |(first, observed)| {
        verdict::of_response((predicted, predicted_ms), observed, first)
    });
    VerifiedResponse {
        predicted,
        predicted_ms,
        observed: observed.map(|(time, _)| time),
        observed_ms: observed.and_then(|(_, ms)| ms),
        verdict,
    }
}

fn shutdown(
    store: &Store,
    items: &[Item],
    ids_of: impl Fn(&[&Item]) -> Vec<String>,
) -> Option<VerifiedShutdown> {
    let (killed, _) = store.killed.filter(|(_, reason)| *reason == KillReason::Shutdown)?;
    let last = store.invocations.len().checked_sub(1)?;
    let is_lost = |item: &&Item| {
        item.pending_in.contains(&last) && item.ended.is_none_or(|ended| ended > killed)
    };
    let lost: Vec<&Item> = items.iter().filter(is_lost).collect();
    let notice = store.shutdown_notice_at;
    let ended = notice.zip(store.exited).map(|(notice, (exited, _))| exited.millis_since(notice));
    Some(VerifiedShutdown { notice: notice.is_some(), ended_ms: ended, lost: ids_of(&lost) })
}
