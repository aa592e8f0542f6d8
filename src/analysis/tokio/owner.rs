//! Items of a tokio handler that belong to the Lambda runtime, or to tokio.
//!
//! A clean handler is not empty. The Lambda runtime keeps a connection task for the Runtime API, and
//! tokio keeps its workers. Evidence separates both from the handler's own, not their place alone: a
//! task of an HTTP pool of the handler is spawned at the same line as the runtime's.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::analysis::owner::is_loopchecks_socket;
use crate::model::id::{ResourceKey, SocketKey, TaskKey};
use crate::model::location::Owner;
use crate::model::socket::Protocol;
use crate::model::store::Store;
use crate::model::task::{Task, TaskKind};
use crate::model::time::Timestamp;

/// Packages whose tasks are the Lambda runtime's or loopcheck's own.
const RUNTIME_PACKAGES: &[&str] =
    &["lambda_runtime", "lambda_runtime_api_client", "lambda_http", "console-subscriber"];

/// The package that drives an HTTP connection for `lambda_runtime`, and for everyone else.
const HTTP_DRIVER: &str = "hyper-util";

/// The farthest that the birth of a connection's task can be from the moment when we accepted the
/// connection, on a machine that is very busy.
const ACCEPT_TOLERANCE: Duration = Duration::from_secs(1);

/// The longest time that a task goes on after it has spawned the driver of its connection.
const MAKER_REST: Duration = Duration::from_millis(100);

/// All tasks of the runtime's, whether they were pending or not.
pub(crate) fn runtime_tasks(store: &Store) -> BTreeSet<TaskKey> {
    let all = (0..store.tasks.len()).map(TaskKey);
    let own = all.filter(|key| is_runtime_task(store.task(*key)));
    own.chain(connection_tasks(store)).collect()
}

fn is_runtime_task(task: &Task) -> bool {
    if task.kind == TaskKind::BlockOn {
        return true;
    }
    let Some(Owner::Dependency(package)) = &task.owner else { return false };
    if RUNTIME_PACKAGES.contains(&package.name.as_str()) {
        return true;
    }
    // tokio's workers are blocking tasks of its own; `tokio::fs` spawns some too, which are not.
    let function = task.function.as_deref().unwrap_or_default();
    let in_worker = task
        .location
        .as_ref()
        .is_some_and(|place| place.file.contains("/src/runtime/scheduler/multi_thread"));
    package.name == "tokio"
        && task.kind == TaskKind::Blocking
        && (in_worker || function.contains("multi_thread::worker"))
}

/// Each connection to our Runtime API claims the task that drives it, and the one that made it.
///
/// The driver is born about when we accepted the connection and ends about when it is closed; a
/// connection that is open claims none that has ended. A connection that loses the race against
/// one that became free is made by a task of its own, which ends when it has spawned the driver.
fn connection_tasks(store: &Store) -> BTreeSet<TaskKey> {
    let mut free: BTreeSet<(Timestamp, TaskKey)> = (0..store.tasks.len())
        .map(TaskKey)
        .filter(|key| is_http_driver(store.task(*key)))
        .map(|key| (store.task(key).span_life.created, key))
        .collect();
    // An exit ends tasks and connections alike, and the feed is not there any more to tell.
    let exit = store.exited.map(|(at, _)| at);
    // Only its driver can have sent a request on it: on a machine that is busy we accept late, but
    // the first request is never before the driver. Of several connections of a runtime with several
    // loops nobody knows whose request was the first.
    let before = |ready: &Timestamp| {
        store.connections.iter().filter(|one| one.life.created <= *ready).count()
    };
    let first = store.ready_at.filter(|ready| before(ready) == 1);
    let mut claimed = BTreeSet::new();
    for connection in &store.connections {
        let closed = connection.life.ended.or(exit);
        let near = near(&free, connection.life.created);
        let first = first.filter(|ready| connection.life.created <= *ready);
        let in_time = |(born, _): &(Timestamp, TaskKey)| first.is_none_or(|first| *born <= first);
        let driver = near.iter().copied().filter(in_time).filter_map(|(born, key)| {
            let end = end_distance(closed, store.task(key).span_life.ended.or(exit))?;
            Some((distance(born, connection.life.created) + end, born, key))
        });
        let Some((_, born, driver)) = driver.min() else { continue };
        free.remove(&(born, driver));
        claimed.insert(driver);
        let maker = near.into_iter().find(|(made, key)| {
            let ended = store.task(*key).span_life.ended;
            *key != driver
                && *made <= born
                && ended.is_some_and(|ended| ended >= born && distance(ended, born) <= MAKER_REST)
        });
        if let Some((made, maker)) = maker {
            free.remove(&(made, maker));
            claimed.insert(maker);
        }
    }
    claimed
}

fn near(tasks: &BTreeSet<(Timestamp, TaskKey)>, at: Timestamp) -> Vec<(Timestamp, TaskKey)> {
    let tolerance = ACCEPT_TOLERANCE.as_nanos() as u64;
    let from = Timestamp::from_nanos(at.nanos().saturating_sub(tolerance));
    let until = Timestamp::from_nanos(at.nanos().saturating_add(tolerance));
    tasks.range((from, TaskKey(0))..(until, TaskKey(0))).copied().collect()
}

fn distance(a: Timestamp, b: Timestamp) -> Duration {
    a.saturating_since(b).max(b.saturating_since(a))
}

/// The distance between the end of a task and that of the connection; `None`: it is not that connection's.
fn end_distance(closed: Option<Timestamp>, ended: Option<Timestamp>) -> Option<Duration> {
    match (closed, ended) {
        (None, None) => Some(Duration::ZERO),
        (Some(closed), Some(ended)) => Some(distance(closed, ended)),
        // Closed, and the task's end not reported yet: possible, but any other candidate is better.
        (Some(_), None) => Some(ACCEPT_TOLERANCE),
        (None, Some(_)) => None,
    }
}

/// Returns true if this task was spawned by the library that drives HTTP connections.
pub(crate) fn is_http_driver(task: &Task) -> bool {
    task.kind != TaskKind::Blocking
        && matches!(&task.owner, Some(Owner::Dependency(package)) if package.name == HTTP_DRIVER)
}

/// Returns true for a timer of the runtime: created by its code.
pub(crate) fn is_runtime_timer(store: &Store, key: ResourceKey) -> bool {
    matches!(
        &store.resource(key).owner,
        Some(Owner::Dependency(package)) if RUNTIME_PACKAGES.contains(&package.name.as_str())
    )
}

/// Returns true for a socket that belongs to the Lambda runtime or to loopcheck.
pub(crate) fn is_runtime_socket(store: &Store, key: SocketKey) -> bool {
    is_loopchecks_socket(store, &store.socket(key).fact) || is_signal_pair(store, key)
}

/// tokio's signal driver keeps one unnamed pair of Unix sockets, made with the runtime.
fn is_signal_pair(store: &Store, key: SocketKey) -> bool {
    let unnamed_at_init = |index: usize| {
        let socket = &store.sockets[index];
        socket.fact.protocol == Protocol::Unix
            && socket.fact.local.is_none()
            && socket.fact.peer.is_none()
            && store.ready_at.is_some()
            && store
                .invocations
                .first()
                .is_none_or(|first| socket.life.created < first.delivered_at)
    };
    unnamed_at_init(key.0) && (0..key.0).filter(|index| unnamed_at_init(*index)).count() < 2
}
