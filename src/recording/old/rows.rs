//! Rows of a Node.js handler's feed, as it was up to version 4, as updates of the typed feed.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use console_api::instrument::Update as Wire;
use console_api::{resources, tasks};

use crate::feed::console::{MessageReader, location};
use crate::feed::update::{Changed, Created, Ended, Mark, Update, WaitStarted};
use crate::model::time::Timestamp;
use crate::recording::old::facts;

/// What has been read of a feed.
#[derive(Debug, Default)]
pub(super) struct Rows {
    sequence: u64,
    announced: BTreeSet<u64>,
    ended: BTreeSet<u64>,
    waits: BTreeSet<u64>,
    ended_waits: BTreeSet<u64>,
    last: Timestamp,
}

impl Rows {
    /// A moment of an invocation.
    pub(super) fn mark(&mut self, mark: Mark) -> Update {
        // What was read later was made later: a mark says nothing of the rows.
        Update { marks: vec![mark], ..self.next(self.last) }
    }

    /// One message.
    pub(super) fn update(&mut self, reader: &MessageReader, wire: &Wire) -> Update {
        self.last = self.last.max(wire.now.map(Timestamp::from).unwrap_or_default());
        let mut update = self.next(self.last);
        if let Some(tasks) = &wire.task_update {
            update.unrecorded = tasks.dropped_events;
            self.tasks(reader, tasks, &mut update);
        }
        if let Some(resources) = &wire.resource_update {
            self.resources(reader, resources, &mut update);
        }
        if let Some(ops) = &wire.async_op_update {
            for row in &ops.new_async_ops {
                let (Some(id), Some(on)) = (row.id, row.resource_id) else { continue };
                let stats = ops.stats_update.get(&id.id);
                let task = stats.and_then(|stats| stats.task_id);
                let at = stats.and_then(|stats| stats.created_at);
                if let (Some(task), Some(at)) = (task, at)
                    && self.waits.insert(id.id)
                {
                    let at = Timestamp::from(at);
                    update.wait_started.push(WaitStarted {
                        id: id.id,
                        at,
                        task: task.id,
                        on: on.id,
                    });
                }
            }
            let ends = ops.stats_update.iter().filter(|(id, _)| self.waits.contains(id));
            let ends = ends.filter_map(|(id, stats)| Some((*id, stats.dropped_at?)));
            update.wait_ended = fresh(ends, &mut self.ended_waits);
        }
        update
    }

    fn next(&mut self, at: Timestamp) -> Update {
        self.sequence += 1;
        Update { sequence: self.sequence, at, ..Update::default() }
    }

    fn tasks(&mut self, reader: &MessageReader, wire: &tasks::TaskUpdate, update: &mut Update) {
        for row in &wire.new_tasks {
            let fields = reader.fields(&row.fields);
            let (Some(id), Some(facts)) = (row.id, facts::read(&fields)) else { continue };
            let id = id.id;
            if !self.announced.insert(id) {
                update.changed.push(Changed { id, facts, duration_ms: None });
                continue;
            }
            let created = wire.stats_update.get(&id).and_then(|stats| stats.created_at);
            update.created.push(Created {
                id,
                at: created.map_or(update.at, Timestamp::from),
                type_name: String::new(),
                name: fields.text("task.name"),
                location: row.location.as_ref().and_then(location),
                facts,
                duration_ms: None,
            });
        }
        let ends = wire.stats_update.iter().filter(|(id, _)| self.announced.contains(id));
        let ends = ends.filter_map(|(id, stats)| Some((*id, stats.dropped_at?)));
        update.ended.extend(fresh(ends, &mut self.ended));
    }

    fn resources(
        &mut self,
        reader: &MessageReader,
        wire: &resources::ResourceUpdate,
        update: &mut Update,
    ) {
        let rows: HashMap<u64, &resources::Resource> =
            wire.new_resources.iter().filter_map(|row| Some((row.id?.id, row))).collect();
        let stats: BTreeMap<_, _> = wire.stats_update.iter().collect();
        for (id, stats) in stats {
            let id = *id;
            let attributes = reader.attributes(&stats.attributes);
            let Some(facts) = facts::read(&attributes) else { continue };
            let duration_ms = attributes.number("duration");
            if let Some(row) = rows.get(&id)
                && self.announced.insert(id)
            {
                update.created.push(Created {
                    id,
                    at: stats.created_at.map_or(update.at, Timestamp::from),
                    type_name: row.concrete_type.clone(),
                    name: None,
                    location: row.location.as_ref().and_then(location),
                    facts,
                    duration_ms,
                });
            } else if self.announced.contains(&id) {
                update.changed.push(Changed { id, facts, duration_ms });
            }
        }
        let ends = wire.stats_update.iter().filter(|(id, _)| self.announced.contains(id));
        let ends = ends.filter_map(|(id, stats)| Some((*id, stats.dropped_at?)));
        update.ended.extend(fresh(ends, &mut self.ended));
    }
}

/// Ends that have not been read before, in the order of their ids.
fn fresh(
    ends: impl Iterator<Item = (u64, prost_types::Timestamp)>,
    known: &mut BTreeSet<u64>,
) -> Vec<Ended> {
    let mut ends: Vec<Ended> = ends.map(|(id, at)| Ended { id, at: Timestamp::from(at) }).collect();
    ends.sort_unstable_by_key(|end| end.id);
    ends.retain(|end| known.insert(end.id));
    ends
}
