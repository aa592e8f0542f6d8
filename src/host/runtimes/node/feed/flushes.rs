//! When a flush of the feed is complete.
//!
//! The agent is asked by a probe, and answers with everything that it has seen. So a flush is complete
//! once the agent has answered a probe that was sent after the flush was requested. While the handler
//! works the agent is not asked, and between the response and the mark of the loop's turn no answer
//! would do, so flushes wait meanwhile. Pure state: the clock, the pipe and the streams are
//! [`crate::host::runtimes::node::feed::shared`]'s.

use std::time::Duration;

use crate::model::time::Timestamp;

/// How often the agent is asked while somebody watches and nobody flushes, so that ends are seen.
const REFRESH: Duration = Duration::from_millis(20);

/// Flushes that wait, each as a `W` that is answered.
#[derive(Debug)]
pub(in crate::host::runtimes::node) struct Flushes<W> {
    gate: Gate,
    /// Flushes that belong to no probe yet.
    waiting: Vec<W>,
    under_way: Option<Probe<W>>,
    seq: u64,
    last: Option<Timestamp>,
}

/// Whether the agent can be asked.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Gate {
    /// The runtime has not asked for an event yet.
    Starting,
    /// The handler works.
    Closed,
    /// The handler has responded; the loop has not turned yet.
    Responded,
    /// The loop turns and nobody works.
    Open,
    /// The agent is off or gone.
    Over,
}

/// A question to the agent, and the flushes that wait for its answer.
#[derive(Debug)]
struct Probe<W> {
    seq: u64,
    flushes: Vec<W>,
}

/// The next thing to do.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::host::runtimes::node) enum Step {
    /// Send the agent a probe of this number.
    Probe(u64),
    /// Nothing before so much time has passed.
    Later(Duration),
    /// Nothing until something happens.
    Wait,
}

impl<W> Flushes<W> {
    pub(in crate::host::runtimes::node) fn new() -> Self {
        Self { gate: Gate::Starting, waiting: Vec::new(), under_way: None, seq: 0, last: None }
    }

    /// A flush is requested; handed back when none can be complete any more.
    pub(in crate::host::runtimes::node) fn request(&mut self, flush: W) -> Result<(), W> {
        if self.gate == Gate::Over {
            return Err(flush);
        }
        self.waiting.push(flush);
        Ok(())
    }

    /// The next step; `is_watched`: somebody wants to see ends soon.
    pub(in crate::host::runtimes::node) fn step(
        &mut self,
        now: Timestamp,
        is_watched: bool,
    ) -> Step {
        if self.gate != Gate::Open || self.under_way.is_some() {
            return Step::Wait;
        }
        if self.waiting.is_empty() {
            if !is_watched {
                return Step::Wait;
            }
            let due = self.last.map_or(now, |last| last.plus(REFRESH));
            if now < due {
                return Step::Later(due.saturating_since(now));
            }
        }
        self.last = Some(now);
        self.seq += 1;
        self.under_way = Some(Probe { seq: self.seq, flushes: std::mem::take(&mut self.waiting) });
        Step::Probe(self.seq)
    }

    /// The agent has answered a probe: the flushes that are complete with it.
    pub(in crate::host::runtimes::node) fn answered(&mut self, seq: u64) -> Vec<W> {
        let Some(probe) = self.under_way.take_if(|probe| probe.seq == seq) else {
            return Vec::new();
        };
        if self.gate == Gate::Open {
            return probe.flushes;
        }
        self.waiting.extend(probe.flushes);
        Vec::new()
    }

    /// The runtime is about to ask for its first event.
    pub(in crate::host::runtimes::node) fn ready(&mut self) {
        self.pass(Gate::Starting, Gate::Open);
    }

    /// An invocation begins.
    pub(in crate::host::runtimes::node) fn began(&mut self) {
        self.close(Gate::Closed);
    }

    /// The handler has responded.
    pub(in crate::host::runtimes::node) fn responded(&mut self) {
        self.close(Gate::Responded);
    }

    /// The loop has turned since the response.
    pub(in crate::host::runtimes::node) fn turned(&mut self) {
        self.pass(Gate::Responded, Gate::Open);
    }

