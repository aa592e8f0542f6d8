//! The link to a tokio handler: its environment says where it serves the console feed.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use crate::host::process::Launch;
use crate::host::proxy;
use crate::host::runtimes::{Link, LinkRequest, Linked};
use crate::observation::Peer;

/// `TOKIO_CONSOLE_BIND`: where the feed is served.
const BIND: &str = "TOKIO_CONSOLE_BIND";

/// `TOKIO_CONSOLE_PUBLISH_INTERVAL`: short enough to see polls before the next ones overwrite
/// their stamps, long enough not to slow down a handler with many tasks.
const PUBLISH_INTERVAL: &str = "50ms";

/// `TOKIO_CONSOLE_RETENTION`: what has ended and was published need not be kept in the handler.
const RETENTION: &str = "5s";

/// `TOKIO_CONSOLE_BUFFER_CAPACITY`: events that fit into the feed's queue.
const BUFFER_CAPACITY: &str = "1048576";

/// Adds the settings of console-subscriber to the handler's environment; what it has already wins.
pub(in crate::host::runtimes) fn link(
    mut launch: Launch,
    request: &LinkRequest<'_>,
) -> io::Result<Linked> {
    let console = match request.console {
        Some(addr) => addr,
        None => free_port()?,
    };
    let mut env = vec![
        (BIND.to_owned(), console.to_string()),
        ("TOKIO_CONSOLE_PUBLISH_INTERVAL".to_owned(), PUBLISH_INTERVAL.to_owned()),
        ("TOKIO_CONSOLE_RETENTION".to_owned(), RETENTION.to_owned()),
        ("TOKIO_CONSOLE_BUFFER_CAPACITY".to_owned(), BUFFER_CAPACITY.to_owned()),
    ];
    env.retain(|(name, _)| !launch.env.iter().any(|(given, _)| given == name));
    env.append(&mut launch.env);
    launch.env = env;
    Ok(Linked { launch, fds: Vec::new(), console, link: Link::Console })
}

/// Puts the proxy's address in place of the peer's: a tokio program has it from its environment.
pub(in crate::host::runtimes) fn reroute(
    launch: &mut Launch,
    inherited: Vec<(String, String)>,
    peer: &Peer,
    proxy: SocketAddr,
) {
    let mut variables = inherited;
    variables.retain(|(name, _)| {
        let is_set = launch.env.iter().any(|(given, _)| given == name);
        !is_set && !launch.env_remove.contains(name)
    });
    variables.extend(launch.env.iter().filter(|(name, _)| !is_ours(name)).cloned());
    launch.env.extend(proxy::reroute(&variables, peer, proxy));
}

/// What loopcheck talks to the handler through is no peer of it.
fn is_ours(name: &str) -> bool {
    matches!(name, "AWS_LAMBDA_RUNTIME_API" | BIND)
}

/// A port that was free a moment ago. Somebody else may take it meanwhile, which is why the feed
/// is checked to be the handler's own.
fn free_port() -> io::Result<SocketAddr> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()
}
