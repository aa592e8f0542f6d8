//! Proofs for the tests of the formats: one with every word that there is.

use crate::samples::findings::place;
use loopcheck::policy::{Break, FrozenBy, Policy};
use loopcheck::report::{
    Agreement, Fate, LateError, LateErrorKind, Observed, PeerEffect, ReportedOutcome, ResponseTime,
    Verification, VerifiedFinding, VerifiedInFlight, VerifiedInvocation, VerifiedPeer,
    VerifiedPolicy, VerifiedResponse, VerifiedShutdown,
};

/// What has been seen of everything, under every policy. `name` is foreign text.
pub(crate) fn proof(name: &str) -> Verification {
    let verdicts = [Agreement::Confirmed, Agreement::NotShown, Agreement::Contradicted];
    let policies = Policy::ALL.iter().zip(verdicts.iter().cycle());
    Verification {
        pause_ms: 1_000.0,
        policies: policies.map(|(policy, verdict)| proved(*policy, *verdict, name)).collect(),
        peers: peers(name),
    }
}

/// Every effect of every way to break a connection, and what could not be shown.
fn peers(name: &str) -> Vec<VerifiedPeer> {
    let effects = PeerEffect::ALL.iter().copied().map(Some).chain([None, None]);
    let effects: Vec<_> = effects.enumerate().collect();
    let all = Break::ALL.iter().flat_map(|broken| effects.iter().map(move |one| (*broken, *one)));
    all.map(|(broken, (place, effect))| VerifiedPeer {
        peer: name.to_owned(),
        broken,
        connections: u32::from(effect.is_some()) + u32::from(place == 0),
        reconnects: u32::from(effect == Some(PeerEffect::Retries)),
        effect,
        invocation: effect.map(|_| 2),
        invocations: vec![
            invocation(1, Some(ReportedOutcome::Response), None),
            invocation(2, Some(ReportedOutcome::Error), Some(name)),
        ],
        late_errors: vec![
            late(LateErrorKind::Exception, 1, name),
            late(LateErrorKind::Panic, 2, name),
        ],
        missing: if place == 5 { vec![name.to_owned()] } else { Vec::new() },
    })
    .collect()
}

fn proved(policy: Policy, verdict: Agreement, name: &str) -> VerifiedPolicy {
    let kinds = [
        LateErrorKind::Exception,
        LateErrorKind::Rejection,
        LateErrorKind::Panic,
        LateErrorKind::Exit,
    ];
    VerifiedPolicy {
        policy,
        verdict,
        tries: 2,
        response: response(policy),
        invocations: ReportedOutcome::ALL
            .iter()
            .zip(1..)
            .map(|(outcome, index)| invocation(index, Some(*outcome), Some(name)))
            .chain([invocation(7, None, None)])
            .collect(),
        findings: Observed::ALL
            .iter()
            .zip([0, 1].into_iter().cycle())
            .map(|(observed, at)| finding(*observed, verdict, (at == 0).then_some(name)))
            .collect(),
        late_errors: kinds
            .into_iter()
            .zip(0..)
            .map(|(kind, left_by)| late(kind, left_by, name))
            .collect(),
        in_flight: [
            Some(VerifiedInFlight { events: 0, most: 1, answered: 0, slowest_ms: None }),
            Some(VerifiedInFlight { events: 4, most: 4, answered: 4, slowest_ms: Some(3.0) }),
            Some(VerifiedInFlight { events: 4, most: 3, answered: 0, slowest_ms: None }),
            Some(VerifiedInFlight { events: 4, most: 4, answered: 2, slowest_ms: Some(3.0) }),
        ][policy as usize]
            .clone(),
        shutdown: [
            Some(VerifiedShutdown { notice: true, ended_ms: Some(12.0), lost: vec!["F1".into()] }),
            Some(VerifiedShutdown { notice: true, ended_ms: None, lost: vec!["F1".into()] }),
            Some(VerifiedShutdown { notice: false, ended_ms: None, lost: vec!["F1".into()] }),
            None,
        ][policy as usize]
            .clone(),
        missing: if verdict == Agreement::NotShown { vec![name.to_owned()] } else { Vec::new() },
    }
}

fn response(policy: Policy) -> VerifiedResponse {
    let (predicted, observed) = match policy {
        Policy::Freeze => (ResponseTime::AtOnce, Some(ResponseTime::AtOnce)),
        Policy::HoldResponse => (ResponseTime::Held, Some(ResponseTime::Timeout)),
        Policy::HoldEnv => (ResponseTime::Timeout, Some(ResponseTime::Held)),
        Policy::RunOn => (ResponseTime::AtOnce, None),
    };
    let ms = observed.filter(|observed| *observed == ResponseTime::Held).map(|_| 300.0);
    VerifiedResponse {
        predicted,
        predicted_ms: ms,
        observed,
        observed_ms: ms,
        verdict: Agreement::Contradicted,
    }
}

fn invocation(
    index: u32,
    outcome: Option<ReportedOutcome>,
    error_type: Option<&str>,
) -> VerifiedInvocation {
    VerifiedInvocation {
        index,
        outcome,
        error_type: error_type.map(str::to_owned),
        response_ms: outcome.map(|_| 2.0),
        awake_ms: outcome.map(|_| 8.0),
        frozen_ms: outcome.map(|_| 1_000.0),
        frozen_by: outcome.map(|_| {
            // Once it did not work.
            if index == 2 { FrozenBy::Sigstop } else { FrozenBy::Cgroup }
        }),
    }
}

/// One of the findings of the report, or with a name something that was not predicted.
fn finding(observed: Observed, verdict: Agreement, name: Option<&str>) -> VerifiedFinding {
    VerifiedFinding {
        finding: name.is_none().then(|| "F1".to_owned()),
        name: name.map(str::to_owned),
        location: name.map(|name| place(name, 5, 1)),
        predicted: name.is_none().then_some(Fate::FrozenOverdue),
        predicted_ms: name.is_none().then_some(300.0),
        observed,
        observed_ms: name.is_none().then_some(4.0),
        invocation: name.is_none().then_some(2),
        verdict,
    }
}

fn late(kind: LateErrorKind, left_by: u32, name: &str) -> LateError {
    let is_panic = kind == LateErrorKind::Panic;
    LateError {
        kind,
        left_by,
        inferred: is_panic,
        failed_in: (left_by > 0).then_some(left_by + 1),
        blamed: (left_by > 0 && !is_panic).then_some(left_by + 1),
        location: is_panic.then(|| place(name, 7, 9)),
        findings: if left_by == 1 { Vec::new() } else { vec!["F1".to_owned()] },
    }
}
