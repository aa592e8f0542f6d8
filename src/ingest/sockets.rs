//! Readings of the process group into the store: what appeared, and what is gone.

use crate::model::lifetime::Lifetime;
use crate::model::socket::{ChildProcess, Protocol, SocketFact, SocketState, Thread};
use crate::model::store::{Child, HandlerThread, Socket, Store, Transfer};
use crate::model::time::Timestamp;
use crate::observation::SocketScan;

/// Takes one reading over into the store.
pub(crate) fn apply(store: &mut Store, at: Timestamp, scan: &SocketScan) {
    store.sockets_observed = true;
    sockets(store, at, scan);
    children(store, at, scan);
    threads(store, at, scan);
    let Some((last, earlier)) = store.invocations.split_last_mut() else { return };
    let open = store.sockets.iter_mut().filter(|socket| socket.life.ended.is_none());
    if last.responded_at.is_some() && last.scanned_at.is_none() {
        // The first reading after the response was made for it, while the runtime was held.
        last.scanned_at = Some(at);
        open.for_each(keep);
    } else if last.next_at.is_some() {
        open.for_each(|socket| follow(socket, earlier.len()));
    }
}

/// A later reading shows what became of a socket; what counts is what it was at the response.
fn keep(socket: &mut Socket) {
    socket.under_way = is_under_way(&socket.fact);
    socket.at_response = Some(socket.fact.clone());
}

/// Data that was under way at the response counts if it still is when the runtime asks for the next
/// event, because only then does a freeze come in between. Later readings show whether it completes.
fn follow(socket: &mut Socket, invocation: usize) {
    let is_under_way = is_under_way(&socket.fact);
    if std::mem::take(&mut socket.under_way) {
        if is_under_way {
            socket.transfers.push(Transfer { invocation, completed: false });
        }
    } else if let Some(transfer) = socket.transfers.last_mut()
        && transfer.invocation == invocation
    {
        transfer.completed |= !is_under_way;
    }
}

fn is_under_way(fact: &SocketFact) -> bool {
    fact.receive_queue > 0 || fact.send_queue > 0 || fact.state == SocketState::Connecting
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
                // Later ones show what became of it.
                at_response: Some(fact.clone()),
                under_way: false,
                transfers: Vec::new(),
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
        match store.children.iter_mut().find(|known| same(known, process)) {
            // It is called like who started it until it has become what it is.
            Some(known) => known.process.name.clone_from(&process.name),
            None => {
                let child = Child { process: process.clone(), life: Lifetime::since(at) };
                store.children.push(child);
            }
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
    use crate::ingest::invocations;
    use crate::observation::ApiMoment;

    #[test]
    fn a_socket_that_is_closed_during_a_reading_stays_what_it_was() {
        let connected = connected();
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

    #[test]
    fn a_process_is_called_what_it_has_become() {
        let mut store = Store::default();
        for (moment, name) in [(1, "sh"), (2, "sleep")] {
            let process = ChildProcess { pid: 7, start_ticks: 1, name: name.into() };
            let scan = SocketScan { children: vec![process], ..SocketScan::default() };
            apply(&mut store, at(moment), &scan);
        }
        assert_eq!(store.children.len(), 1);
        assert_eq!(store.children[0].process.name, "sleep");
        assert_eq!(store.children[0].life.created, at(1));
    }

    #[test]
    fn data_under_way_counts_only_if_it_outlives_the_request_for_the_next_event() {
        let transfer = |completed| Transfer { invocation: 0, completed };
        assert_eq!(transfers(&[5, 5]), [transfer(false)]);
        assert_eq!(transfers(&[5, 0]), []);
        assert_eq!(transfers(&[0, 5]), []);
        assert_eq!(transfers(&[5, 5, 5]), [transfer(false)]);
        assert_eq!(transfers(&[5, 5, 5, 0]), [transfer(true)]);
        assert_eq!(transfers(&[5, 5, 0, 5]), [transfer(true)], "that is another transfer");
    }

    /// The transfers on a socket with these receive queues: at the response, at the request for the
    /// next event, and in later readings.
    fn transfers(queues: &[u64]) -> Vec<Transfer> {
        let mut store = Store::default();
        let delivered = ApiMoment::EventDelivered { request_id: "1".into(), deadline: at(9) };
        let failed = ApiMoment::ErrorReceived { request_id: "1".into(), error_type: "E".into() };
        invocations::moment(&mut store, at(1), &delivered);
        invocations::moment(&mut store, at(2), &failed);
        for (index, receive_queue) in (0..).zip(queues) {
            let fact = SocketFact { receive_queue: *receive_queue, ..connected() };
            let scan = SocketScan { sockets: vec![fact], ..SocketScan::default() };
            if index == 1 {
                invocations::moment(&mut store, at(3), &ApiMoment::NextRequested);
            }
            apply(&mut store, at(3 + index), &scan);
        }
        let socket = &store.sockets[0];
        assert!(!socket.under_way, "this is decided by the request for the next event");
        socket.transfers.clone()
    }

    fn connected() -> SocketFact {
        SocketFact {
            inode: 7,
            pid: 1,
            protocol: Protocol::Tcp,
            local: Some("127.0.0.1:1".into()),
            peer: Some("127.0.0.1:2".into()),
            state: SocketState::Established,
            receive_queue: 0,
            send_queue: 0,
        }
    }

    fn at(nanos: u64) -> Timestamp {
        Timestamp::from_nanos(nanos)
    }
}
