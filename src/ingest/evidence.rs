//! The evidence so far: the store, and whether it is complete.

use crate::ingest::completeness::Completeness;
use crate::ingest::tokio::EventCount;
use crate::ingest::{feed, invocations, sockets, tokio};
use crate::model::diagnostic::{Diagnostic, GapId};
use crate::model::store::Store;
use crate::model::time::Timestamp;
use crate::model::together::Together;
use crate::observation::{Observation, ObservationKind};

/// The evidence of a run, which can be judged at any moment.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// What is known.
    pub store: Store,
    completeness: Option<Completeness>,
}

impl Evidence {
    /// Takes one observation over.
    pub fn observe(&mut self, observation: &Observation) {
        let at = observation.at;
        let store = &mut self.store;
        match &observation.kind {
            ObservationKind::RunStarted(run) => store.run = Some(run.as_ref().clone()),
            ObservationKind::ProcessStarted { pid } => store.pid = Some(*pid),
            ObservationKind::FeedAttached => store.feed.attached_at = Some(at),
            ObservationKind::ConsoleMessage { subscription, message } => {
                let events = tokio::apply(store, *subscription, message);
                if let Some(completeness) = &mut self.completeness {
                    completeness.received(at, message.now, events);
                }
            }
            ObservationKind::DrainCycles(cycles) => {
                if let Some(completeness) = &mut self.completeness {
                    completeness.counted(*cycles);
                }
            }
            ObservationKind::FeedUpdate(update) => {
                feed::apply(store, update);
                // Recordings of format version 4 have counted drains for this feed as well.
                let events = EventCount(update.created.len() as u64);
                if let Some(completeness) = &mut self.completeness {
                    completeness.received(at, Some(update.at), events);
                }
            }
            ObservationKind::FeedFlushed { requested, sequence } => {
                // An update that has not come is missing, whatever the flush says.
                if store.feed.sequence.is_some_and(|last| last >= *sequence) {
                    store.feed.flushed = store.feed.flushed.max(Some(*requested));
                    if let Some(completeness) = &mut self.completeness {
                        completeness.flushed(at, *requested);
                    }
                }
            }
            ObservationKind::FeedLost { reason } => {
                store.feed.lost_at = store.feed.lost_at.or(Some(at));
                self.note_lost_feed(reason);
            }
            ObservationKind::RuntimeApi(moment) => invocations::moment(store, at, moment),
            ObservationKind::Sockets(scan) => sockets::apply(store, at, scan),
            ObservationKind::Settled { reason } => invocations::settled(store, at, *reason),
            ObservationKind::ProcessExited { status } => invocations::exited(store, at, *status),
            ObservationKind::ProcessKilled { reason } => invocations::killed(store, at, *reason),
            ObservationKind::Frozen { by, .. } => invocations::frozen(store, at, *by),
            ObservationKind::Thawed => invocations::thawed(store, at),
            ObservationKind::DeliveredTogether { events: 0 } => store.takes_one = true,
            ObservationKind::DeliveredTogether { events } => {
                store.together = Some(Together::of(*events));
            }
            ObservationKind::PeerConnected => store.peer.connected.push(at),
            ObservationKind::PeerUnreachable { reason } => {
                store.peer.unreachable.push((at, reason.clone()));
            }
            ObservationKind::PeerBroken { connections } => {
                store.peer.broken.push((at, *connections));
            }
            ObservationKind::ShutdownNotice => store.shutdown_notice_at = Some(at),
            // Of several in flight it could be any, and the one that fails says so by its answer.
            ObservationKind::Uncaught(_) if store.together.is_some() => {}
            ObservationKind::Uncaught(error) => store.uncaught.push((at, error.clone())),
            ObservationKind::Diagnostic(gap) => store.note(gap.clone()),
        }
        self.follow_completeness();
    }

    /// The end of a feed matters only while something is still to be learned from it.
    fn note_lost_feed(&mut self, reason: &str) {
        let over = self.store.exited.is_some() || self.store.killed.is_some();
        if !over {
            let message = format!("the feed ended before the run did: {reason}");
            self.store.note(
                Diagnostic::new(GapId::FeedLost, message)
                    .hint("its process has ended, or has closed the feed"),
            );
        }
    }

    fn follow_completeness(&mut self) {
        let Some(last) = self.store.invocations.last_mut() else { return };
        let Some(responded_at) = last.responded_at else {
            self.completeness = None;
            return;
        };
        let completeness =
            self.completeness.get_or_insert_with(|| Completeness::up_to(responded_at));
        if last.complete_at.is_none() && completeness.complete_at().is_some() {
            last.complete_at = completeness.complete_at();
            self.keep_activities(responded_at);
        }
    }

    /// What a task was doing is lost with its end, so it is kept while it is known.
    fn keep_activities(&mut self, responded_at: Timestamp) {
        let alive = self.store.tasks.iter_mut().filter(|task| {
            task.span_life.ended.is_none() && task.span_life.created <= responded_at
        });
        for task in alive {
            task.activity_at_response = Some(task.stats.activity());
        }
    }
}
