//! Everything that is known of a run, in one place.
//!
//! The store only holds; `ingest` decides what an observation changes in it, and `snapshot` and
//! `analysis` read it.

use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::time::Duration;

use crate::model::diagnostic::{Diagnostic, DiagnosticId};
use crate::model::id::{AsyncOpKey, ChildKey, ResourceKey, SocketKey, TaskKey, ThreadKey};
use crate::model::invocation::Invocation;
use crate::model::lifetime::Lifetime;
use crate::model::resource::{AsyncOp, Resource};
use crate::model::run::{ExitedWith, KillReason, RunStarted, UncaughtError};
use crate::model::socket::{ChildProcess, SocketFact, Thread};
use crate::model::task::Task;
use crate::model::time::Timestamp;
use crate::model::together::Together;
use crate::runtime::{Capabilities, Runtime};

/// Everything that is known of a run.
#[derive(Clone, Debug, Default)]
pub struct Store {
    /// The run's settings.
    pub run: Option<RunStarted>,
    /// The handler's process id.
    pub pid: Option<u32>,
    /// Tasks, in the order in which they were first seen.
    pub tasks: Vec<Task>,
    /// Resources, in the order in which they were first seen.
    pub resources: Vec<Resource>,
    /// Async ops, in the order in which they were first seen.
    pub async_ops: Vec<AsyncOp>,
    /// Sockets, in the order in which they were first seen.
    pub sockets: Vec<Socket>,
    /// Child processes, in the order in which they were first seen.
    pub children: Vec<Child>,
    /// Threads of the handler, in the order in which they were first seen.
    pub threads: Vec<HandlerThread>,
    /// Connections to our Runtime API.
    pub connections: Vec<ApiConnection>,
    /// Invocations in their order.
    pub invocations: Vec<Invocation>,
    /// Those that were in flight at the same time, after all of these.
    pub together: Option<Together>,
    /// Several were to be delivered, and the runtime takes one at a time.
    pub takes_one: bool,
    /// The extensions that have registered.
    pub extensions: Vec<Extension>,
    /// The peer whose connections are broken.
    pub peer: PeerLink,
    /// When the runtime first asked for an event.
    pub ready_at: Option<Timestamp>,
    /// The process group was listed at least once.
    pub sockets_observed: bool,
    /// The end of the process by itself.
    pub exited: Option<(Timestamp, ExitedWith)>,
    /// Why loopcheck ended the process group.
    pub killed: Option<(Timestamp, KillReason)>,
    /// When SIGTERM announced the end to the handler.
    pub shutdown_notice_at: Option<Timestamp>,
    /// Errors that nobody awaited.
    pub uncaught: Vec<(Timestamp, UncaughtError)>,
    /// The feed itself.
    pub feed: Feed,
    /// Gaps in the evidence, and failures.
    pub diagnostics: Vec<Diagnostic>,
    pub(crate) spans: Spans,
}

/// The state of the feed itself.
#[derive(Clone, Debug, Default)]
pub struct Feed {
    /// When it answered.
    pub attached_at: Option<Timestamp>,
    /// When it ended before the run did.
    pub lost_at: Option<Timestamp>,
    /// Updates; of tokio's console those on the main subscription.
    pub updates: u64,
    /// The feed's own stamp of the last of them.
    pub last_now: Option<Timestamp>,
    /// The typed feed: the number of the last update.
    pub sequence: Option<u64>,
    /// The typed feed: up to when a flush has shown it to be complete.
    pub flushed: Option<Timestamp>,
    /// The feed's own stamp of the last audit.
    pub last_audit: Option<Timestamp>,
    /// Events that the feed says it has lost.
    pub dropped_events: u64,
}

/// Which item a span id means at present.
#[derive(Clone, Debug, Default)]
pub(crate) struct Spans {
    pub(crate) tasks: HashMap<u64, TaskKey>,
    pub(crate) resources: HashMap<u64, ResourceKey>,
    pub(crate) async_ops: HashMap<u64, AsyncOpKey>,
    /// The call sites that have been registered.
    pub(crate) callsites: HashSet<u64>,
}

