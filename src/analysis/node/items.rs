//! The pending items of a Node.js handler.
//!
//! Its feed reports handles too: sockets with their place in the source, child processes,
//! workers. The same sockets and processes are in the readings of the process group, and are
//! joined with them by inode and process id, so that each is one item. What the readings show and
//! the feed does not is an item all the same: native code made it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::analysis::item::{InLoop, Item};
use crate::analysis::node::connection::{
    Connection, connection, connection_of, keep_time, reported_socket,
};
use crate::analysis::owner::{is_loopchecks_socket, origin};
use crate::analysis::pending::{Items, Pending};
use crate::analysis::reading;
use crate::analysis::wait::{Waits, timer_facts};
use crate::model::facts::{ItemFacts, ItemKind};
use crate::model::id::{ResourceKey, TaskKey};
use crate::model::location::{Owner, Package};
use crate::model::resource::Resource;
use crate::model::socket::{Protocol, SocketFact};
use crate::model::store::{Child, Socket, Store};
use crate::model::time::Timestamp;
use crate::report::{HandleKind, Kind, Origin, State};

/// Collects them.
pub(crate) fn collect(store: &Store, pending: &Pending) -> Items {
    let tasks: BTreeSet<TaskKey> = pending.tasks.keys().copied().collect();
    let waits = Waits::of(store, &pending.last_responses(store, &tasks));
    let collector = Collector { store, pending, waits };
    let mut items = Items::default();
    collector.tasks(&mut items);
    let mut connections = collector.sockets(&mut items);
    collector.timers(&mut connections, &mut items);
    items.pending.extend(connections.into_iter().map(|connection| connection.item));
    collector.handles(&mut items);
    items
}

struct Collector<'a> {
    store: &'a Store,
    pending: &'a Pending,
    waits: Waits,
}

