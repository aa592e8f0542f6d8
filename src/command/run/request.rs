//! One handler to run, with every setting decided: options win over the configuration, and that wins
//! over the defaults.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::cli::RunArgs;
use crate::command::settings::Settings;
use crate::config::{Config, HandlerTable};
use crate::error::CommandError;
use crate::host::repository;
use crate::host::runtimes::node::program::target;
use crate::observation::Peer;

/// The default number of deliveries of each event: cold, and warm.
const INVOCATIONS: u32 = 2;

/// Lambda's default for a function's timeout (AWS Lambda developer guide, configuration-timeout).
const TIMEOUT: Duration = Duration::from_secs(3);

/// The default for the longest watch after each response.
const SETTLE: Duration = Duration::from_secs(1);

/// The default length of a freeze between two invocations.
const FREEZE: Duration = Duration::from_secs(1);

/// A handler, and how it is to be run.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// Its name, unique in its repository and the same on every machine.
    pub(crate) name: String,
    /// HANDLER as the user named it.
    pub(crate) named: String,
    /// `AWS_LAMBDA_FUNCTION_NAME`, if the handler was given a name that can be one.
    pub(crate) function_name: Option<String>,
    /// Its path.
    pub(crate) handler: PathBuf,
    pub(crate) args: Vec<OsString>,
    pub(crate) events: Vec<OsString>,
    pub(crate) invocations: u32,
    pub(crate) timeout: Duration,
    pub(crate) settle: Duration,
    pub(crate) modes: Vec<String>,
    pub(crate) env: Vec<(String, String)>,
    pub(crate) bin: Option<String>,
    pub(crate) release: bool,
    pub(crate) runtime: Option<String>,
    pub(crate) ric: Option<PathBuf>,
    pub(crate) record: Option<PathBuf>,
    pub(crate) console: Option<SocketAddr>,
    /// The length of a freeze under `--prove`; `None` without that option.
    pub(crate) prove: Option<Duration>,
    /// The peers whose connections are to be broken during a freeze.
    pub(crate) proxy: Vec<Peer>,
}

impl Request {
    /// HANDLER of the command line. If a table of the configuration names it, `table` is that.
    pub(crate) fn of_argument(
        handler: &Path,
        args: &RunArgs,
        config: &Config,
        table: Option<(&HandlerTable, &Path)>,
    ) -> Self {
        let name = match table {
            Some((table, _)) => table.name.clone(),
            None => name_of(handler, args.bin.as_deref()),
        };
        let (blank, here) = (HandlerTable::default(), Path::new(""));
        let (table, folder) = table.unwrap_or((&blank, here));
        let named = handler.display().to_string();
        Self {
            name,
            named,
            handler: handler.to_owned(),
            ..Self::merged(args, config, table, folder)
        }
    }

    /// A table of the file that stands in `folder`.
    pub(crate) fn of_table(
        table: &HandlerTable,
        folder: &Path,
        args: &RunArgs,
        config: &Config,
    ) -> Self {
        let request = Self::merged(args, config, table, folder);
        // What is not built has no use for --release.
        let release = table.release || (args.release && request.handler.is_dir());
        Self { release, ..request }
    }

    fn merged(args: &RunArgs, config: &Config, table: &HandlerTable, folder: &Path) -> Self {
        let in_table = table.events.iter().map(|event| event.argument(folder));
        let mut env = table.env.clone();
        if let Some(memory) = table.memory {
            env.push(("AWS_LAMBDA_FUNCTION_MEMORY_SIZE".into(), memory.to_string()));
        }
        env.extend(args.env.iter().cloned());
        let options = args.options().or(table.options).or(config.options);
        let verifies = options.prove.unwrap_or(false);
        Self {
            name: table.name.clone(),
            named: table.path.display().to_string(),
            function_name: function_name(table),
            handler: folder.join(&table.path),
            args: args.args.clone(),
            events: if args.events.is_empty() { in_table.collect() } else { args.events.clone() },
            invocations: options.invocations.unwrap_or(INVOCATIONS),
            timeout: options.timeout.unwrap_or(TIMEOUT),
            settle: options.settle.unwrap_or(SETTLE),
            modes: if args.modes.is_empty() { table.modes.clone() } else { args.modes.clone() },
            env,
            bin: args.bin.clone().or_else(|| table.bin.clone()),
            release: args.release || table.release,
            // AWS' own client decides by the version of Node.
            runtime: args
                .runtime
                .clone()
                .or_else(|| table.runtime.clone().filter(|_| args.ric.is_none())),
            ric: args.ric.clone(),
            record: args.record.clone(),
            console: args.console,
            prove: verifies.then_some(options.freeze_for.unwrap_or(FREEZE)),
            proxy: args.proxy.clone(),
        }
    }
}

