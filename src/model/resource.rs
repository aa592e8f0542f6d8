//! A resource of the handler's runtime: a timer, a lock, a channel; and what waits on it.

use crate::model::facts::ItemFacts;
use crate::model::id::{ResourceKey, TaskKey};
use crate::model::lifetime::Lifetime;
use crate::model::location::{Location, Owner};
use crate::model::task::SeenOn;

/// Something that a task can wait on.
#[derive(Clone, Debug, PartialEq)]
pub struct Resource {
    /// The id of its span in the feed, which is used again after its end.
    pub span: u64,
    /// The span of the resource that it is a part of.
    pub parent: Option<ResourceKey>,
    /// Its kind.
    pub kind: ResourceKind,
    /// Its type, for example `Sleep`, `Mutex` or `Semaphore`.
    pub concrete_type: String,
    /// Where it was made.
    pub location: Option<Location>,
    /// Whose code made it.
    pub owner: Option<Owner>,
    /// From when to when it existed.
    pub life: Lifetime,
    /// For a `Sleep`: its duration in milliseconds, known after its first poll.
    pub duration_ms: Option<u64>,
    /// The tasks in one of whose polls it was made: the maker, and others that were polled on
    /// other threads at the same moment.
    pub made_by: Vec<TaskKey>,
    /// Which subscriptions have shown it.
    pub seen_on: SeenOn,
    /// Further facts, which only the feed of a runtime with an event loop reports.
    pub facts: Option<ItemFacts>,
}

/// The kinds of resources that matter here.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ResourceKind {
    /// A `Sleep` or an `Interval`.
    Timer,
    /// Anything else: its type says what.
    Other,
}

/// One operation on a resource, in progress.
#[derive(Clone, Debug, PartialEq)]
pub struct AsyncOp {
    /// The id of its span in the feed, which is used again after its end.
    pub span: u64,
    /// The resource.
    pub resource: Option<ResourceKey>,
    /// The operation, for example `Interval::poll_tick`.
    pub source: String,
    /// The task that polled it last.
    pub task: Option<TaskKey>,
    /// From when to when it went on.
    pub life: Lifetime,
}

impl Resource {
    /// Returns true for a timer that fires again and again.
    pub fn repeats(&self) -> bool {
        self.concrete_type == "Interval"
    }
}
