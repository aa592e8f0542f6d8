//! Readings of the process group into the store: what appeared, and what is gone.

use crate::model::lifetime::Lifetime;
use crate::model::socket::{ChildProcess, Thread};
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
    {
        // The first reading after the response was made for it, while the runtime was held.
        last.scanned_at = last.scanned_at.or(Some(at));
    }
}

fn sockets(store: &mut Store, at: Timestamp, scan: &SocketScan) {
    for known in store.sockets.iter_mut().filter(|socket| socket.life.ended.is_none()) {
        match scan.sockets.iter().find(|fact| fact.inode == known.fact.inode) {
            Some(fact) => {
                // What it was connected to is worth keeping when the kernel has forgotten it.
                let peer = known.fact.peer.take();
                known.fact = fact.clone();
                known.fact.peer = known.fact.peer.take().or(peer);
            }
            None => known.life.ended = Some(at),
        }
    }
    for fact in &scan.sockets {
        let open = |socket: &Socket| socket.fact.inode == fact.inode && socket.life.ended.is_none();
        if !store.sockets.iter().any(open) {
            store.sockets.push(Socket { fact: fact.clone(), life: Lifetime::since(at) });
        }
    }
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
