//! The resources that pending tasks wait on, and the timers that are part of a task, as the feed
//! reports them.
//!
//! An async op in progress ties a task to a resource.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::analysis::item::{InLoop, TimerFacts, Wait};
use crate::model::id::{ResourceKey, TaskKey};
use crate::model::resource::{Resource, ResourceKind};
use crate::model::store::Store;
use crate::model::time::Timestamp;

/// Pending tasks, with the last response that each was pending at.
pub(crate) type Pending = BTreeMap<TaskKey, Timestamp>;

/// The known waits of tasks on resources.
#[derive(Clone, Debug, Default)]
pub(crate) struct Waits {
    pub(super) by_task: BTreeMap<TaskKey, Wait>,
    /// Timers that are part of a task, with the task.
    pub(super) timers: BTreeMap<ResourceKey, TaskKey>,
    /// Timers that are part of another resource: the `Sleep` inside an `Interval`.
    pub(super) inner: BTreeSet<ResourceKey>,
}

impl Waits {
    /// Reads what the feed reports about the given tasks.
    ///
    /// Each task comes with the last response that it was pending at.
    pub(crate) fn of(store: &Store, tasks: &Pending) -> Self {
        let mut waits = Self::default();
        waits.reported(store, tasks);
        waits
    }

    /// The resource that this task waits on.
    pub(crate) fn on(&self, task: TaskKey) -> Option<&Wait> {
        self.by_task.get(&task)
    }

    /// The task that this timer is a part of.
    pub(crate) fn part_of(&self, timer: ResourceKey) -> Option<TaskKey> {
        self.timers.get(&timer).copied()
    }

    /// Returns true if this timer is a part of another resource.
    pub(crate) fn is_inner(&self, timer: ResourceKey) -> bool {
        self.inner.contains(&timer)
    }

    fn reported(&mut self, store: &Store, tasks: &Pending) {
        for op in &store.async_ops {
            let (Some(task), Some(resource)) = (op.task, op.resource) else { continue };
            let outer = outermost(store, resource);
            if store.capabilities().reports_timer_owner && tasks.contains_key(&task) {
                // Reported for the whole life of both, so it is the task's at earlier responses too.
                self.timers.insert(outer, task);
            }
            if !is_current(tasks, task, op.life.ended) {
                continue;
            }
            let wait = wait_on(store, outer, Some(op.source.clone()), false);
            if store.resource(outer).kind == ResourceKind::Timer {
                self.timers.insert(outer, task);
            }
            // The first operation is the outermost: a lock's own, before its semaphore's.
            self.by_task.entry(task).or_insert(wait);
        }
    }
}

/// Returns true if the task waited, at its last response or just after, on something that ended then. What
/// comes first of all that outlived the response is what it waited on when the response left.
pub(super) fn is_current(tasks: &Pending, task: TaskKey, ended: Option<Timestamp>) -> bool {
    tasks.get(&task).is_some_and(|responded_at| ended.is_none_or(|ended| ended > *responded_at))
}

fn outermost(store: &Store, key: ResourceKey) -> ResourceKey {
    let mut outer = key;
    // A chain of parents is as long as the nesting of primitives; the bound is against forgery.
    for _ in 0..8 {
        match store.resource(outer).parent {
            Some(parent) => outer = parent,
            None => break,
        }
    }
    outer
}

pub(super) fn wait_on(
    store: &Store,
    key: ResourceKey,
    operation: Option<String>,
    inferred: bool,
) -> Wait {
    let resource = store.resource(key);
    let timer = (resource.kind == ResourceKind::Timer).then(|| timer_facts(resource));
    Wait {
        resource: resource.concrete_type.clone(),
        operation,
        location: resource.location.clone(),
        timer,
        in_loop: resource.facts.as_ref().map(InLoop::of),
        made: Some(resource.life.created),
        inferred,
    }
}

/// When a timer fires, as far as it is known.
pub(crate) fn timer_facts(timer: &Resource) -> TimerFacts {
    if let Some(facts) = &timer.facts {
        return TimerFacts { due: facts.due, repeats: facts.repeats };
    }
    let due = timer
        .duration_ms
        .filter(|_| !timer.repeats())
        .map(|ms| timer.life.created.plus(Duration::from_millis(ms)));
    TimerFacts { due, repeats: timer.repeats() }
}
