//! `loopcheck run`, from its arguments to its report.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use tokio::runtime::{Builder, Runtime};

use crate::cli::RunArgs;
use crate::command::messages::report_error;
use crate::command::output::Outputs;
use crate::command::run::baseline::BaselineFile;
use crate::command::run::judged::Judged;
use crate::command::run::outcome::{RunOutcome, failed};
use crate::command::run::request::{self, Request};
use crate::command::run::select::{self, Selected};
use crate::command::run::{interrupt, many, observe, plan};
use crate::command::settings::{self, Settings};
use crate::error::CommandError;
use crate::exit;
use crate::gate::Gate;
use crate::host::runtimes::node::program::target;
use crate::host::terminal::Terminal;
use crate::model::diagnostic::{Diagnostic, FailureId};
use crate::report::Document;

/// Runs a handler, or every handler of the configuration, and reports what was left pending.
pub(crate) fn run(args: &RunArgs) -> ExitCode {
    let outputs = match Outputs::open(&args.output) {
        Ok(outputs) => outputs,
        Err(error) => return report_error(&error),
    };
    let result = match judge(args) {
        Ok(result) => result,
        Err(error) => {
            let _ = report_error(&error);
            RunResult {
                document: failed(args.handler.as_deref(), &error),
                has_run: false,
                own_code: None,
            }
        }
    };
    match outputs.write(&result.document, result.has_run) {
        Ok(()) => ExitCode::from(result.own_code.unwrap_or(result.document.exit_code())),
        Err(error) => report_error(&error),
    }
}

/// The document to write, and the exit code.
struct RunResult {
    document: Document,
    /// Whether anything was run.
    has_run: bool,
    /// An exit code that is not that of the document: the baseline could not be written.
    own_code: Option<u8>,
}

fn judge(args: &RunArgs) -> Result<RunResult, CommandError> {
    let settings = settings::load(&args.gate, Some(&search(args)))?;
    let baseline = BaselineFile::open(args)?;
    let outcome = match &args.handler {
        Some(handler) => run_one(args, handler, &settings)?,
        None => run_many(args, &settings, baseline.before(&settings.gate))?,
    };
    let (gate, own_code) = match baseline.settle(&outcome, &settings.gate) {
        Ok(gate) => (gate, None),
        Err(error) => {
            let _ = report_error(&error);
            (settings.gate, Some(exit::INTERNAL))
        }
    };
    Ok(RunResult { document: outcome.document(&gate), has_run: outcome.has_run(), own_code })
}

/// The folder where the search for the configuration begins.
fn search(args: &RunArgs) -> PathBuf {
    let beside = |file: &Path| match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    match (&args.handler, &args.select.template) {
        (Some(handler), _) => match target::parse(handler).filter(|spec| !spec.file.is_dir()) {
            Some(spec) => beside(&spec.file),
            None if handler.is_dir() => handler.clone(),
            None => beside(handler),
        },
        (None, Some(template)) => beside(template),
        (None, None) => PathBuf::from("."),
    }
}

fn run_one(
    args: &RunArgs,
    handler: &Path,
    settings: &Settings,
) -> Result<RunOutcome, CommandError> {
    let table = request::table_of(settings, handler)?.map(|table| (table, settings.folder()));
    let request = Request::of_argument(handler, args, &settings.config, table);
    request::check_freeze(args, std::slice::from_ref(&request))?;
    let runtime = runtime(2)?;
    let terminal = Arc::new(Terminal::stderr());
    let result = runtime.block_on(async {
        let mut interrupted = interrupt::listen();
        let ready = plan::prepare(&request, &terminal, &mut interrupted).await?;
        observe::observe(ready, &request, &terminal, interrupted).await
    });
    terminal.finish();
    // A thread that still reads the handler's output must not keep us.
    runtime.shutdown_background();
    let judged = Judged::of(&request, result);
    if let Some(error) = &judged.error {
        // The exit code is that of the report.
        let _ = report_error(error);
    }
    let others = settings.config.handlers.iter().map(|table| table.name.clone());
    let others = others.filter(|name| *name != request.name).collect();
    Ok(RunOutcome::One { judged: Box::new(judged), others })
}

fn run_many(args: &RunArgs, settings: &Settings, gate: Gate) -> Result<RunOutcome, CommandError> {
    let terminal = Arc::new(Terminal::stderr());
    let Selected { requests, selection, gaps } = select::select(args, settings, &terminal)?;
    let jobs = usize::from(args.select.jobs.unwrap_or(1));
    let runtime = runtime(jobs.min(requests.len()) + 1)?;
    let all = many::Handlers { requests, jobs, gate: Arc::new(gate) };
    let (judged, more) = runtime.block_on(many::run(all, &terminal));
    terminal.finish();
    runtime.shutdown_background();
    Ok(RunOutcome::Many { judged, selection, gaps: gaps.into_iter().chain(more).collect() })
}

fn runtime(threads: usize) -> Result<Runtime, CommandError> {
    Builder::new_multi_thread().worker_threads(threads).enable_all().build().map_err(|error| {
        Diagnostic::new(FailureId::InternalError, format!("could not start: {error}")).into()
    })
}
