//! The pending items of a tokio handler.

use std::collections::BTreeSet;

use crate::analysis::item::Item;
use crate::analysis::owner::origin;
use crate::analysis::pending::{Items, Pending};
use crate::analysis::reading;
use crate::analysis::tokio::connection::{self, Connections};
use crate::analysis::tokio::transfer::Witnesses;
use crate::analysis::tokio::{owner, thread, wait};
use crate::analysis::wait::{Waits, timer_facts};
use crate::model::id::{ResourceKey, TaskKey};
use crate::model::location::Owner;
use crate::model::store::Store;
use crate::model::task::{Activity, Task, TaskKind};
use crate::model::time::Timestamp;
use crate::report::{HandleKind, Kind, Origin, State};

/// Collects them.
pub(crate) fn collect(store: &Store, pending: &Pending) -> Items {
    let runtime_tasks = owner::runtime_tasks(store);
    let own_tasks: BTreeSet<TaskKey> =
        pending.tasks.keys().copied().filter(|key| !runtime_tasks.contains(key)).collect();
    let waits = wait::infer(store, &pending.last_responses(store, &own_tasks));
    let connections = connection::find(store, &own_tasks, pending.sockets.keys().copied(), &waits);
    let collector = Collector { store, waits, connections, runtime_tasks };
    let mut items = Items::default();
    collector.tasks(pending, &mut items);
    collector.timers(pending, &own_tasks, &mut items);
    collector.sockets(pending, &mut items);
    collector.children(pending, &mut items);
    collector.threads(pending, &mut items);
    items
}

struct Collector<'a> {
    store: &'a Store,
    waits: Waits,
    connections: Connections,
    runtime_tasks: BTreeSet<TaskKey>,
}

