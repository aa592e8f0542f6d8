//! Everything the outside world can tell.
//!
//! This enum is the spine of loopcheck: a live run and a replay differ only in who produces
//! observations, and a report is a function of their sequence. An observation says what was seen,
//! never what it means. It holds no payloads and no values of environment variables, because it
//! is also what `--record` keeps.

use std::net::SocketAddr;

use crate::feed::console::Message;
use crate::feed::update::Update;
use crate::model::diagnostic::Diagnostic;
pub use crate::model::enforced::Enforced;
pub use crate::model::peer::{BrokenPeer, Peer};
pub use crate::model::run::{
    ExitedWith, Identity, KillReason, RunStarted, SettledReason, UncaughtError, UncaughtKind,
};
use crate::model::socket::{ChildProcess, SocketFact, Thread};
use crate::model::time::Timestamp;
pub use crate::policy::{Break, FrozenBy, Policy};
pub use crate::runtime::Runtime;

/// Something that was seen, and when.
#[derive(Clone, Debug, PartialEq)]
pub struct Observation {
    /// When it was seen, on the machine's wall clock.
    pub at: Timestamp,
    /// The thing that was seen.
    pub kind: ObservationKind,
}

/// The kinds of observations. Closed: a new source of evidence is a new variant.
#[derive(Clone, Debug, PartialEq)]
pub enum ObservationKind {
    /// The run was set up; always the first observation of a run. The runs that prove what was
    /// predicted follow the one that it was predicted from.
    RunStarted(Box<RunStarted>),
    /// The handler's process exists.
    ProcessStarted {
        /// Process id, also the id of its process group.
        pid: u32,
    },
    /// The feed answered.
    FeedAttached,
    /// One message of tokio-console's feed.
    ConsoleMessage {
        /// The subscription that it came on.
        subscription: Subscription,
        /// The message.
        message: Box<Message>,
    },
    /// How many drain cycles the aggregator of tokio-console's feed has run in a window.
    DrainCycles(DrainCycles),
    /// One update of the typed feed.
    FeedUpdate(Box<Update>),
    /// The typed feed is complete: everything that happened before the flush was requested is in
    /// the updates up to this one.
    FeedFlushed {
        /// When the flush was requested.
        requested: Timestamp,
        /// The number of the last update that it covers.
        sequence: u64,
    },
    /// The feed ended before the run did.
    FeedLost {
        /// What the transport said.
        reason: String,
    },
    /// A moment at the Runtime API.
    RuntimeApi(ApiMoment),
    /// The sockets and child processes of the handler's process group were read.
    Sockets(SocketScan),
    /// The watch after a response is over.
    Settled {
        /// Why it ended.
        reason: SettledReason,
    },
    /// The handler's process ended by itself.
    ProcessExited {
        /// How it ended.
        status: ExitedWith,
    },
    /// loopcheck ended the handler's process group.
    ProcessKilled {
        /// Why.
        reason: KillReason,
    },
    /// Every process of the handler has been frozen.
    Frozen {
        /// How many there are.
        processes: u32,
        /// By what means.
        by: FrozenBy,
    },
    /// They run again.
    Thawed,
    /// The handler has connected to the peer whose connections the run breaks.
    PeerConnected,
    /// It wanted to, and that peer is not to be had.
    PeerUnreachable {
        /// What the system said.
        reason: String,
    },
    /// The connections to that peer were broken, while the handler was stopped.
    PeerBroken {
        /// How many were open.
        connections: u32,
    },
    /// So many events are delivered at once; the moments that follow are of these.
    DeliveredTogether {
        /// How many; 0: no two requests waited for one.
        events: u32,
    },
    /// The handler got SIGTERM because its environment is shut down.
    ShutdownNotice,
    /// Something failed that nobody awaited any more.
    Uncaught(UncaughtError),
    /// A gap or a failure that the source of observations itself noticed.
    Diagnostic(Diagnostic),
}

/// Which subscription of tokio-console's feed a message came on.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Subscription {
    /// The one that is open for the whole run: full state once, then changes.
    Main,
    /// A second one, opened for its full state alone and closed again.
    Audit,
}

/// A count of the state messages on a state stream that was opened for the purpose.
///
/// The feed's aggregator sends one state message for each drain of its queue. All of these were
/// sent after `opened_at`, because the stream did not exist before; see `ingest::tokio::Drains`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct DrainCycles {
    /// Just before the stream was asked for.
    pub opened_at: Timestamp,
    /// When they had been counted.
    pub counted_at: Timestamp,
    /// How many.
    pub cycles: u64,
}

/// A moment at the local Runtime API.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ApiMoment {
    /// A client connected.
    ConnectionOpened {
        /// The client's end of the connection.
        peer: SocketAddr,
    },
    /// A client's connection ended.
    ConnectionClosed {
        /// The client's end of the connection.
        peer: SocketAddr,
    },
    /// `GET /next` was received.
    NextRequested,
    /// `GET /next` was answered with an event.
    EventDelivered {
        /// The id of the invocation.
        request_id: String,
        /// The end of the function's timeout.
        deadline: Timestamp,
    },
    /// The handler has completed, as its runtime reports it. Its answer may follow much later: a
    /// callback of Node.js waits for an empty event loop.
    HandlerCompleted {
        /// The id of the invocation.
        request_id: String,
        /// The id of the completion mode; see `policy`.
        mode: String,
    },
    /// The body of `POST …/response` was fully read.
    ResponseReceived {
        /// The id of the invocation.
        request_id: String,
        /// Length of the body.
        bytes: u64,
        /// Whether it was sent in streaming mode.
        streaming: bool,
        /// `Lambda-Runtime-Function-Error-Type`, when a streamed body ended with that trailer.
        error_type: Option<String>,
    },
    /// The body of `POST …/response` was over the limit and was refused.
    ResponseTooLarge {
        /// The id of the invocation.
        request_id: String,
        /// Bytes read before it was refused.
        bytes: u64,
    },
    /// The body of `POST …/error` was fully read.
    ErrorReceived {
        /// The id of the invocation.
        request_id: String,
        /// `Lambda-Runtime-Function-Error-Type`, or `errorType` of the body.
        error_type: String,
    },
    /// The body of `POST /init/error` was fully read.
    InitErrorReceived {
        /// `Lambda-Runtime-Function-Error-Type`, or `errorType` of the body.
        error_type: String,
    },
    /// A request was refused.
    RequestRefused {
        /// The HTTP status of the answer.
        status: u16,
        /// Method and path.
        request: String,
        /// The `errorType` of the answer.
        error_type: String,
    },
    /// An extension registered.
    ExtensionRegistered {
        /// `Lambda-Extension-Name`.
        name: String,
        /// The events that it asked for.
        events: Vec<String>,
    },
    /// An extension has done what it had to do, and asks for its next event.
    ExtensionNextRequested {
        /// Its name.
        name: String,
    },
}

/// What was open in the handler's process group at an instant.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct SocketScan {
    /// Every socket that a process of the group holds open, one entry for each inode.
    pub sockets: Vec<SocketFact>,
    /// Every process of the group but the handler itself.
    pub children: Vec<ChildProcess>,
    /// Every thread of the handler itself.
    pub threads: Vec<Thread>,
}
