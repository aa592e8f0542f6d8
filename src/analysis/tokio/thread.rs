//! Threads that no runtime in the feed accounts for.
//!
//! The feed does not show plain threads. But every thread that tokio starts after its workers is
//! there for a blocking task, which the feed does show, and has the workers' name. So of the
//! threads that appeared since the first event, as many with that name as there were blocking
//! tasks are taken for tokio's (it keeps them for a while), and the rest are the handler's own.
//! That reports too few rather than too many: a thread without a name inherits that of the worker
//! which started it. Threads from before the first event cannot be distinguished, and are left out.

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
        // Without a feed tokio's threads cannot be distinguished from others, and that is a gap already.
        return BTreeSet::new();
    }
    let blocking = store
        .tasks
        .iter()
        .filter(|task| task.kind == TaskKind::Blocking && task.span_life.created >= ready_at)
        .count();
    let threads = || (0..store.threads.len()).map(ThreadKey);
    let is_new = |key: &ThreadKey| store.thread(*key).life.created > first.delivered_at;
    // The first thread of a process is its main thread, which starts no other by its name.
    let workers: BTreeSet<&str> = threads()
        .filter(|key| !is_new(key))
        .skip(1)
        .map(|key| store.thread(key).thread.name.as_str())
        .collect();
    let is_tokios = |key: &ThreadKey| {
        let name = store.thread(*key).thread.name.as_str();
        name.starts_with("tokio") || workers.contains(name)
    };
    let (tokios, others): (Vec<ThreadKey>, Vec<ThreadKey>) =
        threads().filter(is_new).partition(is_tokios);
    others.into_iter().chain(tokios.into_iter().skip(blocking)).collect()
}
