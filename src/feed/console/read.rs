//! Messages of the console protocol, read into our own types.

use std::collections::HashMap;

use console_api::instrument::Update;
use console_api::{Attribute, Field, Location, async_ops, field, resources, tasks};

use crate::feed::console::message::{
    AsyncOpRow, AsyncOpStats, Message, ResourceRow, ResourceStats, TaskRow, TaskStatsRow,
};
use crate::feed::update::SourceLocation;
use crate::model::task::{TaskKind, TaskStats};
use crate::model::time::Timestamp;

/// Reads the messages of one feed, in their order: fields may be named by a call site that an
/// earlier message has registered.
#[derive(Clone, Debug, Default)]
pub struct MessageReader {
    /// Field names of each call site.
    names: HashMap<u64, Vec<String>>,
}

impl MessageReader {
    /// Reads one message.
    pub fn read(&mut self, update: &Update) -> Message {
        let mut message = Message { now: stamp(update.now), ..Message::default() };
        self.callsites(update, &mut message);
        if let Some(update) = &update.task_update {
            self.tasks(update, &mut message);
        }
        if let Some(update) = &update.resource_update {
            self.resources(update, &mut message);
        }
        if let Some(update) = &update.async_op_update {
            async_ops(update, &mut message);
        }
        message
    }

    /// The named fields of a row.
    pub(crate) fn fields<'a>(&self, fields: impl IntoIterator<Item = &'a Field>) -> Fields<'a> {
        let named = fields.into_iter().filter_map(|field| {
            let name = self.field_name(field)?;
            Some((name.to_owned(), field.value.as_ref()?))
        });
        Fields(named.collect())
    }

    /// The named attributes of a resource.
    pub(crate) fn attributes<'a>(&self, attributes: &'a [Attribute]) -> Fields<'a> {
        self.fields(attributes.iter().filter_map(|attribute| attribute.field.as_ref()))
    }

    fn callsites(&mut self, update: &Update, message: &mut Message) {
        let registered = update.new_metadata.iter().flat_map(|new| &new.metadata);
        for new in registered {
            let (Some(id), Some(metadata)) = (new.id, &new.metadata) else { continue };
            self.names.insert(id.id, metadata.field_names.clone());
            message.callsites.push(id.id);
        }
    }

    fn field_name<'a>(&'a self, field: &'a Field) -> Option<&'a str> {
        match field.name.as_ref()? {
            field::Name::StrName(name) => Some(name),
            field::Name::NameIdx(index) => {
                let names = self.names.get(&field.metadata_id?.id)?;
                names.get(usize::try_from(*index).ok()?).map(String::as_str)
            }
        }
    }

    fn tasks(&self, update: &tasks::TaskUpdate, message: &mut Message) {
        message.dropped_events = message.dropped_events.saturating_add(update.dropped_events);
        for row in &update.new_tasks {
            let Some(span) = row.id.map(|id| id.id) else { continue };
            let fields = self.fields(&row.fields);
            message.tasks.push(TaskRow {
                span,
                tokio_id: fields.number("task.id"),
                kind: task_kind(row, &fields),
                name: fields.text("task.name"),
                function: fields.text("fn"),
                location: row.location.as_ref().and_then(location_of_rust),
            });
        }
        for (span, stats) in in_order(&update.stats_update) {
            message.task_stats.push(TaskStatsRow {
                span,
                created: stamp(stats.created_at),
                ended: stamp(stats.dropped_at),
                stats: task_stats(stats),
            });
        }
    }

    fn resources(&self, update: &resources::ResourceUpdate, message: &mut Message) {
        message.dropped_events = message.dropped_events.saturating_add(update.dropped_events);
        message.poll_ops = update.new_poll_ops.len() as u64;
        for row in &update.new_resources {
            let Some(span) = row.id.map(|id| id.id) else { continue };
            let kind = row.kind.as_ref().and_then(|kind| kind.kind.as_ref());
            message.resources.push(ResourceRow {
                span,
                parent: row.parent_resource_id.map(|id| id.id),
                is_timer: matches!(kind, Some(resources::resource::kind::Kind::Known(_))),
                concrete_type: row.concrete_type.clone(),
                location: row.location.as_ref().and_then(location_of_rust),
            });
        }
        for (span, stats) in in_order(&update.stats_update) {
            message.resource_stats.push(ResourceStats {
                span,
                created: stamp(stats.created_at),
                ended: stamp(stats.dropped_at),
                duration_ms: self.attributes(&stats.attributes).number("duration"),
            });
        }
    }
}

