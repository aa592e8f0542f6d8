//! The variables of a managed Node.js runtime beyond those of every runtime.
//!
//! Names and values are those of the AWS Lambda developer guide (`configuration-envvars`) and of
//! environments that were printed in managed runtimes. The variables of every runtime are in
//! `host/runtime_api/environment.rs`. `PATH` and `LD_LIBRARY_PATH` stay the user's: those of Lambda
//! name folders that do not exist here, and the user's Node and the programs that the handler
//! starts are found through them.

use crate::host::runtimes::node::program::runtime::NodeRuntime;

/// Variables that must not reach the handler from the user's environment.
///
/// Variables of an IPC channel and of a cluster belong to the Node that may have started loopcheck:
/// the handler's Node would open a descriptor that does not exist. The alternative client asks for
/// events over `node:http`, which is itself a socket in the event loop; it can be set with `--env`.
pub(crate) const REMOVED_VARIABLES: [&str; 8] = [
    "NODE_CHANNEL_FD",
    "NODE_CHANNEL_SERIALIZATION_MODE",
    "NODE_UNIQUE_ID",
    "AWS_LAMBDA_NODEJS_USE_ALTERNATIVE_CLIENT_1",
    "LOOPCHECK_FDS",
    "LOOPCHECK_NODE_OPTIONS",
    "LOOPCHECK_RUNTIME",
    "LOOPCHECK_RIC",
];

/// The facts that the environment of a Node.js runtime depends on.
pub(crate) struct NodeEnvironment<'a> {
    /// The managed runtime; `None` for a client of the user's own, which is for container images.
    pub(crate) runtime: Option<NodeRuntime>,
    /// `_HANDLER`: the file without its extension, and the export.
    pub(crate) handler: &'a str,
    /// `LAMBDA_TASK_ROOT`.
    pub(crate) task_root: &'a str,
    /// `LAMBDA_RUNTIME_DIR`: the folder of the runtime's own files.
    pub(crate) runtime_dir: &'a str,
    /// The user's `NODE_PATH`.
    pub(crate) node_path: Option<&'a str>,
}

/// The variables to set on top of those of every runtime.
pub(crate) fn environment(settings: &NodeEnvironment<'_>) -> Vec<(String, String)> {
    let mut variables: Vec<(String, String)> = [
        ("_HANDLER", settings.handler),
        ("LAMBDA_TASK_ROOT", settings.task_root),
        // /var/runtime in Lambda.
        ("LAMBDA_RUNTIME_DIR", settings.runtime_dir),
        // So that the X-Ray SDK does not throw outside of a segment.
        ("AWS_XRAY_CONTEXT_MISSING", "LOG_ERROR"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    if let Some(runtime) = settings.runtime {
        // Libraries know Lambda by it. A container image has none.
        let value = format!("AWS_Lambda_{}", runtime.as_str());
        variables.push(("AWS_EXECUTION_ENV".into(), value));
        variables.push(("NODE_PATH".into(), node_path(settings)));
    }
    variables
}

/// In Lambda: `/opt/nodejs/node22/node_modules`, `/opt/nodejs/node_modules` (layers),
/// `/var/runtime/node_modules`, `/var/runtime` and `/var/task`. Of these only the task root exists
/// here; `require("lib/a")` finds a file in it. The user's own folders come first.
fn node_path(settings: &NodeEnvironment<'_>) -> String {
    match settings.node_path.filter(|path| !path.is_empty()) {
        Some(path) => format!("{path}:{}", settings.task_root),
        None => settings.task_root.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(runtime: Option<NodeRuntime>, node_path: Option<&str>) -> Vec<(String, String)> {
        environment(&NodeEnvironment {
            runtime,
            handler: "dist/app.handler",
            task_root: "/src/orders",
            runtime_dir: "/tmp/runtime",
            node_path,
        })
    }

    fn value<'a>(variables: &'a [(String, String)], name: &str) -> Option<&'a str> {
        let found: Vec<&str> = variables
            .iter()
            .filter(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
            .collect();
        assert!(found.len() < 2, "{name} once");
        found.first().copied()
    }

    #[test]
    fn the_environment_names_the_managed_runtime() {
        let variables = given(NodeRuntime::from_name("nodejs22.x"), None);
        for (name, expected) in [
            ("AWS_EXECUTION_ENV", "AWS_Lambda_nodejs22.x"),
            ("_HANDLER", "dist/app.handler"),
            ("LAMBDA_TASK_ROOT", "/src/orders"),
            ("LAMBDA_RUNTIME_DIR", "/tmp/runtime"),
            ("NODE_PATH", "/src/orders"),
        ] {
            assert_eq!(value(&variables, name), Some(expected), "{name}");
        }
        for untouched in ["PATH", "LD_LIBRARY_PATH", "NODE_OPTIONS", "NODE_ENV"] {
            assert_eq!(value(&variables, untouched), None, "{untouched}");
        }
        for removed in REMOVED_VARIABLES {
            assert_eq!(value(&variables, removed), None, "{removed}");
        }
        let variables = given(NodeRuntime::from_name("nodejs24.x"), Some("/opt/a:/opt/b"));
        assert_eq!(value(&variables, "NODE_PATH"), Some("/opt/a:/opt/b:/src/orders"));
    }

    #[test]
    fn a_client_of_the_users_own_is_that_of_a_container_image() {
        let variables = given(None, Some("/opt/a"));
        assert_eq!(value(&variables, "AWS_EXECUTION_ENV"), None);
        assert_eq!(value(&variables, "NODE_PATH"), None);
        assert_eq!(value(&variables, "_HANDLER"), Some("dist/app.handler"));
    }
}
