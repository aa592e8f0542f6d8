//! The runs of one prepared handler: the run that predicts, and those that verify it.

use std::sync::Arc;

use tokio::sync::watch;

use crate::analysis;
use crate::command::observed::Observed;
use crate::command::run::plan::{Ready, create_recording};
use crate::command::run::request::Request;
use crate::command::run::verify;
use crate::error::CommandError;
use crate::host::terminal::Terminal;
use crate::ingest::Evidence;
use crate::model::diagnostic::{Diagnostic, FailureId, GapId};
use crate::session::{self, Recorder};

/// Runs a handler and returns its observations.
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
    let mut enforced = None;
    if let Some(pause) = request.prove {
        let store = &evidence.store;
        let (runs, rest) =
            verify::verify(&plan, store, pause, &request.proxy, recorder, terminal, &interrupted)
                .await;
        let noted = |run: &Evidence| run.store.has(FailureId::Interrupted);
        if *interrupted.borrow() && !noted(&evidence) && !runs.iter().any(noted) {
            evidence.store.note(Diagnostic::new(FailureId::Interrupted, "the run was interrupted"));
        }
        (enforced, recorder) = (Some(runs).filter(|runs| !runs.is_empty()), rest);
    }
    if let Some(Err(error)) = recorder.map(Recorder::finish) {
        let message = format!("the recording is incomplete: {error}");
        evidence.store.note(Diagnostic::new(GapId::RecordingIncomplete, message));
    }
    Ok(Observed { evidence, enforced })
}
