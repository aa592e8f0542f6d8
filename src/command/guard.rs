//! `loopcheck guard`, which is started by loopcheck itself and by nobody else.

use std::io;
use std::process::ExitCode;

use tokio::runtime::Builder;
use tokio::signal::unix::{SignalKind, signal};

use crate::host::process;

/// Waits for the end of the loopcheck that started this, and ends its handler then.
pub(crate) fn guard() -> ExitCode {
    // What asks programs to end must not end this one before its work is done.
    let ignoring = Builder::new_current_thread().enable_io().build().ok();
    let _entered = ignoring.as_ref().map(|runtime| runtime.enter());
    let kinds = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()];
    let _ignored = kinds.map(|kind| signal(kind).ok());
    process::guard(io::stdin().lock());
    ExitCode::SUCCESS
}
