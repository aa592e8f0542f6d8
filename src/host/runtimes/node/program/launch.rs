//! The start of a Node.js handler: its arguments and environment, without its pipes.

use std::ffi::OsString;
use std::path::Path;

use serde_json::json;

use crate::host::process::Launch;

use crate::host::runtimes::node::program::environment::{
    NodeEnvironment, REMOVED_VARIABLES, environment,
};
use crate::host::runtimes::node::program::executable::Node;
use crate::host::runtimes::node::program::files::AgentFiles;
use crate::host::runtimes::node::program::ric::Ric;
use crate::host::runtimes::node::program::runtime::{Client, NodeRuntime};
use crate::host::runtimes::node::program::target::Target;

/// The variable from which Node takes options.
const NODE_OPTIONS: &str = "NODE_OPTIONS";

/// A Node.js handler that can be started.
#[derive(Clone, Debug)]
pub(crate) struct NodeHandler {
    /// The Node to run it.
    pub(crate) node: Node,
    /// The file and its folders.
    pub(crate) target: Target,
    /// The managed runtime that it is run as.
    pub(crate) runtime: NodeRuntime,
    /// The user's own client; `None` for loopcheck's.
    pub(crate) ric: Option<Ric>,
    /// The user's arguments.
    pub(crate) args: Vec<OsString>,
    /// The variables of `--env`.
    pub(crate) env: Vec<(String, String)>,
}

impl NodeHandler {
    /// The client whose rules define the completion of an invocation.
    pub(crate) fn client(&self) -> Client {
        self.ric.as_ref().map_or(self.runtime.client(), |ric| ric.client)
    }

    /// Returns `true` if it runs in AWS' client and not in loopcheck's.
    pub(crate) fn is_foreign_client(&self) -> bool {
        self.ric.is_some()
    }

    /// A description of the resolved handler.
    pub(crate) fn detail(&self) -> String {
        let node = self.node.version;
        match &self.ric {
            Some(ric) => format!("Node.js {node}, aws-lambda-ric {}", ric.version),
            None => format!("Node.js {node} as {}", self.runtime.as_str()),
        }
    }

    /// The launch with the files of this run. `inherited` looks a variable up in the user's
    /// environment.
    ///
    /// It runs in the task root, as in Lambda. Variables of `--env` take precedence, except that
    /// the user's `NODE_OPTIONS` follows loopcheck's. The creator of the pipes adds
    /// `LOOPCHECK_FDS`.
    pub(crate) fn launch(
        &self,
        files: &AgentFiles,
        inherited: &dyn Fn(&str) -> Option<String>,
    ) -> Launch {
        let users = |name: &str| {
            let given = self.env.iter().rev().find(|(key, _)| key == name);
            given.map(|(_, value)| value.clone()).or_else(|| inherited(name))
        };
        let mut env = environment(&NodeEnvironment {
            runtime: self.ric.is_none().then_some(self.runtime),
            handler: &self.target.handler(),
            task_root: &self.target.task_root.to_string_lossy(),
            runtime_dir: &self.runtime_dir(files).to_string_lossy(),
            node_path: inherited("NODE_PATH").as_deref(),
        });
        env.retain(|(name, _)| !self.env.iter().any(|(given, _)| given == name));
        env.extend(self.env.iter().filter(|(name, _)| name != NODE_OPTIONS).cloned());
        let options = users(NODE_OPTIONS).filter(|options| !options.is_empty());
        env.push((NODE_OPTIONS.into(), node_options(&files.agent(), options.as_deref())));
        env.extend(options.map(|options| ("LOOPCHECK_NODE_OPTIONS".into(), options)));
        env.push(match &self.ric {
            Some(ric) => ("LOOPCHECK_RIC".into(), ric.folder.to_string_lossy().into_owned()),
            None => ("LOOPCHECK_RUNTIME".into(), self.mini_runtime()),
        });
        Launch {
            program: self.node.program.clone(),
            args: self.arguments(files),
            env,
            env_remove: REMOVED_VARIABLES.map(String::from).into(),
            current_dir: Some(self.target.task_root.clone()),
        }
    }

    fn arguments(&self, files: &AgentFiles) -> Vec<OsString> {
        let mut args: Vec<OsString> = match &self.ric {
            // Version 3 takes the handler from here, version 4 from `_HANDLER`.
            Some(ric) => vec![ric.script.clone().into(), self.target.handler().into()],
            None => vec![files.bootstrap().into()],
        };
        args.extend(self.args.iter().cloned());
        args
    }

    fn runtime_dir<'a>(&'a self, files: &'a AgentFiles) -> &'a Path {
        self.ric.as_ref().map_or(files.folder(), |ric| &ric.folder)
    }

    /// The handler for the mini runtime, as JSON.
    fn mini_runtime(&self) -> String {
        let Target { file_text, export, .. } = &self.target;
        json!({ "file": file_text, "export": export, "client": self.client().major() }).to_string()
    }
}

