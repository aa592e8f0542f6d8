//! Sockets, child processes and threads, as the operating system lists them.

use std::fmt;

/// One open socket of the handler's process group.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SocketFact {
    /// The kernel's inode number: unique among the sockets that are open.
    pub inode: u64,
    /// The process that holds it (the lowest pid when several do).
    pub pid: u32,
    /// The protocol.
    pub protocol: Protocol,
    /// Local address, or the path of a Unix socket.
    pub local: Option<String>,
    /// Peer address, when connected.
    pub peer: Option<String>,
    /// The connection's state.
    pub state: SocketState,
    /// Bytes received but not read.
    pub receive_queue: u64,
    /// Bytes sent but not acknowledged.
    pub send_queue: u64,
}

/// Transport protocol of a socket.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Protocol {
    /// TCP over IPv4 or IPv6.
    Tcp,
    /// UDP over IPv4 or IPv6.
    Udp,
    /// A Unix domain socket.
    Unix,
    /// Something else (netlink, packet, …).
    Other,
}

/// State of a socket, in the kernel's terms.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum SocketState {
    /// Waiting for connections.
    Listen,
    /// A connection is being made.
    Connecting,
    /// Connected.
    Established,
    /// The peer has closed; this side has not.
    CloseWait,
    /// This side has closed and the kernel is finishing.
    Closing,
    /// Not connected.
    Unconnected,
    /// The kernel's tables do not tell.
    Unknown,
}

/// A process of the handler's group other than the handler.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ChildProcess {
    /// Process id.
    pub pid: u32,
    /// The kernel's start time in clock ticks: with the pid, unique.
    pub start_ticks: u64,
    /// Command name.
    pub name: String,
}

/// A thread of the handler.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Thread {
    /// Thread id.
    pub tid: u32,
    /// The kernel's start time in clock ticks: with the id, unique.
    pub start_ticks: u64,
    /// Its name, as far as the kernel keeps it (15 bytes).
    pub name: String,
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
            Self::Unix => "unix",
            Self::Other => "other",
        })
    }
}

impl fmt::Display for SocketState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Listen => "listen",
            Self::Connecting => "connecting",
            Self::Established => "established",
            Self::CloseWait => "close-wait",
            Self::Closing => "closing",
            Self::Unconnected => "unconnected",
            Self::Unknown => "unknown",
        })
    }
}
