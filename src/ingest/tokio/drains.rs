//! Completeness of console-subscriber's feed up to an instant, from counted drains.
//!
//! console-subscriber's aggregator keeps events in a queue and drains it only when something
//! wakes it, at most 127 events at a time (one unit of tokio's cooperative budget of 128 goes to
//! what woke it). A fresh time stamp on a message is therefore no evidence. What is:
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

use crate::ingest::tokio::EventCount;
use crate::model::time::Timestamp;
use crate::observation::DrainCycles;

/// Events that a whole cooperative budget lets through.
const EVENTS_PER_CYCLE: u64 = 127;

/// The drains that have been counted for one instant.
#[derive(Clone, Debug)]
pub struct Drains {
    instant: Timestamp,
    opened_at: Option<Timestamp>,
    counts: Vec<DrainCycles>,
    received: Vec<(Timestamp, EventCount)>,
    complete_at: Option<Timestamp>,
}

impl Drains {
    /// Counts for completeness up to this instant.
    pub fn since(instant: Timestamp) -> Self {
        Self {
            instant,
            opened_at: None,
            counts: Vec::new(),
            received: Vec::new(),
            complete_at: None,
        }
    }

    /// When the feed was known to be complete up to the instant.
    pub fn complete_at(&self) -> Option<Timestamp> {
        self.complete_at
    }

    /// Drain cycles were counted.
    pub fn counted(&mut self, cycles: DrainCycles) {
        if cycles.opened_at < self.instant || self.complete_at.is_some() {
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
        if at < self.instant || self.complete_at.is_some() {
            return;
        }
        self.received.push((at, events));
        let (Some(now), Some(opened_at)) = (now, self.opened_at) else { return };
        let since = self.received.iter().filter(|(at, _)| *at >= opened_at);
        let events: u64 = since.map(|(_, events)| events.0).sum();
        let published_before = self.counts.iter().rev().find(|count| count.counted_at < now);
        let whole_cycles = published_before.map_or(0, |count| count.cycles.saturating_sub(1));
        if events < EVENTS_PER_CYCLE.saturating_mul(whole_cycles) {
            self.complete_at = Some(at);
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
    fn two_cycles_and_a_later_message_with_few_events_are_enough() {
        let mut drains = Drains::since(at(10));
        drains.counted(count(11, 20, 2));
        drains.received(at(22), Some(at(21)), EventCount(126));
        assert_eq!(drains.complete_at(), Some(at(22)));
    }

    #[test]
    fn one_cycle_may_have_been_cut_short_by_the_budget() {
        let mut drains = Drains::since(at(10));
        drains.counted(count(11, 20, 1));
        drains.received(at(22), Some(at(21)), EventCount(0));
        assert_eq!(drains.complete_at(), None);
    }

    #[test]
    fn full_cycles_show_nothing() {
        // Measured: 1,016 events in 8 cycles, again and again, while thousands waited.
        let mut drains = Drains::since(at(10));
        drains.counted(count(11, 20, 8));
        drains.received(at(22), Some(at(21)), EventCount(1016));
        assert_eq!(drains.complete_at(), None);
        // And the measured end of a burst: 435 events in 9 cycles.
        let mut drains = Drains::since(at(10));
        drains.counted(count(11, 20, 9));
        drains.received(at(22), Some(at(21)), EventCount(435));
        assert!(drains.complete_at().is_some());
    }

    #[test]
    fn a_message_from_before_the_count_does_not_close_it() {
        let mut drains = Drains::since(at(10));
        drains.counted(count(11, 20, 50));
        drains.received(at(22), Some(at(19)), EventCount(1));
        assert_eq!(drains.complete_at(), None);
        drains.received(at(30), Some(at(29)), EventCount(1));
        assert_eq!(drains.complete_at(), Some(at(30)));
    }

    #[test]
    fn events_of_every_message_since_the_stream_was_opened_count() {
        let mut drains = Drains::since(at(10));
        drains.received(at(12), Some(at(12)), EventCount(300));
        drains.counted(count(11, 20, 3));
        drains.received(at(22), Some(at(21)), EventCount(1));
        assert_eq!(drains.complete_at(), None, "301 events are more than two whole cycles");
        drains.counted(count(11, 25, 6));
        drains.received(at(27), Some(at(26)), EventCount(1));
        assert_eq!(drains.complete_at(), Some(at(27)));
    }

    #[test]
    fn cycles_counted_before_the_instant_are_none_of_its() {
        let mut drains = Drains::since(at(10));
        drains.counted(count(9, 20, 50));
        drains.received(at(22), Some(at(21)), EventCount(0));
        assert_eq!(drains.complete_at(), None);
    }
}
