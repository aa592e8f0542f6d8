//! A task of the handler's runtime.

use crate::model::facts::ItemFacts;
use crate::model::lifetime::Lifetime;
use crate::model::location::{Location, Owner};
use crate::model::time::Timestamp;

/// One spawned future or closure.
#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    /// The id of its span in the feed, which is used again after the task's end.
    pub span: u64,
    /// tokio's own id, which is never used again.
    pub tokio_id: Option<u64>,
    /// Its kind.
    pub kind: TaskKind,
    /// The name that its spawner gave it.
    pub name: Option<String>,
    /// For a blocking task: the type of the closure.
    pub function: Option<String>,
    /// Where it was spawned.
    pub location: Option<Location>,
    /// Whose code spawned it.
    pub owner: Option<Owner>,
    /// From when to when its span was open.
    pub span_life: Lifetime,
    /// Counters and stamps as last seen.
    pub stats: TaskStats,
    /// When it had finished, if its counters prove that; see [`Task::ended`].
    pub finished: Option<Timestamp>,
    /// Polls that have been seen, oldest first: the ones that the feed's snapshots happened to
    /// show. Kept because every later poll overwrites the feed's own stamps.
    pub polls_seen: Vec<PollWindow>,
    /// Its activity when the feed had caught up with the last response that it outlived.
    pub activity_at_response: Option<Activity>,
    /// Which subscriptions have shown it.
    pub seen_on: SeenOn,
    /// Further facts, which only the feed of a runtime with an event loop reports.
    pub facts: Option<ItemFacts>,
}

/// The kinds of tasks, as tokio names them.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum TaskKind {
    /// A future given to `spawn`.
    Async,
    /// A future given to `spawn_local`.
    Local,
    /// A closure given to `spawn_blocking`.
    Blocking,
    /// The future given to `block_on`: the root of a runtime.
    BlockOn,
}

/// Counters and stamps of a task.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TaskStats {
    /// The number of polls.
    pub polls: u64,
    /// The number of wakes of its wakers.
    pub wakes: u64,
    /// The number of clones of its wakers.
    pub waker_clones: u64,
    /// The number of dropped wakers (or consumed by a wake).
    pub waker_drops: u64,
    /// Start of its first poll.
    pub first_poll: Option<Timestamp>,
    /// Start of its last poll.
    pub last_poll_started: Option<Timestamp>,
    /// End of its last poll.
    pub last_poll_ended: Option<Timestamp>,
    /// Its last wake.
    pub last_wake: Option<Timestamp>,
}

/// From when to when a task was polled.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct PollWindow {
    /// Start of the poll.
    pub started: Timestamp,
    /// End of the poll; `None` while it goes on.
    pub ended: Option<Timestamp>,
}

/// Which subscriptions of the feed have shown an item.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct SeenOn {
    /// The subscription that is open for the whole run, and the stamp of its first message that did.
    pub main: Option<Timestamp>,
    /// An audit, and when it was taken.
    pub audit: Option<Timestamp>,
    /// The stamp of the first message that reported its end.
    pub end: Option<Timestamp>,
}

/// The activity of a task, read off its counters.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Activity {
    /// It is being polled.
    Busy,
    /// It was woken, or spawned, and waits to be polled.
    Scheduled,
    /// It waits to be woken.
    Idle,
    /// It waits, and nothing exists that could wake it.
    Stuck,
}

/// The number of poll windows that are kept for each task: the first ones and the last.
const POLLS_KEPT: usize = 6;

impl Task {
    /// A task of which no more is known than this.
    pub fn new(span: u64, created: Timestamp) -> Self {
        Self {
            span,
            tokio_id: None,
            kind: TaskKind::Async,
            name: None,
            function: None,
            location: None,
            owner: None,
            span_life: Lifetime::since(created),
            stats: TaskStats::default(),
            finished: None,
            polls_seen: Vec::new(),
            activity_at_response: None,
            seen_on: SeenOn::default(),
            facts: None,
        }
    }

    /// When the task ended, for the purpose of being pending.
    ///
    /// A task's span stays open while a child span is: a task that started `spawn_blocking` looks
    /// alive until that ends. But a finished future has been entered once more than it was woken,
    /// to be dropped. Wakes that came together can hide that, so counters tell only that a task
    /// has finished, never that it has not.
    pub fn ended(&self) -> Option<Timestamp> {
        match (self.span_life.ended, self.finished) {
            (Some(closed), Some(finished)) => Some(closed.min(finished)),
            (closed, finished) => closed.or(finished),
        }
    }

    /// When a task whose span is still open finished, if its counters prove that it did.
    pub fn finished_under_open_span(&self) -> Option<Timestamp> {
        if self.span_life.ended.is_some() { None } else { self.finished }
    }

    /// From when to when the task could do something.
    pub fn life(&self) -> Lifetime {
        Lifetime { created: self.span_life.created, ended: self.ended() }
    }

    /// Takes over newer counters. Counters never go back, so older ones are ignored.
    pub fn observe(&mut self, stats: TaskStats) {
        if stats.polls < self.stats.polls || stats.wakes < self.stats.wakes {
            return;
        }
        if let Some(started) = stats.last_poll_started {
            let ended = stats.last_poll_ended.filter(|ended| *ended >= started);
            self.note_poll(PollWindow { started, ended });
        }
        self.stats = stats;
        self.note_finish();
    }

