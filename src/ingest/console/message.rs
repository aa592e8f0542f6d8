//! Console messages into the store.
//!
//! The feed is read with suspicion: ids are used again, rows come twice (a full state and the
//! changes after it overlap), and anything that cannot be true is kept as a gap. Whether the feed
//! has told everything is `caught_up`'s question.

use std::collections::HashMap;

use console_api::instrument::Update;
use console_api::{async_ops, resources, tasks};

use crate::ingest::console::cross_check::{compare_with_audit, inconsistent};
use crate::ingest::console::rows::{Fields, describe, place, read_stats, stamp};
use crate::ingest::timer_owner;
use crate::model::facts::ItemFacts;
use crate::model::id::{AsyncOpKey, ResourceKey, TaskKey};
use crate::model::lifetime::Lifetime;
use crate::model::resource::{AsyncOp, Resource, ResourceKind};
use crate::model::store::Store;
use crate::model::task::{SeenOn, Task};
use crate::model::time::Timestamp;
use crate::observation::Subscription;

/// How many events of the aggregator's queue a message is made of.
///
/// On the main subscription every row was one event (a row that is known already may be counted
/// again, which only makes the proof harder). An audit repeats what is known, so only what is new
/// counts.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct EventCount(pub u64);

/// Takes one message over into the store.
pub fn apply(store: &mut Store, subscription: Subscription, update: &Update) -> EventCount {
    let now = update.now.map(Timestamp::from);
    note_order(store, subscription, now);
    let workspace = store.run.as_ref().map(|run| run.workspace.clone()).unwrap_or_default();
    let mut message = Message { store, subscription, now, workspace, events: 0 };
    message.metadata(update);
    if let Some(tasks) = &update.task_update {
        message.tasks(tasks);
    }
    if let Some(resources) = &update.resource_update {
        message.resources(resources);
    }
    if let Some(async_ops) = &update.async_op_update {
        message.async_ops(async_ops);
    }
    let Message { events, .. } = message;
    match subscription {
        Subscription::Main => {
            store.feed.updates += 1;
            store.feed.last_now = now.or(store.feed.last_now);
        }
        Subscription::Audit => {
            store.feed.last_audit = now.or(store.feed.last_audit);
            compare_with_audit(store, update, now);
        }
    }
    if !store.capabilities().reports_timer_owner {
        timer_owner::infer(store, update);
    }
    EventCount(events)
}

impl Subscription {
    /// Up to when a message with this stamp surely knows every end.
    fn sure_until(self, now: Timestamp) -> Timestamp {
        match self {
            // The stamp of a full state is taken before the state is read.
            Self::Audit => now,
            // The stamp of a change is taken after, and reading a large state takes a while.
            Self::Main => Timestamp::from_nanos(now.nanos().saturating_sub(250_000_000)),
        }
    }
}

fn note_order(store: &mut Store, subscription: Subscription, now: Option<Timestamp>) {
    let Some(now) = now else {
        store.note(inconsistent("a message of the console feed has no time stamp"));
        return;
    };
    if subscription == Subscription::Main && store.feed.last_now.is_some_and(|last| now < last) {
        store.note(inconsistent("messages of the console feed came in the wrong order"));
    }
}

struct Message<'a> {
    store: &'a mut Store,
    subscription: Subscription,
    now: Option<Timestamp>,
    workspace: String,
    events: u64,
}

