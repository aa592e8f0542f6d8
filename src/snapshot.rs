//! Everything that is still pending when the response leaves.
//!
//! A [`Snapshot`] is computed, not captured: the feed reports real times of birth and end, so each
//! item's lifetime is asked whether it covers the instant. Sockets and child processes are known
//! from readings, so for them the instant is that of the reading made for the response.
//!
//! On an event loop the handler's code goes on after it has completed, up to the end of the tick,
//! and what it puts off is done in the next one. So what is born between the response and the end
//! of that turn of the loop, and outlives it, is pending as well. The same goes for what is born
//! while the response waits for an empty loop, and is there when the runtime asks for the next event.

use crate::model::id::{ChildKey, ResourceKey, SocketKey, TaskKey, ThreadKey};
use crate::model::invocation::Invocation;
use crate::model::lifetime::Lifetime;
use crate::model::resource::{Resource, ResourceKind};
use crate::model::store::Store;
use crate::model::task::Task;
use crate::model::time::Timestamp;

/// The items that were alive at the response of an invocation.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Snapshot {
    /// Tasks, of every kind.
    pub tasks: Vec<TaskKey>,
    /// Timers.
    pub timers: Vec<ResourceKey>,
    /// Anything else that holds, or could hold, an event loop.
    pub handles: Vec<ResourceKey>,
    /// Sockets.
    pub sockets: Vec<SocketKey>,
    /// Child processes.
    pub children: Vec<ChildKey>,
    /// Threads, of every kind.
    pub threads: Vec<ThreadKey>,
}

/// The snapshot at the response of this invocation; `None` while there is no response.
pub fn at_response(store: &Store, invocation: &Invocation) -> Option<Snapshot> {
    let instant = invocation.responded_at?;
    let scanned = invocation.scanned_at.unwrap_or(instant);
    let left = |life: Lifetime| {
        let is_late =
            |turn: Timestamp| life.created > instant && life.created <= turn && life.covers(turn);
        let turns = [invocation.turned_at, invocation.asked_at];
        life.covers(instant) || turns.into_iter().flatten().any(is_late)
    };
    let resources = |wanted: &dyn Fn(&Resource) -> bool| {
        indices(&store.resources, |resource| wanted(resource) && left(resource.life))
            .map(ResourceKey)
            .collect()
    };
    let is_timer = |resource: &Resource| resource.kind == ResourceKind::Timer;
    Some(Snapshot {
        tasks: if store.capabilities().reports_task_ends {
            indices(&store.tasks, |task| left(task.span_life)).map(TaskKey).collect()
        } else {
            tasks(store, instant)
        },
        timers: resources(&is_timer),
        handles: resources(&|resource| !is_timer(resource) && resource.facts.is_some()),
        sockets: indices(&store.sockets, |socket| socket.life.covers(scanned))
            .map(SocketKey)
            .collect(),
        children: indices(&store.children, |child| child.life.covers(scanned))
            .map(ChildKey)
            .collect(),
        threads: indices(&store.threads, |thread| thread.life.covers(scanned))
            .map(ThreadKey)
            .collect(),
    })
}

fn tasks(store: &Store, instant: Timestamp) -> Vec<TaskKey> {
    let surely: Vec<usize> = indices(&store.tasks, |task| task.life().covers(instant)).collect();
    let doubtful = indices(&store.tasks, |task| {
        task.span_life.covers(instant) && !task.life().covers(instant)
    });
    // Counters that prove a task finished can be inflated by a child that runs in its span. A
    // finished task whose span is open has a child that keeps it open: no such child, no proof.
    let last_birth = surely.iter().map(|index| store.tasks[*index].span_life.created).max();
    let has_child = |task: &Task| last_birth.is_some_and(|birth| birth >= task.span_life.created);
    let unproved = doubtful.filter(|index| {
        let task = &store.tasks[*index];
        task.span_life.ended.is_none() && !has_child(task)
    });
    let mut pending: Vec<usize> = surely.iter().copied().chain(unproved).collect();
    pending.sort_unstable();
    pending.into_iter().map(TaskKey).collect()
}

fn indices<'a, T>(items: &'a [T], keep: impl Fn(&T) -> bool + 'a) -> impl Iterator<Item = usize> {
    items.iter().enumerate().filter(move |(_, item)| keep(item)).map(|(index, _)| index)
}
