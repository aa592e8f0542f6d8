//! One handler, from its request to its raw report.

use std::fs::File;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;

use jiff::civil::Date;
use jiff::tz::Offset;
use tokio::sync::watch;

use crate::analysis;
use crate::command::request::Request;
use crate::command::resolve::{self, Resolved};
use crate::command::{events, prove};
use crate::error::CommandError;
use crate::gate::{self, Gate};
use crate::host::repository;
use crate::host::terminal::Terminal;
use crate::ingest::Evidence;
use crate::model::diagnostic::{Diagnostic, FailureId, GapId};
use crate::model::store::Store;
use crate::observation::{Identity, Observation, ObservationKind, Policy, Runtime};
use crate::report::Report;
use crate::session::{self, Plan, Recorder};

/// A handler that can be run.
pub(crate) struct Ready {
    plan: Plan,
    recording: Option<Recorder>,
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

/// What was observed of a handler.
#[derive(Default)]
pub(crate) struct Observed {
    /// When it was left to itself.
    pub(crate) evidence: Evidence,
    /// When policies were enforced on it; `None` if that was not asked for.
    pub(crate) proofs: Option<Vec<Evidence>>,
}

impl Observed {
    /// What one observation after the other comes to, of every run.
    pub(crate) fn of(
        observations: impl IntoIterator<Item = Result<Observation, Diagnostic>>,
    ) -> Self {
        let mut observed = Self::default();
        for observation in observations {
            if let Ok(Observation { kind: ObservationKind::RunStarted(run), .. }) = &observation
                && run.enforced.is_some()
            {
                observed.proofs.get_or_insert_default().push(Evidence::default());
            }
            let proof = observed.proofs.as_mut().and_then(|proofs| proofs.last_mut());
            let current = proof.unwrap_or(&mut observed.evidence);
            match observation {
                Ok(observation) => current.observe(&observation),
                Err(gap) => observed.evidence.store.note(gap),
            }
        }
        observed
    }

    /// The report of it.
    pub(crate) fn report(&self) -> Report {
        let mut report = analysis::judge(&self.evidence.store);
        if let Some(proofs) = &self.proofs {
            let stores: Vec<&Store> = proofs.iter().map(|proof| &proof.store).collect();
            analysis::prove(&mut report, &stores);
        }
        report
    }
}

/// Runs a handler.
pub(crate) async fn observe(
    ready: Ready,
    request: &Request,
    terminal: &Arc<Terminal>,
    interrupted: watch::Receiver<bool>,
) -> Result<Observed, CommandError> {
    let Ready { plan, recording } = ready;
    let (mut evidence, mut recorder) =
        session::run(plan.clone(), recording, Arc::clone(terminal), interrupted.clone()).await;
    if analysis::is_blind(&evidence.store) {
        // Most likely the handler's subscriber lost a race that it seldom loses; try once more.
        terminal.note("the console feed showed no task; running the handler once more");
        let recording = request.record.as_deref().map(create_recording).transpose()?;
        (evidence, recorder) =
            session::run(plan.clone(), recording, Arc::clone(terminal), interrupted.clone()).await;
    }
    let mut proofs = None;
    if let Some(pause) = request.prove {
        let store = &evidence.store;
        let (runs, rest) =
            prove::prove(&plan, store, pause, &request.proxy, recorder, terminal, &interrupted)
                .await;
        let told = |run: &Evidence| run.store.has(FailureId::Interrupted);
        if *interrupted.borrow() && !told(&evidence) && !runs.iter().any(told) {
            evidence.store.note(Diagnostic::new(FailureId::Interrupted, "the run was interrupted"));
        }
        (proofs, recorder) = (Some(runs).filter(|runs| !runs.is_empty()), rest);
    }
    if let Some(Err(error)) = recorder.map(Recorder::finish) {
        let message = format!("the recording is not whole: {error}");
        evidence.store.note(Diagnostic::new(GapId::RecordingIncomplete, message));
    }
    Ok(Observed { evidence, proofs })
}

/// What a run says before anything is expected or known.
pub(crate) struct Judged {
    /// The report.
    report: Report,
    /// The day of the run, if it got to an invocation.
    day: Option<Date>,
    /// Why there was no run to tell of.
    pub(crate) error: Option<CommandError>,
}

impl Judged {
    /// What is left of it under a gate.
    pub(crate) fn under(&self, gate: &Gate) -> Report {
        let mut report = self.report.clone();
        gate::apply(&mut report, gate, self.day);
        report
    }
}

/// Judges what was observed, or that nothing could be.
pub(crate) fn judge(request: &Request, result: Result<Observed, CommandError>) -> Judged {
    let (observed, error) = match result {
        Ok(observed) => (observed, None),
        Err(error) => (of_error(&error), Some(error)),
    };
    let mut report = observed.report();
    report.handler.path.clone_from(&request.named);
    report.handler.name.clone_from(&request.name);
    Judged { report, day: day(&observed.evidence.store), error }
}

/// Judges a handler that was never tried.
pub(crate) fn refused(handler: &Path, error: &CommandError) -> Judged {
    let mut report = of_error(error).report();
    report.handler.path = handler.display().to_string();
    report.handler.name.clone_from(&report.handler.path);
    Judged { report, day: None, error: Some(error.clone()) }
}

fn of_error(error: &CommandError) -> Observed {
    let mut observed = Observed::default();
    error.gaps().for_each(|gap| observed.evidence.store.note(gap.clone()));
    observed
}

/// The day of a run, in UTC: that of its first event.
pub(crate) fn day(store: &Store) -> Option<Date> {
    let nanos = store.invocations.first()?.delivered_at.nanos();
    let instant = jiff::Timestamp::from_nanosecond(i128::from(nanos)).ok()?;
    Some(Offset::UTC.to_datetime(instant).date())
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

/// A mode that the handler cannot complete in has no fates to judge by.
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

/// Connections are broken during a freeze, so there has to be one.
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
