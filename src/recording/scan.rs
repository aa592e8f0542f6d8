//! Readings of the process group as messages of a recording, and back.
//!
//! As in [`crate::recording::convert`]: there and back is the identity, and back is strict.

use crate::model::socket::{ChildProcess, SocketFact, Thread};
use crate::observation::SocketScan;
use crate::recording::frame_error::Result;
use crate::recording::generated as proto;
use crate::recording::twins::{from_protocol, from_socket_state, to_protocol, to_socket_state};

pub(super) fn to_socket_scan(scan: &SocketScan) -> proto::SocketScan {
    let SocketScan { sockets, children, threads } = scan;
    proto::SocketScan {
        sockets: sockets.iter().cloned().map(to_socket).collect(),
        children: children.iter().cloned().map(to_child).collect(),
        threads: threads.iter().cloned().map(to_thread).collect(),
    }
}

pub(super) fn from_socket_scan(message: proto::SocketScan) -> Result<SocketScan> {
    let proto::SocketScan { sockets, children, threads } = message;
    Ok(SocketScan {
        sockets: sockets.into_iter().map(from_socket).collect::<Result<_>>()?,
        children: children.into_iter().map(from_child).collect(),
        threads: threads.into_iter().map(from_thread).collect(),
    })
}

fn to_socket(socket: SocketFact) -> proto::Socket {
    let SocketFact { inode, pid, protocol, local, peer, state, receive_queue, send_queue } = socket;
    proto::Socket {
        inode,
        pid,
        protocol: to_protocol(protocol),
        local,
        peer,
        state: to_socket_state(state),
        receive_queue,
        send_queue,
    }
}

fn from_socket(message: proto::Socket) -> Result<SocketFact> {
    let proto::Socket { inode, pid, protocol, local, peer, state, receive_queue, send_queue } =
        message;
    Ok(SocketFact {
        inode,
        pid,
        protocol: from_protocol(protocol)?,
        local,
        peer,
        state: from_socket_state(state)?,
        receive_queue,
        send_queue,
    })
}

fn to_child(child: ChildProcess) -> proto::ChildProcess {
    let ChildProcess { pid, start_ticks, name } = child;
    proto::ChildProcess { pid, start_ticks, name }
}

fn from_child(message: proto::ChildProcess) -> ChildProcess {
    let proto::ChildProcess { pid, start_ticks, name } = message;
    ChildProcess { pid, start_ticks, name }
}

fn to_thread(thread: Thread) -> proto::Thread {
    let Thread { tid, start_ticks, name } = thread;
    proto::Thread { tid, start_ticks, name }
}

fn from_thread(message: proto::Thread) -> Thread {
    let proto::Thread { tid, start_ticks, name } = message;
    Thread { tid, start_ticks, name }
}
