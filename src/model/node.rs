//! What the feed of a Node.js handler tells of an item, beyond what tokio's tells.
//!
//! Whether something keeps the event loop alive decides what a completion mode that waits for it
//! does. It is told as of the first turn of the loop after a response.

use crate::model::location::Package;
use crate::model::time::Timestamp;

/// What kind of thing it is.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum NodeKind {
    /// A `Timeout`: of `setTimeout` or `setInterval`.
    Timer,
    /// An `Immediate`.
    Immediate,
    /// A connection.
    Socket,
    /// A listening server.
    Server,
    /// A UDP socket.
    Udp,
    /// Work in libuv's thread pool, or of a native addon.
    Job,
    /// A call of an async function whose promise is not settled.
    AsyncFunction,
    /// A worker thread.
    Worker,
    /// A child process.
    Child,
    /// A watcher of files.
    Watcher,
    /// A message port.
    Port,
    /// An invocation, shown as a task.
    Invocation,
    /// Anything else that can keep an event loop alive.
    Other,
}

impl NodeKind {
    /// The kind with this name in the feed.
    pub fn from_id(id: &str) -> Option<Self> {
        Some(match id {
            "timer" => Self::Timer,
            "immediate" => Self::Immediate,
            "socket" => Self::Socket,
            "server" => Self::Server,
            "udp" => Self::Udp,
            "job" => Self::Job,
            "async-fn" => Self::AsyncFunction,
            "worker" => Self::Worker,
            "child" => Self::Child,
            "watcher" => Self::Watcher,
            "port" => Self::Port,
            "invocation" => Self::Invocation,
            "other" => Self::Other,
            _ => return None,
        })
    }
}

/// What is known of an item of a Node.js handler.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeFacts {
    /// What kind of thing it is.
    pub kind: NodeKind,
    /// The invocation whose code made it, from 1; 0 for the init phase.
    pub invocation: Option<u32>,
    /// Whether it keeps the event loop alive.
    pub holds: bool,
    /// Whether it is ref'd, where that can be said of it.
    pub keeps_loop: Option<bool>,
    /// A timer: whether it fires again and again.
    pub repeats: bool,
    /// A timer: when it fires next.
    pub due: Option<Timestamp>,
    /// When it no longer kept the event loop alive, although it lived on.
    pub released: Option<Timestamp>,
    /// A socket: the kernel's inode number.
    pub inode: Option<u64>,
    /// A socket: its local address.
    pub local: Option<String>,
    /// A socket: its peer's address.
    pub peer: Option<String>,
    /// A socket: whether a request was in flight on it.
    pub busy: bool,
    /// A socket: method and host of its last request.
    pub http: Option<String>,
    /// A socket: the last invocation that used it.
    pub used_in: Option<u32>,
    /// A child process: its id.
    pub pid: Option<u32>,
    /// A child process: the name of its executable.
    pub command: Option<String>,
    /// The library in between, when the handler's own code called one.
    pub package: Option<Package>,
    /// Every library on the way from the handler's code, by name.
    pub packages: Vec<String>,
    /// A timer: the name of the function that it calls.
    pub callback: Option<String>,
    /// Whether Node.js made it for itself, and not a public function for its caller.
    pub internal: bool,
}
