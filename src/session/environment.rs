//! The environment that a handler is started in.

use std::net::SocketAddr;
use std::path::Path;

use crate::host::process::Launch;
use crate::host::runtime_api::{
    self, REMOVED_VARIABLES, RuntimeApiEnvironment, SharedCredentialFiles, environment,
};
use crate::session::concurrency;
use crate::session::plan::Plan;

/// Adds what Lambda needs; what the launch has already wins.
pub(crate) fn complete(plan: &Plan, launch: Launch, runtime_api: SocketAddr) -> Launch {
    let mut launch = launch;
    let mut env = environment(&RuntimeApiEnvironment {
        runtime_api,
        function_name: &plan.function_name,
        task_root: &plan.task_root,
        user: &inherited,
        shared_credential_files: shared_credential_files(),
    });
    let most = concurrency::at_once(plan);
    env.extend(most.map(|most| (concurrency::VARIABLE.to_owned(), most.to_string())));
    env.retain(|(key, _)| !launch.env.iter().any(|(given, _)| given == key));
    env.append(&mut launch.env);
    launch.env = env;
    launch.env_remove.extend(REMOVED_VARIABLES.map(String::from));
    launch
}

/// The region in a handler's environment.
pub(crate) fn region() -> String {
    runtime_api::region(&inherited)
}

#[expect(clippy::disallowed_methods, reason = "the handler inherits the user's environment")]
pub(super) fn inherited(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The user's whole environment, but for what is not Unicode.
pub(super) fn all_inherited() -> Vec<(String, String)> {
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
