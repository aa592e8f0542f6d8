//! Two views of the same item must agree: the changes on the main subscription, and the full state
//! of an audit.

use std::collections::HashSet;

use crate::feed::console;
use crate::model::diagnostic::{Diagnostic, GapId};
use crate::model::store::Store;
use crate::model::time::Timestamp;

/// Something that the feed says and that cannot be true.
pub(super) fn inconsistent(message: impl Into<String>) -> Diagnostic {
    Diagnostic::new(GapId::FeedInconsistent, message)
        .hint("run again with --record FILE and report the recording to loopcheck's developers")
}

/// What an audit says of an item and what the main subscription said must agree.
pub(super) fn compare_with_audit(
    store: &mut Store,
    message: &console::Message,
    now: Option<Timestamp>,
) {
    let Some(now) = now else { return };
    let shown: HashSet<u64> = message.task_stats.iter().map(|stats| stats.span).collect();
    let missing = store.tasks.iter().any(|task| {
        task.span_life.ended.is_none()
            // What was shown later may still have been in the queue when the state was read.
            && task.seen_on.main.is_some_and(|shown| shown < now)
            && !shown.contains(&task.span)
    });
    if missing {
        store.note(inconsistent(
            "a task is pending in the feed's changes and absent from its state",
        ));
    }
}

/// Notes what an audit has shown and the main subscription, though later, has not.
pub fn compare_with_main(store: &mut Store) {
    let Some(last) = store.feed.last_now else { return };
    let lost = store.tasks.iter().map(|task| task.seen_on);
    let lost = lost.chain(store.resources.iter().map(|resource| resource.seen_on));
    let lost = lost
        .filter(|seen| seen.main.is_none() && seen.audit.is_some_and(|audit| audit < last))
        .count();
    if lost > 0 {
        store.note(inconsistent(format!(
            "{lost} items are in the feed's state and were never among its changes"
        )));
    }
}
