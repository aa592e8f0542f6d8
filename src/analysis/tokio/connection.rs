//! A connection that a library drives with a task of its own is one item.
//!
//! Nothing in the feed ties a task to a socket. But an HTTP client of the handler makes both at
//! once: a task of a driving library and a socket that appear in the same stretch of the run are
//! one connection. Only libraries that are known to spawn a task for each connection take part,
//! so that no other task can hide behind a socket.

use std::collections::{BTreeMap, BTreeSet};

use crate::analysis::tokio::owner;
use crate::analysis::wait::Waits;
use crate::model::id::{ResourceKey, SocketKey, TaskKey};
use crate::model::location::Owner;
use crate::model::resource::ResourceKind;
use crate::model::socket::{Protocol, SocketState};
use crate::model::store::Store;
use crate::model::task::TaskKind;
use crate::model::time::Timestamp;

/// Libraries that spawn one task for each connection.
const DRIVERS: &[&str] = &["hyper-util", "hyper", "h2", "deadpool-postgres", "bb8-postgres"];

/// Returns true if this package drives connections with tasks of its own.
pub(crate) fn drives(package: &str) -> bool {
    DRIVERS.contains(&package)
}

/// Which tasks are part of a connection.
#[derive(Clone, Debug, Default)]
pub(crate) struct Connections {
    drivers: BTreeMap<SocketKey, TaskKey>,
    parts: BTreeSet<TaskKey>,
}

impl Connections {
    /// The task that drives this socket.
    pub(crate) fn driver_of(&self, socket: SocketKey) -> Option<TaskKey> {
        self.drivers.get(&socket).copied()
    }

    /// Returns true if this task is part of a connection.
    pub(crate) fn is_part(&self, task: TaskKey) -> bool {
        self.parts.contains(&task)
    }
}

/// Joins driving tasks and sockets that appeared together.
pub(crate) fn find(
    store: &Store,
    tasks: &BTreeSet<TaskKey>,
    sockets: impl Iterator<Item = SocketKey>,
    waits: &Waits,
) -> Connections {
    let mut free: Vec<TaskKey> =
        tasks.iter().copied().filter(|key| is_driver(store, *key)).collect();
    free.sort_by_key(|key| (store.task(*key).span_life.created, *key));
    let mut found = Connections::default();
    for socket in sockets.filter(|key| can_be_driven(store, *key)) {
        let stretch = stretch_of(store, store.socket(socket).life.created);
        let together =
            |key: &TaskKey| stretch_of(store, store.task(*key).span_life.created) == stretch;
        if let Some(at) = free.iter().position(together) {
            let driver = free.remove(at);
            found.drivers.insert(socket, driver);
            found.parts.insert(driver);
        }
    }
    // A pool has one more task, which looks for idle connections with a timer. A client has one
    // such task and at least one connection.
    let (mut helpers, others): (Vec<TaskKey>, Vec<TaskKey>) =
        free.into_iter().partition(|key| waits_on_own_timer(store, waits, *key));
    // A timer whose maker could not be inferred, or was inferred to be a driver that was polled at
    // the same moment, is a helper's all the same: there are as many helpers as timers.
    let alive = others.into_iter().filter(|key| store.task(*key).ended().is_none());
    let missing = timers(store, waits).saturating_sub(helpers.len());
    helpers.extend(alive.take(missing));
    found.parts.extend(helpers.into_iter().take(found.drivers.len()));
    found
}

fn is_driver(store: &Store, key: TaskKey) -> bool {
    let task = store.task(key);
    task.kind != TaskKind::Blocking
        && matches!(&task.owner, Some(Owner::Dependency(package)) if drives(&package.name))
}

fn can_be_driven(store: &Store, key: SocketKey) -> bool {
    let fact = &store.socket(key).fact;
    let stream = matches!(fact.protocol, Protocol::Tcp | Protocol::Unix);
    stream && fact.state != SocketState::Listen && !owner::is_runtime_socket(store, key)
}

/// The stretch between two events in which this instant lies.
fn stretch_of(store: &Store, instant: Timestamp) -> usize {
    store.invocations.iter().filter(|invocation| invocation.delivered_at <= instant).count()
}

/// The number of running timers of driving libraries.
fn timers(store: &Store, waits: &Waits) -> usize {
    let made_by_driver = |owner: &Option<Owner>| matches!(owner, Some(Owner::Dependency(package)) if drives(&package.name));
    (0..store.resources.len())
        .map(ResourceKey)
        .filter(|key| {
            let timer = store.resource(*key);
            timer.kind == ResourceKind::Timer
                && timer.life.ended.is_none()
                && made_by_driver(&timer.owner)
                && !waits.is_inner(*key)
        })
        .count()
}

/// Returns true if it waits on a timer that its own library created, which a connection's driver does not.
fn waits_on_own_timer(store: &Store, waits: &Waits, key: TaskKey) -> bool {
    let timer = waits.on(key).filter(|wait| wait.timer.is_some());
    let made_in = timer.and_then(|wait| wait.location.as_ref()).map(|place| &place.file);
    let spawned_in = store.task(key).location.as_ref().map(|place| &place.file);
    made_in.is_some() && made_in == spawned_in
}