/// `NODE_OPTIONS` that loads the agent first. Node parses text in double quotes, in which a
/// backslash escapes.
fn node_options(agent: &Path, users: Option<&str>) -> String {
    let agent = agent.to_string_lossy().replace('\\', "\\\\").replace('"', "\\\"");
    let users = users.map(|options| format!(" {options}")).unwrap_or_default();
    format!("--require \"{agent}\"{users}")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::PathBuf;

    use super::*;
    use crate::host::runtimes::node::program::executable::NodeVersion;

    fn handler(ric: Option<Ric>, env: &[(&str, &str)]) -> NodeHandler {
        NodeHandler {
            node: Node {
                program: "/usr/bin/node".into(),
                version: NodeVersion { major: 20, minor: 1, patch: 2 },
            },
            target: Target {
                named: "dist/app.js".into(),
                file: "/src/orders/dist/app.js".into(),
                file_text: "/src/orders/dist/app.js".into(),
                export: "api.list".into(),
                task_root: "/src/orders".into(),
                workspace: "/src".into(),
                function_name: "app".into(),
            },
            runtime: NodeRuntime::from_name("nodejs20.x").unwrap(),
            ric,
            args: vec!["--own".into()],
            env: env.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect(),
        }
    }

    fn ric() -> Ric {
        Ric {
            folder: "/ric".into(),
            version: "4.0.2".into(),
            client: Client::Four,
            script: "/ric/index.mjs".into(),
        }
    }

    fn launched(
        handler: &NodeHandler,
        user: &[(&str, &str)],
    ) -> (PathBuf, Launch, BTreeMap<String, String>) {
        let files = AgentFiles::write().unwrap();
        let lookup = |name: &str| {
            user.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        };
        let launch = handler.launch(&files, &lookup);
        let map: BTreeMap<String, String> = launch.env.iter().cloned().collect();
        assert_eq!(map.len(), launch.env.len(), "every name once");
        (files.folder().to_owned(), launch, map)
    }

    #[test]
    fn the_mini_runtime_gets_the_handler() {
        let handler = handler(None, &[]);
        assert_eq!(handler.detail(), "Node.js 20.1.2 as nodejs20.x");
        let (folder, launch, env) = launched(&handler, &[]);
        assert_eq!(launch.program, PathBuf::from("/usr/bin/node"));
        assert_eq!(launch.args, [folder.join("bootstrap.cjs").into_os_string(), "--own".into()]);
        assert_eq!(launch.current_dir, Some("/src/orders".into()));
        let runtime: serde_json::Value = serde_json::from_str(&env["LOOPCHECK_RUNTIME"]).unwrap();
        let truth = json!({"file": "/src/orders/dist/app.js", "export": "api.list", "client": 3});
        assert_eq!(runtime, truth);
        assert_eq!(env["_HANDLER"], "dist/app.api.list");
        assert_eq!(env["AWS_EXECUTION_ENV"], "AWS_Lambda_nodejs20.x");
        let agent = folder.join("agent.cjs");
        assert_eq!(env["NODE_OPTIONS"], format!("--require \"{}\"", agent.display()));
        assert!(!env.contains_key("LOOPCHECK_NODE_OPTIONS") && !env.contains_key("LOOPCHECK_RIC"));
        assert!(!folder.exists(), "removed with its owner");
    }

    #[test]
    fn the_users_own_client_is_started_as_in_a_container() {
        let handler = handler(Some(ric()), &[]);
        assert_eq!(handler.client(), Client::Four);
        assert_eq!(handler.detail(), "Node.js 20.1.2, aws-lambda-ric 4.0.2");
        let (_, launch, env) = launched(&handler, &[("NODE_PATH", "/opt")]);
        assert_eq!(launch.args, ["/ric/index.mjs", "dist/app.api.list", "--own"]);
        assert_eq!(env["LOOPCHECK_RIC"], "/ric");
        assert_eq!(env["LAMBDA_RUNTIME_DIR"], "/ric");
        for absent in ["LOOPCHECK_RUNTIME", "AWS_EXECUTION_ENV", "NODE_PATH"] {
            assert!(!env.contains_key(absent), "{absent}");
        }
    }

    #[test]
    fn what_the_user_gave_wins() {
        let given = [("NODE_OPTIONS", "--no-warnings"), ("_HANDLER", "x.y"), ("A", "1")];
        let (_, _, env) = launched(&handler(None, &given), &[("NODE_OPTIONS", "--inherited")]);
        assert!(env["NODE_OPTIONS"].ends_with("agent.cjs\" --no-warnings"));
        assert_eq!(env["LOOPCHECK_NODE_OPTIONS"], "--no-warnings");
        assert_eq!((env["_HANDLER"].as_str(), env["A"].as_str()), ("x.y", "1"));
        let (_, _, env) = launched(&handler(None, &[]), &[("NODE_OPTIONS", "--inherited")]);
        assert_eq!(env["LOOPCHECK_NODE_OPTIONS"], "--inherited");
        let (_, launch, env) = launched(&handler(None, &[]), &[("NODE_OPTIONS", "")]);
        assert!(!env.contains_key("LOOPCHECK_NODE_OPTIONS"));
        assert!(launch.env_remove.iter().any(|name| name == "NODE_CHANNEL_FD"));
    }

    #[test]
    fn a_path_may_have_blanks_and_quotes() {
        let options = node_options(Path::new("/a \"b\"/c\\d.cjs"), Some("--x"));
        assert_eq!(options, "--require \"/a \\\"b\\\"/c\\\\d.cjs\" --x");
    }
}
