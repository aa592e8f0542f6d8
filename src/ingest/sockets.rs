//! Readings of the process group into the store: what appeared, and what is gone.

use crate::model::lifetime::Lifetime;
use crate::model::socket::{ChildProcess, Protocol, SocketFact, SocketState, Thread};
use crate::model::store::{Child, HandlerThread, Socket, Store};
use crate::model::time::Timestamp;
use crate::observation::SocketScan;

/// Takes one reading over into the store.
pub(crate) fn apply(store: &mut Store, at: Timestamp, scan: &SocketScan) {
    store.sockets_observed = true;
    sockets(store, at, scan);
    children(store, at, scan);
    threads(store, at, scan);
    if let Some(last) = store.invocations.last_mut()
        && last.responded_at.is_some()
        && last.scanned_at.is_none()
    {
        // The first reading after the response was made for it, while the runtime was held.
        last.scanned_at = Some(at);
        store.sockets.iter_mut().filter(|socket| socket.life.ended.is_none()).for_each(keep);
    }
}

/// A later reading shows what became of a socket; what counts is what it was at the response.
fn keep(socket: &mut Socket) {
    let fact = &socket.fact;
    socket.in_flight |=
        fact.receive_queue > 0 || fact.send_queue > 0 || fact.state == SocketState::Connecting;
    socket.at_response = Some(fact.clone());
}

fn sockets(store: &mut Store, at: Timestamp, scan: &SocketScan) {
    for known in store.sockets.iter_mut().filter(|socket| socket.life.ended.is_none()) {
        match scan.sockets.iter().find(|fact| fact.inode == known.fact.inode) {
            Some(fact) => renew(&mut known.fact, fact),
            None => known.life.ended = Some(at),
        }
    }
    for fact in &scan.sockets {
        let open = |socket: &Socket| socket.fact.inode == fact.inode && socket.life.ended.is_none();
        if !store.sockets.iter().any(open) {
            store.sockets.push(Socket {
                fact: fact.clone(),
                at_response: None,
                in_flight: false,
                life: Lifetime::since(at),
            });
        }
    }
}

fn renew(known: &mut SocketFact, fact: &SocketFact) {
    // A socket that was closed between two steps of the reading, as all are when a process exits,
    // is in no table any more. What it was stays known.
    if fact.protocol == Protocol::Other && fact.state == SocketState::Unknown {
        return;
    }
    // What it was connected to is worth keeping when the kernel has forgotten it.
    let peer = known.peer.take();
    *known = fact.clone();
    known.peer = known.peer.take().or(peer);
}

fn children(store: &mut Store, at: Timestamp, scan: &SocketScan) {
    let same = |known: &Child, process: &ChildProcess| {
        known.process.pid == process.pid && known.process.start_ticks == process.start_ticks
    };
    for known in store.children.iter_mut().filter(|child| child.life.ended.is_none()) {
        if !scan.children.iter().any(|process| same(known, process)) {
            known.life.ended = Some(at);
        }
    }
    for process in &scan.children {
        if !store.children.iter().any(|known| same(known, process)) {
            store.children.push(Child { process: process.clone(), life: Lifetime::since(at) });
        }
    }
}

fn threads(store: &mut Store, at: Timestamp, scan: &SocketScan) {
    let same = |known: &HandlerThread, thread: &Thread| {
        known.thread.tid == thread.tid && known.thread.start_ticks == thread.start_ticks
    };
    for known in store.threads.iter_mut().filter(|thread| thread.life.ended.is_none()) {
        if !scan.threads.iter().any(|thread| same(known, thread)) {
            known.life.ended = Some(at);
        }
    }
    for thread in &scan.threads {
        if !store.threads.iter().any(|known| same(known, thread)) {
            let life = Lifetime::since(at);
            store.threads.push(HandlerThread { thread: thread.clone(), life });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_that_is_closed_during_a_reading_stays_what_it_was() {
        let connected = SocketFact {
            inode: 7,
            pid: 1,
            protocol: Protocol::Tcp,
            local: Some("127.0.0.1:1".into()),
            peer: Some("127.0.0.1:2".into()),
            state: SocketState::Established,
            receive_queue: 0,
            send_queue: 0,
        };
        let unknown = SocketFact {
            protocol: Protocol::Other,
            local: None,
            peer: None,
            state: SocketState::Unknown,
            ..connected.clone()
        };
        let mut store = Store::default();
        for (at, fact) in [(1, &connected), (2, &unknown)] {
            let scan = SocketScan { sockets: vec![fact.clone()], ..SocketScan::default() };
            apply(&mut store, Timestamp::from_nanos(at), &scan);
        }
        assert_eq!(store.sockets.len(), 1);
        assert_eq!(store.sockets[0].fact, connected);
    }
}
