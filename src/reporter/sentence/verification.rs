//! The result of `--prove`: predictions beside observations, and remarks; the sentences are
//! shared with the other formats.

use crate::policy::FrozenBy;
use crate::report::{
    Agreement, Finding, Observed, Report, ResponseTime, Status, Verification, VerifiedFinding,
    VerifiedInFlight, VerifiedInvocation, VerifiedPolicy, VerifiedShutdown,
};
use crate::reporter::sentence::late::{failed, late_error};
use crate::reporter::sentence::{finding, peers};
use crate::reporter::text;

/// So many findings are shown for each policy, those that were contradicted first.
const FINDINGS_SHOWN: usize = 12;

/// Names and types of errors are cut off after so many characters.
const LONGEST: usize = 100;

/// The remark on a contradiction that was not repeated.
const AGAIN: &str = "twice: the first time something went otherwise than predicted, and not again";

/// A prediction and what became of it.
pub(crate) struct Tried {
    pub(crate) verdict: Agreement,
    pub(crate) policy: &'static str,
    pub(crate) what: String,
    pub(crate) predicted: String,
    pub(crate) observed: String,
}

/// The result of the verification by policy.
pub(crate) fn heading(verification: &Verification) -> String {
    let named = |wanted: Agreement| -> Vec<&str> {
        let those = verification.policies.iter().filter(|one| one.verdict == wanted);
        those.map(|one| one.policy.as_str()).collect()
    };
    let parts = [
        (named(Agreement::Contradicted), "CONTRADICTED under"),
        (named(Agreement::NotShown), "not proved under"),
        (named(Agreement::Confirmed), "as predicted under"),
    ];
    let results: Vec<String> = parts
        .into_iter()
        .filter(|(policies, _)| !policies.is_empty())
        .map(|(policies, how)| format!("{how} {}", policies.join(", ")))
        .collect();
    if results.is_empty() {
        "proof: nothing was tried".into()
    } else {
        format!("proof: {}", results.join("; "))
    }
}

/// Every prediction that was tried.
pub(crate) fn tried(report: &Report, verification: &Verification) -> Vec<Tried> {
    verification.policies.iter().flat_map(|policy| of_policy(report, policy)).collect()
}

fn of_policy(report: &Report, proved: &VerifiedPolicy) -> Vec<Tried> {
    let policy = proved.policy.as_str();
    let mut all = Vec::new();
    let response = &proved.response;
    if let Some(observed) = response.observed {
        all.push(Tried {
            verdict: response.verdict,
            policy,
            what: "response".into(),
            predicted: time(response.predicted, response.predicted_ms),
            observed: time(observed, response.observed_ms),
        });
    }
    let mut findings: Vec<&VerifiedFinding> = proved.findings.iter().collect();
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.verdict == Agreement::Contradicted));
    let rest = findings.len().saturating_sub(FINDINGS_SHOWN);
    let shown = findings.into_iter().take(FINDINGS_SHOWN);
    all.extend(shown.map(|finding| Tried {
        verdict: finding.verdict,
        policy,
        what: what(report, finding),
        predicted: predicted(finding),
        observed: observed(finding),
    }));
    if rest > 0 {
        all.push(Tried {
            verdict: Agreement::Confirmed,
            policy,
            what: format!("{rest} more"),
            predicted: String::new(),
            observed: "in the JSON report".into(),
        });
    }
    all
}

fn time(response: ResponseTime, ms: Option<f64>) -> String {
    match (response, ms) {
        (ResponseTime::AtOnce, Some(ms)) if ms >= 1.0 => format!("at once, {}", text::duration(ms)),
        (ResponseTime::AtOnce, _) => "at once".into(),
        (ResponseTime::Held, Some(ms)) => format!("held for {}", text::duration(ms)),
        (ResponseTime::Held, None) => "held, not known for how long".into(),
        (ResponseTime::Timeout, _) => "never: the function times out".into(),
    }
}

/// The id of a finding; for what was not predicted its name and place.
fn what(report: &Report, proved: &VerifiedFinding) -> String {
    if let Some(id) = &proved.finding {
        let known = report.findings.iter().find(|known| known.id == *id);
        return known.map_or_else(|| text::clip(id, LONGEST).into_owned(), short);
    }
    let name = proved.name.as_deref().unwrap_or("something");
    let place = proved.location.as_ref().map(|place| format!(" at {}", finding::place(place)));
    format!("{}{}", text::clip(name, LONGEST), place.unwrap_or_default())
}

/// The id of a finding, with a short form unless it was shown in full above.
fn short(finding: &Finding) -> String {
    let id = text::clip(&finding.id, LONGEST);
    match finding.status {
        Status::Unexpected => id.into_owned(),
        _ => format!("{id} {}", finding::short(finding)),
    }
}

fn predicted(proved: &VerifiedFinding) -> String {
    match (proved.predicted, proved.predicted_ms) {
        (None, _) => "not pending".into(),
        (Some(fate), None) => fate.as_str().into(),
        (Some(fate), Some(ms)) => format!("{}, {}", fate.as_str(), text::duration(ms)),
    }
}

