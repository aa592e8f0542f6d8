//! The proof that the feed has told everything up to an instant.
//!
//! console-subscriber's aggregator keeps events in a queue and drains it only when something
//! wakes it, at most 127 events at a time (one unit of tokio's cooperative budget of 128 goes to
//! what woke it). A fresh time stamp on a message therefore proves nothing. What does:
//!
//! - A state stream that is opened after the instant shows one message for each drain cycle, all
//!   of them after the instant.
//! - If none of `n` cycles in a row found the queue empty, each of them used up its budget; all
//!   but the first had a whole one. So they took at least `127 * (n - 1)` events.
//! - Every event that they took is in a message that was published after them, at the latest in
//!   the first message whose own stamp is later than the count.
//!
//! So when that message has come, and all messages since the stream was opened hold fewer than
//! `127 * (n - 1)` events, one of the cycles has found the queue empty, and everything that
//! happened before the instant has been seen.

use crate::ingest::console::EventCount;
use crate::model::time::Timestamp;
use crate::observation::DrainCycles;

/// Events that a whole cooperative budget lets through.
const EVENTS_PER_CYCLE: u64 = 127;

/// The state of the proof for one instant.
#[derive(Clone, Debug)]
pub struct CaughtUp {
    instant: Timestamp,
    opened_at: Option<Timestamp>,
    counts: Vec<DrainCycles>,
    received: Vec<(Timestamp, EventCount)>,
    proved_at: Option<Timestamp>,
}

impl CaughtUp {
    /// Asks for a proof about this instant.
    pub fn with(instant: Timestamp) -> Self {
        Self { instant, opened_at: None, counts: Vec::new(), received: Vec::new(), proved_at: None }
    }

    /// When the proof was complete.
    pub fn proved_at(&self) -> Option<Timestamp> {
        self.proved_at
    }

    /// Drain cycles were counted.
    pub fn counted(&mut self, cycles: DrainCycles) {
        if cycles.opened_at < self.instant || self.proved_at.is_some() {
            return;
        }
        if self.opened_at != Some(cycles.opened_at) {
            // A new stream starts a new count.
            self.opened_at = Some(cycles.opened_at);
            self.counts.clear();
        }
        self.counts.push(cycles);
    }

    /// A message of the feed came at `at`, with the feed's own stamp `now`.
    pub fn received(&mut self, at: Timestamp, now: Option<Timestamp>, events: EventCount) {
        if at < self.instant || self.proved_at.is_some() {
            return;
        }
        self.received.push((at, events));
        let (Some(now), Some(opened_at)) = (now, self.opened_at) else { return };
        let since = self.received.iter().filter(|(at, _)| *at >= opened_at);
        let events: u64 = since.map(|(_, events)| events.0).sum();
        let published_before = self.counts.iter().rev().find(|count| count.counted_at < now);
        let whole_cycles = published_before.map_or(0, |count| count.cycles.saturating_sub(1));
        if events < EVENTS_PER_CYCLE.saturating_mul(whole_cycles) {
            self.proved_at = Some(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(nanos: u64) -> Timestamp {
        Timestamp::from_nanos(nanos)
    }

    fn count(opened: u64, counted: u64, cycles: u64) -> DrainCycles {
        DrainCycles { opened_at: at(opened), counted_at: at(counted), cycles }
    }

    #[test]
    fn two_cycles_and_a_later_message_with_few_events_are_a_proof() {
        let mut proof = CaughtUp::with(at(10));
        proof.counted(count(11, 20, 2));
        proof.received(at(22), Some(at(21)), EventCount(126));
        assert_eq!(proof.proved_at(), Some(at(22)));
    }

    #[test]
    fn one_cycle_may_have_been_cut_short_by_the_budget() {
        let mut proof = CaughtUp::with(at(10));
        proof.counted(count(11, 20, 1));
        proof.received(at(22), Some(at(21)), EventCount(0));
        assert_eq!(proof.proved_at(), None);
    }

    #[test]
    fn full_cycles_prove_nothing() {
        // Measured: 1,016 events in 8 cycles, again and again, while thousands waited.
        let mut proof = CaughtUp::with(at(10));
        proof.counted(count(11, 20, 8));
        proof.received(at(22), Some(at(21)), EventCount(1016));
        assert_eq!(proof.proved_at(), None);
        // And the measured end of a burst: 435 events in 9 cycles.
        let mut proof = CaughtUp::with(at(10));
        proof.counted(count(11, 20, 9));
        proof.received(at(22), Some(at(21)), EventCount(435));
        assert!(proof.proved_at().is_some());
    }

    #[test]
    fn a_message_from_before_the_count_does_not_close_it() {
        let mut proof = CaughtUp::with(at(10));
        proof.counted(count(11, 20, 50));
        proof.received(at(22), Some(at(19)), EventCount(1));
        assert_eq!(proof.proved_at(), None);
        proof.received(at(30), Some(at(29)), EventCount(1));
        assert_eq!(proof.proved_at(), Some(at(30)));
    }

    #[test]
    fn events_of_every_message_since_the_stream_was_opened_count() {
        let mut proof = CaughtUp::with(at(10));
        proof.received(at(12), Some(at(12)), EventCount(300));
        proof.counted(count(11, 20, 3));
        proof.received(at(22), Some(at(21)), EventCount(1));
        assert_eq!(proof.proved_at(), None, "301 events are more than two whole cycles");
        proof.counted(count(11, 25, 6));
        proof.received(at(27), Some(at(26)), EventCount(1));
        assert_eq!(proof.proved_at(), Some(at(27)));
    }

    #[test]
    fn cycles_counted_before_the_instant_are_none_of_its() {
        let mut proof = CaughtUp::with(at(10));
        proof.counted(count(9, 20, 50));
        proof.received(at(22), Some(at(21)), EventCount(0));
        assert_eq!(proof.proved_at(), None);
    }
}
