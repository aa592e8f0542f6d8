//! Messages of tokio's console into the store.
//!
//! The feed is read with suspicion: ids are used again, rows come twice (a full state and the
//! changes after it overlap), and anything that cannot be true is kept as a gap. Whether the feed
//! is complete up to an instant is `drains`' question.

use crate::feed::console::{self, AsyncOpRow, ResourceRow, ResourceStats, TaskRow, TaskStatsRow};
use crate::ingest::place::place;
use crate::ingest::tokio::cross_check::{compare_with_audit, inconsistent};
use crate::ingest::tokio::timer_owner;
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
pub fn apply(
    store: &mut Store,
    subscription: Subscription,
    message: &console::Message,
) -> EventCount {
    let now = message.now;
    note_order(store, subscription, now);
    let workspace = store.run.as_ref().map(|run| run.workspace.clone()).unwrap_or_default();
    let mut taken = Taken { store, subscription, now, workspace, events: 0 };
    taken.callsites(message);
    taken.tasks(message);
    taken.resources(message);
    taken.async_ops(message);
    let Taken { events, .. } = taken;
    store.feed.dropped_events = store.feed.dropped_events.saturating_add(message.dropped_events);
    match subscription {
        Subscription::Main => {
            store.feed.updates += 1;
            store.feed.last_now = now.or(store.feed.last_now);
        }
        Subscription::Audit => {
            store.feed.last_audit = now.or(store.feed.last_audit);
            compare_with_audit(store, message, now);
        }
    }
    if !store.capabilities().reports_timer_owner {
        timer_owner::infer(store, message);
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

/// A message while it is taken over.
struct Taken<'a> {
    store: &'a mut Store,
    subscription: Subscription,
    now: Option<Timestamp>,
    workspace: String,
    events: u64,
}

impl Taken<'_> {
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

    fn callsites(&mut self, message: &console::Message) {
        for id in &message.callsites {
            let new = self.store.spans.callsites.insert(*id);
            self.count(new);
        }
    }

    fn tasks(&mut self, message: &console::Message) {
        for row in &message.tasks {
            let stats = message.task_stats_of(row.span);
            let new = self.task_row(row, stats.and_then(|stats| stats.created));
            self.count(new);
        }
        for stats in &message.task_stats {
            let key = match self.store.spans.tasks.get(&stats.span) {
                Some(key) => *key,
                None => {
                    self.store.note(inconsistent("the feed counts for a task it never announced"));
                    let created = stats.created.or(self.now).unwrap_or_default();
                    self.insert_task(Task::new(stats.span, created))
                }
            };
            self.task_stats(key, stats);
        }
    }

    fn task_row(&mut self, row: &TaskRow, created: Option<Timestamp>) -> bool {
        if let Some(known) = self.store.spans.tasks.get(&row.span).copied() {
            let task = &mut self.store.tasks[known.0];
            let same_id = row.tokio_id.is_some() && row.tokio_id == task.tokio_id;
            let same_birth = created.is_none_or(|created| created == task.span_life.created);
            if same_birth && (same_id || row.tokio_id.is_none() || task.tokio_id.is_none()) {
                describe(task, row, &self.workspace);
                return false;
            }
            self.end_reused_task(known, created);
        }
        let born = created.or(self.now).unwrap_or_default();
        if created.is_none() {
            self.store.note(inconsistent("the feed announced a task without its times"));
        }
        let mut task = Task::new(row.span, born);
        describe(&mut task, row, &self.workspace);
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

    fn task_stats(&mut self, key: TaskKey, row: &TaskStatsRow) {
        let mut seen = self.store.tasks[key.0].seen_on;
        self.mark(&mut seen);
        let task = &mut self.store.tasks[key.0];
        task.seen_on = seen;
        if row.created.is_some_and(|created| created < task.span_life.created) {
            // Counters of the item that had this id before.
            return;
        }
        if row.created.is_some_and(|created| created > task.span_life.created) {
            self.store.note(inconsistent("a task of the console feed was created twice"));
            return;
        }
        task.observe(row.stats.clone());
        let life = &mut task.span_life;
        let mut problem = settle_end(life, row.ended, row.stats.last_poll_started);
        let sure_until = self.now.map(|now| self.subscription.sure_until(now));
        if row.ended.is_none() && life.ended.zip(sure_until).is_some_and(|(end, sure)| end <= sure)
        {
            // What was said to be over goes on: keep it pending.
            life.ended = None;
            problem = Some("went on after its end");
        }
        if let Some(problem) = problem {
            self.store.note(inconsistent(format!("a task of the console feed {problem}")));
        }
    }

    fn resources(&mut self, message: &console::Message) {
        for row in &message.resources {
            let stats = message.resource_stats_of(row.span);
            let new = self.resource_row(row, stats.and_then(|stats| stats.created));
            self.count(new);
        }
        self.parents(&message.resources);
        for stats in &message.resource_stats {
            let Some(key) = self.store.spans.resources.get(&stats.span).copied() else {
                self.store.note(inconsistent("the feed counts for a resource it never announced"));
                continue;
            };
            self.resource_stats(key, stats);
        }
        // Poll ops are events of the queue; what they say of waiting is in the async ops as well.
        self.events += message.poll_ops;
    }

    /// Rows come in no order, so a parent may stand behind its child.
    fn parents(&mut self, rows: &[ResourceRow]) {
        let resources = &self.store.spans.resources;
        let key = |span: Option<u64>| resources.get(&span?).copied();
        for row in rows {
            if let (Some(child), Some(parent)) = (key(Some(row.span)), key(row.parent)) {
                self.store.resources[child.0].parent = Some(parent);
            }
        }
    }

    fn resource_row(&mut self, row: &ResourceRow, created: Option<Timestamp>) -> bool {
        let created = created.or(self.now);
        if let Some(known) = self.store.spans.resources.get(&row.span).copied() {
            let life = &mut self.store.resources[known.0].life;
            if created.is_none_or(|created| created == life.created) {
                return false;
            }
            life.ended = life.ended.or(created);
        }
        let (location, owner) = place(row.location.as_ref(), &self.workspace);
        let resource = Resource {
            span: row.span,
            parent: None,
            kind: if row.is_timer { ResourceKind::Timer } else { ResourceKind::Other },
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
        self.store.spans.resources.insert(row.span, key);
        self.store.resources.push(resource);
        true
    }

    fn resource_stats(&mut self, key: ResourceKey, row: &ResourceStats) {
        let mut seen = self.store.resources[key.0].seen_on;
        self.mark(&mut seen);
        let resource = &mut self.store.resources[key.0];
        resource.seen_on = seen;
        if row.created.is_some_and(|created| created != resource.life.created) {
            return;
        }
        resource.duration_ms = row.duration_ms.or(resource.duration_ms);
        if let Some(problem) = settle_end(&mut resource.life, row.ended, None) {
            self.store.note(inconsistent(format!("a resource of the console feed {problem}")));
        }
    }

    fn async_ops(&mut self, message: &console::Message) {
        for row in &message.async_ops {
            let stats = message.async_op_stats_of(row.span);
            let new = self.async_op_row(row, stats.and_then(|stats| stats.created));
            self.count(new);
        }
        for stats in &message.async_op_stats {
            let Some(key) = self.store.spans.async_ops.get(&stats.span).copied() else {
                self.store
                    .note(inconsistent("the feed counts for an operation it never announced"));
                continue;
            };
            let task = stats.task.and_then(|span| self.store.spans.tasks.get(&span).copied());
            let op = &mut self.store.async_ops[key.0];
            if stats.created.is_some_and(|created| created != op.life.created) {
                continue;
            }
            op.task = task.or(op.task);
            if let Some(problem) = settle_end(&mut op.life, stats.ended, None) {
                self.store.note(inconsistent(format!("an operation of the feed {problem}")));
            }
        }
    }

    fn async_op_row(&mut self, row: &AsyncOpRow, created: Option<Timestamp>) -> bool {
        let created = created.or(self.now);
        if let Some(known) = self.store.spans.async_ops.get(&row.span).copied() {
            let life = &mut self.store.async_ops[known.0].life;
            if created.is_none_or(|created| created == life.created) {
                return false;
            }
            life.ended = life.ended.or(created);
        }
        let op = AsyncOp {
            span: row.span,
            resource: row.resource.and_then(|span| self.store.spans.resources.get(&span).copied()),
            source: row.source.clone(),
            task: None,
            life: Lifetime::since(created.unwrap_or_default()),
        };
        let key = AsyncOpKey(self.store.async_ops.len());
        self.store.spans.async_ops.insert(row.span, key);
        self.store.async_ops.push(op);
        true
    }
}

fn describe(task: &mut Task, row: &TaskRow, workspace: &str) {
    task.tokio_id = row.tokio_id.or(task.tokio_id);
    task.name = row.name.clone().or(task.name.take());
    task.function = row.function.clone().or(task.function.take());
    task.kind = row.kind.unwrap_or(task.kind);
    let (location, owner) = place(row.location.as_ref(), workspace);
    task.location = location.or(task.location.take());
    task.owner = owner.or(task.owner.take());
}

/// Takes over an end, and says what is impossible about it.
fn settle_end(
    life: &mut Lifetime,
    ended: Option<Timestamp>,
    last_entered: Option<Timestamp>,
) -> Option<&'static str> {
    let ended = ended?;
    if ended < life.created {
        return Some("ended before it was created");
    }
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
