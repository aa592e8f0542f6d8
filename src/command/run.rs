//! `loopcheck run`.

use std::fs::File;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use crate::analysis;
use crate::cli::RunArgs;
use crate::command::complaint::report_error;
use crate::command::output::Outputs;
use crate::command::resolve::{self, Resolved};
use crate::command::{events, interrupt};
use crate::error::CommandError;
use crate::ingest::Evidence;
use crate::model::gap::{Gap, GapId};
use crate::model::store::Store;
use crate::session::{self, Plan, Recorder};
use crate::source::terminal::Terminal;

/// Runs a handler and reports what it left pending.
pub(crate) fn run(args: &RunArgs) -> ExitCode {
    let outputs = match Outputs::open(&args.output) {
        Ok(outputs) => outputs,
        Err(error) => return report_error(&error.gap),
    };
    let runtime =
        match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => {
                let message = format!("could not start: {error}");
                return report_error(&Gap::new(GapId::InternalError, message));
            }
        };
    let terminal = Arc::new(Terminal::stderr());
    let result = runtime.block_on(observe(args, &terminal));
    terminal.finish();
    // A thread that still reads the handler's output must not keep us.
    runtime.shutdown_background();
    conclude(args, result, outputs)
}

async fn observe(args: &RunArgs, terminal: &Arc<Terminal>) -> Result<Evidence, CommandError> {
    let mut interrupted = interrupt::listen();
    let events = events::read(&args.events, args.invocations)?;
    check_console(args.console)?;
    let recording = args.record.as_deref().map(create_recording).transpose()?;
    let resolved = tokio::select! {
        resolved = resolve::resolve(args, terminal) => resolved?,
        _ = interrupted.changed() => {
            let gap = Gap::new(GapId::Interrupted, "the build was interrupted");
            return Err(CommandError { gap });
        }
    };
    let plan = plan(args, resolved, events);
    let (mut evidence, mut recorder) =
        session::run(plan.clone(), recording, Arc::clone(terminal), interrupted.clone()).await;
    if analysis::is_blind(&evidence.store) {
        // Most likely the handler's subscriber lost a race that it seldom loses; try once more.
        terminal.note("the console feed showed no task; running the handler once more");
        let recording = args.record.as_deref().map(create_recording).transpose()?;
        (evidence, recorder) =
            session::run(plan, recording, Arc::clone(terminal), interrupted).await;
    }
    if let Some(Err(error)) = recorder.map(Recorder::finish) {
        let message = format!("the recording is not whole: {error}");
        evidence.store.note(Gap::new(GapId::RecordingIncomplete, message));
    }
    Ok(evidence)
}

fn plan(args: &RunArgs, resolved: Resolved, events: Vec<bytes::Bytes>) -> Plan {
    Plan {
        handler: args.handler.display().to_string(),
        detail: resolved.detail,
        launch: resolved.launch,
        events,
        timeout: args.timeout,
        settle: args.settle,
        modes: args.modes.clone(),
        console: args.console,
        workspace: resolved.workspace,
        task_root: resolved.task_root,
        function_name: resolved.function_name,
    }
}

fn create_recording(path: &Path) -> Result<Recorder, CommandError> {
    let failed = |error: std::io::Error| {
        let message = format!("could not create the recording {}: {error}", path.display());
        CommandError::input(message, None)
    };
    File::create(path).map_err(failed).and_then(|file| Recorder::new(file).map_err(failed))
}

/// An address that the user chose must be free: otherwise the feed of another program would be
/// read.
fn check_console(console: Option<SocketAddr>) -> Result<(), CommandError> {
    let Some(addr) = console else { return Ok(()) };
    if !addr.ip().is_loopback() {
        return Err(CommandError::input(
            format!("{addr} is not a loopback address"),
            Some("a console feed has no access control: serve it at 127.0.0.1".into()),
        ));
    }
    match TcpListener::bind(addr) {
        Ok(_) => Ok(()),
        Err(error) => Err(CommandError::input(
            format!("the console address {addr} cannot be used: {error}"),
            Some("end the program that listens there, or leave out --console to have a free port chosen".into()),
        )),
    }
}

fn conclude(args: &RunArgs, result: Result<Evidence, CommandError>, outputs: Outputs) -> ExitCode {
    let ran = result.is_ok();
    let store = match result {
        Ok(evidence) => evidence.store,
        Err(error) => {
            // The exit code is that of the report below.
            let _ = report_error(&error.gap);
            let mut store = Store::default();
            store.note(error.gap);
            store
        }
    };
    let mut report = analysis::judge(&store);
    report.handler.path = args.handler.display().to_string();
    match outputs.write(&report, ran) {
        Ok(()) => ExitCode::from(report.exit_code),
        Err(error) => report_error(&error.gap),
    }
}
