//! Gaps and hints in the words of tokio and of console-subscriber.

use crate::model::diagnostic::{Diagnostic, GapId};

/// The queue of console-subscriber was full.
pub(crate) fn events_dropped(lost: u64) -> Diagnostic {
    let message = format!("the console feed lost {lost} events because its queue was full");
    Diagnostic::new(GapId::EventsDropped, message).hint(
        "let the handler do less at once, or start it with a larger TOKIO_CONSOLE_BUFFER_CAPACITY (--env)",
    )
}

/// The handler does not serve a feed.
pub(crate) fn not_attached() -> Diagnostic {
    let message = "the handler serves no console feed, so its tasks and timers were not seen";
    Diagnostic::new(GapId::NotInstrumented, message).hint(
        "add the crate console-subscriber and call console_subscriber::init() first thing in main; build with --cfg tokio_unstable",
    )
}

/// The way to lead a connection through the proxy.
pub(crate) const fn proxy_hint() -> &'static str {
    "name the peer in the handler's environment, as HOST:PORT, in a URL, or as in PGHOST and PGPORT: a tokio program is led to the proxy by that"
}
