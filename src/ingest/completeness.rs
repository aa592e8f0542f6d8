//! Completeness of the feed up to a response: whether everything that happened before it is known.

use crate::ingest::tokio::{Drains, EventCount};
use crate::model::time::Timestamp;
use crate::observation::DrainCycles;

/// What is known of the feed's completeness up to one instant.
#[derive(Clone, Debug)]
pub(super) struct Completeness {
    instant: Timestamp,
    drains: Drains,
    flushed_at: Option<Timestamp>,
}

impl Completeness {
    /// Follows completeness up to this instant.
    pub(super) fn up_to(instant: Timestamp) -> Self {
        Self { instant, drains: Drains::since(instant), flushed_at: None }
    }

    /// When the feed was known to be complete up to the instant.
    pub(super) fn complete_at(&self) -> Option<Timestamp> {
        self.flushed_at.or(self.drains.complete_at())
    }

    /// The typed feed has been flushed: it is complete up to `requested`.
    pub(super) fn flushed(&mut self, at: Timestamp, requested: Timestamp) {
        if requested >= self.instant {
            self.flushed_at = self.flushed_at.or(Some(at));
        }
    }

    /// Drains of console-subscriber's queue were counted.
    pub(super) fn counted(&mut self, cycles: DrainCycles) {
        self.drains.counted(cycles);
    }

    /// A message of console-subscriber's came at `at`, with its own stamp `now`.
    pub(super) fn received(&mut self, at: Timestamp, now: Option<Timestamp>, events: EventCount) {
        self.drains.received(at, now, events);
    }
}
