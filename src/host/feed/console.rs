//! tokio-console's feed as a source of observations.
//!
//! Keeps the main subscription open for the whole run, and on request makes the feed's aggregator
//! drain its queue and counts the drains. What the counts show is `ingest::tokio`'s question.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use console_api::instrument::instrument_client::InstrumentClient;
use console_api::instrument::{InstrumentRequest, ResumeRequest, State, StateRequest, Update};
use tokio::sync::{Notify, mpsc};
use tokio::task::{AbortHandle, JoinSet};
use tonic::transport::Channel;
use tonic::{Status, Streaming};

use crate::feed::console::MessageReader;
use crate::host::clock::Clock;
use crate::host::feed::signal::{FeedSignal, MESSAGE_LIMIT, Round};
use crate::model::time::Timestamp;
use crate::observation::{DrainCycles, Observation, ObservationKind, Subscription};

/// Drains in the first round for an instant; enough unless the queue is long.
const FIRST_ROUND: usize = 3;

/// Drains in every further round.
const NEXT_ROUND: usize = 64;

/// How often the queue is drained while nobody asks for a proof, so that it does not overflow.
const IDLE_PUMP: Duration = Duration::from_millis(20);

/// How many requests are under way at once while the queue is being drained.
const PUMP_WIDTH: usize = 16;

/// An attached console feed. Dropping it closes every stream.
pub(crate) struct ConsoleFeed {
    client: InstrumentClient<Channel>,
    clock: Clock,
    signals: mpsc::UnboundedSender<FeedSignal>,
    cycles: Option<CycleCount>,
    tasks: JoinSet<()>,
}

impl ConsoleFeed {
    /// Subscribes to the feed behind this channel.
    pub(super) async fn attach(
        channel: Channel,
        clock: Clock,
        signals: mpsc::UnboundedSender<FeedSignal>,
    ) -> Result<Self, Status> {
        let mut client = InstrumentClient::new(channel).max_decoding_message_size(MESSAGE_LIMIT);
        let updates = client.watch_updates(InstrumentRequest {}).await?.into_inner();
        let mut feed = Self { client, clock, signals, cycles: None, tasks: JoinSet::new() };
        feed.observe(ObservationKind::FeedAttached);
        let (client, signals) = (feed.client.clone(), feed.signals.clone());
        feed.tasks.spawn(follow(updates, clock, signals));
        feed.tasks.spawn(pump_when_idle(client));
        Ok(feed)
    }

    /// Causes drains, counts them, and asks for the full state if wanted.
    ///
    /// Its last signal is [`FeedSignal::RoundDone`]. A feed that has been lost ends the round
    /// early; the main subscription reports the loss itself.
    pub(super) async fn round(&mut self, round: Round) {
        match self.drain(round).await {
            Some(()) if round.audit => self.audit().await,
            Some(()) => {}
            None => {
                // The next round counts from anew; do not try again in a tight loop.
                self.cycles = None;
                tokio::time::sleep(IDLE_PUMP).await;
            }
        }
        self.send(FeedSignal::RoundDone);
    }

    async fn drain(&mut self, round: Round) -> Option<()> {
        if round.fresh || self.cycles.is_none() {
            self.cycles = None;
            let opened_at = self.clock.now();
            let states = self.client.watch_state(StateRequest {}).await.ok()?.into_inner();
            self.cycles = Some(CycleCount::follow(states, opened_at, &mut self.tasks));
        }
        let before = self.cycles.as_ref()?.count();
        let drains = if round.fresh { FIRST_ROUND } else { NEXT_ROUND };
        let mut left = drains;
        while left > 0 {
            let width = left.min(PUMP_WIDTH);
            let resumes = (0..width).map(|_| {
                let mut client = self.client.clone();
                async move { client.resume(ResumeRequest {}).await.is_ok() }
            });
            let done = futures_util::future::join_all(resumes).await;
            if done.contains(&false) {
                return None;
            }
            left -= width;
        }
        let cycles = self.cycles.as_ref()?;
        // Every command is taken in a cycle of its own, and every cycle sends one message.
        let count = cycles.reaches(before + drains as u64).await?;
        let counted_at = self.clock.now();
        let counted = DrainCycles { opened_at: cycles.opened_at, counted_at, cycles: count };
        self.observe(ObservationKind::DrainCycles(counted));
        Some(())
    }

