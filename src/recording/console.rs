//! Messages of tokio's console as messages of a recording, and back.
//!
//! As in [`crate::recording::convert`]: there and back is the identity, and back is strict.

use crate::feed::console::{
    AsyncOpRow, AsyncOpStats, Message, ResourceRow, ResourceStats, TaskRow, TaskStatsRow,
};
use crate::feed::convert::{from_location, to_location};
use crate::model::task::{TaskKind, TaskStats};
use crate::model::time::Timestamp;
use crate::observation::Subscription;
use crate::recording::frame_error::Result;
use crate::recording::generated as proto;
use crate::recording::twins::{from_subscription, from_task_kind, to_subscription, to_task_kind};

pub(super) fn to_console_message(
    subscription: Subscription,
    message: &Message,
) -> proto::ConsoleMessage {
    let Message {
        now,
        callsites,
        tasks,
        task_stats,
        resources,
        resource_stats,
        async_ops,
        async_op_stats,
        poll_ops,
        dropped_events,
    } = message;
    proto::ConsoleMessage {
        subscription: to_subscription(subscription),
        now_nanos: nanos(*now),
        callsites: callsites.clone(),
        tasks: tasks.iter().map(to_task).collect(),
        task_stats: task_stats.iter().map(to_task_stats).collect(),
        resources: resources.iter().map(to_resource).collect(),
        resource_stats: resource_stats.iter().map(to_resource_stats).collect(),
        async_ops: async_ops.iter().map(to_async_op).collect(),
        async_op_stats: async_op_stats.iter().map(to_async_op_stats).collect(),
        poll_ops: *poll_ops,
        dropped_events: *dropped_events,
    }
}

pub(super) fn from_console_message(
    message: proto::ConsoleMessage,
) -> Result<(Subscription, Message)> {
    let proto::ConsoleMessage {
        subscription,
        now_nanos,
        callsites,
        tasks,
        task_stats,
        resources,
        resource_stats,
        async_ops,
        async_op_stats,
        poll_ops,
        dropped_events,
    } = message;
    let message = Message {
        now: instant(now_nanos),
        callsites,
        tasks: tasks.into_iter().map(from_task).collect::<Result<_>>()?,
        task_stats: task_stats.into_iter().map(from_task_stats).collect(),
        resources: resources.into_iter().map(from_resource).collect(),
        resource_stats: resource_stats.into_iter().map(from_resource_stats).collect(),
        async_ops: async_ops.into_iter().map(from_async_op).collect(),
        async_op_stats: async_op_stats.into_iter().map(from_async_op_stats).collect(),
        poll_ops,
        dropped_events,
    };
    Ok((from_subscription(subscription)?, message))
}

fn nanos(instant: Option<Timestamp>) -> Option<u64> {
    instant.map(Timestamp::nanos)
}

fn instant(nanos: Option<u64>) -> Option<Timestamp> {
    nanos.map(Timestamp::from_nanos)
}

fn to_task(row: &TaskRow) -> proto::ConsoleTask {
    let TaskRow { span, tokio_id, kind, name, function, location } = row.clone();
    proto::ConsoleTask {
        span,
        tokio_id,
        kind: kind.map(to_task_kind),
        name,
        function,
        location: location.as_ref().map(to_location),
    }
}

fn from_task(message: proto::ConsoleTask) -> Result<TaskRow> {
    let proto::ConsoleTask { span, tokio_id, kind, name, function, location } = message;
    let kind: Option<TaskKind> = kind.map(from_task_kind).transpose()?;
    Ok(TaskRow { span, tokio_id, kind, name, function, location: location.map(from_location) })
}

fn to_task_stats(row: &TaskStatsRow) -> proto::ConsoleTaskStats {
    let TaskStatsRow { span, created, ended, stats } = row;
    let TaskStats {
        polls,
        wakes,
        waker_clones,
        waker_drops,
        first_poll,
        last_poll_started,
        last_poll_ended,
        last_wake,
    } = stats;
    proto::ConsoleTaskStats {
        span: *span,
        created_nanos: nanos(*created),
        ended_nanos: nanos(*ended),
        polls: *polls,
        wakes: *wakes,
        waker_clones: *waker_clones,
        waker_drops: *waker_drops,
        first_poll_nanos: nanos(*first_poll),
        last_poll_started_nanos: nanos(*last_poll_started),
        last_poll_ended_nanos: nanos(*last_poll_ended),
        last_wake_nanos: nanos(*last_wake),
    }
}

fn from_task_stats(message: proto::ConsoleTaskStats) -> TaskStatsRow {
    let proto::ConsoleTaskStats {
        span,
        created_nanos,
        ended_nanos,
        polls,
        wakes,
        waker_clones,
        waker_drops,
        first_poll_nanos,
        last_poll_started_nanos,
        last_poll_ended_nanos,
        last_wake_nanos,
    } = message;
    let stats = TaskStats {
        polls,
        wakes,
        waker_clones,
        waker_drops,
        first_poll: instant(first_poll_nanos),
        last_poll_started: instant(last_poll_started_nanos),
        last_poll_ended: instant(last_poll_ended_nanos),
        last_wake: instant(last_wake_nanos),
    };
    TaskStatsRow { span, created: instant(created_nanos), ended: instant(ended_nanos), stats }
}

fn to_resource(row: &ResourceRow) -> proto::ConsoleResource {
    let ResourceRow { span, parent, is_timer, concrete_type, location } = row.clone();
    let location = location.as_ref().map(to_location);
    proto::ConsoleResource { span, parent, is_timer, concrete_type, location }
}

fn from_resource(message: proto::ConsoleResource) -> ResourceRow {
    let proto::ConsoleResource { span, parent, is_timer, concrete_type, location } = message;
    ResourceRow { span, parent, is_timer, concrete_type, location: location.map(from_location) }
}

fn to_resource_stats(row: &ResourceStats) -> proto::ConsoleResourceStats {
    let ResourceStats { span, created, ended, duration_ms } = *row;
    proto::ConsoleResourceStats {
        span,
        created_nanos: nanos(created),
        ended_nanos: nanos(ended),
        duration_ms,
    }
}

fn from_resource_stats(message: proto::ConsoleResourceStats) -> ResourceStats {
    let proto::ConsoleResourceStats { span, created_nanos, ended_nanos, duration_ms } = message;
    let (created, ended) = (instant(created_nanos), instant(ended_nanos));
    ResourceStats { span, created, ended, duration_ms }
}

fn to_async_op(row: &AsyncOpRow) -> proto::ConsoleAsyncOp {
    let AsyncOpRow { span, resource, source } = row.clone();
    proto::ConsoleAsyncOp { span, resource, source }
}

fn from_async_op(message: proto::ConsoleAsyncOp) -> AsyncOpRow {
    let proto::ConsoleAsyncOp { span, resource, source } = message;
    AsyncOpRow { span, resource, source }
}

fn to_async_op_stats(row: &AsyncOpStats) -> proto::ConsoleAsyncOpStats {
    let AsyncOpStats { span, created, ended, task } = *row;
    proto::ConsoleAsyncOpStats {
        span,
        created_nanos: nanos(created),
        ended_nanos: nanos(ended),
        task,
    }
}

fn from_async_op_stats(message: proto::ConsoleAsyncOpStats) -> AsyncOpStats {
    let proto::ConsoleAsyncOpStats { span, created_nanos, ended_nanos, task } = message;
    let (created, ended) = (instant(created_nanos), instant(ended_nanos));
    AsyncOpStats { span, created, ended, task }
}