impl Collector<'_> {
    fn tasks(&self, items: &mut Items) {
        for (key, pending_in) in &self.pending.tasks {
            let task = self.store.task(*key);
            let facts = task.facts.as_ref();
            let kind = facts.map(|facts| facts.kind);
            let wait = self.waits.on(*key).cloned();
            let is_job = kind == Some(ItemKind::Job);
            let (origin, package) = made_by(task.owner.as_ref(), facts);
            // A promise keeps nothing alive. What its function waits on may.
            let in_loop = match &wait {
                Some(wait) => wait.in_loop,
                None => facts.map(InLoop::of),
            };
            let state = if is_job {
                State::Busy
            } else if wait.is_some() {
                State::Waiting
            } else {
                State::Idle
            };
            let item = Item {
                name: task.name.clone().or_else(|| task.function.clone()),
                location: task.location.clone(),
                origin,
                package,
                state: Some(state),
                wait,
                in_loop,
                made_in: facts.and_then(|facts| facts.created_in),
                ..Item::of(
                    if is_job { Kind::Blocking } else { Kind::Task },
                    task.span_life,
                    pending_in.clone(),
                )
            };
            // Every turn of the loop runs them, so one that a library has put off is its own affair.
            // One of Node.js' own or of AWS' client is the last thing before the freeze: nobody may
            // be left to tell its end.
            let is_own = facts.is_some_and(|facts| facts.internal);
            let is_over = is_own || (item.package.is_some() && item.ends_in_turn(self.store));
            if kind == Some(ItemKind::Immediate) && is_over {
                items.runtime.push(Item { origin: Some(Origin::Runtime), ..item });
            } else {
                items.pending.push(item);
            }
        }
    }

    /// A timer that a task waits on is part of the task. One that a library keeps for its
    /// connections is part of one of these. One that Node.js keeps for itself holds nothing, and
    /// goes with what it was made for.
    fn timers(&self, connections: &mut [Connection], items: &mut Items) {
        for (key, pending_in) in &self.pending.timers {
            let timer = self.store.resource(*key);
            if self.waits.part_of(*key).is_some_and(|task| self.goes_with(task, timer, pending_in))
            {
                continue;
            }
            let item = self.timer(timer, pending_in);
            let facts = timer.facts.as_ref();
            if facts.is_some_and(|facts| !facts.holds_loop && (facts.internal || is_undici(&item)))
            {
                items.runtime.push(Item { origin: Some(Origin::Runtime), ..item });
            } else if let Some(connection) = connection_of(&item, connections) {
                keep_time(connection, &item);
            } else {
                items.pending.push(item);
            }
        }
    }

    /// Returns true if a task stands for a timer that it created: it was pending wherever
    /// the timer was, and the timer did not outlive it.
    fn goes_with(&self, task: TaskKey, timer: &Resource, pending_in: &[usize]) -> bool {
        let Some(shown_in) = self.pending.tasks.get(&task) else { return false };
        let outlives = match (timer.life.ended, self.store.task(task).span_life.ended) {
            (_, None) => false,
            (None, Some(_)) => true,
            (Some(timer_end), Some(end)) => timer_end > end.plus(Duration::from_millis(1)),
        };
        !outlives && pending_in.iter().all(|index| shown_in.contains(index))
    }

    fn timer(&self, timer: &Resource, pending_in: &[usize]) -> Item {
        let facts = timer.facts.as_ref();
        let callback = facts.and_then(|facts| facts.callback.clone());
        let function =
            if facts.is_some_and(|facts| facts.repeats) { "setInterval" } else { "setTimeout" };
        Item {
            name: Some(match callback {
                Some(callback) => format!("{function}({callback})"),
                None => function.to_owned(),
            }),
            timer: Some(timer_facts(timer)),
            active_at: armed_at(timer),
            ..resource_item(Kind::Timer, timer, pending_in)
        }
    }

    fn sockets(&self, items: &mut Items) -> Vec<Connection> {
        let by_inode = self.resources_by_inode();
        let mut seen = BTreeSet::new();
        let mut connections = Vec::new();
        for (key, pending_in) in &self.pending.sockets {
            let socket = self.store.socket(*key);
            let resource = by_inode.get(&socket.fact.inode).copied();
            seen.extend(resource);
            if is_loopchecks_socket(self.store, &socket.fact) {
                let item = reading::read_socket(socket, pending_in);
                items.runtime.push(Item { origin: Some(Origin::Runtime), ..item });
            } else if let Some(resource) = resource {
                connections.push(self.connection(socket, resource, pending_in));
            } else if !self.is_of_a_child(&socket.fact) {
                items.pending.push(reading::read_socket(socket, pending_in));
            }
        }
        let unread = self.pending.handles.iter().filter(|(key, _)| !seen.contains(key));
        for (key, pending_in) in unread {
            let resource = self.store.resource(*key);
            let reported = resource.facts.as_ref().and_then(reported_socket);
            if let Some(fact) =
                reported.map(|reported| self.read_later(&reported).unwrap_or(reported))
            {
                let item = resource_item(Kind::Socket, resource, pending_in);
                connections.push(connection(Item { socket: Some(fact), ..item }, resource));
            }
        }
        connections
    }

    /// A socket that was made after the reading for its response, as a later one shows it.
    fn read_later(&self, reported: &SocketFact) -> Option<SocketFact> {
        let mut sockets = self.store.sockets.iter().rev();
        let found =
            sockets.find(|socket| reported.inode != 0 && socket.fact.inode == reported.inode)?;
        let first = found.at_response.as_ref().unwrap_or(&found.fact);
        Some(SocketFact { peer: first.peer.clone().or(reported.peer.clone()), ..first.clone() })
    }

    fn resources_by_inode(&self) -> BTreeMap<u64, ResourceKey> {
        // An inode is used again; the last resource with it is the one that is pending.
        let reported = self.pending.handles.keys().copied();
        reported
            .filter_map(|key| Some((self.store.resource(key).facts.as_ref()?.inode?, key)))
            .collect()
    }

    /// A socket that both the kernel and the feed show.
    fn connection(
        &self,
        socket: &Socket,
        reported: ResourceKey,
        pending_in: &[usize],
    ) -> Connection {
        let read = reading::read_socket(socket, pending_in);
        let resource = self.store.resource(reported);
        let both = self.pending.handles.get(&reported).into_iter().flatten().chain(pending_in);
        let both: BTreeSet<usize> = both.copied().collect();
        let item = resource_item(Kind::Socket, resource, &[]);
        let item = Item {
            pending_in: both.into_iter().collect(),
            // Node.js may keep the object of a socket that the kernel has closed.
            ended: item.ended.or(read.ended),
            state: read.state,
            // The agent knows; what the kernel has not passed on yet may be anything.
            in_flight: item.in_flight,
            socket: read.socket,
            ..item
        };
        connection(item, resource)
    }

    /// Returns true for a channel to a child process, and for a socket of one. What a child does
    /// is one item, the child.
    fn is_of_a_child(&self, fact: &SocketFact) -> bool {
        if self.pending.children.is_empty() {
            return false;
        }
        let unnamed =
            fact.protocol == Protocol::Unix && fact.local.is_none() && fact.peer.is_none();
        unnamed || Some(fact.pid) != self.store.pid
    }

    fn handles(&self, items: &mut Items) {
        for (key, pending_in) in &self.pending.handles {
            let resource = self.store.resource(*key);
            let Some(facts) = &resource.facts else { continue };
            let Some((kind, name)) = handle(facts, resource) else { continue };
            let item = resource_item(Kind::Other, resource, pending_in);
            items.pending.push(Item { name, handle: Some(kind), ..item });
        }
        let reported = self.reported_children();
        for (key, pending_in) in &self.pending.children {
            let child = self.store.child(*key);
            if !reported.iter().any(|reported| reported.has(child)) {
                // Node.js has no handle for it, so nothing in its loop waits for it.
                let in_loop = InLoop { holds: false, is_ref: None, released: None };
                let item = reading::read_child(child, pending_in);
                items.pending.push(Item { in_loop: Some(in_loop), ..item });
            }
        }
    }

    fn reported_children(&self) -> Vec<ReportedChild> {
        let handles = self.pending.handles.keys().map(|key| self.store.resource(*key));
        let reported =
            handles.filter_map(|resource| Some((resource.facts.as_ref()?.pid?, resource)));
        reported
            .map(|(pid, resource)| {
                // The same clock for it and for its children: when a reading did not show them.
                let read = self.store.children.iter().find(|child| child.process.pid == pid);
                ReportedChild {
                    pid,
                    ended: read.map_or(resource.life.ended, |child| child.life.ended),
                }
            })
            .collect()
    }
}

