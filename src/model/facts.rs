//! Facts about an item that only the feed of a runtime with an event loop reports.
//!
//! The names are neutral: any runtime may report them. Whether an item holds the event loop decides
//! what a completion mode that waits for the loop does; the fact is as of the first turn of the
//! loop after a response.

use crate::model::location::Package;
use crate::model::time::Timestamp;

/// The kind of an item.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum ItemKind {
    /// A timer, which fires once or again and again.
    Timer,
    /// A function that the next turn of the event loop calls.
    Immediate,
    /// A connection.
    Socket,
    /// A listening server.
    Server,
    /// A UDP socket.
    Udp,
    /// Work in a thread pool, or of native code.
    Job,
    /// A call of an async function that has not finished.
    AsyncFunction,
    /// A worker thread.
    Worker,
    /// A child process.
    Child,
    /// A watcher of files.
    Watcher,
    /// A message port.
    Port,
    /// Anything else that can keep an event loop alive.
    Other,
}

/// The facts that the feed reports about an item.
#[derive(Clone, Debug, PartialEq)]
pub struct ItemFacts {
    /// Its kind.
    pub kind: ItemKind,
    /// The invocation whose code created it, from 1; 0 for the init phase.
    pub created_in: Option<u32>,
    /// Holds the event loop: a runtime that waits for an empty loop waits for this item.
    pub holds_loop: bool,
    /// The item's own switch for holding the loop (`ref` and `unref`), where it has one.
    pub is_ref: Option<bool>,
    /// A timer: fires again and again.
    pub repeats: bool,
    /// A timer: the instant at which it fires next.
    pub due: Option<Timestamp>,
    /// The instant at which it stopped holding the event loop, although it lived on.
    pub released: Option<Timestamp>,
    /// A socket: the kernel's inode number.
    pub inode: Option<u64>,
    /// A socket: its local address.
    pub local: Option<String>,
    /// A socket: its peer's address.
    pub peer: Option<String>,
    /// A socket: a request was in flight on it.
    pub in_flight: bool,
    /// A socket: method and host of its last request.
    pub request: Option<String>,
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
    /// Created by the runtime for itself, and not by a public function for its caller.
    pub internal: bool,
}
