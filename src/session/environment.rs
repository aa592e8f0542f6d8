//! The environment that a handler is started in.

use std::net::SocketAddr;
use std::path::Path;

use crate::host::process::Launch;
use crate::host::proxy;
use crate::host::runtime_api::{
    self, REMOVED_VARIABLES, RuntimeApiEnvironment, SharedCredentialFiles, environment,
};
use crate::host::runtimes::node::PROXY_VARIABLE;
use crate::observation::Peer;
use crate::session::{Plan, together};

/// `TOKIO_CONSOLE_PUBLISH_INTERVAL`: short enough to see polls before the next ones overwrite
/// their stamps, long enough not to slow down a handler with many tasks.
const PUBLISH_INTERVAL: &str = "50ms";

/// `TOKIO_CONSOLE_RETENTION`: what has ended and was told need not be kept in the handler.
const RETENTION: &str = "5s";

/// `TOKIO_CONSOLE_BUFFER_CAPACITY`: events that fit into the feed's queue.
const BUFFER_CAPACITY: &str = "1048576";

/// Adds what Lambda and the console feed need; what the launch has already wins.
pub(crate) fn complete(
    plan: &Plan,
    launch: Launch,
    runtime_api: SocketAddr,
    console: SocketAddr,
) -> Launch {
    let mut launch = launch;
    let mut env = environment(&RuntimeApiEnvironment {
        runtime_api,
        function_name: &plan.function_name,
        task_root: &plan.task_root,
        user: &inherited,
        shared_credential_files: shared_credential_files(),
    });
    if !plan.program.runtime().capabilities().has_agent {
        env.extend(of_console(console));
        let most = together::at_once(plan);
        env.extend(most.map(|most| (together::VARIABLE.to_owned(), most.to_string())));
    }
    env.retain(|(key, _)| !launch.env.iter().any(|(given, _)| given == key));
    env.append(&mut launch.env);
    launch.env = env;
    launch.env_remove.extend(REMOVED_VARIABLES.map(String::from));
    launch
}

/// Leads the handler's connections to a peer to the proxy.
///
/// In Node.js the agent does it where connections are made, so that the handler may have the address
/// from anywhere, and a certificate is still that of the peer's name. A tokio program has it from
/// its environment.
pub(crate) fn reroute(plan: &Plan, launch: &mut Launch, peer: &Peer, proxy: SocketAddr) {
    if plan.program.runtime().capabilities().has_agent {
        let told = serde_json::json!({
            "host": peer.host,
            "port": peer.port,
            "to": { "host": proxy.ip().to_string(), "port": proxy.port() },
        });
        launch.env.push((PROXY_VARIABLE.to_owned(), told.to_string()));
        return;
    }
    let mut variables = all_inherited();
    variables.retain(|(name, _)| {
        let is_set = launch.env.iter().any(|(given, _)| given == name);
        !is_set && !launch.env_remove.contains(name)
    });
    variables.extend(launch.env.iter().filter(|(name, _)| !is_ours(name)).cloned());
    launch.env.extend(proxy::reroute(&variables, peer, proxy));
}

/// What loopcheck talks to the handler through is no peer of it.
fn is_ours(name: &str) -> bool {
    matches!(name, "AWS_LAMBDA_RUNTIME_API" | "TOKIO_CONSOLE_BIND")
}

/// The region that a handler is told.
pub(crate) fn region() -> String {
    runtime_api::region(&inherited)
}

/// How console-subscriber is to serve its feed.
fn of_console(console: SocketAddr) -> [(String, String); 4] {
    [
        ("TOKIO_CONSOLE_BIND", console.to_string()),
        ("TOKIO_CONSOLE_PUBLISH_INTERVAL", PUBLISH_INTERVAL.to_owned()),
        ("TOKIO_CONSOLE_RETENTION", RETENTION.to_owned()),
        ("TOKIO_CONSOLE_BUFFER_CAPACITY", BUFFER_CAPACITY.to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
}

#[expect(clippy::disallowed_methods, reason = "the handler inherits the user's environment")]
pub(super) fn inherited(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn all_inherited() -> Vec<(String, String)> {
    let text = |text: std::ffi::OsString| text.into_string().ok();
    std::env::vars_os().filter_map(|(name, value)| Some((text(name)?, text(value)?))).collect()
}

fn shared_credential_files() -> SharedCredentialFiles {
    let home = inherited("HOME").unwrap_or_default();
    let there = |name: &str| Path::new(&home).join(".aws").join(name).exists();
    if !home.is_empty() && (there("credentials") || there("config")) {
        SharedCredentialFiles::Present
    } else {
        SharedCredentialFiles::Absent
    }
}
