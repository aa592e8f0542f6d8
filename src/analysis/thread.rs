//! Threads that no runtime in the feed accounts for.
//!
//! The feed does not show plain threads. But every thread that tokio starts after its workers is
//! there for a blocking task, which the feed does show: of the threads that appeared since the
//! runtime asked for its first event, as many as there were blocking tasks are tokio's (it keeps
//! them for a while), and the rest are the handler's own. Threads from before that cannot be told
//! apart, and are left out.

use std::collections::BTreeSet;

use crate::model::id::ThreadKey;
use crate::model::store::Store;
use crate::model::task::TaskKind;

/// The threads that appeared during invocations and belong to no blocking task.
pub(crate) fn unaccounted(store: &Store) -> BTreeSet<ThreadKey> {
    let (Some(ready_at), Some(first)) = (store.ready_at, store.invocations.first()) else {
        return BTreeSet::new();
    };
    if store.feed.attached_at.is_none() {
        // Without a feed nothing tells tokio's threads from others, and that is a gap already.
        return BTreeSet::new();
    }
    let blocking = store
        .tasks
        .iter()
        .filter(|task| task.kind == TaskKind::Blocking && task.span_life.created >= ready_at)
        .count();
    let mut new: Vec<ThreadKey> = (0..store.threads.len())
        .map(ThreadKey)
        .filter(|key| store.thread(*key).life.created > first.delivered_at)
        .collect();
    // A thread inherits the name of the one that started it, so a name proves little; but what is
    // named otherwise is surely not tokio's.
    new.sort_by_key(|key| (!store.thread(*key).thread.name.starts_with("tokio"), *key));
    new.into_iter().skip(blocking).collect()
}
