//! Timers without an owner, tied to the tasks that they are part of.
//!
//! A `Sleep` has no async op since tokio 1.53. It is tied to the task in whose poll it was created
//! (see `timer_owner` in `ingest`), or to the task that is spawned at the very line where the timer
//! is created, as in `tokio::spawn(sleep(…))`.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::analysis::wait::{Pending, Waits, is_current, wait_on};
use crate::model::id::{ResourceKey, TaskKey};
use crate::model::location::Owner;
use crate::model::resource::{Resource, ResourceKind};
use crate::model::store::Store;
use crate::model::time::Timestamp;

/// Reads the ties of the given tasks, and infers those that the feed does not report.
pub(super) fn infer(store: &Store, tasks: &Pending) -> Waits {
    let mut waits = Waits::of(store, tasks);
    note_inner_timers(&mut waits, store);
    note_inferred(&mut waits, store, tasks);
    waits
}

fn note_inner_timers(waits: &mut Waits, store: &Store) {
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
                waits.inner.insert(ResourceKey(index));
            }
        }
    }
}

fn note_inferred(waits: &mut Waits, store: &Store, tasks: &Pending) {
    let spawned = SpawnPlaces::of(store, tasks);
    for (index, timer) in store.resources.iter().enumerate() {
        let key = ResourceKey(index);
        let tied = waits.timers.contains_key(&key) || waits.inner.contains(&key);
        if timer.kind != ResourceKind::Timer || tied {
            continue;
        }
        let maker = maker(store, tasks, timer);
        let Some(task) = maker.or_else(|| spawned.on_the_line_of(timer)) else { continue };
        waits.timers.insert(key, task);
        if is_current(tasks, task, timer.life.ended) {
            waits.by_task.entry(task).or_insert_with(|| wait_on(store, key, None, true));
        }
    }
}

/// The one candidate that is pending. Tasks of one spawn site are one finding, so which of them it
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
