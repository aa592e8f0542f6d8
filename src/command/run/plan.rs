//! From a request to a plan of its run: the events are read, and the handler is found or built.

use std::fs::File;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;

use tokio::sync::watch;

use crate::command::run::events;
use crate::command::run::request::Request;
use crate::command::run::resolve::{self, Resolved};
use crate::error::CommandError;
use crate::host::repository;
use crate::host::terminal::Terminal;
use crate::model::diagnostic::{Diagnostic, FailureId};
use crate::observation::{Identity, Policy, Runtime};
use crate::session::{Plan, Recorder};

/// A handler that is ready to run.
pub(crate) struct Ready {
    pub(super) plan: Plan,
    pub(super) recording: Option<Recorder>,
}

/// Reads the events and finds or builds the handler.
pub(crate) async fn prepare(
    request: &Request,
    terminal: &Terminal,
    interrupted: &mut watch::Receiver<bool>,
) -> Result<Ready, CommandError> {
    let events = events::read(&request.events, request.invocations)?;
    check_console(request.console)?;
    let recording = request.record.as_deref().map(create_recording).transpose()?;
    let resolved = tokio::select! {
        resolved = resolve::resolve(request, terminal) => resolved?,
        _ = stopped(interrupted) => {
            return Err(Diagnostic::new(FailureId::Interrupted, "the build was interrupted").into());
        }
    };
    Ok(Ready { plan: plan(request, resolved, events)?, recording })
}

async fn stopped(interrupted: &mut watch::Receiver<bool>) {
    // The sender lives as long as the process.
    let _ = interrupted.wait_for(|stop| *stop).await;
}

fn plan(
    request: &Request,
    resolved: Resolved,
    events: Vec<bytes::Bytes>,
) -> Result<Plan, CommandError> {
    let runtime = resolved.program.runtime();
    check_modes(request, runtime)?;
    check_proxy(request, runtime)?;
    Ok(Plan {
        handler: request.named.clone(),
        identity: identity(request, &resolved),
        detail: resolved.detail,
        program: resolved.program,
        different_events: u32::try_from(events.len()).unwrap_or(u32::MAX) / request.invocations,
        events,
        timeout: request.timeout,
        settle: request.settle,
        modes: request.modes.clone(),
        console: request.console,
        workspace: resolved.workspace,
        task_root: resolved.task_root,
        function_name: request.function_name.clone().unwrap_or(resolved.function_name),
        enforced: None,
        broken: None,
    })
}

fn identity(request: &Request, resolved: &Resolved) -> Identity {
    let root = resolved.sources.as_deref().and_then(repository::root);
    let inside = |path: &Path| root.as_deref().and_then(|root| repository::inside(root, path));
    Identity {
        name: request.name.clone(),
        sources: resolved.sources.as_deref().and_then(inside),
        file: resolved.file.as_deref().and_then(inside),
    }
}

/// Refuses a mode in which the handler cannot complete: it has no fates to judge by.
fn check_modes(request: &Request, runtime: Runtime) -> Result<(), CommandError> {
    let Some(foreign) = request.modes.iter().find(|id| runtime.mode(id).is_none()) else {
        return Ok(());
    };
    let known: Vec<&str> = runtime.modes().iter().map(|mode| mode.id).collect();
    Err(CommandError::input(
        format!("{} cannot complete in the mode {foreign}", request.named),
        Some(format!("its modes are: {}", known.join(", "))),
    ))
}

/// Refuses `--proxy` without a freeze: connections are broken during one.
fn check_proxy(request: &Request, runtime: Runtime) -> Result<(), CommandError> {
    let freezes = |id: &String| runtime.mode(id).is_some_and(|mode| mode.policy != Policy::RunOn);
    if request.proxy.is_empty() || request.modes.is_empty() || request.modes.iter().any(freezes) {
        return Ok(());
    }
    let freezing = runtime.modes().iter().filter(|mode| mode.policy != Policy::RunOn);
    let freezing: Vec<&str> = freezing.map(|mode| mode.id).collect();
    Err(CommandError::input(
        "--proxy breaks connections while the environment is frozen, and no --mode that was given freezes it".to_owned(),
        Some(format!("leave --mode out, or give one of: {}", freezing.join(", "))),
    ))
}

/// Creates the file of `--record`.
pub(super) fn create_recording(path: &Path) -> Result<Recorder, CommandError> {
    let failed = |error: std::io::Error| {
        let message = format!("could not create the recording {}: {error}", path.display());
        CommandError::input(message, None)
    };
    File::create(path).map_err(failed).and_then(|file| Recorder::new(file).map_err(failed))
}

/// Refuses an address that is not free: otherwise the feed of another program would be read.
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
