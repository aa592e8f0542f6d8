//! Failures in a later invocation than the one that had left the item behind.

use std::time::Duration;

use crate::analysis::item::Item;
use crate::analysis::verification::seen;
use crate::model::store::Store;
use crate::model::time::Timestamp;
use crate::observation::{Policy, UncaughtError, UncaughtKind};
use crate::report::{LateError, LateErrorKind, Place};

/// A line of output may be read so much later than it was written, and the feed's stamps differ by
/// as much from ours.
const READ_AFTER: Duration = Duration::from_millis(250);

/// The errors of a run, with what names an item in the report.
pub(super) fn errors(
    store: &Store,
    items: &[Item],
    policy: Policy,
    ids_of: impl Fn(&[&Item]) -> Vec<String>,
) -> Vec<LateError> {
    let mut late = Vec::new();
    for (at, error) in uncaught(store) {
        let failed_in = failed_in(store, at, policy);
        let mut candidates: Vec<&Item> =
            items.iter().filter(|item| may_be_of(item, &error, at, store)).collect();
        if error.kind == UncaughtKind::Panic {
            // One task has panicked: the next one to end.
            let next = candidates.iter().filter_map(|item| item.ended).min();
            candidates.retain(|item| item.ended == next);
        }
        let reported = error.left_by;
        let inferred = candidates.iter().filter_map(|item| left_by(item)).max();
        let Some(left_by) = reported.or(inferred) else { continue };
        if failed_in.is_some_and(|failed_in| left_by >= failed_in) {
            continue;
        }
        late.push(LateError {
            kind: kind(error.kind),
            left_by,
            inferred: reported.is_none(),
            failed_in,
            // A panic in a task of tokio's goes no further than the log.
            blamed: failed_in.filter(|_| error.kind != UncaughtKind::Panic),
            location: error.file.map(|file| Place {
                file,
                path: None,
                line: error.line,
                column: error.column,
                function: None,
            }),
            findings: ids_of(&candidates),
        });
    }
    late
}

/// The reported errors, and an end of the process without one.
fn uncaught(store: &Store) -> Vec<(Timestamp, UncaughtError)> {
    let fatal = |error: &&(Timestamp, UncaughtError)| error.1.kind != UncaughtKind::Panic;
    let mut errors: Vec<(Timestamp, UncaughtError)> = Vec::new();
    for error in &store.uncaught {
        // An error that ends the process is reported twice: as itself, and as the end.
        let is_end = error.1.kind == UncaughtKind::Exit;
        if !(is_end && errors.iter().any(|known| fatal(&known))) {
            errors.push(error.clone());
        }
    }
    let exited = store.exited.filter(|_| store.shutdown_notice_at.is_none());
    if let Some((at, _)) = exited
        && !errors.iter().any(|known| fatal(&known))
    {
        let kind = UncaughtKind::Exit;
        errors.push((
            at,
            UncaughtError { kind, left_by: None, file: None, line: None, column: None },
        ));
    }
    errors
}

/// The invocation in whose time something failed, from 1: that which was going on, or for what
/// failed between two of them the next one.
fn failed_in(store: &Store, at: Timestamp, policy: Policy) -> Option<u32> {
    let index = seen::at(store, at)?;
    let known = store.invocations.get(index)?;
    // What is waited for is part of its invocation.
    let waited_for = policy.holds() && known.settled.is_none_or(|(settled, _)| at <= settled);
    let over = !waited_for && known.idle_at.or(known.next_at).is_some_and(|idle| idle < at);
    let next = store.invocations.get(index + 1).map(|next| next.index);
    if over { next } else { Some(known.index) }
}

/// Returns true if an item may be what failed: it was left by an invocation that had ended, and it ended
/// with the failure, or was there when the process ended.
fn may_be_of(item: &Item, error: &UncaughtError, at: Timestamp, store: &Store) -> bool {
    let Some(first) = item.pending_in.first().and_then(|index| store.invocations.get(*index))
    else {
        return false;
    };
    if first.responded_at.is_none_or(|responded| responded >= at) {
        return false;
    }
    if error.left_by.is_some() && left_by(item) != error.left_by {
        return false;
    }
    match (error.kind, item.ended) {
        // The task ends when it has printed all of it, and a backtrace takes its time.
        (UncaughtKind::Panic, Some(ended)) => {
            ended <= at.plus(BACKTRACE) && at <= ended.plus(READ_AFTER)
        }
        (UncaughtKind::Panic, None) => false,
        (_, Some(ended)) => ended.plus(SLACK) >= at,
        (_, None) => true,
    }
}

/// The feed stamps on another clock than ours.
const SLACK: Duration = Duration::from_millis(20);

/// The longest that printing a backtrace takes.
const BACKTRACE: Duration = Duration::from_secs(2);

/// The invocation that left an item, from 1, and 0 for the init phase.
fn left_by(item: &Item) -> Option<u32> {
    let first = item.pending_in.first()?;
    item.made_in.or(u32::try_from(first + 1).ok())
}

fn kind(kind: UncaughtKind) -> LateErrorKind {
    match kind {
        UncaughtKind::Exception => LateErrorKind::Exception,
        UncaughtKind::Rejection => LateErrorKind::Rejection,
        UncaughtKind::Panic => LateErrorKind::Panic,
        UncaughtKind::Exit => LateErrorKind::Exit,
    }
}
