//! Several handlers: built one after the other, then run in parallel.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinHandle;

use crate::command::messages::report_error_of;
use crate::command::run::judged::Judged;
use crate::command::run::plan::{self, Ready};
use crate::command::run::request::Request;
use crate::command::run::{interrupt, observe};
use crate::error::CommandError;
use crate::gate::Gate;
use crate::host::terminal::Terminal;
use crate::model::diagnostic::{Diagnostic, FailureId};
use crate::report::{ReportedDiagnostic, Verdict};

/// The handlers to run.
pub(crate) struct Handlers {
    pub(crate) requests: Vec<Request>,
    /// The number of handlers that run at once.
    pub(crate) jobs: usize,
    /// The gate of the progress lines.
    pub(crate) gate: Arc<Gate>,
}

/// Runs them. Returns the judgements in their order, and diagnostics that concern no single handler.
pub(crate) async fn run(
    handlers: Handlers,
    terminal: &Arc<Terminal>,
) -> (Vec<Judged>, Vec<ReportedDiagnostic>) {
    let Handlers { requests, jobs, gate } = handlers;
    let mut interrupted = interrupt::listen();
    let total = requests.len();
    let mut prepared = Vec::new();
    // Two builds at once would only wait for each other.
    for request in requests {
        if *interrupted.borrow() {
            break;
        }
        let own = Arc::new(terminal.of(&request.name));
        let ready = plan::prepare(&request, &own, &mut interrupted).await;
        prepared.push(Prepared { request, ready, terminal: own });
    }
    let turns = Arc::new(Semaphore::new(jobs));
    let progress = Arc::new(Progress { total, done: 0.into(), gate });
    let mut running: Vec<(String, JoinHandle<Option<Judged>>)> = Vec::new();
    for prepared in prepared {
        // Here and not in the task, so that they come in their order. It is never closed.
        let turn = Arc::clone(&turns).acquire_owned().await.ok();
        let (interrupted, progress) = (interrupted.clone(), Arc::clone(&progress));
        let name = prepared.request.name.clone();
        running.push((name, tokio::spawn(prepared.run(turn, interrupted, progress))));
    }
    let (mut judged, mut gaps) = (Vec::new(), Vec::new());
    for (name, handle) in running {
        match handle.await {
            Ok(of_one) => judged.extend(of_one),
            Err(error) => {
                let message = format!("judging {name} failed: {error}");
                gaps.push(ReportedDiagnostic::from(&Diagnostic::new(
                    FailureId::InternalError,
                    message,
                )));
            }
        }
    }
    let missing = total - judged.len() - gaps.len();
    if *interrupted.borrow() {
        let message = match missing {
            0 => "the run was interrupted".to_owned(),
            n => format!("the run was interrupted before {n} of {total} handlers were run"),
        };
        gaps.push(ReportedDiagnostic::from(&Diagnostic::new(FailureId::Interrupted, message)));
    }
    (judged, gaps)
}

struct Prepared {
    request: Request,
    ready: Result<Ready, CommandError>,
    terminal: Arc<Terminal>,
}

impl Prepared {
    /// Runs it, now that it is its turn. Returns nothing if the whole run has been interrupted.
    async fn run(
        self,
        _turn: Option<OwnedSemaphorePermit>,
        interrupted: watch::Receiver<bool>,
        progress: Arc<Progress>,
    ) -> Option<Judged> {
        let Self { request, ready, terminal } = self;
        if *interrupted.borrow() && ready.is_ok() {
            return None;
        }
        let result = match ready {
            Ok(ready) => observe::observe(ready, &request, &terminal, interrupted).await,
            Err(error) => Err(error),
        };
        let judged = Judged::of(&request, result);
        progress.report(&request.name, &judged, &terminal);
        Some(judged)
    }
}

/// Prints which handlers are done.
struct Progress {
    total: usize,
    done: std::sync::atomic::AtomicUsize,
    gate: Arc<Gate>,
}

impl Progress {
    fn report(&self, name: &str, judged: &Judged, terminal: &Terminal) {
        let done = self.done.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
        if let Some(error) = &judged.error {
            terminal.aside(|| report_error_of(name, error));
        }
        let verdict = match judged.under(&self.gate).verdict {
            Verdict::Pass => "pass",
            Verdict::Fail => "FAIL",
            Verdict::Error => "ERROR",
            Verdict::Inconclusive => "INCONCLUSIVE",
        };
        terminal.note(&format!("[{done}/{}] {verdict}", self.total));
    }
}
