//! The rows of a console message, one at a time: what their fields and counters say.

use std::collections::HashMap;

use console_api::{Attribute, Field, Location as FeedLocation, field, tasks};

use crate::model::facts::ItemFacts;
use crate::model::location::{Location, Owner};
use crate::model::task::{Task, TaskKind, TaskStats};
use crate::model::time::Timestamp;

pub(super) fn stamp(stamp: Option<prost_types::Timestamp>) -> Option<Timestamp> {
    stamp.map(Timestamp::from)
}

pub(super) fn describe(
    task: &mut Task,
    row: &tasks::Task,
    fields: &Fields,
    tokio_id: Option<u64>,
    workspace: &str,
) {
    task.tokio_id = tokio_id.or(task.tokio_id);
    task.name = fields.text("task.name").or(task.name.take());
    task.function = fields.text("fn").or(task.function.take());
    task.kind = match fields.text("kind").as_deref() {
        Some("blocking") => TaskKind::Blocking,
        Some("block_on") => TaskKind::BlockOn,
        Some("local") => TaskKind::Local,
        Some(_) => TaskKind::Async,
        None if row.kind() == tasks::task::Kind::Blocking => TaskKind::Blocking,
        None => task.kind,
    };
    let (location, owner) = place(row.location.as_ref(), workspace);
    task.location = location.or(task.location.take());
    task.owner = owner.or(task.owner.take());
    task.facts = ItemFacts::read(fields).or(task.facts.take());
}

pub(super) fn place(
    location: Option<&FeedLocation>,
    workspace: &str,
) -> (Option<Location>, Option<Owner>) {
    let Some(location) = location else { return (None, None) };
    let Some(file) = location.file.as_deref() else { return (None, None) };
    let (place, owner) = Location::resolve(file, workspace, location.line, location.column);
    // Where Rust has the path of a module, our agent tells the function.
    let function = location.module_path.clone().filter(|_| place.is_script());
    (Some(Location { function, ..place }), Some(owner))
}

pub(super) fn read_stats(stats: &tasks::Stats) -> TaskStats {
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

/// The fields of a task or the attributes of a resource, by name.
pub(super) struct Fields<'a>(Vec<(String, &'a field::Value)>);

impl<'a> Fields<'a> {
    pub(super) fn of_resource(
        attributes: &'a [Attribute],
        names: &HashMap<u64, Vec<String>>,
    ) -> Self {
        Self::read(attributes.iter().filter_map(|attribute| attribute.field.as_ref()), names)
    }

    pub(super) fn read(
        fields: impl IntoIterator<Item = &'a Field>,
        names: &HashMap<u64, Vec<String>>,
    ) -> Self {
        let named = fields.into_iter().filter_map(|field| {
            let name = field_name(field, names)?;
            Some((name.to_owned(), field.value.as_ref()?))
        });
        Self(named.collect())
    }

    fn get(&self, name: &str) -> Option<&field::Value> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| *value)
    }

    pub(super) fn text(&self, name: &str) -> Option<String> {
        match self.get(name)? {
            field::Value::StrVal(text) | field::Value::DebugVal(text) if !text.is_empty() => {
                Some(text.clone())
            }
            _ => None,
        }
    }

    pub(super) fn number(&self, name: &str) -> Option<u64> {
        match self.get(name)? {
            field::Value::U64Val(number) => Some(*number),
            field::Value::DebugVal(text) => text.parse().ok(),
            _ => None,
        }
    }

    pub(super) fn is(&self, name: &str) -> Option<bool> {
        match self.get(name)? {
            field::Value::BoolVal(yes) => Some(*yes),
            _ => None,
        }
    }
}

pub(super) fn field_name<'a>(
    field: &'a Field,
    names: &'a HashMap<u64, Vec<String>>,
) -> Option<&'a str> {
    match field.name.as_ref()? {
        field::Name::StrName(name) => Some(name),
        field::Name::NameIdx(index) => {
            let names = names.get(&field.metadata_id?.id)?;
            names.get(usize::try_from(*index).ok()?).map(String::as_str)
        }
    }
}