/// A child process that the feed reports.
struct ReportedChild {
    pid: u32,
    ended: Option<Timestamp>,
}

impl ReportedChild {
    /// Returns true for this process, and for one that may be a child of it: part of it for as long as
    /// it lives. What outlives it is an item of its own.
    fn has(&self, child: &Child) -> bool {
        let outlived = match (self.ended, child.life.ended) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(reported), Some(end)) => end > reported,
        };
        child.process.pid == self.pid || !outlived
    }
}

/// Returns true for an item of undici, which Node.js has inside as well, for `fetch`: its clock ticks on
/// for a second after its last connection.
fn is_undici(item: &Item) -> bool {
    item.package.as_ref().is_some_and(|package| package.name == "undici")
}

/// When a timer was armed last: when it was made, or when it fired.
fn armed_at(timer: &Resource) -> Option<Timestamp> {
    let due = timer.facts.as_ref()?.due?;
    let delay = Duration::from_millis(timer.duration_ms?);
    Some(Timestamp::from_nanos(due.nanos().saturating_sub(delay.as_nanos() as u64)))
}

fn resource_item(kind: Kind, resource: &Resource, pending_in: &[usize]) -> Item {
    let facts = resource.facts.as_ref();
    let (origin, package) = made_by(resource.owner.as_ref(), facts);
    Item {
        location: resource.location.clone(),
        origin,
        package,
        in_flight: facts.is_some_and(|facts| facts.in_flight),
        in_loop: facts.map(InLoop::of),
        made_in: facts.and_then(|facts| facts.created_in),
        request: facts.and_then(|facts| facts.request.clone()),
        used_in: facts.and_then(|facts| facts.used_in),
        ..Item::of(kind, resource.life, pending_in.to_vec())
    }
}

/// Whose code made it. The handler's own line counts, with the library that it called.
fn made_by(owner: Option<&Owner>, facts: Option<&ItemFacts>) -> (Option<Origin>, Option<Package>) {
    let (origin, package) = origin(owner);
    let reported = facts.and_then(|facts| facts.package.clone());
    (origin, reported.or(package))
}

fn handle(facts: &ItemFacts, resource: &Resource) -> Option<(HandleKind, Option<String>)> {
    let hook_type = resource.concrete_type.as_str();
    Some(match facts.kind {
        ItemKind::Child => (HandleKind::Process, facts.command.clone()),
        ItemKind::Worker => (HandleKind::Worker, None),
        ItemKind::Watcher if hook_type == "STATWATCHER" => {
            (HandleKind::Watcher, Some("fs.watchFile".into()))
        }
        ItemKind::Watcher => (HandleKind::Watcher, Some("fs.watch".into())),
        ItemKind::Port => (HandleKind::MessagePort, None),
        ItemKind::Other => (HandleKind::Other, Some(hook_type.to_owned())),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::lifetime::Lifetime;
    use crate::model::socket::ChildProcess;

    #[test]
    fn a_process_that_outlives_a_reported_child_is_not_hidden_by_it() {
        let at = Timestamp::from_nanos;
        let child = |pid, ended: Option<u64>| {
            let process = ChildProcess { pid, start_ticks: 1, name: "sleep".into() };
            Child { process, life: Lifetime { created: at(1), ended: ended.map(at) } }
        };
        let reported = |ended: Option<u64>| ReportedChild { pid: 7, ended: ended.map(at) };
        assert!(reported(Some(5)).has(&child(7, None)), "itself");
        assert!(reported(None).has(&child(8, None)), "it may be a child of it");
        assert!(reported(Some(5)).has(&child(8, Some(5))), "they went together");
        assert!(!reported(Some(5)).has(&child(8, None)));
        assert!(!reported(Some(5)).has(&child(8, Some(6))));
    }
}
