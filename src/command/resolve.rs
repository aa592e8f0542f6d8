//! What HANDLER names: an executable, or a directory to build.

use std::path::{Path, PathBuf};

use crate::cli::RunArgs;
use crate::error::CommandError;
use crate::model::gap::GapId;
use crate::source::build::{self, BuildRequest};
use crate::source::output;
use crate::source::process::{self, Launch};
use crate::source::terminal::Terminal;

/// A handler that can be started.
pub(crate) struct Resolved {
    /// How to start it.
    pub(crate) launch: Launch,
    /// What it was resolved to.
    pub(crate) detail: String,
    /// The root of its workspace, if it is known.
    pub(crate) workspace: String,
    /// `LAMBDA_TASK_ROOT`.
    pub(crate) task_root: String,
    /// `AWS_LAMBDA_FUNCTION_NAME`.
    pub(crate) function_name: String,
}

/// Finds or builds the handler.
pub(crate) async fn resolve(args: &RunArgs, terminal: &Terminal) -> Result<Resolved, CommandError> {
    let path = &args.handler;
    let node = path.extension().and_then(|extension| extension.to_str());
    if matches!(node, Some("js" | "cjs" | "mjs" | "ts")) {
        return Err(CommandError::input(
            format!("{} is a Node.js handler, which this version cannot run", path.display()),
            Some(
                "this version runs tokio handlers: an executable, or a directory with a Cargo.toml"
                    .into(),
            ),
        ));
    }
    if path.is_dir() {
        return built(args, path, terminal).await;
    }
    if args.bin.is_some() || args.release {
        let flag = if args.bin.is_some() { "--bin" } else { "--release" };
        return Err(CommandError::input(
            format!(
                "{flag} is for a handler that is built, and {} is not a directory",
                path.display()
            ),
            Some("give the directory with its Cargo.toml instead".into()),
        ));
    }
    process::check(path).map_err(|error| {
        let id = if error.is_usage() { GapId::BadInput } else { GapId::HandlerNotStarted };
        CommandError::other(id, crate::error::chain(&error), Some(error.hint()))
    })?;
    let name = path.file_stem().map(|name| name.to_string_lossy().into_owned());
    Ok(Resolved {
        launch: launch(args, path.clone()),
        detail: "executable".into(),
        workspace: String::new(),
        task_root: task_root(path.parent().unwrap_or(Path::new("."))),
        function_name: name.unwrap_or_else(|| "handler".into()),
    })
}

async fn built(
    args: &RunArgs,
    directory: &Path,
    terminal: &Terminal,
) -> Result<Resolved, CommandError> {
    terminal.progress(format!("building {}", directory.display()));
    let request = BuildRequest {
        directory: directory.to_owned(),
        bin: args.bin.clone(),
        release: args.release,
    };
    let (lines, mut from_cargo) = output::channel();
    let show = async {
        while let Some(line) = from_cargo.recv().await {
            terminal.build_line(&line.text);
        }
    };
    let (built, ()) = tokio::join!(build::build(request, lines), show);
    let built = built.map_err(|error| {
        let id = if error.is_usage() { GapId::BadInput } else { GapId::BuildFailed };
        CommandError::other(id, crate::error::chain(&error), Some(error.hint()))
    })?;
    Ok(Resolved {
        task_root: task_root(&built.package_root),
        launch: launch(args, built.executable),
        detail: format!("package {}, binary {}", built.package, built.bin),
        workspace: built.workspace_root.to_string_lossy().into_owned(),
        function_name: built.bin,
    })
}

fn task_root(folder: &Path) -> String {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let absolute = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    absolute.to_string_lossy().into_owned()
}

fn launch(args: &RunArgs, program: PathBuf) -> Launch {
    Launch {
        program,
        args: args.args.clone(),
        env: args.env.clone(),
        env_remove: Vec::new(),
        current_dir: None,
    }
}