    fn note_finish(&mut self) {
        let stats = &self.stats;
        if stats.waker_clones > stats.waker_drops {
            // Something can still wake it.
            self.finished = None;
        } else if self.kind != TaskKind::Blocking
            && stats.polls > stats.wakes + 1
            && stats.activity() == Activity::Stuck
        {
            // A child that runs in its span goes on entering it, so the first proof is the best.
            self.finished = self.finished.or(stats.last_poll_ended);
        }
    }

    fn note_poll(&mut self, window: PollWindow) {
        match self.polls_seen.iter_mut().find(|seen| seen.started == window.started) {
            Some(seen) => seen.ended = seen.ended.or(window.ended),
            None => {
                if let Some(last) = self.polls_seen.last_mut() {
                    // Its end was overwritten unseen; it was over when the next poll began.
                    last.ended = last.ended.or(Some(window.started));
                }
                if self.polls_seen.len() == POLLS_KEPT {
                    self.polls_seen.remove(POLLS_KEPT / 2);
                }
                self.polls_seen.push(window);
            }
        }
    }

    /// Returns true if it was being polled at this instant, as far as its polls have been seen.
    pub fn polled_at(&self, instant: Timestamp) -> bool {
        self.polls_seen.iter().any(|window| {
            window.started <= instant && window.ended.is_none_or(|ended| instant <= ended)
        })
    }
}

impl TaskStats {
    /// The counters of a task that waits since it was created and can be woken.
    pub fn waiting(created: Timestamp) -> Self {
        Self {
            polls: 1,
            waker_clones: 1,
            first_poll: Some(created),
            last_poll_started: Some(created),
            last_poll_ended: Some(created),
            ..Self::default()
        }
    }

    /// The activity of the task.
    pub fn activity(&self) -> Activity {
        let Some(started) = self.last_poll_started else {
            return Activity::Scheduled;
        };
        if self.last_poll_ended.is_none_or(|ended| ended < started) {
            return Activity::Busy;
        }
        if self.last_wake.is_some_and(|wake| wake > started) {
            return Activity::Scheduled;
        }
        if self.waker_clones == self.waker_drops { Activity::Stuck } else { Activity::Idle }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(nanos: u64) -> Option<Timestamp> {
        Some(Timestamp::from_nanos(nanos))
    }

    fn task(stats: TaskStats) -> Task {
        let mut task = Task::new(1, Timestamp::from_nanos(1));
        task.observe(stats);
        task
    }

    #[test]
    fn std_future_pending_is_stuck() {
        let stats = TaskStats {
            polls: 1,
            first_poll: at(2),
            last_poll_started: at(2),
            last_poll_ended: at(3),
            ..TaskStats::default()
        };
        assert_eq!(stats.activity(), Activity::Stuck);
        assert_eq!(task(stats).ended(), None);
    }

    #[test]
    fn a_live_waker_keeps_a_task_from_being_stuck() {
        let stats = TaskStats {
            polls: 1,
            waker_clones: 1,
            last_poll_started: at(2),
            last_poll_ended: at(3),
            ..TaskStats::default()
        };
        assert_eq!(stats.activity(), Activity::Idle);
        assert_eq!(task(stats).ended(), None);
    }

    #[test]
    fn a_task_never_polled_or_woken_since_is_scheduled() {
        assert_eq!(TaskStats::default().activity(), Activity::Scheduled);
        let woken = TaskStats {
            polls: 1,
            wakes: 1,
            last_poll_started: at(2),
            last_poll_ended: at(3),
            last_wake: at(4),
            ..TaskStats::default()
        };
        assert_eq!(woken.activity(), Activity::Scheduled);
    }

    #[test]
    fn one_entry_more_than_polls_can_explain_proves_the_end() {
        // Polled, woken, polled to its end, entered once more to be dropped.
        let stats = TaskStats {
            polls: 3,
            wakes: 1,
            waker_clones: 1,
            waker_drops: 1,
            last_wake: at(5),
            last_poll_started: at(8),
            last_poll_ended: at(9),
            ..TaskStats::default()
        };
        assert_eq!(task(stats.clone()).ended(), at(9));
        let with_a_waker = TaskStats { waker_clones: 2, ..stats.clone() };
        assert_eq!(task(with_a_waker).ended(), None);
        let coalesced = TaskStats { wakes: 2, waker_clones: 2, waker_drops: 2, ..stats };
        assert_eq!(task(coalesced).ended(), None);
    }

    #[test]
    fn a_child_that_enters_the_span_does_not_move_the_end() {
        let finished = TaskStats {
            polls: 3,
            wakes: 1,
            last_wake: at(5),
            last_poll_started: at(8),
            last_poll_ended: at(9),
            ..TaskStats::default()
        };
        let mut task = task(finished.clone());
        let entered = TaskStats {
            polls: 4,
            last_poll_started: at(300),
            last_poll_ended: at(301),
            ..finished.clone()
        };
        task.observe(entered);
        assert_eq!(task.ended(), at(9));
        task.observe(TaskStats { polls: 5, waker_clones: 1, ..finished });
        assert_eq!(task.ended(), None, "what can be woken has not finished");
    }

    #[test]
    fn counters_never_go_back() {
        let mut task = task(TaskStats { polls: 5, wakes: 4, ..TaskStats::default() });
        task.observe(TaskStats { polls: 4, wakes: 4, ..TaskStats::default() });
        assert_eq!(task.stats.polls, 5);
    }
}
