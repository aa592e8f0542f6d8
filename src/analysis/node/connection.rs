//! A connection and the timers that its library keeps for it: one item.

use std::collections::BTreeSet;

use crate::analysis::item::Item;
use crate::model::facts::{ItemFacts, ItemKind};
use crate::model::resource::Resource;
use crate::model::socket::{Protocol, SocketFact, SocketState};

/// A connection, with the libraries that it was made by.
pub(super) struct Connection {
    pub(super) item: Item,
    packages: Vec<String>,
    /// The places of the invocations at whose response a timer of such a library was part of it.
    timed_in: BTreeSet<usize>,
}

/// A connection that was just found.
pub(super) fn connection(item: Item, resource: &Resource) -> Connection {
    let packages = resource.facts.as_ref().map(|facts| facts.packages.clone()).unwrap_or_default();
    Connection { item, packages, timed_in: BTreeSet::new() }
}

/// The connection that a timer belongs to: one of those that its library took part in making, and
/// that are pending at the same responses. At a response each has one timer at most that holds the
/// loop, so that no other hides; a pool may make a new one for each use.
pub(super) fn connection_of<'a>(
    timer: &Item,
    connections: &'a mut [Connection],
) -> Option<&'a mut Connection> {
    let library = &timer.package.as_ref()?.name;
    let holds = timer.in_loop.is_none_or(|in_loop| in_loop.holds);
    connections.iter_mut().find(|connection| {
        let Connection { item, packages, timed_in } = connection;
        let fits = |index| item.pending_in.contains(index) && !(holds && timed_in.contains(index));
        packages.contains(library) && timer.pending_in.iter().all(fits)
    })
}

/// A library closes its connection when this timer fires, or looks after it with it.
pub(super) fn keep_time(connection: &mut Connection, timer: &Item) {
    let is_last = timer.pending_in.last() > connection.timed_in.last();
    connection.timed_in.extend(&timer.pending_in);
    if !is_last {
        return;
    }
    let item = &mut connection.item;
    item.timer = timer.timer;
    item.idle_until = timer.due();
    let held = |item: &Item| item.in_loop.is_some_and(|in_loop| in_loop.holds);
    if held(timer) && !held(item) {
        item.in_loop = timer.in_loop;
    } else if held(timer)
        && let Some(in_loop) = &mut item.in_loop
        && let Some(released) = in_loop.released
    {
        // Both have to let go.
        in_loop.released = timer.let_go().map(|timer| timer.max(released));
    }
}

/// A socket that the feed alone shows: one that the kernel does not list, because it is not
/// connected yet, was made after the reading, or is no socket but a pipe.
pub(super) fn reported_socket(facts: &ItemFacts) -> Option<SocketFact> {
    let state = match facts.kind {
        ItemKind::Server => SocketState::Listen,
        ItemKind::Udp => SocketState::Unconnected,
        ItemKind::Socket if facts.peer.is_none() && facts.in_flight => SocketState::Connecting,
        ItemKind::Socket => SocketState::Unknown,
        _ => return None,
    };
    let is_path = |address: &Option<String>| {
        address.as_ref().is_some_and(|address| address.parse::<std::net::SocketAddr>().is_err())
    };
    let protocol = match facts.kind {
        ItemKind::Udp => Protocol::Udp,
        _ if is_path(&facts.local) || is_path(&facts.peer) => Protocol::Unix,
        _ if facts.local.is_none() && facts.peer.is_none() && !facts.in_flight => Protocol::Other,
        _ => Protocol::Tcp,
    };
    Some(SocketFact {
        inode: facts.inode.unwrap_or_default(),
        pid: 0,
        protocol,
        local: facts.local.clone(),
        peer: facts.peer.clone(),
        state,
        receive_queue: 0,
        send_queue: 0,
    })
}
