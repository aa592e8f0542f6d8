//! Gaps and hints in the words of Node.js.

use crate::model::diagnostic::{Diagnostic, GapId};

/// Unfinished calls that the agent counts, and does not describe one by one.
pub(crate) fn events_dropped(lost: u64) -> Diagnostic {
    let message = format!("{lost} unfinished calls of async functions are known by number alone");
    Diagnostic::new(GapId::EventsDropped, message)
        .hint("let one invocation start fewer of them, so that each can be shown with its place")
}

/// The agent never reported.
pub(crate) fn not_attached() -> Diagnostic {
    let message = "loopcheck's agent did not report from the handler's process";
    Diagnostic::new(GapId::NotInstrumented, message)
        .hint("it is loaded with NODE_OPTIONS: does something take that away?")
}

/// The way to lead a connection through the proxy.
pub(crate) const fn proxy_hint() -> &'static str {
    "--proxy has to name the host and port that the handler itself connects to, and that have to be there; what a worker or a child process connects to is not led through the proxy"
}
