//! `loopcheck run`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use tokio::runtime::{Builder, Runtime};

use crate::cli::RunArgs;
use crate::command::baseline::BaselineFile;
use crate::command::complaint::report_error;
use crate::command::interrupt;
use crate::command::many;
use crate::command::one;
use crate::command::output::Outputs;
use crate::command::ran::{Ran, failed};
use crate::command::request::{self, Request};
use crate::command::select::{self, Selected};
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
    let said = match judged(args) {
        Ok(said) => said,
        Err(error) => {
            let _ = report_error(&error);
            Said { document: failed(args.handler.as_deref(), &error), ran: false, own_code: None }
        }
    };
    match outputs.write(&said.document, said.ran) {
        Ok(()) => ExitCode::from(said.own_code.unwrap_or(said.document.exit_code())),
        Err(error) => report_error(&error),
    }
}

/// What there is to say.
struct Said {
    document: Document,
    /// Whether there was a run to tell of.
    ran: bool,
    /// An exit code that is not that of the report: what was judged could not be kept.
    own_code: Option<u8>,
}

fn judged(args: &RunArgs) -> Result<Said, CommandError> {
    let settings = settings::load(&args.gate, Some(&search(args)))?;
    let baseline = BaselineFile::open(args)?;
    let ran = match &args.handler {
        Some(handler) => run_one(args, handler, &settings)?,
        None => run_many(args, &settings, baseline.before(&settings.gate))?,
    };
    let (gate, own_code) = match baseline.settle(&ran, &settings.gate) {
        Ok(gate) => (gate, None),
        Err(error) => {
            let _ = report_error(&error);
            (settings.gate, Some(exit::INTERNAL))
        }
    };
    Ok(Said { document: ran.document(&gate), ran: ran.has_run(), own_code })
}

/// Where the search for the configuration begins.
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

fn run_one(args: &RunArgs, handler: &Path, settings: &Settings) -> Result<Ran, CommandError> {
    let table = settings::table_of(settings, handler)?.map(|table| (table, settings.folder()));
    let request = Request::of_argument(handler, args, &settings.config, table);
    request::check_freeze(args, std::slice::from_ref(&request))?;
    let runtime = runtime(2)?;
    let terminal = Arc::new(Terminal::stderr());
    let result = runtime.block_on(async {
        let mut interrupted = interrupt::listen();
        let ready = one::prepare(&request, &terminal, &mut interrupted).await?;
        one::observe(ready, &request, &terminal, interrupted).await
    });
    terminal.finish();
    // A thread that still reads the handler's output must not keep us.
    runtime.shutdown_background();
    let judged = one::judge(&request, result);
    if let Some(error) = &judged.error {
        // The exit code is that of the report.
        let _ = report_error(error);
    }
    let others = settings.config.handlers.iter().map(|table| table.name.clone());
    let others = others.filter(|name| *name != request.name).collect();
    Ok(Ran::One { judged: Box::new(judged), others })
}

fn run_many(args: &RunArgs, settings: &Settings, gate: Gate) -> Result<Ran, CommandError> {
    let terminal = Arc::new(Terminal::stderr());
    let Selected { requests, selection, gaps } = select::select(args, settings, &terminal)?;
    let jobs = usize::from(args.select.jobs.unwrap_or(1));
    let runtime = runtime(jobs.min(requests.len()) + 1)?;
    let all = many::Handlers { requests, jobs, gate: Arc::new(gate) };
    let (judged, more) = runtime.block_on(many::run(all, &terminal));
    terminal.finish();
    runtime.shutdown_background();
    Ok(Ran::Many { judged, selection, gaps: gaps.into_iter().chain(more).collect() })
}

fn runtime(threads: usize) -> Result<Runtime, CommandError> {
    Builder::new_multi_thread().worker_threads(threads).enable_all().build().map_err(|error| {
        Diagnostic::new(FailureId::InternalError, format!("could not start: {error}")).into()
    })
}