    async fn audit(&mut self) {
        let Ok(response) = self.client.watch_updates(InstrumentRequest {}).await else { return };
        let mut updates = response.into_inner();
        // A full state that is too large is not sent at all; do not wait for it for ever.
        let first = tokio::time::timeout(Duration::from_millis(500), updates.message()).await;
        if let Ok(Ok(Some(update))) = first {
            // Each subscription is sent the call sites that its rows refer to.
            let message = Box::new(MessageReader::default().read(&update));
            let subscription = Subscription::Audit;
            self.observe(ObservationKind::ConsoleMessage { subscription, message });
        }
    }

    fn observe(&self, kind: ObservationKind) {
        let observation = Observation { at: self.clock.now(), kind };
        self.send(FeedSignal::Observed(Box::new(observation)));
    }

    fn send(&self, signal: FeedSignal) {
        // The session is gone when it no longer listens, and so will this be.
        let _ = self.signals.send(signal);
    }
}

/// The number of messages on one state stream.
struct CycleCount {
    opened_at: Timestamp,
    shared: Arc<SharedCount>,
    reader: AbortHandle,
}

#[derive(Default)]
struct SharedCount {
    messages: AtomicU64,
    ended: AtomicU64,
    changed: Notify,
}

impl CycleCount {
    fn follow(states: Streaming<State>, opened_at: Timestamp, tasks: &mut JoinSet<()>) -> Self {
        let shared = Arc::new(SharedCount::default());
        let reader = tasks.spawn(count_states(states, Arc::clone(&shared)));
        Self { opened_at, shared, reader }
    }

    fn count(&self) -> u64 {
        self.shared.messages.load(Ordering::Acquire)
    }

    /// Waits until so many messages have come; `None` when the stream ends before that.
    async fn reaches(&self, wanted: u64) -> Option<u64> {
        loop {
            let changed = self.shared.changed.notified();
            let count = self.count();
            if count >= wanted {
                return Some(count);
            }
            if self.shared.ended.load(Ordering::Acquire) > 0 {
                return None;
            }
            changed.await;
        }
    }
}

impl Drop for CycleCount {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

async fn count_states(mut states: Streaming<State>, shared: Arc<SharedCount>) {
    while let Ok(Some(_)) = states.message().await {
        shared.messages.fetch_add(1, Ordering::AcqRel);
        shared.changed.notify_one();
    }
    shared.ended.store(1, Ordering::Release);
    shared.changed.notify_one();
}

async fn follow(
    mut updates: Streaming<Update>,
    clock: Clock,
    signals: mpsc::UnboundedSender<FeedSignal>,
) {
    let mut reader = MessageReader::default();
    loop {
        let kind = match updates.message().await {
            Ok(Some(update)) => ObservationKind::ConsoleMessage {
                subscription: Subscription::Main,
                message: Box::new(reader.read(&update)),
            },
            Ok(None) => ObservationKind::FeedLost { reason: "the stream was closed".into() },
            Err(status) => ObservationKind::FeedLost { reason: status.message().to_owned() },
        };
        let lost = matches!(kind, ObservationKind::FeedLost { .. });
        let observation = Observation { at: clock.now(), kind };
        if signals.send(FeedSignal::Observed(Box::new(observation))).is_err() || lost {
            return;
        }
    }
}

async fn pump_when_idle(mut client: InstrumentClient<Channel>) {
    while client.resume(ResumeRequest {}).await.is_ok() {
        tokio::time::sleep(IDLE_PUMP).await;
    }
}