/// The observation of a finding.
fn observed(proved: &VerifiedFinding) -> String {
    let ms = proved.observed_ms.map(text::duration);
    let ms = ms.as_deref().unwrap_or("some time");
    let inside = proved.invocation.map(|index| format!(", in invocation {index}"));
    let inside = inside.unwrap_or_default();
    match proved.observed {
        Observed::Absent => "not pending this time".into(),
        Observed::EndedBeforeFreeze => format!("ended before the freeze, after {ms}"),
        Observed::EndedAfterThaw => format!("frozen; ended {ms} after the thaw{inside}"),
        Observed::WentOnAfterThaw => format!("frozen; went on after the thaw{inside}"),
        Observed::StayedPending => "frozen; still pending at the end".into(),
        Observed::WaitedFor => format!("waited for: ended after {ms}"),
        Observed::HeldUntilTimeout => format!("had not ended at the time-out, after {ms}"),
        Observed::NotWaitedFor => "not waited for".into(),
        Observed::EndedByItself => format!("ended by itself, after {ms}"),
        Observed::RanOn => "went on until the end".into(),
        Observed::EndedWithProcess => format!("there when the process ended{inside}"),
    }
}

/// Further remarks, each with a label.
pub(crate) fn remarks(report: &Report, verification: &Verification) -> Vec<(&'static str, String)> {
    let mut remarks: Vec<(&'static str, String)> = Vec::new();
    for proved in &verification.policies {
        let policy = proved.policy.as_str();
        let own = proved
            .missing
            .iter()
            .map(|missing| ("✗ missing", text::clip(missing, 400).into_owned()));
        let own = own.chain(proved.late_errors.iter().map(|late| ("✗ late", late_error(late))));
        let others = proved.invocations.iter().skip(1).filter(|known| is_new(report, known));
        let failed = others.filter_map(failed).map(|text| ("✗ failed", text));
        let frozen = frozen_by(proved).map(|text| ("frozen", text));
        let lost = proved.shutdown.as_ref().and_then(shutdown).map(|text| ("lost", text));
        let at_once = proved.in_flight.as_ref().map(in_flight);
        let again = proved.tries > 1 && proved.verdict != Agreement::Contradicted;
        let again = again.then(|| ("tried", AGAIN.to_owned()));
        remarks.extend(
            own.chain(failed)
                .chain(frozen)
                .chain(at_once)
                .chain(lost)
                .chain(again)
                .map(|(label, text)| (label, format!("{policy}: {text}"))),
        );
    }
    remarks.extend(peers::remarks(verification));
    remarks
}

/// By what means, if it was frozen at all.
fn frozen_by(proved: &VerifiedPolicy) -> Option<String> {
    let mut means: Vec<FrozenBy> =
        proved.invocations.iter().filter_map(|known| known.frozen_by).collect();
    means.sort();
    means.dedup();
    let named = means.iter().map(|means| match means {
        FrozenBy::Cgroup => "by the cgroup freezer",
        FrozenBy::Sigstop => "by SIGSTOP",
    });
    let named: Vec<&str> = named.collect();
    (!named.is_empty()).then(|| named.join(" and "))
}

/// Returns true if the same invocation had another outcome when nothing was enforced.
fn is_new(report: &Report, proved: &VerifiedInvocation) -> bool {
    let same = report.invocations.iter().find(|known| known.index == proved.index);
    same.is_none_or(|known| known.outcome != proved.outcome)
}

/// Several invocations at the same time.
fn in_flight(known: &VerifiedInFlight) -> (&'static str, String) {
    let VerifiedInFlight { events, most, answered, slowest_ms } = known;
    if *events == 0 {
        return ("at once", "the runtime takes one invocation at a time".to_owned());
    }
    let slowest = slowest_ms.map(|ms| format!(", the slowest after {}", text::duration(ms)));
    let slowest = slowest.unwrap_or_default();
    if answered < events {
        let answered =
            format!("{answered} of {events} invocations at the same time got a response");
        return ("✗ at once", format!("{answered}{slowest}"));
    }
    ("at once", format!("{most} invocations at the same time, all answered{slowest}"))
}

fn shutdown(shutdown: &VerifiedShutdown) -> Option<String> {
    if shutdown.lost.is_empty() {
        return None;
    }
    let ids = text::clip(&shutdown.lost.join(", "), LONGEST).into_owned();
    Some(match (shutdown.notice, shutdown.ended_ms) {
        (false, _) => format!("{ids}, when the environment was shut down without notice"),
        (true, Some(ms)) => format!(
            "{ids}, when the environment was shut down: SIGTERM came, and the process ended {} later",
            text::duration(ms)
        ),
        (true, None) => format!(
            "{ids}, when the environment was shut down: SIGTERM came, and SIGKILL 500 ms later"
        ),
    })
}
