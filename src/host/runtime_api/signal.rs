//! The signals of the Runtime API to the session, in the order in which things happened.
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
    sender: Mutex<Sender>,
}

#[derive(Debug)]
struct Sender {
    signals: mpsc::UnboundedSender<ApiSignal>,
    /// The last stamp.
    last: Timestamp,
}

impl Signals {
    pub(super) fn new(clock: Clock, sender: mpsc::UnboundedSender<ApiSignal>) -> Self {
        let sender = Sender { signals: sender, last: Timestamp::default() };
        Self { clock, sender: Mutex::new(sender) }
    }

    /// The time now, on the clock that stamps the signals.
    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Tells of a moment that is now.
    pub(super) fn emit(&self, moment: ApiMoment) {
        self.send(moment, None, None);
    }

    /// Sends a moment of a while ago, but not from before the one that was sent last.
    pub(super) fn emit_at(&self, moment: ApiMoment, at: Timestamp) {
        self.send(moment, None, Some(at));
    }

    /// Tells of a moment that is now, and gives what the answer to the client has to wait for.
    pub(super) fn emit_held(&self, moment: ApiMoment) -> Hold {
        let (release, released) = oneshot::channel();
        self.send(moment, Some(release), None);
        Hold(released)
    }

    fn send(&self, moment: ApiMoment, release: Option<oneshot::Sender<()>>, at: Option<Timestamp>) {
        let mut sender = self.sender.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.now();
        let at = at.map_or(now, |at| at.min(now).max(sender.last));
        sender.last = at;
        // When nobody listens the run is over; the signal is dropped, and with it the hold.
        _ = sender.signals.send(ApiSignal { at, moment, release });
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