    /// No flush can be complete any more; those that waited are dropped.
    pub(in crate::host::runtimes::node) fn stop(&mut self) {
        self.close(Gate::Over);
        self.waiting.clear();
    }

    fn pass(&mut self, from: Gate, to: Gate) {
        if self.gate == from {
            self.gate = to;
        }
    }

    fn close(&mut self, gate: Gate) {
        if self.gate != Gate::Over {
            self.gate = gate;
        }
        // Its answer may come, and would be about an earlier time.
        if let Some(probe) = self.under_way.take() {
            self.waiting.extend(probe.flushes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Timestamp {
        Timestamp::from_nanos(1_000_000_000 + millis * 1_000_000)
    }

    fn open() -> Flushes<u8> {
        let mut flushes = Flushes::new();
        flushes.ready();
        flushes
    }

    #[test]
    fn a_flush_needs_a_probe_that_was_sent_after_its_request() {
        let mut flushes = open();
        assert_eq!(flushes.step(at(0), false), Step::Wait);
        flushes.request(1).unwrap();
        flushes.request(2).unwrap();
        assert_eq!(flushes.step(at(0), false), Step::Probe(1));
        flushes.request(3).unwrap();
        assert_eq!(flushes.step(at(50), true), Step::Wait, "one probe at a time");
        assert_eq!(flushes.answered(1), [1, 2]);
        assert_eq!(flushes.answered(1), [0; 0]);
        assert_eq!(flushes.step(at(50), false), Step::Probe(2));
        assert_eq!(flushes.answered(3), [0; 0], "never asked");
        assert_eq!(flushes.answered(2), [3]);
    }

    #[test]
    fn a_watched_feed_is_refreshed_now_and_then() {
        let mut flushes = open();
        assert_eq!(flushes.step(at(0), true), Step::Probe(1));
        assert_eq!(flushes.answered(1), [0; 0]);
        assert_eq!(flushes.step(at(5), true), Step::Later(Duration::from_millis(15)));
        assert_eq!(flushes.step(at(5), false), Step::Wait);
        assert_eq!(flushes.step(at(20), true), Step::Probe(2));
    }

    #[test]
    fn while_the_handler_works_flushes_wait() {
        let mut flushes = open();
        flushes.began();
        flushes.request(1).unwrap();
        assert_eq!(flushes.step(at(0), true), Step::Wait);
        flushes.responded();
        assert_eq!(flushes.step(at(40), true), Step::Wait, "the loop has not turned");
        flushes.turned();
        assert_eq!(flushes.step(at(60), true), Step::Probe(1));
        assert_eq!(flushes.answered(1), [1]);
    }

    #[test]
    fn an_answer_from_before_the_invocation_completes_nothing_after_it() {
        let mut flushes = open();
        flushes.request(1).unwrap();
        assert_eq!(flushes.step(at(0), false), Step::Probe(1));
        flushes.began();
        flushes.responded();
        flushes.turned();
        assert_eq!(flushes.answered(1), [0; 0]);
        assert_eq!(flushes.step(at(20), false), Step::Probe(2));
        assert_eq!(flushes.answered(2), [1]);
    }

    #[test]
    fn without_the_turn_no_flush_is_ever_complete() {
        let mut flushes = open();
        flushes.began();
        flushes.responded();
        for round in 0..100 {
            flushes.request(1).unwrap();
            assert_eq!(flushes.step(at(round * 20), true), Step::Wait);
        }
        assert_eq!(flushes.answered(1), [0; 0]);
    }

    #[test]
    fn after_the_end_every_flush_is_refused() {
        let mut flushes = open();
        flushes.request(1).unwrap();
        flushes.stop();
        flushes.ready();
        flushes.began();
        flushes.responded();
        flushes.turned();
        assert_eq!(flushes.request(2), Err(2));
        assert_eq!(flushes.step(at(0), true), Step::Wait);
    }

    #[test]
    fn a_turn_that_nobody_waits_for_opens_nothing() {
        let mut flushes = open();
        flushes.began();
        flushes.turned();
        flushes.ready();
        flushes.request(1).unwrap();
        assert_eq!(flushes.step(at(0), false), Step::Wait);
    }
}
