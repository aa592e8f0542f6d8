//! What happens at the Runtime API, for the session, in its order.
//!
//! Nothing here knows HTTP.

use std::sync::{Mutex, PoisonError};

use tokio::sync::{mpsc, oneshot};

use crate::host::clock::Clock;
use crate::model::time::Timestamp;
use crate::observation::ApiMoment;

/// One moment at the Runtime API, with an optional hold on the answer to the client.
#[derive(Debug)]
pub(crate) struct ApiSignal {
    /// The instant.
    pub(crate) at: Timestamp,
    /// The moment.
    pub(crate) moment: ApiMoment,
    /// The client gets its answer once this has been sent on or dropped. The session reads the
    /// process's sockets in between, while the handler still waits for the answer.
    pub(crate) release: Option<oneshot::Sender<()>>,
}

/// The place where moments are stamped and sent.
#[derive(Debug)]
pub(super) struct Signals {
    clock: Clock,
    // Behind a lock so that the order of the signals is the order of their stamps.
    sender: Mutex<mpsc::UnboundedSender<ApiSignal>>,
}

impl Signals {
    pub(super) fn new(clock: Clock, sender: mpsc::UnboundedSender<ApiSignal>) -> Self {
        Self { clock, sender: Mutex::new(sender) }
    }

    /// The time now, on the clock that stamps the signals.
    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Reports a moment that is now.
    pub(super) fn emit(&self, moment: ApiMoment) {
        self.send(moment, None);
    }

    /// Reports a moment that is now, and gives what the answer to the client has to wait for.
    pub(super) fn emit_held(&self, moment: ApiMoment) -> Hold {
        let (release, released) = oneshot::channel();
        self.send(moment, Some(release));
        Hold(released)
    }

    fn send(&self, moment: ApiMoment, release: Option<oneshot::Sender<()>>) {
        let sender = self.sender.lock().unwrap_or_else(PoisonError::into_inner);
        let at = self.clock.now();
        // When nobody listens the run is over; the signal is dropped, and with it the hold.
        _ = sender.send(ApiSignal { at, moment, release });
    }
}

/// An answer that has to wait.
#[derive(Debug)]
#[must_use = "the answer has to wait for it"]
pub(super) struct Hold(oneshot::Receiver<()>);

impl Hold {
    /// Waits until the session lets the answer go.
    pub(super) async fn released(self) {
        // A release that was dropped is a release too.
        _ = self.0.await;
    }
}
