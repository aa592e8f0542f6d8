//! Updates of the typed feed into the store.
//!
//! The feed numbers its updates and never uses an id again, so what contradicts that is a gap.

use crate::feed::update::{Changed, Created, Ended, Mark, MarkKind, Update, WaitStarted};
use crate::ingest::invocations;
use crate::ingest::place::place;
use crate::model::diagnostic::{Diagnostic, GapId};
use crate::model::facts::ItemKind;
use crate::model::id::{AsyncOpKey, ResourceKey, TaskKey};
use crate::model::lifetime::Lifetime;
use crate::model::resource::{AsyncOp, Resource, ResourceKind};
use crate::model::store::Store;
use crate::model::task::{SeenOn, Task, TaskKind, TaskStats};
use crate::model::time::Timestamp;

/// Takes one update over into the store.
pub(crate) fn apply(store: &mut Store, update: &Update) {
    note_sequence(store, update.sequence);
    let workspace = store.run.as_ref().map(|run| run.workspace.clone()).unwrap_or_default();
    for item in &update.created {
        create(store, item, update.at, &workspace);
    }
    for item in &update.changed {
        change(store, item);
    }
    for item in &update.ended {
        end(store, *item);
    }
    for wait in &update.wait_started {
        start_wait(store, *wait);
    }
    for wait in &update.wait_ended {
        end_wait(store, *wait);
    }
    for Mark { kind, at, request_id } in &update.marks {
        match kind {
            // The Runtime API reports it too, and holds the runtime meanwhile.
            MarkKind::Response => {}
            MarkKind::Turn => invocations::turned(store, *at, request_id),
            MarkKind::Freeze => invocations::about_to_freeze(store, *at, request_id),
        }
    }
    store.feed.dropped_events = store.feed.dropped_events.saturating_add(update.unrecorded);
    store.feed.updates += 1;
    store.feed.last_now = store.feed.last_now.max(Some(update.at));
}

fn note_sequence(store: &mut Store, sequence: u64) {
    if store.feed.sequence.is_some_and(|last| sequence != last + 1) {
        inconsistent(store, "left out an update");
    }
    store.feed.sequence = Some(sequence);
}

fn inconsistent(store: &mut Store, problem: &str) {
    store.note(Diagnostic::new(GapId::FeedInconsistent, format!("the feed {problem}")));
}

/// Whether items of this kind are tasks; all others are resources.
const fn is_task(kind: ItemKind) -> bool {
    matches!(kind, ItemKind::Immediate | ItemKind::Job | ItemKind::AsyncFunction)
}

fn create(store: &mut Store, item: &Created, shown: Timestamp, workspace: &str) {
    let Created { id, at, type_name, name, location, facts, duration_ms } = item;
    let spans = &store.spans;
    if spans.tasks.contains_key(id) || spans.resources.contains_key(id) {
        inconsistent(store, "announced an item twice");
        return;
    }
    let (location, owner) = place(location.as_ref(), workspace);
    let seen_on = SeenOn { main: Some(shown), ..SeenOn::default() };
    if is_task(facts.kind) {
        let is_job = facts.kind == ItemKind::Job;
        let task = Task {
            kind: if is_job { TaskKind::Blocking } else { TaskKind::Async },
            name: name.clone(),
            function: name.clone().filter(|_| is_job),
            location,
            owner,
            stats: TaskStats::waiting(*at),
            seen_on,
            facts: Some(facts.clone()),
            ..Task::new(*id, *at)
        };
        store.spans.tasks.insert(*id, TaskKey(store.tasks.len()));
        store.tasks.push(task);
    } else {
        let is_timer = facts.kind == ItemKind::Timer;
        store.spans.resources.insert(*id, ResourceKey(store.resources.len()));
        store.resources.push(Resource {
            span: *id,
            parent: None,
            kind: if is_timer { ResourceKind::Timer } else { ResourceKind::Other },
            concrete_type: type_name.clone(),
            location,
            owner,
            life: Lifetime::since(*at),
            duration_ms: *duration_ms,
            made_by: Vec::new(),
            seen_on,
            facts: Some(facts.clone()),
        });
    }
}

fn change(store: &mut Store, item: &Changed) {
    let Changed { id, facts, duration_ms } = item;
    if let Some(key) = store.spans.tasks.get(id) {
        store.tasks[key.0].facts = Some(facts.clone());
    } else if let Some(key) = store.spans.resources.get(id) {
        let resource = &mut store.resources[key.0];
        resource.facts = Some(facts.clone());
        resource.duration_ms = duration_ms.or(resource.duration_ms);
    } else {
        inconsistent(store, "changed an item that it never announced");
    }
}

fn end(store: &mut Store, item: Ended) {
    let problem = if let Some(key) = store.spans.tasks.get(&item.id) {
        end_life(&mut store.tasks[key.0].span_life, item.at)
    } else if let Some(key) = store.spans.resources.get(&item.id) {
        end_life(&mut store.resources[key.0].life, item.at)
    } else {
        Some("ended an item that it never announced")
    };
    if let Some(problem) = problem {
        inconsistent(store, problem);
    }
}

fn end_life(life: &mut Lifetime, at: Timestamp) -> Option<&'static str> {
    if at < life.created {
        return Some("ended an item before it was created");
    }
    if let Some(ended) = life.ended {
        // The later of the two keeps it pending for as long as it may have been.
        life.ended = Some(ended.max(at));
        return (ended != at).then_some("ended an item twice");
    }
    life.ended = Some(at);
    None
}

fn start_wait(store: &mut Store, wait: WaitStarted) {
    let WaitStarted { id, at, task, on } = wait;
    let (Some(task), Some(on)) =
        (store.spans.tasks.get(&task).copied(), store.spans.resources.get(&on).copied())
    else {
        inconsistent(store, "reported a wait of an item that it never announced");
        return;
    };
    store.spans.async_ops.insert(id, AsyncOpKey(store.async_ops.len()));
    store.async_ops.push(AsyncOp {
        span: id,
        resource: Some(on),
        source: "await".to_owned(),
        task: Some(task),
        life: Lifetime::since(at),
    });
}

fn end_wait(store: &mut Store, wait: Ended) {
    let problem = match store.spans.async_ops.get(&wait.id) {
        Some(key) => end_life(&mut store.async_ops[key.0].life, wait.at),
        None => Some("ended a wait that it never announced"),
    };
    if let Some(problem) = problem {
        inconsistent(store, problem);
    }
}
