//! One pending item, whatever its kind: what the steps of the analysis hand on.

use crate::model::location::{Location, Package};
use crate::model::socket::SocketFact;
use crate::model::store::Store;
use crate::model::time::Timestamp;
use crate::report::{Kind, Origin, State};

/// An item that was pending at one or more responses.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Item {
    pub(crate) kind: Kind,
    pub(crate) name: Option<String>,
    pub(crate) location: Option<Location>,
    pub(crate) origin: Option<Origin>,
    pub(crate) package: Option<Package>,
    pub(crate) created: Timestamp,
    pub(crate) ended: Option<Timestamp>,
    /// The invocations (by place, from 0) at whose response it was pending.
    pub(crate) pending_in: Vec<usize>,
    pub(crate) state: Option<State>,
    pub(crate) timer: Option<TimerFacts>,
    pub(crate) socket: Option<SocketFact>,
    pub(crate) wait: Option<Wait>,
    /// If it is a socket: whether data was under way on it at a response.
    pub(crate) in_flight: bool,
    /// If it is a handle that the feed does not show.
    pub(crate) handle: Option<HandleKind>,
}

/// What the operating system shows and the feed does not.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum HandleKind {
    /// A child process.
    Process,
    /// A thread that no runtime accounts for.
    Thread,
}

/// When a timer fires.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct TimerFacts {
    pub(crate) due: Option<Timestamp>,
    pub(crate) repeats: bool,
}

/// What a task waits on.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Wait {
    pub(crate) resource: String,
    pub(crate) operation: Option<String>,
    pub(crate) location: Option<Location>,
    pub(crate) timer: Option<TimerFacts>,
    pub(crate) inferred: bool,
}

impl Item {
    /// Whether it ended, after each response that it was pending at, before the runtime asked for
    /// the next event: nothing froze it, and nobody waited for it.
    pub(crate) fn is_safe(&self, store: &Store) -> bool {
        !self.pending_in.is_empty()
            && self.pending_in.iter().all(|index| {
                let next = store.invocations.get(*index).and_then(|invocation| invocation.next_at);
                matches!((self.ended, next), (Some(ended), Some(next)) if ended <= next)
            })
    }

    /// When it is known to fire or to go on, if it is or waits on a timer that fires once.
    pub(crate) fn due(&self) -> Option<Timestamp> {
        let timer = self.timer.or(self.wait.as_ref().and_then(|wait| wait.timer))?;
        if timer.repeats { None } else { timer.due }
    }

    /// Whether it is, or waits on, a timer that fires again and again.
    pub(crate) fn ticks(&self) -> bool {
        self.timer.is_some_and(|timer| timer.repeats)
            || self.wait.as_ref().and_then(|wait| wait.timer).is_some_and(|timer| timer.repeats)
    }
}
