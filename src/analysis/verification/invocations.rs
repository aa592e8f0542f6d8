//! The invocations of a run under an enforced policy.

use crate::model::store::Store;
use crate::report::{Report, ReportedOutcome, VerifiedInvocation};

/// The invocations of a run, as a proof shows them.
pub(super) fn of(store: &Store) -> Vec<VerifiedInvocation> {
    let each = store.invocations.iter().map(|known| VerifiedInvocation {
        index: known.index,
        outcome: known.outcome.map(ReportedOutcome::from),
        error_type: known.error_type.clone(),
        response_ms: known.responded_at.map(|at| at.millis_since(known.delivered_at)),
        awake_ms: known.idle_at.zip(known.responded_at).map(|(idle, at)| idle.millis_since(at)),
        frozen_ms: known.thawed_at.zip(known.frozen_at).map(|(thaw, at)| thaw.millis_since(at)),
        frozen_by: known.frozen_by,
    });
    each.collect()
}

/// Returns true if an invocation got a response in the run that predicts, if that had so many.
pub(super) fn was_answered(report: &Report, index: u32) -> bool {
    let before = report.invocations.iter().find(|known| known.index == index);
    before.is_none_or(|known| known.outcome == Some(ReportedOutcome::Response))
}
