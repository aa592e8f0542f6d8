//! A handler of any runtime, ready to be started, and its link.

use std::net::SocketAddr;

use crate::host::clock::Clock;
use crate::host::process::{ChildFd, Launch};
use crate::host::runtime_api::RuntimeApi;
use crate::host::runtimes::node::link::NodeLink;
use crate::host::runtimes::node::program::launch::NodeHandler;
use crate::host::runtimes::node::program::runtime::Client;
use crate::host::runtimes::{node, tokio};
use crate::observation::{Peer, Policy, Runtime};

/// A handler that can be started.
#[derive(Clone)]
pub(crate) enum Program {
    /// An executable that serves a console feed.
    Tokio(Launch),
    /// A file that Node.js runs, with an agent of ours.
    Node(Box<NodeHandler>),
}

/// The settings of a link.
pub(crate) struct LinkRequest<'a> {
    /// The clock of the run.
    pub(crate) clock: Clock,
    /// The Runtime API that the handler is to use.
    pub(crate) api: &'a RuntimeApi,
    /// Where the feed is to be served; `None`: on a free loopback port.
    pub(crate) console: Option<SocketAddr>,
    /// The root of the handler's workspace.
    pub(crate) workspace: &'a str,
    /// The policy under which the handler is to complete; `None`: it completes as it does.
    pub(crate) completes: Option<Policy>,
    /// Errors that nothing in the handler catches are to be reported.
    pub(crate) reports_errors: bool,
    /// The user's environment.
    pub(crate) inherited: &'a (dyn Fn(&str) -> Option<String> + Sync),
}

/// A handler with its link, ready to be started.
pub(crate) struct Linked {
    /// How to start it; the environment of the Runtime API is added.
    pub(crate) launch: Launch,
    /// Descriptors that its process inherits.
    pub(crate) fds: Vec<ChildFd>,
    /// Where the feed is served.
    pub(crate) console: SocketAddr,
    /// Our side of the link.
    pub(crate) link: Link,
}

/// Our side of what links a handler to loopcheck. Dropping it closes the link.
pub(crate) enum Link {
    /// The handler serves its feed itself.
    Console,
    /// An agent in the handler writes into pipes, and the feed is served here.
    Agent(Box<NodeLink>),
}

impl Program {
    /// The rules that hold in the runtime.
    pub(crate) fn runtime(&self) -> Runtime {
        match self {
            Self::Tokio(_) => Runtime::Tokio,
            Self::Node(handler) => match handler.client() {
                Client::Three => Runtime::NodeWithCallbacks,
                Client::Four => Runtime::NodeWithPromises,
            },
        }
    }

    /// Opens the link.
    ///
    /// # Errors
    ///
    /// When a port, a pipe or a temporary file cannot be had.
    pub(crate) async fn link(&self, request: LinkRequest<'_>) -> std::io::Result<Linked> {
        match self {
            Self::Tokio(launch) => tokio::link(launch.clone(), &request),
            Self::Node(handler) => node::link::open(handler, request).await,
        }
    }

    /// Leads the handler's connections to a peer to the proxy; `inherited` is the user's whole
    /// environment.
    pub(crate) fn reroute(
        &self,
        launch: &mut Launch,
        inherited: Vec<(String, String)>,
        peer: &Peer,
        proxy: SocketAddr,
    ) {
        match self {
            Self::Tokio(_) => tokio::reroute(launch, inherited, peer, proxy),
            Self::Node(_) => node::link::reroute(launch, peer, proxy),
        }
    }

    /// Paths in the feed of this handler are relative to its workspace already.
    pub(crate) const fn reports_relative_paths(&self) -> bool {
        match self {
            Self::Tokio(_) => false,
            Self::Node(_) => true,
        }
    }
}

impl Link {
    /// An invocation is about to begin. To be called before its event is delivered.
    pub(crate) fn begin(&self, request_id: &str) {
        match self {
            Self::Console => {}
            Self::Agent(link) => link.begin(request_id),
        }
    }

    /// The feed is served here, and ends once everything has been received from the handler.
    pub(crate) const fn serves_feed(&self) -> bool {
        match self {
            Self::Console => false,
            Self::Agent(_) => true,
        }
    }
}
