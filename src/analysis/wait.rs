//! What a pending task waits on, and which timers are part of a task.
//!
//! An async op in progress ties a task to a resource. A `Sleep` has none since tokio 1.53; it is
//! tied to the task in whose poll it was made (`ingest::timer_owner`), or to the task that is
//! spawned at the very line where the timer is made, as in `tokio::spawn(sleep(…))`.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::analysis::item::{InLoop, TimerFacts, Wait};
use crate::model::id::{ResourceKey, TaskKey};
use crate::model::location::Owner;
use crate::model::resource::{Resource, ResourceKind};
use crate::model::store::Store;
use crate::model::time::Timestamp;

/// Pending tasks, with the last response that each was pending at.
pub(crate) type Pending = BTreeMap<TaskKey, Timestamp>;

/// What is known about who waits on what.
#[derive(Clone, Debug, Default)]
pub(crate) struct Waits {
    by_task: BTreeMap<TaskKey, Wait>,
    /// Timers that are part of a task, with the task.
    timers: BTreeMap<ResourceKey, TaskKey>,
    /// Timers that are part of another resource: the `Sleep` inside an `Interval`.
    inner: BTreeSet<ResourceKey>,
}

impl Waits {
    /// Reads the ties of the given tasks.
    ///
    /// Each task comes with the last response that it was pending at.
    pub(crate) fn of(store: &Store, tasks: &Pending) -> Self {
        let mut waits = Self::default();
        waits.inner_timers(store);
        waits.told_by_ops(store, tasks);
        // Where the feed reports owners, a timer that only shares a line or a moment with a task is an
        // item of its own, or it would end, and be safe, with a task that it has nothing to do with.
        if !store.capabilities().reports_timer_owner {
            waits.inferred(store, tasks);
        }
        waits
    }

    /// What this task waits on.
    pub(crate) fn on(&self, task: TaskKey) -> Option<&Wait> {
        self.by_task.get(&task)
    }

    /// The task that this timer is a part of.
    pub(crate) fn part_of(&self, timer: ResourceKey) -> Option<TaskKey> {
        self.timers.get(&timer).copied()
    }

    /// Whether this timer is a part of another resource.
    pub(crate) fn is_inner(&self, timer: ResourceKey) -> bool {
        self.inner.contains(&timer)
    }

    fn inner_timers(&mut self, store: &Store) {
        for (index, resource) in store.resources.iter().enumerate() {
            let in_tokio = matches!(
                &resource.owner,
                Some(Owner::Dependency(package)) if package.name == "tokio"
            );
            let has_parent = resource.parent.is_some();
            if resource.kind == ResourceKind::Timer && (has_parent || in_tokio) {
                let of_interval = resource
                    .location
                    .as_ref()
                    .is_some_and(|place| place.file.ends_with("/src/time/interval.rs"));
                if has_parent || of_interval {
                    self.inner.insert(ResourceKey(index));
                }
            }
        }
    }

    fn told_by_ops(&mut self, store: &Store, tasks: &Pending) {
        for op in &store.async_ops {
            let (Some(task), Some(resource)) = (op.task, op.resource) else { continue };
            let outer = outermost(store, resource);
            if store.capabilities().reports_timer_owner && tasks.contains_key(&task) {
                // Told by the frames of its stack, so it is the task's at earlier responses too.
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

    fn inferred(&mut self, store: &Store, tasks: &Pending) {
        let spawned = SpawnPlaces::of(store, tasks);
        for (index, timer) in store.resources.iter().enumerate() {
            let key = ResourceKey(index);
            let tied = self.timers.contains_key(&key) || self.inner.contains(&key);
            if timer.kind != ResourceKind::Timer || tied {
                continue;
            }
            let maker = maker(store, tasks, timer);
            let Some(task) = maker.or_else(|| spawned.on_the_line_of(timer)) else { continue };
            self.timers.insert(key, task);
            if is_current(tasks, task, timer.life.ended) {
                self.by_task.entry(task).or_insert_with(|| wait_on(store, key, None, true));
            }
        }
    }
}

/// The one candidate that is pending. Tasks of one spawn site are told as one, so which of them it
/// was makes no difference.
fn maker(store: &Store, tasks: &Pending, timer: &Resource) -> Option<TaskKey> {
    // The timer of a task ends with it at the latest.
    let outlives = |key: TaskKey| match (timer.life.ended, store.task(key).ended()) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(timer), Some(task)) => timer.saturating_since(task) < Duration::from_millis(1),
    };
    let makers = timer.made_by.iter().copied();
    let mut candidates = makers.filter(|key| tasks.contains_key(key) && outlives(*key));
    let first = candidates.next()?;
    let site = |key: TaskKey| (&store.task(key).location, &store.task(key).name);
    candidates.all(|key| site(key) == site(first)).then_some(first)
}

/// Whether the task waited, at its last response or just after, on something that ended then. What
/// comes first of all that outlived the response is what it waited on when the response left.
fn is_current(tasks: &Pending, task: TaskKey, ended: Option<Timestamp>) -> bool {
    tasks.get(&task).is_some_and(|responded_at| ended.is_none_or(|ended| ended > *responded_at))
}

/// Tasks by the line that spawned them, for `tokio::spawn(sleep(…))`: there the timer is made just
/// before the task, on the same line.
struct SpawnPlaces<'a>(BTreeMap<FileLine<'a>, Vec<(Timestamp, TaskKey)>>);

type FileLine<'a> = (&'a str, Option<u32>);

impl<'a> SpawnPlaces<'a> {
    fn of(store: &'a Store, tasks: &Pending) -> Self {
        let mut places: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for key in tasks.keys() {
            let task = store.task(*key);
            if let Some(place) = &task.location {
                let tasks = places.entry((place.file.as_str(), place.line)).or_default();
                tasks.push((task.span_life.created, *key));
            }
        }
        places.values_mut().for_each(|tasks| tasks.sort_unstable());
        Self(places)
    }

    /// The first task that was spawned on the line of this timer, after it.
    fn on_the_line_of(&self, timer: &Resource) -> Option<TaskKey> {
        let place = timer.location.as_ref()?;
        let tasks = self.0.get(&(place.file.as_str(), place.line))?;
        let first = tasks.partition_point(|(created, _)| *created < timer.life.created);
        tasks.get(first).map(|(_, key)| *key)
    }
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

fn wait_on(store: &Store, key: ResourceKey, operation: Option<String>, inferred: bool) -> Wait {
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