impl Message<'_> {
    fn count(&mut self, new: bool) {
        if new || self.subscription == Subscription::Main {
            self.events += 1;
        }
    }

    fn mark(&self, seen: &mut SeenOn) {
        match self.subscription {
            Subscription::Main => seen.main = seen.main.or(self.now),
            Subscription::Audit => seen.audit = seen.audit.or(self.now),
        }
    }

    fn drop_count(&mut self, dropped: u64) {
        self.store.feed.dropped_events = self.store.feed.dropped_events.saturating_add(dropped);
    }

    fn metadata(&mut self, update: &Update) {
        let registered = update.new_metadata.iter().flat_map(|new| &new.metadata);
        for new in registered {
            let (Some(id), Some(metadata)) = (new.id, &new.metadata) else { continue };
            let names = metadata.field_names.clone();
            let known = self.store.spans.field_names.insert(id.id, names).is_some();
            self.count(!known);
        }
    }

    fn tasks(&mut self, update: &tasks::TaskUpdate) {
        self.drop_count(update.dropped_events);
        for row in &update.new_tasks {
            let Some(span) = row.id.map(|id| id.id) else { continue };
            let stats = update.stats_update.get(&span);
            let new = self.task_row(span, row, stats);
            self.count(new);
        }
        for (span, stats) in in_order(&update.stats_update) {
            let key = match self.store.spans.tasks.get(&span) {
                Some(key) => *key,
                None => {
                    self.store.note(inconsistent("the feed counts for a task it never announced"));
                    let created = stamp(stats.created_at).or(self.now).unwrap_or_default();
                    self.insert_task(Task::new(span, created))
                }
            };
            self.task_stats(key, stats);
        }
    }

    fn task_row(&mut self, span: u64, row: &tasks::Task, stats: Option<&tasks::Stats>) -> bool {
        let fields = Fields::read(&row.fields, &self.store.spans.field_names);
        let tokio_id = fields.number("task.id");
        let created = stats.and_then(|stats| stamp(stats.created_at));
        if let Some(known) = self.store.spans.tasks.get(&span).copied() {
            let task = &mut self.store.tasks[known.0];
            let same_id = tokio_id.is_some() && tokio_id == task.tokio_id;
            let same_birth = created.is_none_or(|created| created == task.span_life.created);
            if same_birth && (same_id || tokio_id.is_none() || task.tokio_id.is_none()) {
                describe(task, row, &fields, tokio_id, &self.workspace);
                return false;
            }
            self.end_reused_task(known, created);
        }
        let born = created.or(self.now).unwrap_or_default();
        if created.is_none() {
            self.store.note(inconsistent("the feed announced a task without its times"));
        }
        let mut task = Task::new(span, born);
        describe(&mut task, row, &fields, tokio_id, &self.workspace);
        self.insert_task(task);
        true
    }

    /// The id belongs to a new task now, so the old one has ended, and its end was never sent.
    fn end_reused_task(&mut self, known: TaskKey, created: Option<Timestamp>) {
        let bound = created.or(self.now);
        let task = &mut self.store.tasks[known.0];
        if task.span_life.ended.is_none() {
            // Its true end is somewhere before the new task's start: the latest possible moment
            // keeps it pending for as long as it may have been.
            task.span_life.ended = bound;
        }
    }

    fn insert_task(&mut self, task: Task) -> TaskKey {
        let key = TaskKey(self.store.tasks.len());
        self.store.spans.tasks.insert(task.span, key);
        self.store.tasks.push(task);
        key
    }

    fn task_stats(&mut self, key: TaskKey, stats: &tasks::Stats) {
        let created = stamp(stats.created_at);
        let ended = stamp(stats.dropped_at);
        let mut seen = self.store.tasks[key.0].seen_on;
        self.mark(&mut seen);
        let task = &mut self.store.tasks[key.0];
        task.seen_on = seen;
        if created.is_some_and(|created| created < task.span_life.created) {
            // Counters of the item that had this id before.
            return;
        }
        if created.is_some_and(|created| created > task.span_life.created) {
            self.store.note(inconsistent("a task of the console feed was created twice"));
            return;
        }
        task.observe(read_stats(stats));
        let life = &mut task.span_life;
        let mut problem = settle_end(life, ended, stats.poll_stats.as_ref());
        if ended.is_some() {
            task.seen_on.end = task.seen_on.end.or(self.now);
        }
        // tokio notes an end where every message sees it. Node.js' agent tells of one later, and what
        // was read before that may be heard after it.
        let known_from = if task.facts.is_some() { task.seen_on.end } else { life.ended };
        let sure_until = self.now.map(|now| self.subscription.sure_until(now));
        if ended.is_none() && known_from.zip(sure_until).is_some_and(|(end, sure)| end <= sure) {
            // What was said to be over goes on: keep it pending.
            life.ended = None;
            problem = Some("went on after its end");
        }
        if let Some(problem) = problem {
            self.store.note(inconsistent(format!("a task of the console feed {problem}")));
        }
    }

    fn resources(&mut self, update: &resources::ResourceUpdate) {
        self.drop_count(update.dropped_events);
        for row in &update.new_resources {
            let Some(span) = row.id.map(|id| id.id) else { continue };
            let stats = update.stats_update.get(&span);
            let new = self.resource_row(span, row, stats);
            self.count(new);
        }
        self.parents(&update.new_resources);
        for (span, stats) in in_order(&update.stats_update) {
            let Some(key) = self.store.spans.resources.get(&span).copied() else {
                self.store.note(inconsistent("the feed counts for a resource it never announced"));
                continue;
            };
            self.resource_stats(key, stats);
        }
        // Poll ops are events of the queue; what they say of waiting is in the async ops as well.
        self.events += update.new_poll_ops.len() as u64;
    }

    /// Rows come in no order, so a parent may stand behind its child.
    fn parents(&mut self, rows: &[resources::Resource]) {
        let resources = &self.store.spans.resources;
        let key = |id: Option<console_api::Id>| resources.get(&id?.id).copied();
        for row in rows {
            if let (Some(child), Some(parent)) = (key(row.id), key(row.parent_resource_id)) {
                self.store.resources[child.0].parent = Some(parent);
            }
        }
    }

    fn resource_row(
        &mut self,
        span: u64,
        row: &resources::Resource,
        stats: Option<&resources::Stats>,
    ) -> bool {
        let created = stats.and_then(|stats| stamp(stats.created_at)).or(self.now);
        if let Some(known) = self.store.spans.resources.get(&span).copied() {
            let life = &mut self.store.resources[known.0].life;
            if created.is_none_or(|created| created == life.created) {
                return false;
            }
            life.ended = life.ended.or(created);
        }
        let (location, owner) = place(row.location.as_ref(), &self.workspace);
        let timer = matches!(
            row.kind.as_ref().and_then(|kind| kind.kind.as_ref()),
            Some(resources::resource::kind::Kind::Known(_))
        );
        let resource = Resource {
            span,
            parent: None,
            kind: if timer { ResourceKind::Timer } else { ResourceKind::Other },
            concrete_type: row.concrete_type.clone(),
            location,
            owner,
            life: Lifetime::since(created.unwrap_or_default()),
            duration_ms: None,
            made_by: Vec::new(),
            seen_on: SeenOn::default(),
            facts: None,
        };
        let key = ResourceKey(self.store.resources.len());
        self.store.spans.resources.insert(span, key);
        self.store.resources.push(resource);
        true
    }

    fn resource_stats(&mut self, key: ResourceKey, stats: &resources::Stats) {
        let mut seen = self.store.resources[key.0].seen_on;
        self.mark(&mut seen);
        let attributes = Fields::of_resource(&stats.attributes, &self.store.spans.field_names);
        let (duration, facts) = (attributes.number("duration"), ItemFacts::read(&attributes));
        let resource = &mut self.store.resources[key.0];
        resource.seen_on = seen;
        if stamp(stats.created_at).is_some_and(|created| created != resource.life.created) {
            return;
        }
        resource.duration_ms = duration.or(resource.duration_ms);
        resource.facts = facts.or(resource.facts.take());
        if let Some(problem) = settle_end(&mut resource.life, stamp(stats.dropped_at), None) {
            self.store.note(inconsistent(format!("a resource of the console feed {problem}")));
        }
    }

    fn async_ops(&mut self, update: &async_ops::AsyncOpUpdate) {
        self.drop_count(update.dropped_events);
        for row in &update.new_async_ops {
            let Some(span) = row.id.map(|id| id.id) else { continue };
            let stats = update.stats_update.get(&span);
            let new = self.async_op_row(span, row, stats);
            self.count(new);
        }
        for (span, stats) in in_order(&update.stats_update) {
            let Some(key) = self.store.spans.async_ops.get(&span).copied() else {
                self.store
                    .note(inconsistent("the feed counts for an operation it never announced"));
                continue;
            };
            let task = stats.task_id.and_then(|id| self.store.spans.tasks.get(&id.id).copied());
            let op = &mut self.store.async_ops[key.0];
            if stamp(stats.created_at).is_some_and(|created| created != op.life.created) {
                continue;
            }
            op.task = task.or(op.task);
            if let Some(problem) = settle_end(&mut op.life, stamp(stats.dropped_at), None) {
                self.store.note(inconsistent(format!("an operation of the feed {problem}")));
            }
        }
    }

    fn async_op_row(
        &mut self,
        span: u64,
        row: &async_ops::AsyncOp,
        stats: Option<&async_ops::Stats>,
    ) -> bool {
        let created = stats.and_then(|stats| stamp(stats.created_at)).or(self.now);
        if let Some(known) = self.store.spans.async_ops.get(&span).copied() {
            let life = &mut self.store.async_ops[known.0].life;
            if created.is_none_or(|created| created == life.created) {
                return false;
            }
            life.ended = life.ended.or(created);
        }
        let resource = row.resource_id.map(|id| id.id);
        let op = AsyncOp {
            span,
            resource: resource.and_then(|id| self.store.spans.resources.get(&id).copied()),
            source: row.source.clone(),
            task: None,
            life: Lifetime::since(created.unwrap_or_default()),
        };
        let key = AsyncOpKey(self.store.async_ops.len());
        self.store.spans.async_ops.insert(span, key);
        self.store.async_ops.push(op);
        true
    }
}

fn in_order<T>(map: &HashMap<u64, T>) -> Vec<(u64, &T)> {
    let mut rows: Vec<(u64, &T)> = map.iter().map(|(id, stats)| (*id, stats)).collect();
    // A map has no order of its own, and a replay must see the same one.
    rows.sort_unstable_by_key(|(id, _)| *id);
    rows
}

/// Takes over an end, and says what is impossible about it.
fn settle_end(
    life: &mut Lifetime,
    ended: Option<Timestamp>,
    polls: Option<&console_api::PollStats>,
) -> Option<&'static str> {
    let ended = ended?;
    if ended < life.created {
        return Some("ended before it was created");
    }
    let last_entered = polls.and_then(|polls| stamp(polls.last_poll_started));
    if last_entered.is_some_and(|entered| entered > ended) {
        return Some("was polled after its end");
    }
    match life.ended {
        Some(known) if known != ended => {
            // The later of the two keeps it pending for as long as it may have been.
            life.ended = Some(known.max(ended));
            Some("ended twice")
        }
        _ => {
            life.ended = Some(ended);
            None
        }
    }
}
