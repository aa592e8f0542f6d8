//! A message of tokio-console's feed: what loopcheck reads of it.
//!
//! Rows stay as they came. They may come twice, contradict each other or count for nothing that was
//! announced; reading them with suspicion is `ingest`'s job.

use crate::feed::update::SourceLocation;
use crate::model::task::{TaskKind, TaskStats};
use crate::model::time::Timestamp;

/// One message: the full state, or what has changed since the message before.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Message {
    /// The message's own time stamp.
    pub now: Option<Timestamp>,
    /// The call sites that it registers.
    pub callsites: Vec<u64>,
    /// Tasks that it announces.
    pub tasks: Vec<TaskRow>,
    /// Counters of tasks, in the order of their spans.
    pub task_stats: Vec<TaskStatsRow>,
    /// Resources that it announces.
    pub resources: Vec<ResourceRow>,
    /// What is known of resources, in the order of their spans.
    pub resource_stats: Vec<ResourceStats>,
    /// Operations on resources that it announces.
    pub async_ops: Vec<AsyncOpRow>,
    /// What is known of operations, in the order of their spans.
    pub async_op_stats: Vec<AsyncOpStats>,
    /// How many polls of resources it reports.
    pub poll_ops: u64,
    /// Events that the feed has lost.
    pub dropped_events: u64,
}

impl Message {
    /// The counters that came with a task.
    pub fn task_stats_of(&self, span: u64) -> Option<&TaskStatsRow> {
        of_span(&self.task_stats, span, |row| row.span)
    }

    /// What came with a resource.
    pub fn resource_stats_of(&self, span: u64) -> Option<&ResourceStats> {
        of_span(&self.resource_stats, span, |row| row.span)
    }

    /// What came with an operation.
    pub fn async_op_stats_of(&self, span: u64) -> Option<&AsyncOpStats> {
        of_span(&self.async_op_stats, span, |row| row.span)
    }
}

fn of_span<T>(rows: &[T], span: u64, key: impl Fn(&T) -> u64) -> Option<&T> {
    rows.binary_search_by_key(&span, key).ok().map(|place| &rows[place])
}

/// A task is announced.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TaskRow {
    /// The id of its span, which is used again after its end.
    pub span: u64,
    /// tokio's own id.
    pub tokio_id: Option<u64>,
    /// The kind of task.
    pub kind: Option<TaskKind>,
    /// The name that its spawner gave it.
    pub name: Option<String>,
    /// For a blocking task: the type of the closure.
    pub function: Option<String>,
    /// Where it was spawned.
    pub location: Option<SourceLocation>,
}

/// Counters of a task.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TaskStatsRow {
    /// The id of its span.
    pub span: u64,
    /// When its span was opened.
    pub created: Option<Timestamp>,
    /// When its span was closed.
    pub ended: Option<Timestamp>,
    /// Its counters and stamps.
    pub stats: TaskStats,
}

/// A resource is announced.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ResourceRow {
    /// The id of its span, which is used again after its end.
    pub span: u64,
    /// The span of the resource that it is a part of.
    pub parent: Option<u64>,
    /// A timer, and not a lock or a channel.
    pub is_timer: bool,
    /// Its type, for example `Sleep`.
    pub concrete_type: String,
    /// Where it was made.
    pub location: Option<SourceLocation>,
}

/// What is known of a resource.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ResourceStats {
    /// The id of its span.
    pub span: u64,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// When it was dropped.
    pub ended: Option<Timestamp>,
    /// A `Sleep`: its duration in milliseconds.
    pub duration_ms: Option<u64>,
}

/// An operation on a resource is announced.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AsyncOpRow {
    /// The id of its span, which is used again after its end.
    pub span: u64,
    /// The span of the resource.
    pub resource: Option<u64>,
    /// What is done, for example `Interval::poll_tick`.
    pub source: String,
}

/// What is known of an operation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AsyncOpStats {
    /// The id of its span.
    pub span: u64,
    /// When it began.
    pub created: Option<Timestamp>,
    /// When it was over.
    pub ended: Option<Timestamp>,
    /// The span of the task that polled it last.
    pub task: Option<u64>,
}
