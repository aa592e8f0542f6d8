//! One pending item, whatever its kind: what the steps of the analysis hand on.

use crate::model::facts::ItemFacts;
use crate::model::invocation::Invocation;
use crate::model::lifetime::Lifetime;
use crate::model::location::{Location, Package};
use crate::model::socket::SocketFact;
use crate::model::store::Store;
use crate::model::time::Timestamp;
use crate::policy::Policy;
use crate::report::{HandleKind, Kind, Origin, State};

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
    /// When it was last seen to run, where that is reported.
    pub(crate) active_at: Option<Timestamp>,
    /// The invocations (by place, from 0) at whose response it was pending.
    pub(crate) pending_in: Vec<usize>,
    pub(crate) state: Option<State>,
    pub(crate) timer: Option<TimerFacts>,
    pub(crate) socket: Option<SocketFact>,
    pub(crate) wait: Option<Wait>,
    /// If it is a socket: whether data was under way on it at a response.
    pub(crate) in_flight: bool,
    /// If it is neither a task, a timer nor a socket: what it is.
    pub(crate) handle: Option<HandleKind>,
    /// Its relation to an event loop, if it lives in one.
    pub(crate) in_loop: Option<InLoop>,
    /// The invocation whose code made it, from 1, and 0 for the init phase; where that is reported.
    pub(crate) made_in: Option<u32>,
    /// If it is a connection of a library: when that closes it for being idle.
    pub(crate) idle_until: Option<Timestamp>,
    /// If it is a connection: method and host of the last request on it.
    pub(crate) request: Option<String>,
    /// If it is a connection: the last invocation that used it.
    pub(crate) used_in: Option<u32>,
}

/// The relation of an item to the event loop that it lives in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct InLoop {
    /// It kept the loop alive when that had turned once after the response.
    pub(crate) holds: bool,
    /// Its own switch for holding the loop (`ref` and `unref`), where it has one.
    pub(crate) is_ref: Option<bool>,
    /// When it let the loop go, although it lived on.
    pub(crate) released: Option<Timestamp>,
}

impl InLoop {
    /// Reads it off the facts of the feed.
    pub(crate) fn of(facts: &ItemFacts) -> Self {
        let ItemFacts { holds_loop, is_ref, released, .. } = facts;
        Self { holds: *holds_loop, is_ref: *is_ref, released: *released }
    }
}

/// When a timer fires.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct TimerFacts {
    pub(crate) due: Option<Timestamp>,
    pub(crate) repeats: bool,
}

/// The resource that a task waits on.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Wait {
    pub(crate) resource: String,
    pub(crate) operation: Option<String>,
    pub(crate) location: Option<Location>,
    pub(crate) timer: Option<TimerFacts>,
    pub(crate) in_loop: Option<InLoop>,
    /// When the resource was made.
    pub(crate) made: Option<Timestamp>,
    pub(crate) inferred: bool,
}

/// The instant at which the runtime asked for the next event. A runtime may report it by its own clock,
/// before it asks: the request may arrive much later, and what ends meanwhile is stopped by the freeze
/// all the same.
fn next_at(store: &Store, invocation: &Invocation) -> Option<Timestamp> {
    if store.extensions.iter().any(|extension| extension.takes_part) {
        // It keeps the environment awake for as long as it has something to do.
        return invocation.idle_at;
    }
    let runtime = store.runtime();
    let next = invocation.next_at?;
    let mode = invocation.mode.as_deref().and_then(|id| runtime.mode(id));
    let at_once = mode.is_some_and(|mode| mode.policy == Policy::Freeze);
    let reported = invocation.asked_at.or(invocation.turned_at.filter(|_| at_once));
    Some(reported.map_or(next, |reported| reported.min(next)))
}

impl Item {
    /// An item of which no more is known than this.
    pub(crate) fn of(kind: Kind, life: Lifetime, pending_in: Vec<usize>) -> Self {
        Self {
            kind,
            name: None,
            location: None,
            origin: None,
            package: None,
            created: life.created,
            ended: life.ended,
            active_at: None,
            pending_in,
            state: None,
            timer: None,
            socket: None,
            wait: None,
            in_flight: false,
            handle: None,
            in_loop: None,
            made_in: None,
            idle_until: None,
            request: None,
            used_in: None,
        }
    }

    /// When it no longer kept the event loop alive, if that has been seen.
    pub(crate) fn let_go(&self) -> Option<Timestamp> {
        let released = self.in_loop.and_then(|in_loop| in_loop.released);
        match (self.ended, released) {
            (Some(ended), Some(released)) => Some(ended.min(released)),
            (ended, released) => ended.or(released),
        }
    }

    /// Returns true if it ended within the turn of the event loop that each response left in: no freeze
    /// comes before that.
    pub(crate) fn ends_in_turn(&self, store: &Store) -> bool {
        self.ends_by(store, |invocation| invocation.turned_at)
    }

    /// Returns true if it ended, after each response that it was pending at, before the runtime asked for
    /// the next event: nothing froze it, and nobody waited for it.
    pub(crate) fn is_safe(&self, store: &Store) -> bool {
        self.ends_by(store, |invocation| next_at(store, invocation))
    }

    /// Returns true if it ended by this instant of each invocation that it was pending in.
    fn ends_by(&self, store: &Store, limit: impl Fn(&Invocation) -> Option<Timestamp>) -> bool {
        let ends_in = |index: &usize| {
            let limit = store.invocations.get(*index).and_then(&limit);
            matches!((self.ended, limit), (Some(ended), Some(limit)) if ended <= limit)
        };
        !self.pending_in.is_empty() && self.pending_in.iter().all(ends_in)
    }

    /// When it is known to fire or to go on, if it is or waits on a timer that fires once.
    pub(crate) fn due(&self) -> Option<Timestamp> {
        let timer = self.timer.or(self.wait.as_ref().and_then(|wait| wait.timer))?;
        if timer.repeats { None } else { timer.due }
    }

    /// Returns true if it is, or waits on, a timer that fires again and again.
    pub(crate) fn ticks(&self) -> bool {
        self.timer.is_some_and(|timer| timer.repeats)
            || self.wait.as_ref().and_then(|wait| wait.timer).is_some_and(|timer| timer.repeats)
    }
}