/// A socket over time.
#[derive(Clone, Debug, PartialEq)]
pub struct Socket {
    /// As last seen.
    pub fact: SocketFact,
    /// As it was at the last response that it was open at.
    pub at_response: Option<SocketFact>,
    /// Data was under way on it at the last response, as long as it is not known whether
    /// that went on.
    pub under_way: bool,
    /// Data that was under way on it from a response to the next request for an event, in order.
    pub transfers: Vec<Transfer>,
    /// From the scan that first showed it to the first that did not.
    pub life: Lifetime,
}

/// Data that was under way on a socket at a response, and still was when the runtime asked for the
/// next event.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Transfer {
    /// The invocation that was responded to (by place, from 0).
    pub invocation: usize,
    /// A later reading, before the next event, showed that the data had been delivered and
    /// read.
    pub completed: bool,
}

/// A child process over time.
#[derive(Clone, Debug, PartialEq)]
pub struct Child {
    /// As first seen.
    pub process: ChildProcess,
    /// From the scan that first showed it to the first that did not.
    pub life: Lifetime,
}

/// A thread of the handler over time.
#[derive(Clone, Debug, PartialEq)]
pub struct HandlerThread {
    /// As first seen.
    pub thread: Thread,
    /// From the scan that first showed it to the first that did not.
    pub life: Lifetime,
}

/// A connection of the handler's to our Runtime API.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ApiConnection {
    /// The handler's end.
    pub peer: SocketAddr,
    /// From accept to close.
    pub life: Lifetime,
}

/// The observed connections to a peer whose connections are broken.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct PeerLink {
    /// When the handler connected to it.
    pub connected: Vec<Timestamp>,
    /// When its connections were broken, and how many were open.
    pub broken: Vec<(Timestamp, u32)>,
    /// When it was not to be had, and why.
    pub unreachable: Vec<(Timestamp, String)>,
}

/// An extension that lives inside the handler.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Extension {
    /// Its name.
    pub name: String,
    /// It takes part in invocations: it asked for `INVOKE`.
    pub takes_part: bool,
    /// It waits for its next event.
    pub waits: bool,
}

/// The time after which the feed has surely dropped what ended: longer than any retention that is asked
/// for.
const RETAINED: Duration = Duration::from_secs(10);

impl Store {
    /// The task with this key.
    pub fn task(&self, key: TaskKey) -> &Task {
        &self.tasks[key.0]
    }

    /// The resource with this key.
    pub fn resource(&self, key: ResourceKey) -> &Resource {
        &self.resources[key.0]
    }

    /// The socket with this key.
    pub fn socket(&self, key: SocketKey) -> &Socket {
        &self.sockets[key.0]
    }

    /// The rules by which the handler is run.
    pub fn runtime(&self) -> Runtime {
        self.run.as_ref().map(|run| run.runtime).unwrap_or_default()
    }

    /// The capabilities of the handler's runtime.
    pub fn capabilities(&self) -> &'static Capabilities {
        self.runtime().capabilities()
    }

    /// The child process with this key.
    pub fn child(&self, key: ChildKey) -> &Child {
        &self.children[key.0]
    }

    /// About how many rows the feed's full state has at this instant.
    pub fn feed_rows(&self, now: Timestamp) -> usize {
        // The feed keeps what has ended for a while.
        let kept =
            |life: &Lifetime| life.ended.is_none_or(|ended| now.saturating_since(ended) < RETAINED);
        let tasks = self.tasks.iter().filter(|task| kept(&task.span_life)).count();
        let resources = self.resources.iter().filter(|resource| kept(&resource.life)).count();
        let async_ops = self.async_ops.iter().filter(|op| kept(&op.life)).count();
        tasks + resources + async_ops
    }

    /// The thread with this key.
    pub fn thread(&self, key: ThreadKey) -> &HandlerThread {
        &self.threads[key.0]
    }

    /// The invocation that is going on, or the last one.
    pub fn last_invocation(&self) -> Option<&Invocation> {
        self.invocations.last()
    }

    /// Notes a diagnostic; the same one is noted once.
    pub fn note(&mut self, new: Diagnostic) {
        let is_known = |known: &Diagnostic| known.id == new.id && known.message == new.message;
        if !self.diagnostics.iter().any(is_known) {
            self.diagnostics.push(new);
        }
    }

    /// Returns true if a diagnostic with this id was noted.
    pub fn has(&self, id: impl Into<DiagnosticId>) -> bool {
        let id = id.into();
        self.diagnostics.iter().any(|known| known.id == id)
    }
}
