//! The verdict: observations against predictions.
//!
//! Only what no difference in time can explain is a contradiction: two runs of a handler are never
//! equally fast.

use crate::analysis::verification::seen::Sight;
use crate::model::invocation::Invocation;
use crate::policy::Policy;
use crate::report::{Agreement, Fate, Finding, Observed, ReportedFate, ResponseTime};

/// An answer may be later than predicted by so much before that is more than a slow machine.
const LATE_MS: f64 = 500.0;

/// And by so many times what a single turn of the event loop has taken on it.
const LATE_TURNS: f64 = 20.0;

/// The verdict of a sight on the fate that was predicted for a finding.
pub(super) fn of_finding(
    finding: &Finding,
    policy: Policy,
    sight: Sight,
    known: &Invocation,
) -> Agreement {
    let Some(predicted) = finding.fates.get(&policy).and_then(Option::as_ref) else {
        return Agreement::NotShown;
    };
    if sight.seen == Observed::EndedWithProcess {
        // It was frozen, if that was to be seen; what would have become of it nobody knows.
        let frozen = policy == Policy::Freeze && known.thawed_at.is_some();
        let early = predicted.fate == Fate::CompletesEarly;
        return if frozen && !early { Agreement::Confirmed } else { Agreement::NotShown };
    }
    match policy {
        Policy::Freeze => frozen(finding, predicted, sight, known),
        Policy::HoldResponse | Policy::HoldEnv => held(predicted, sight, known),
        Policy::RunOn => Agreement::Confirmed,
    }
}

fn frozen(
    finding: &Finding,
    predicted: &ReportedFate,
    sight: Sight,
    known: &Invocation,
) -> Agreement {
    let early = predicted.fate == Fate::CompletesEarly;
    match sight.seen {
        Observed::EndedBeforeFreeze if early => Agreement::Confirmed,
        Observed::EndedBeforeFreeze => ended_before(finding, sight, known),
        Observed::EndedAfterThaw | Observed::WentOnAfterThaw | Observed::StayedPending if early => {
            Agreement::Contradicted
        }
        Observed::EndedAfterThaw | Observed::WentOnAfterThaw => Agreement::Confirmed,
        // What was overdue when it thawed must have fired.
        Observed::StayedPending if predicted.fate == Fate::FrozenOverdue => {
            let (Some(due), Some(responded)) = (predicted.ms, known.responded_at) else {
                return Agreement::NotShown;
            };
            let thawed = known.thawed_at.map(|thawed| thawed.millis_since(responded));
            if thawed.is_some_and(|thawed| due < thawed) {
                Agreement::Contradicted
            } else {
                Agreement::NotShown
            }
        }
        _ => Agreement::Confirmed,
    }
}

/// It was to be frozen, and ended before that. When nothing kept the environment awake any more, only
/// the freeze was late; and what ended by itself when it was left alone may have been faster now.
fn ended_before(finding: &Finding, sight: Sight, known: &Invocation) -> Agreement {
    let awake = known.idle_at.zip(known.responded_at).map(|(idle, at)| idle.millis_since(at));
    let was_awake = sight.ms.zip(awake).is_some_and(|(ended, awake)| ended <= awake);
    if was_awake && finding.ended_ms.is_none() {
        Agreement::Contradicted
    } else {
        Agreement::NotShown
    }
}

fn held(predicted: &ReportedFate, sight: Sight, known: &Invocation) -> Agreement {
    let holds = matches!(predicted.fate, Fate::Holds | Fate::EnvHolds);
    let until_timeout =
        matches!(predicted.fate, Fate::HoldsUntilTimeout | Fate::EnvHoldsUntilTimeout);
    match sight.seen {
        Observed::WaitedFor if holds => Agreement::Confirmed,
        Observed::WaitedFor if until_timeout => Agreement::Contradicted,
        Observed::HeldUntilTimeout if until_timeout => Agreement::Confirmed,
        Observed::HeldUntilTimeout if holds => {
            let left = known.responded_at.map(|from| known.deadline.millis_since(from));
            match (predicted.ms, left) {
                (Some(ms), Some(left)) if ms + LATE_MS < left => Agreement::Contradicted,
                _ => Agreement::Confirmed,
            }
        }
        Observed::NotWaitedFor if holds || until_timeout => Agreement::Contradicted,
        Observed::NotWaitedFor => Agreement::Confirmed,
        // It was to be ignored, and others were waited for.
        _ => Agreement::NotShown,
    }
}

/// The verdict of the time of an answer on the one that was predicted.
pub(super) fn of_response(
    predicted: (ResponseTime, Option<f64>),
    observed: (ResponseTime, Option<f64>),
    known: &Invocation,
) -> Agreement {
    use ResponseTime::{AtOnce, Held, Timeout};
    match (predicted, observed) {
        // For how long was not known.
        ((Held, None), _) => Agreement::Confirmed,
        ((Timeout, _), (Timeout, _)) => Agreement::Confirmed,
        ((Timeout, _), _) | (_, (Timeout, _)) => Agreement::Contradicted,
        ((AtOnce | Held, before), (AtOnce | Held, after)) => {
            let (before, after) = (before.unwrap_or(0.0), after.unwrap_or(0.0));
            let turn = known.turned_at.zip(known.responded_at);
            let turn = turn.map_or(0.0, |(turn, at)| turn.millis_since(at));
            let late = after > before + LATE_MS + LATE_TURNS * turn && after > 2.0 * before;
            if late { Agreement::Contradicted } else { Agreement::Confirmed }
        }
    }
}
