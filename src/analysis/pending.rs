//! Everything pending at the responses of a run, each thing once, however many responses it outlived.

use std::collections::{BTreeMap, BTreeSet};

use crate::analysis::item::Item;
use crate::model::id::{ChildKey, ResourceKey, SocketKey, TaskKey, ThreadKey};
use crate::model::store::Store;
use crate::model::time::Timestamp;
use crate::snapshot;

/// The items that were pending, the handler's and the runtime's apart.
#[derive(Clone, Debug, Default)]
pub(crate) struct Items {
    /// Items of the handler or of a dependency.
    pub(crate) pending: Vec<Item>,
    /// Items of the Lambda runtime or of loopcheck.
    pub(crate) runtime: Vec<Item>,
}

/// Each pending item with the places of the invocations at whose response it was pending.
#[derive(Debug, Default)]
pub(crate) struct Pending {
    pub(crate) tasks: BTreeMap<TaskKey, Vec<usize>>,
    pub(crate) timers: BTreeMap<ResourceKey, Vec<usize>>,
    pub(crate) handles: BTreeMap<ResourceKey, Vec<usize>>,
    pub(crate) sockets: BTreeMap<SocketKey, Vec<usize>>,
    pub(crate) children: BTreeMap<ChildKey, Vec<usize>>,
    pub(crate) threads: BTreeMap<ThreadKey, Vec<usize>>,
}

impl Pending {
    /// Takes the snapshot of every response so far.
    pub(crate) fn of(store: &Store) -> Self {
        let mut pending = Self::default();
        for (index, invocation) in store.invocations.iter().enumerate() {
            let Some(snapshot) = snapshot::at_response(store, invocation) else { continue };
            note(&mut pending.tasks, &snapshot.tasks, index);
            note(&mut pending.timers, &snapshot.timers, index);
            note(&mut pending.handles, &snapshot.handles, index);
            note(&mut pending.sockets, &snapshot.sockets, index);
            note(&mut pending.children, &snapshot.children, index);
            note(&mut pending.threads, &snapshot.threads, index);
        }
        pending
    }

    /// The last response that each of these tasks was pending at.
    pub(crate) fn last_responses(
        &self,
        store: &Store,
        tasks: &BTreeSet<TaskKey>,
    ) -> BTreeMap<TaskKey, Timestamp> {
        let last = |key: &TaskKey| {
            let index = *self.tasks.get(key)?.last()?;
            Some((*key, store.invocations.get(index)?.responded_at?))
        };
        tasks.iter().filter_map(last).collect()
    }
}

fn note<K: Copy + Ord>(map: &mut BTreeMap<K, Vec<usize>>, keys: &[K], index: usize) {
    for key in keys {
        map.entry(*key).or_default().push(index);
    }
}
