//! A connection that a library drives with a task of its own is one item.
//!
//! Nothing in the feed ties a task to a socket. But an HTTP client of the handler makes both at
//! once: a task of a driving library and a socket that appear in the same stretch of the run are
//! one connection. Only libraries that are known to spawn a task for each connection take part,
//! so that no other task can hide behind a socket.

use std::collections::{BTreeMap, BTreeSet};

use crate::analysis::wait::Waits;
use crate::model::id::{SocketKey, TaskKey};
use crate::model::location::Owner;
use crate::model::socket::{Protocol, SocketState};
use crate::model::store::Store;
use crate::model::task::TaskKind;
use crate::model::time::Timestamp;

/// Libraries that spawn one task for each connection.
const DRIVERS: &[&str] = &["hyper-util", "hyper", "h2", "deadpool-postgres", "bb8-postgres"];

/// Whether this package drives connections with tasks of its own.
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

    /// Whether this task is part of a connection.
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
    let helpers = free.into_iter().filter(|key| waits_on_own_timer(store, waits, *key));
    found.parts.extend(helpers.take(found.drivers.len()).collect::<Vec<_>>());
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
    stream
        && fact.state != SocketState::Listen
        && !crate::analysis::owner::is_runtime_socket(store, key)
}

/// The stretch between two events in which this instant lies.
fn stretch_of(store: &Store, instant: Timestamp) -> usize {
    store.invocations.iter().filter(|invocation| invocation.delivered_at <= instant).count()
}

/// Whether it waits on a timer that its own library made, which a connection's driver does not.
fn waits_on_own_timer(store: &Store, waits: &Waits, key: TaskKey) -> bool {
    let timer = waits.on(key).filter(|wait| wait.timer.is_some());
    let made_in = timer.and_then(|wait| wait.location.as_ref()).map(|place| &place.file);
    let spawned_in = store.task(key).location.as_ref().map(|place| &place.file);
    made_in.is_some() && made_in == spawned_in
}