/// The name of a table, unless it is only the path. What a function can be called is in Lambda's
/// API reference, under `CreateFunction`.
fn function_name(table: &HandlerTable) -> Option<String> {
    let letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let name = &table.name;
    let given = *name != table.path.to_string_lossy();
    (given && (1..=64).contains(&name.len()) && name.chars().all(letter)).then(|| name.clone())
}

/// The path of a handler in its repository, or as it was given.
pub(crate) fn name_of(handler: &Path, bin: Option<&str>) -> String {
    let spec = target::parse(handler).filter(|spec| !spec.file.is_dir());
    let (file, export) = match &spec {
        Some(spec) => (spec.file.as_path(), Some(spec.export.as_str())),
        None => (handler, None),
    };
    let folder = if file.is_dir() { Some(file) } else { file.parent() };
    let folder = folder.filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let inside = repository::root(folder).and_then(|root| repository::inside(&root, file));
    let mut name = match inside {
        Some(inside) if inside.is_empty() => ".".to_owned(),
        Some(inside) => inside,
        None => file.display().to_string(),
    };
    if let Some(export) = export.filter(|export| *export != "handler") {
        name.push(':');
        name.push_str(export);
    }
    if let Some(bin) = bin {
        name.push('#');
        name.push_str(bin);
    }
    name
}

/// Refuses `--freeze-for` where nothing is frozen: for none of these handlers, neither by `--prove`
/// nor by the configuration.
pub(crate) fn check_freeze(args: &RunArgs, requests: &[Request]) -> Result<(), CommandError> {
    if args.freeze_for.is_none() || requests.iter().any(|request| request.prove.is_some()) {
        return Ok(());
    }
    Err(CommandError::input(
        "--freeze-for has no effect without --prove",
        Some("add --prove, or set prove = true in loopcheck.toml".into()),
    ))
}

/// The table of the configuration that names this handler. Several are an error: it is not known
/// which one is meant.
pub(crate) fn table_of<'a>(
    settings: &'a Settings,
    handler: &Path,
) -> Result<Option<&'a HandlerTable>, CommandError> {
    let same = |table: &&HandlerTable| is_same(table, settings.folder(), handler);
    let tables: Vec<&HandlerTable> = settings.config.handlers.iter().filter(same).collect();
    match tables[..] {
        [] => Ok(None),
        [table] => Ok(Some(table)),
        _ => {
            let names: Vec<&str> = tables.iter().map(|table| table.name.as_str()).collect();
            Err(CommandError::input(
                format!("{} is the path of several [[handler]] tables", handler.display()),
                Some(format!(
                    "run one of them by its name: --filter {}",
                    names.join(", or --filter ")
                )),
            ))
        }
    }
}

/// Returns whether a table names the handler of the command line.
fn is_same(table: &HandlerTable, folder: &Path, handler: &Path) -> bool {
    let target = |path: &Path| match target::parse(path).filter(|spec| !spec.file.is_dir()) {
        Some(spec) => (spec.file.canonicalize().ok(), Some(spec.export)),
        None => (path.canonicalize().ok(), None),
    };
    let (ours, theirs) = (target(handler), target(&folder.join(&table.path)));
    ours.0.is_some() && ours == theirs
}
