//! The link to a Node.js handler: the agent's files, its pipes, and the feed that is made of them.

use std::io;
use std::net::SocketAddr;

use crate::host::process::Launch;
use crate::host::runtimes::node::bridge::{Bridge, Setup};
use crate::host::runtimes::node::pipes::{
    ERRORS_VARIABLE, FD_VARIABLE, PROXY_VARIABLE, fd_numbers, open as open_pipes,
};
use crate::host::runtimes::node::program::files::AgentFiles;
use crate::host::runtimes::node::program::launch::NodeHandler;
use crate::host::runtimes::{Link, LinkRequest, Linked};
use crate::observation::Peer;

/// Our side of the link. Dropping it closes the pipes and the feed.
pub(crate) struct NodeLink {
    bridge: Bridge,
    /// They are loaded as the handler goes.
    _files: AgentFiles,
}

impl NodeLink {
    /// An invocation is about to begin.
    pub(in crate::host::runtimes) fn begin(&self, request_id: &str) {
        self.bridge.begin(request_id);
    }
}

/// Puts the agent's files down, opens its pipes and serves the feed.
pub(in crate::host::runtimes) async fn open(
    handler: &NodeHandler,
    request: LinkRequest<'_>,
) -> io::Result<Linked> {
    let files = AgentFiles::write()?;
    let (ends, fds) = open_pipes()?;
    let mut launch = handler.launch(&files, &request.inherited);
    launch.env.push((FD_VARIABLE.into(), fd_numbers()));
    if request.reports_errors {
        launch.env.push((ERRORS_VARIABLE.into(), "1".into()));
    }
    let bridge = Bridge::start(Setup {
        ends,
        clock: request.clock,
        runtime: request.api.local(),
        console: request.console,
        workspace: request.workspace.into(),
        scripts: Some(files.folder().to_owned()),
        enforced: request.completes,
    })
    .await?;
    let console = bridge.addr();
    let link = Link::Agent(Box::new(NodeLink { bridge, _files: files }));
    Ok(Linked { launch, fds, console, link })
}

/// Has the agent lead connections to the proxy where they are made, so that the handler may have the
/// peer's address from anywhere, and a certificate is still that of the peer's name.
pub(in crate::host::runtimes) fn reroute(launch: &mut Launch, peer: &Peer, proxy: SocketAddr) {
    let route = serde_json::json!({
        "host": peer.host,
        "port": peer.port,
        "to": { "host": proxy.ip().to_string(), "port": proxy.port() },
    });
    launch.env.push((PROXY_VARIABLE.to_owned(), route.to_string()));
}