impl Collector<'_> {
    fn tasks(&self, pending: &Pending, items: &mut Items) {
        for (key, pending_in) in &pending.tasks {
            if self.connections.is_part(*key) {
                continue;
            }
            let item = self.task(*key, pending_in.clone());
            if self.runtime_tasks.contains(key) || self.is_transient_of_runtime(*key, &item) {
                items.runtime.push(Item { origin: Some(Origin::Runtime), ..item });
            } else if !(item.is_safe(self.store) && self.is_entered_by_child(*key, pending)) {
                items.pending.push(item);
            }
        }
    }

    /// The Lambda runtime's HTTP client also spawns tasks that put a connection back into its
    /// pool. Such a task cannot be attributed to the runtime or to a client of the handler's, but it
    /// was over before any freeze, and a connection of the handler's is a finding of
    /// its own.
    fn is_transient_of_runtime(&self, key: TaskKey, item: &Item) -> bool {
        owner::is_http_driver(self.store.task(key)) && item.is_safe(self.store)
    }

    /// Returns true if the entry that proved the end was a child's: the task itself had finished
    /// before that. It may have finished before the response, and had by the next event.
    fn is_entered_by_child(&self, key: TaskKey, pending: &Pending) -> bool {
        let task = self.store.task(key);
        let Some(finished) = task.finished else { return false };
        let Some(entry) = task.polls_seen.iter().find(|poll| poll.ended == Some(finished)) else {
            return false;
        };
        pending.tasks.keys().filter(|child| **child != key).any(|child| {
            let child = self.store.task(*child);
            child.span_life.created >= task.span_life.created
                && child.polls_seen.iter().any(|poll| {
                    poll.started <= entry.started
                        && poll.ended.is_none_or(|ended| ended >= finished)
                })
        })
    }

    fn task(&self, key: TaskKey, pending_in: Vec<usize>) -> Item {
        let task = self.store.task(key);
        let wait = self.waits.on(key).cloned();
        let (origin, package) = origin(task.owner.as_ref());
        let kind = if task.kind == TaskKind::Blocking { Kind::Blocking } else { Kind::Task };
        Item {
            name: task.name.clone(),
            location: task.location.clone(),
            origin,
            package,
            ended: self.end_after_response(task, &pending_in),
            active_at: task.stats.last_poll_started,
            state: state(task, wait.is_some()),
            wait,
            ..Item::of(kind, task.span_life, pending_in)
        }
    }

    /// When the task ended. A task that was pending had not ended by then, whatever its counters
    /// say.
    fn end_after_response(&self, task: &Task, pending_in: &[usize]) -> Option<Timestamp> {
        let first = pending_in.first().and_then(|index| self.store.invocations.get(*index));
        let responded_at = first.and_then(|invocation| invocation.responded_at)?;
        task.ended().filter(|ended| *ended > responded_at).or(task.span_life.ended)
    }

    fn timers(&self, pending: &Pending, own_tasks: &BTreeSet<TaskKey>, items: &mut Items) {
        for (key, pending_in) in &pending.timers {
            let part_of_task = self.waits.part_of(*key).is_some();
            if self.waits.is_inner(*key) || part_of_task || self.is_pool_timer(*key, own_tasks) {
                continue;
            }
            let timer = self.store.resource(*key);
            let (origin, package) = origin(timer.owner.as_ref());
            let item = Item {
                name: Some(timer.concrete_type.clone()),
                location: timer.location.clone(),
                origin,
                package,
                timer: Some(timer_facts(timer)),
                ..Item::of(Kind::Timer, timer.life, pending_in.clone())
            };
            if owner::is_runtime_timer(self.store, *key) {
                items.runtime.push(Item { origin: Some(Origin::Runtime), ..item });
            } else {
                items.pending.push(item);
            }
        }
    }

    /// Returns true for a timer that the library of an HTTP connection made for a task of its own that
    /// is pending as well: its pool looks for idle connections with one.
    fn is_pool_timer(&self, key: ResourceKey, own_tasks: &BTreeSet<TaskKey>) -> bool {
        let timer = self.store.resource(key);
        matches!(&timer.owner, Some(Owner::Dependency(package))
            if connection::drives(&package.name))
            && own_tasks.iter().any(|task| self.store.task(*task).owner == timer.owner)
    }

    /// The tasks that show what a transfer on a socket was for: neither the runtime's nor a part of
    /// a connection.
    fn witnesses(&self, pending: &Pending) -> Witnesses {
        let own =
            |key: &TaskKey| !self.runtime_tasks.contains(key) && !self.connections.is_part(*key);
        let tasks = pending.tasks.iter().filter(|(key, _)| own(key));
        let items = tasks.map(|(key, pending_in)| self.task(*key, pending_in.clone()));
        Witnesses::of(self.store, items)
    }

    fn sockets(&self, pending: &Pending, items: &mut Items) {
        let witnesses = self.witnesses(pending);
        for (key, pending_in) in &pending.sockets {
            let socket = self.store.socket(*key);
            let driver = self.connections.driver_of(*key).map(|task| self.store.task(task));
            let (origin, package) = origin(driver.and_then(|task| task.owner.as_ref()));
            let item = Item {
                location: driver.and_then(|task| task.location.clone()),
                origin,
                package,
                created: driver.map_or(socket.life.created, |task| {
                    task.span_life.created.min(socket.life.created)
                }),
                ..reading::read_socket(socket, pending_in)
            };
            if owner::is_runtime_socket(self.store, *key) {
                items.runtime.push(Item { origin: Some(Origin::Runtime), ..item });
            } else {
                let in_flight = witnesses.is_in_flight(socket, driver.is_some());
                items.pending.push(Item { in_flight, ..item });
            }
        }
    }

    fn children(&self, pending: &Pending, items: &mut Items) {
        for (key, pending_in) in &pending.children {
            items.pending.push(reading::read_child(self.store.child(*key), pending_in));
        }
    }

    fn threads(&self, pending: &Pending, items: &mut Items) {
        let unaccounted = thread::unaccounted(self.store);
        for (key, pending_in) in &pending.threads {
            if unaccounted.contains(key) {
                let thread = self.store.thread(*key);
                let name = thread.thread.name.clone();
                items.pending.push(reading::handle(
                    HandleKind::Thread,
                    name,
                    thread.life,
                    pending_in,
                ));
            }
        }
    }
}

/// The state of the task, as last known while it was pending.
fn state(task: &Task, waits: bool) -> Option<State> {
    let ended = task.ended().is_some();
    let activity = if ended { task.activity_at_response } else { Some(task.stats.activity()) };
    if task.kind == TaskKind::Blocking {
        // A closure is not woken: it runs, or waits for a thread.
        return activity.map(|activity| match activity {
            Activity::Scheduled => State::Scheduled,
            Activity::Busy | Activity::Idle | Activity::Stuck => State::Busy,
        });
    }
    let state = match activity? {
        Activity::Busy => State::Busy,
        Activity::Scheduled => State::Scheduled,
        Activity::Idle | Activity::Stuck if waits => State::Waiting,
        // What ended later was not stuck, whatever its counters showed for a moment.
        Activity::Stuck if ended => State::Idle,
        Activity::Stuck => State::Stuck,
        Activity::Idle => State::Idle,
    };
    Some(state)
}
