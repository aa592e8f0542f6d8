//! The environment that a handler is started in.

use std::net::SocketAddr;
use std::path::Path;

use crate::session::Plan;
use crate::source::process::Launch;
use crate::source::runtime_api::{
    REMOVED_VARIABLES, RuntimeApiEnvironment, SharedCredentialFiles, environment,
};

/// `TOKIO_CONSOLE_PUBLISH_INTERVAL`: short enough to see polls before the next ones overwrite
/// their stamps, long enough not to slow down a handler with many tasks.
const PUBLISH_INTERVAL: &str = "50ms";

/// `TOKIO_CONSOLE_RETENTION`: what has ended and was told need not be kept in the handler.
const RETENTION: &str = "5s";

/// `TOKIO_CONSOLE_BUFFER_CAPACITY`: events that fit into the feed's queue.
const BUFFER_CAPACITY: &str = "1048576";

/// Adds what Lambda and the console feed need; what the user gave with `--env` wins.
pub(crate) fn complete(plan: &Plan, runtime_api: SocketAddr, console: SocketAddr) -> Launch {
    let mut launch = plan.launch.clone();
    let mut env = environment(&RuntimeApiEnvironment {
        runtime_api,
        function_name: &plan.function_name,
        task_root: &plan.task_root,
        user: &inherited,
        shared_credential_files: shared_credential_files(),
    });
    env.push(("TOKIO_CONSOLE_BIND".into(), console.to_string()));
    for (key, value) in [
        ("TOKIO_CONSOLE_PUBLISH_INTERVAL", PUBLISH_INTERVAL),
        ("TOKIO_CONSOLE_RETENTION", RETENTION),
        ("TOKIO_CONSOLE_BUFFER_CAPACITY", BUFFER_CAPACITY),
    ] {
        env.push((key.into(), value.into()));
    }
    env.retain(|(key, _)| !launch.env.iter().any(|(given, _)| given == key));
    env.append(&mut launch.env);
    launch.env = env;
    launch.env_remove.extend(REMOVED_VARIABLES.map(String::from));
    launch
}

#[expect(clippy::disallowed_methods, reason = "the handler inherits the user's environment")]
fn inherited(name: &str) -> Option<String> {
    std::env::var(name).ok()
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
