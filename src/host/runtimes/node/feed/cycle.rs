//! When the feed may say that it has drained.
//!
//! console-subscriber's aggregator drains its queue when it is asked to, and a message on the
//! state stream tells of each drain; `ingest::caught_up` builds its proof on them. Here a drain is
//! a probe that the agent has answered: whatever the agent had seen before, it has told by then.
//! While the handler works nothing is asked of it, and between its response and the mark of the
//! loop's turn no answer would do, so drains that are asked for meanwhile wait. Pure state: the
//! clock, the pipe and the streams are [`crate::host::runtimes::node::feed::shared`]'s.

use std::time::Duration;

use crate::model::time::Timestamp;

/// The shortest time between two probes.
const PROBE_EVERY: Duration = Duration::from_millis(10);

/// So many drains wait at most. Somebody may ask for hours while a handler works, and nobody needs
/// that many at once.
const MOST_ASKED: u64 = 1024;

/// Where the drains stand.
#[derive(Debug)]
pub(in crate::host::runtimes::node) struct Cycles {
    gate: Gate,
    /// Drains that were asked for and belong to no probe yet.
    asked: u64,
    /// Something was asked for since the last message.
    unanswered: bool,
    under_way: Option<Probe>,
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

/// A question to the agent, and the drains that wait for its answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::host::runtimes::node) struct Probe {
    /// Its number; later ones are greater.
    pub(in crate::host::runtimes::node) seq: u64,
    /// How many drains its answer is.
    pub(in crate::host::runtimes::node) cycles: u64,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::host::runtimes::node) enum Step {
    /// Ask the agent.
    Ask(u64),
    /// Tell what is known.
    Tell,
    /// Nothing before so much time has passed.
    Later(Duration),
    /// Nothing until something happens.
    Wait,
}

impl Cycles {
    pub(in crate::host::runtimes::node) fn new() -> Self {
        Self {
            gate: Gate::Starting,
            asked: 0,
            unanswered: false,
            under_way: None,
            seq: 0,
            last: None,
        }
    }

    /// A drain is asked for.
    pub(in crate::host::runtimes::node) fn ask(&mut self) {
        self.asked = (self.asked + 1).min(MOST_ASKED);
        self.unanswered = true;
    }

    /// The number that the next probe will have.
    pub(in crate::host::runtimes::node) fn next_seq(&self) -> u64 {
        self.seq + 1
    }

    /// What is to be done now.
    pub(in crate::host::runtimes::node) fn step(&mut self, now: Timestamp) -> Step {
        let idle = match self.gate {
            Gate::Open => self.under_way.is_some() || self.asked == 0,
            Gate::Starting | Gate::Closed | Gate::Responded | Gate::Over => !self.unanswered,
        };
        if idle {
            return Step::Wait;
        }
        let due = self.last.map_or(now, |last| last.plus(PROBE_EVERY));
        if now < due {
            return Step::Later(due.saturating_since(now));
        }
        self.last = Some(now);
        self.unanswered = false;
        if self.gate != Gate::Open {
            return Step::Tell;
        }
        self.seq += 1;
        self.under_way = Some(Probe { seq: self.seq, cycles: std::mem::take(&mut self.asked) });
        Step::Ask(self.seq)
    }

    /// The agent has answered a probe; `None` when it proves nothing.
    pub(in crate::host::runtimes::node) fn answered(&mut self, seq: u64) -> Option<Probe> {
        let probe = self.under_way.take_if(|probe| probe.seq == seq)?;
        if self.gate == Gate::Open {
            return Some(probe);
        }
        self.asked += probe.cycles;
        None
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

    /// Nothing more can be proved.
    pub(in crate::host::runtimes::node) fn stop(&mut self) {
        self.close(Gate::Over);
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
            self.asked += probe.cycles;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Timestamp {
        Timestamp::from_nanos(1_000_000_000 + millis * 1_000_000)
    }

    fn open() -> Cycles {
        let mut cycles = Cycles::new();
        cycles.ready();
        cycles
    }

    #[test]
    fn what_is_asked_together_is_one_probe_and_every_answer_counts() {
        let mut cycles = open();
        assert_eq!(cycles.step(at(0)), Step::Wait);
        (0..16).for_each(|_| cycles.ask());
        assert_eq!(cycles.step(at(0)), Step::Ask(1));
        cycles.ask();
        assert_eq!(cycles.step(at(50)), Step::Wait, "one at a time");
        assert_eq!(cycles.answered(1), Some(Probe { seq: 1, cycles: 16 }));
        assert_eq!(cycles.answered(1), None);
        assert_eq!(cycles.step(at(5)), Step::Later(Duration::from_millis(5)));
        assert_eq!(cycles.step(at(10)), Step::Ask(2));
        assert_eq!(cycles.answered(2), Some(Probe { seq: 2, cycles: 1 }));
        assert_eq!(cycles.answered(3), None, "never asked");
    }

    #[test]
    fn while_the_handler_works_it_is_told_what_is_known_and_no_drain_counts() {
        let mut cycles = open();
        cycles.began();
        cycles.ask();
        assert_eq!(cycles.step(at(0)), Step::Tell);
        assert_eq!(cycles.step(at(20)), Step::Wait);
        cycles.responded();
        cycles.ask();
        assert_eq!(cycles.step(at(40)), Step::Tell, "the loop has not turned");
        cycles.turned();
        assert_eq!(cycles.step(at(60)), Step::Ask(1));
        assert_eq!(cycles.answered(1).unwrap().cycles, 2, "those from before wait until here");
    }

    #[test]
    fn an_answer_from_before_the_invocation_proves_nothing_after_it() {
        let mut cycles = open();
        cycles.ask();
        assert_eq!(cycles.step(at(0)), Step::Ask(1));
        cycles.began();
        cycles.responded();
        cycles.turned();
        assert_eq!(cycles.answered(1), None);
        assert_eq!(cycles.step(at(20)), Step::Ask(2));
    }

    #[test]
    fn without_the_turn_there_is_never_a_drain() {
        let mut cycles = open();
        cycles.began();
        cycles.responded();
        for round in 0..100 {
            cycles.ask();
            assert!(!matches!(cycles.step(at(round * 20)), Step::Ask(_)));
        }
        assert_eq!(cycles.answered(1), None);
    }

    #[test]
    fn after_the_end_nothing_opens_it_again() {
        let mut cycles = open();
        cycles.stop();
        cycles.ready();
        cycles.began();
        cycles.responded();
        cycles.turned();
        cycles.ask();
        assert_eq!(cycles.step(at(0)), Step::Tell);
    }

    #[test]
    fn a_turn_that_nobody_waits_for_opens_nothing() {
        let mut cycles = open();
        cycles.began();
        cycles.turned();
        cycles.ready();
        cycles.ask();
        assert_eq!(cycles.step(at(0)), Step::Tell);
    }
}
