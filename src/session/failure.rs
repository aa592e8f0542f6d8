//! Messages for handlers that failed, with their remedies.

use std::time::Duration;

use crate::model::diagnostic::{Diagnostic, FailureId, GapId};
use crate::model::store::Store;
use crate::observation::{ExitedWith, Runtime};
use crate::runtime::Family;

/// loopcheck itself failed to do something.
pub(crate) fn internal(what: &str, error: &std::io::Error) -> Diagnostic {
    Diagnostic::new(FailureId::InternalError, format!("could not {what}: {error}"))
}

/// The process ended before the run did.
pub(crate) fn exited(store: &Store, status: ExitedWith, last_lines: &[String]) -> Diagnostic {
    let how = describe(status);
    if store.ready_at.is_none() {
        let message = format!("the handler {how} before it asked for an event");
        let hint = match store.runtime().family() {
            Family::Node => "it ended while it was loaded: process.exit(), or an error at its top level; its own output says more, on stderr".into(),
            Family::Tokio => early_hint(last_lines),
        };
        return Diagnostic::new(FailureId::HandlerExitedEarly, message).hint(hint);
    }
    let message = match store.last_invocation() {
        None => format!("the handler {how} while it waited for its first event"),
        Some(last) if last.responded_at.is_none() => {
            format!("the handler {how} in invocation {}", last.index)
        }
        Some(_) if store.together.is_some() => {
            format!("the handler {how} while several invocations were in flight")
        }
        Some(last) => format!("the handler {how} after the response of invocation {}", last.index),
    };
    Diagnostic::new(FailureId::HandlerExited, message)
        .hint("its own output says more, on stderr; Lambda starts a new environment after this")
}

/// It never asked for an event.
pub(crate) fn never_ready(runtime: Runtime, limit: Duration) -> Diagnostic {
    let message = format!("the handler did not ask for an event within {} s", limit.as_secs());
    Diagnostic::new(FailureId::InitTimeout, message).hint(match runtime.family() {
        Family::Node => "it is still being loaded, and Lambda allows 10 s for its init phase: does it await something at its top level that never comes?",
        Family::Tokio => "a Lambda handler calls lambda_runtime::run in main, and Lambda allows 10 s for its init phase; is this the right program?",
    })
}

/// No answer came before the deadline.
pub(crate) fn timed_out(index: u32, timeout: Duration) -> Diagnostic {
    let message =
        format!("Task timed out after {:.2} seconds in invocation {index}", timeout.as_secs_f64());
    Diagnostic::new(FailureId::TimedOut, message).hint(
        "if the handler needs more time, raise --timeout; otherwise something that it awaits never comes",
    )
}

/// It asked for an event and was gone before it came.
pub(crate) fn never_took(index: usize) -> Diagnostic {
    let message = format!("the handler stopped asking for events before invocation {index}");
    Diagnostic::new(FailureId::HandlerExited, message).hint("its own output says more, on stderr")
}

/// The response was sent, and then the runtime never came back for the next event.
pub(crate) fn never_next(index: u32) -> Diagnostic {
    let message = format!(
        "after the response of invocation {index} the handler did not ask for the next event before its deadline"
    );
    Diagnostic::new(GapId::NoNext, message).hint(
        "something keeps the runtime's thread busy after the response; Lambda would end the environment",
    )
}

fn describe(status: ExitedWith) -> String {
    match status {
        ExitedWith::Code(code) => format!("exited with code {code}"),
        ExitedWith::Signal(6) => "was aborted (SIGABRT)".into(),
        ExitedWith::Signal(9) => "was killed (SIGKILL)".into(),
        ExitedWith::Signal(11) => "crashed (SIGSEGV)".into(),
        ExitedWith::Signal(15) => "was terminated (SIGTERM)".into(),
        ExitedWith::Signal(signal) => format!("was ended by signal {signal}"),
    }
}

fn early_hint(last_lines: &[String]) -> String {
    let says = |needle: &str| last_lines.iter().any(|line| line.contains(needle));
    if says("tokio_unstable") || says("task tracing requires Tokio to be built with") {
        return "build it with RUSTFLAGS=\"--cfg tokio_unstable\", or give loopcheck its directory to have it built that way".into();
    }
    if says("AddrInUse") || says("Address already in use") {
        return "a port that it needs is taken; give another address for the console with --console HOST:PORT".into();
    }
    // Its output may hold anything, and a hint is part of the report and of a recording: it is
    // pointed to, not quoted.
    if says(" panicked at ") {
        return "it panicked; its own output says where and why, on stderr".into();
    }
    if last_lines.is_empty() {
        return "a Lambda handler calls lambda_runtime::run in main; is this the right program?"
            .into();
    }
    "its own output says more, on stderr".into()
}
