//! Resolves HANDLER: an executable, a directory to build, or a file for Node.js.

use std::path::{Path, PathBuf};

use crate::command::run::request::Request;
use crate::error::CommandError;
use crate::host::output;
use crate::host::process::{self, Launch};
use crate::host::runtimes::Program;
use crate::host::runtimes::node::program::executable;
use crate::host::runtimes::node::program::launch::NodeHandler;
use crate::host::runtimes::node::program::ric::{Ric, RicError};
use crate::host::runtimes::node::program::runtime::{self, NodeRuntime};
use crate::host::runtimes::node::program::target::{self, Spec, Target, TargetError};
use crate::host::runtimes::tokio::build::{self, BuildRequest};
use crate::host::terminal::Terminal;
use crate::model::diagnostic::FailureId;

/// A handler that can be started.
pub(crate) struct Resolved {
    /// The program.
    pub(crate) program: Program,
    /// A description of it.
    pub(crate) detail: String,
    /// The root of its workspace, if it is known.
    pub(crate) workspace: String,
    /// `LAMBDA_TASK_ROOT`.
    pub(crate) task_root: String,
    /// `AWS_LAMBDA_FUNCTION_NAME`.
    pub(crate) function_name: String,
    /// The folder that its own source files are relative to, if it is known.
    pub(crate) sources: Option<PathBuf>,
    /// The file that stands for it, if there is one.
    pub(crate) file: Option<PathBuf>,
}

/// Finds or builds the handler.
pub(crate) async fn resolve(
    request: &Request,
    terminal: &Terminal,
) -> Result<Resolved, CommandError> {
    let path = &request.handler;
    if let Some(spec) = target::parse(path).filter(|spec| !spec.file.is_dir()) {
        refuse_flags(request, &BUILD_FLAGS, "for a handler that is built", path)?;
        return node(request, &spec, terminal).await;
    }
    if let Some(error) = target::folder(path) {
        return Err(of_target(&error));
    }
    refuse_flags(request, &NODE_FLAGS, "for a Node.js handler", path)?;
    if path.is_dir() {
        return built(request, path, terminal).await;
    }
    refuse_flags(request, &BUILD_FLAGS, "for a handler that is built", path)?;
    process::check(path).map_err(|error| {
        let id = if error.is_usage() { FailureId::BadInput } else { FailureId::HandlerNotStarted };
        let meant = target::as_in_lambda(path).map(|meant| format!("did you mean {meant}?"));
        let hint = meant.filter(|_| !path.exists()).unwrap_or_else(|| error.hint());
        CommandError::other(id, crate::error::chain(&error), Some(hint))
    })?;
    let name = path.file_stem().map(|name| name.to_string_lossy().into_owned());
    Ok(Resolved {
        program: Program::Tokio(launch(request, path.clone())),
        detail: "executable".into(),
        workspace: String::new(),
        task_root: task_root(path.parent().unwrap_or(Path::new("."))),
        function_name: name.unwrap_or_else(|| "handler".into()),
        // The compiler's paths are relative to a folder that an executable does not name.
        sources: None,
        file: None,
    })
}

async fn built(
    request: &Request,
    directory: &Path,
    terminal: &Terminal,
) -> Result<Resolved, CommandError> {
    terminal.progress(format!("building {}", directory.display()));
    let wanted = BuildRequest {
        directory: directory.to_owned(),
        bin: request.bin.clone(),
        release: request.release,
    };
    let (lines, mut from_cargo) = output::channel();
    let show = async {
        while let Some(line) = from_cargo.recv().await {
            terminal.build_line(&line.text);
        }
    };
    let (built, ()) = tokio::join!(build::build(wanted, lines), show);
    let built = built.map_err(|error| {
        let id = if error.is_usage() { FailureId::BadInput } else { FailureId::BuildFailed };
        CommandError::other(id, crate::error::chain(&error), Some(error.hint()))
    })?;
    Ok(Resolved {
        task_root: task_root(&built.package_root),
        program: Program::Tokio(launch(request, built.executable)),
        detail: format!("package {}, binary {}", built.package, built.bin),
        workspace: built.workspace_root.to_string_lossy().into_owned(),
        function_name: built.bin,
        sources: Some(built.workspace_root),
        file: Some(built.package_root.join("Cargo.toml")),
    })
}

