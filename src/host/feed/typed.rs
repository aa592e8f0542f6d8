//! The typed feed as a source of observations.

use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tonic::transport::Channel;
use tonic::{Status, Streaming};

use crate::feed::convert;
use crate::feed::generated as wire;
use crate::host::clock::Clock;
use crate::host::feed::generated::feed_client::FeedClient;
use crate::host::feed::signal::{FeedSignal, MESSAGE_LIMIT};
use crate::model::diagnostic::{Diagnostic, GapId};
use crate::model::time::Timestamp;
use crate::observation::{Observation, ObservationKind, UncaughtError, UncaughtKind};

/// A typed feed that is being followed. Dropping it closes the stream.
pub(crate) struct TypedFeed {
    client: FeedClient<Channel>,
    signals: Signals,
    /// The number of the last update that was received.
    received: watch::Receiver<u64>,
    _follower: JoinSet<()>,
}

impl TypedFeed {
    /// Follows the feed; UNIMPLEMENTED if the peer has none.
    pub(super) async fn attach(
        channel: Channel,
        clock: Clock,
        signals: mpsc::UnboundedSender<FeedSignal>,
    ) -> Result<Self, Status> {
        let mut client = FeedClient::new(channel).max_decoding_message_size(MESSAGE_LIMIT);
        let updates = client.watch(wire::WatchRequest {}).await?.into_inner();
        let signals = Signals { clock, sender: signals };
        let (sender, received) = watch::channel(0);
        let mut follower = JoinSet::new();
        follower.spawn(follow(updates, signals.clone(), sender));
        Ok(Self { client, signals, received, _follower: follower })
    }

    /// Flushes the feed. It is complete up to the request once the updates that the flush covers
    /// have been received.
    pub(super) async fn flush(&mut self) {
        let requested = self.signals.clock.now();
        match self.client.flush(wire::FlushRequest {}).await {
            Ok(response) => {
                let wire::FlushResponse { sequence } = response.into_inner();
                if self.received.wait_for(|received| *received >= sequence).await.is_ok() {
                    self.signals.observe(ObservationKind::FeedFlushed { requested, sequence });
                }
            }
            Err(_) => self.signals.send(FeedSignal::Incomplete),
        }
        self.signals.send(FeedSignal::RoundDone);
    }
}

async fn follow(
    mut updates: Streaming<wire::Update>,
    signals: Signals,
    received: watch::Sender<u64>,
) {
    let mut attached = false;
    let reason = loop {
        match updates.message().await {
            Ok(Some(update)) => {
                if !std::mem::replace(&mut attached, true) {
                    signals.observe(ObservationKind::FeedAttached);
                }
                let sequence = update.sequence;
                take(update, &signals);
                received.send_replace(sequence);
            }
            Ok(None) => break "the stream was closed".to_owned(),
            Err(status) => break status.message().to_owned(),
        }
    };
    signals.observe(ObservationKind::FeedLost { reason });
}

/// Passes on what an update holds.
fn take(mut update: wire::Update, signals: &Signals) {
    let uncaught = std::mem::take(&mut update.uncaught);
    let gaps = std::mem::take(&mut update.gaps);
    match convert::from_wire(update) {
        Ok(update) => signals.observe(ObservationKind::FeedUpdate(Box::new(update))),
        Err(unknown) => signals.observe(ObservationKind::Diagnostic(Diagnostic::new(
            GapId::FeedInconsistent,
            format!("the feed holds something that this loopcheck does not know: {unknown}"),
        ))),
    }
    for gap in gaps {
        let wire::Gap { at_nanos, kind, message, hint } = gap;
        let gap = Diagnostic { id: gap_id(kind).into(), message, hint };
        signals.observe_at(Timestamp::from_nanos(at_nanos), ObservationKind::Diagnostic(gap));
    }
    for wire::Uncaught { at_nanos, kind, invocation } in uncaught {
        let error = UncaughtError {
            kind: uncaught_kind(kind),
            left_by: invocation,
            file: None,
            line: None,
            column: None,
        };
        signals.observe_at(Timestamp::from_nanos(at_nanos), ObservationKind::Uncaught(error));
    }
}

fn gap_id(kind: i32) -> GapId {
    match wire::GapKind::try_from(kind) {
        Ok(wire::GapKind::RecorderFailed) => GapId::AgentFailed,
        Ok(wire::GapKind::UnseenHandle) => GapId::UnseenHandle,
        Ok(wire::GapKind::SitesMissing) => GapId::SitesMissing,
        Ok(wire::GapKind::Inconsistent | wire::GapKind::Unspecified) | Err(_) => {
            GapId::FeedInconsistent
        }
    }
}

fn uncaught_kind(kind: i32) -> UncaughtKind {
    match wire::UncaughtKind::try_from(kind) {
        Ok(wire::UncaughtKind::Rejection) => UncaughtKind::Rejection,
        Ok(wire::UncaughtKind::Exit) => UncaughtKind::Exit,
        Ok(wire::UncaughtKind::Exception | wire::UncaughtKind::Unspecified) | Err(_) => {
            UncaughtKind::Exception
        }
    }
}

/// Where the session listens.
#[derive(Clone)]
struct Signals {
    clock: Clock,
    sender: mpsc::UnboundedSender<FeedSignal>,
}

impl Signals {
    fn observe(&self, kind: ObservationKind) {
        self.observe_at(self.clock.now(), kind);
    }

    fn observe_at(&self, at: Timestamp, kind: ObservationKind) {
        self.send(FeedSignal::Observed(Box::new(Observation { at, kind })));
    }

    fn send(&self, signal: FeedSignal) {
        // The session is gone when it no longer listens, and so will this be.
        let _ = self.sender.send(signal);
    }
}
