//! The session's link to the agent in a Node.js handler.

use std::net::SocketAddr;

use tokio::sync::mpsc;

use crate::host::clock::Clock;
use crate::host::process::{ChildFd, Launch};
use crate::host::runtime_api::RuntimeApi;
use crate::host::runtimes::node::program::files::AgentFiles;
use crate::host::runtimes::node::program::launch::NodeHandler;
use crate::host::runtimes::node::{
    Bridge, BridgeEvent, BridgeSignal, ERRORS_VARIABLE, FD_VARIABLE, Setup, fd_numbers, open_pipes,
};
use crate::model::diagnostic::{Diagnostic, GapId};
use crate::observation::ObservationKind;
use crate::session::environment;
use crate::session::plan::Plan;

/// The agent, from the session's side. Dropping it closes the pipes and the feed.
pub(super) struct NodeLink {
    bridge: Bridge,
    signals: mpsc::UnboundedReceiver<BridgeSignal>,
    /// The agent has said that it is there.
    present: bool,
    /// Everything that the agent has said has been heard.
    closed: bool,
    /// They are loaded as the handler goes.
    _files: AgentFiles,
}

/// A handler that can be started, with its end of the link.
pub(super) struct NodeStart {
    pub(super) link: NodeLink,
    pub(super) launch: Launch,
    pub(super) fds: Vec<ChildFd>,
}

impl NodeLink {
    /// Puts the agent's files down and serves the feed.
    pub(super) async fn open(
        handler: &NodeHandler,
        plan: &Plan,
        api: &RuntimeApi,
        clock: Clock,
    ) -> std::io::Result<NodeStart> {
        let files = AgentFiles::write()?;
        let (ends, fds) = open_pipes()?;
        let mut launch = handler.launch(&files, &environment::inherited);
        launch.env.push((FD_VARIABLE.into(), fd_numbers()));
        if plan.enforced.is_some() {
            launch.env.push((ERRORS_VARIABLE.into(), "1".into()));
        }
        let (sender, signals) = mpsc::unbounded_channel();
        let setup = Setup {
            ends,
            clock,
            runtime: api.local(),
            console: plan.console,
            workspace: (&plan.workspace).into(),
            scripts: Some(files.folder().to_owned()),
            // Where a peer is broken it completes as it does: what it waits for may be that peer.
            enforced: plan
                .enforced
                .filter(|_| plan.broken.is_none())
                .map(|enforced| enforced.policy),
            signals: sender,
        };
        let bridge = Bridge::start(setup).await?;
        let link = Self { bridge, signals, present: false, closed: false, _files: files };
        Ok(NodeStart { link, launch, fds })
    }

    /// Where the feed is served.
    pub(super) fn console(&self) -> SocketAddr {
        self.bridge.addr()
    }

    /// The next thing that the agent is reported to have done. Can be dropped and called again.
    pub(super) async fn signal(&mut self) -> Option<BridgeSignal> {
        self.signals.recv().await
    }

    /// Takes it over; what is worth keeping of it is returned.
    pub(super) fn take(&mut self, event: BridgeEvent) -> Option<ObservationKind> {
        match event {
            BridgeEvent::Hello { .. } => self.present = true,
            BridgeEvent::Closed => self.closed = true,
            BridgeEvent::Uncaught(error) => return Some(ObservationKind::Uncaught(error)),
            BridgeEvent::Fault { message } => {
                let message = format!("loopcheck's agent in the handler: {message}");
                return gap(Diagnostic::new(GapId::AgentFailed, message).hint(
                    "does the handler replace what is built into JavaScript or Node.js? If not, \
                     report this to loopcheck's developers",
                ));
            }
            BridgeEvent::Unexplained { message } => {
                return gap(Diagnostic::new(GapId::UnseenHandle, message).hint(
                    "native code may have made it; what loopcheck does not know it cannot judge",
                ));
            }
            BridgeEvent::Inconsistent { message } => {
                return gap(Diagnostic::new(GapId::FeedInconsistent, message));
            }
            BridgeEvent::PlacesMissing { count } => {
                let message = format!("the places of {count} items were not recorded");
                return gap(Diagnostic::new(GapId::SitesMissing, message).hint(
                    "an invocation has 20,000 stack traces; what comes after that is told without its place",
                ));
            }
        }
        None
    }

    /// Whether the agent is there.
    pub(super) fn is_present(&self) -> bool {
        self.present
    }

    /// Whether nothing more will be heard of it.
    pub(super) fn is_closed(&self) -> bool {
        self.closed
    }

    /// An invocation is about to begin.
    pub(super) fn begin(&self, request_id: &str) {
        self.bridge.begin(request_id);
    }
}

fn gap(gap: Diagnostic) -> Option<ObservationKind> {
    Some(ObservationKind::Diagnostic(gap))
}