async fn node(
    request: &Request,
    spec: &Spec,
    terminal: &Terminal,
) -> Result<Resolved, CommandError> {
    let target = Target::find(spec).map_err(|error| of_target(&error))?;
    let node = executable::find(&target.task_root).await.map_err(|error| {
        let message = crate::error::chain(&error);
        CommandError::other(FailureId::HandlerNotStarted, message, Some(error.hint()))
    })?;
    target
        .check_types(node.version, node_options(request).as_deref())
        .map_err(|error| of_target(&error))?;
    let ric = request.ric.as_deref().map(Ric::find).transpose().map_err(|error| of_ric(&error))?;
    if let Some(ric) = &ric {
        ric.check_node(node.version).map_err(|error| of_ric(&error))?;
        target.check_client().map_err(|error| of_target(&error))?;
    }
    let asked = request.runtime.as_deref().and_then(NodeRuntime::from_name);
    let (runtime, note) = runtime::choose(asked, node.version);
    if let Some(note) = note.filter(|_| ric.is_none()) {
        terminal.note(&note);
    }
    let handler = NodeHandler {
        node,
        target,
        runtime,
        ric,
        args: request.args.clone(),
        env: request.env.clone(),
    };
    Ok(Resolved {
        detail: handler.detail(),
        workspace: handler.target.workspace.to_string_lossy().into_owned(),
        task_root: handler.target.task_root.to_string_lossy().into_owned(),
        function_name: handler.target.function_name.clone(),
        sources: Some(handler.target.workspace.clone()),
        file: Some(handler.target.file.clone()),
        program: Program::Node(Box::new(handler)),
    })
}

/// The user's `NODE_OPTIONS`, as the handler gets them.
fn node_options(request: &Request) -> Option<String> {
    const NAME: &str = "NODE_OPTIONS";
    let given = request.env.iter().rev().find(|(name, _)| name == NAME);
    #[expect(clippy::disallowed_methods, reason = "the handler inherits the user's environment")]
    given.map(|(_, value)| value.clone()).or_else(|| std::env::var(NAME).ok())
}

fn of_target(error: &TargetError) -> CommandError {
    CommandError::input(crate::error::chain(error), Some(error.hint()))
}

fn of_ric(error: &RicError) -> CommandError {
    CommandError::input(crate::error::chain(error), Some(error.hint()))
}

/// A flag that not every handler has a use for: its name, whether it was given, and what to do.
type Flag = (&'static str, fn(&Request) -> bool, &'static str);

const BUILD_FLAGS: [Flag; 2] = [
    ("--bin", |request| request.bin.is_some(), "give the directory with its Cargo.toml instead"),
    ("--release", |request| request.release, "give the directory with its Cargo.toml instead"),
];

const NODE_FLAGS: [Flag; 2] = [
    (
        "--runtime",
        |request| request.runtime.is_some(),
        "leave it out, or name a .js, .cjs, .mjs or .ts",
    ),
    ("--ric", |request| request.ric.is_some(), "leave it out, or name a .js, .cjs, .mjs or .ts"),
];

fn refuse_flags(
    request: &Request,
    flags: &[Flag],
    used: &str,
    handler: &Path,
) -> Result<(), CommandError> {
    match flags.iter().find(|(_, given, _)| given(request)) {
        Some((flag, _, hint)) => Err(CommandError::input(
            format!("{flag} is {used}, and {} is not one", handler.display()),
            Some((*hint).into()),
        )),
        None => Ok(()),
    }
}

fn task_root(folder: &Path) -> String {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let absolute = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    absolute.to_string_lossy().into_owned()
}

fn launch(request: &Request, program: PathBuf) -> Launch {
    Launch {
        program,
        args: request.args.clone(),
        env: request.env.clone(),
        env_remove: Vec::new(),
        current_dir: None,
    }
}