fn async_ops(update: &async_ops::AsyncOpUpdate, message: &mut Message) {
    message.dropped_events = message.dropped_events.saturating_add(update.dropped_events);
    for row in &update.new_async_ops {
        let Some(span) = row.id.map(|id| id.id) else { continue };
        let resource = row.resource_id.map(|id| id.id);
        message.async_ops.push(AsyncOpRow { span, resource, source: row.source.clone() });
    }
    for (span, stats) in in_order(&update.stats_update) {
        message.async_op_stats.push(AsyncOpStats {
            span,
            created: stamp(stats.created_at),
            ended: stamp(stats.dropped_at),
            task: stats.task_id.map(|id| id.id),
        });
    }
}

fn task_kind(row: &tasks::Task, fields: &Fields) -> Option<TaskKind> {
    match fields.text("kind").as_deref() {
        Some("blocking") => Some(TaskKind::Blocking),
        Some("block_on") => Some(TaskKind::BlockOn),
        Some("local") => Some(TaskKind::Local),
        Some(_) => Some(TaskKind::Async),
        None => (row.kind() == tasks::task::Kind::Blocking).then_some(TaskKind::Blocking),
    }
}

fn task_stats(stats: &tasks::Stats) -> TaskStats {
    let polls = stats.poll_stats.as_ref();
    TaskStats {
        polls: polls.map_or(0, |polls| polls.polls),
        wakes: stats.wakes,
        waker_clones: stats.waker_clones,
        waker_drops: stats.waker_drops,
        first_poll: polls.and_then(|polls| stamp(polls.first_poll)),
        last_poll_started: polls.and_then(|polls| stamp(polls.last_poll_started)),
        last_poll_ended: polls.and_then(|polls| stamp(polls.last_poll_ended)),
        last_wake: stamp(stats.last_wake),
    }
}

/// A location in Rust's source, where a module's path is no function's name.
fn location_of_rust(wire: &Location) -> Option<SourceLocation> {
    Some(SourceLocation { function: None, ..location(wire)? })
}

/// A location as it came; `None` if it names no file.
pub(crate) fn location(wire: &Location) -> Option<SourceLocation> {
    Some(SourceLocation {
        file: wire.file.clone()?,
        line: wire.line,
        column: wire.column,
        function: wire.module_path.clone(),
    })
}

fn stamp(stamp: Option<prost_types::Timestamp>) -> Option<Timestamp> {
    stamp.map(Timestamp::from)
}

fn in_order<T>(map: &HashMap<u64, T>) -> Vec<(u64, &T)> {
    let mut rows: Vec<(u64, &T)> = map.iter().map(|(id, stats)| (*id, stats)).collect();
    // A map has no order of its own, and a replay must see the same one.
    rows.sort_unstable_by_key(|(id, _)| *id);
    rows
}

/// The fields of a task or the attributes of a resource, by name.
pub(crate) struct Fields<'a>(Vec<(String, &'a field::Value)>);

impl Fields<'_> {
    fn get(&self, name: &str) -> Option<&field::Value> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| *value)
    }

    pub(crate) fn text(&self, name: &str) -> Option<String> {
        match self.get(name)? {
            field::Value::StrVal(text) | field::Value::DebugVal(text) if !text.is_empty() => {
                Some(text.clone())
            }
            _ => None,
        }
    }

    pub(crate) fn number(&self, name: &str) -> Option<u64> {
        match self.get(name)? {
            field::Value::U64Val(number) => Some(*number),
            field::Value::DebugVal(text) => text.parse().ok(),
            _ => None,
        }
    }

    pub(crate) fn is(&self, name: &str) -> Option<bool> {
        match self.get(name)? {
            field::Value::BoolVal(yes) => Some(*yes),
            _ => None,
        }
    }
}
