//! The picture as updates of the typed feed.

use crate::feed::update::{Changed, Created, Ended, SourceLocation, Update, WaitStarted};
use crate::host::runtimes::node::picture::item::Item;
use crate::host::runtimes::node::picture::origin::Origin;
use crate::host::runtimes::node::picture::record::{Frame, Kind};
use crate::host::runtimes::node::picture::tie::Tie;
use crate::host::runtimes::node::picture::whole::Picture;
use crate::model::facts::{ItemFacts, ItemKind};
use crate::model::location::Package;
use crate::model::time::Timestamp;

/// Whether something has changed since the changes were last settled.
pub(in crate::host::runtimes::node) fn has_changes(picture: &Picture) -> bool {
    !picture.changed.is_empty()
        || picture.unrecorded > 0
        || picture.invocations.iter().any(|invocation| invocation.is_due)
        || picture.ties.all().iter().any(|tie| tie.is_due())
}

/// Everything that exists, and what has ended a moment ago.
pub(in crate::host::runtimes::node) fn everything(
    picture: &Picture,
    sequence: u64,
    now: Timestamp,
) -> Update {
    let mut update = Update { sequence, at: now, ..Update::default() };
    for item in picture.items.values() {
        update.created.push(created(item, &picture.origin));
        update.ended.extend(item.ended.map(|at| Ended { id: item.id, at }));
    }
    for (place, tie) in picture.ties.all().iter().enumerate() {
        if tie.ended.is_none() {
            update.wait_started.push(wait_started(place, tie));
        }
    }
    update
}

/// What has changed since the changes were last settled.
pub(in crate::host::runtimes::node) fn changes(
    picture: &Picture,
    sequence: u64,
    now: Timestamp,
) -> Update {
    let mut update = Update { sequence, at: now, ..Update::default() };
    for item in picture.changed.iter().filter_map(|id| picture.items.get(id)) {
        if item.is_new {
            update.created.push(created(item, &picture.origin));
        } else if item.facts_due {
            let facts = facts(item, &picture.origin);
            let duration_ms = item.published.duration_ms;
            update.changed.push(Changed { id: item.id, facts, duration_ms });
        }
        if item.end_due {
            update.ended.extend(item.ended.map(|at| Ended { id: item.id, at }));
        }
    }
    for (place, tie) in picture.ties.all().iter().enumerate() {
        if tie.is_new {
            update.wait_started.push(wait_started(place, tie));
        }
        if tie.end_due {
            update.wait_ended.extend(tie.ended.map(|at| Ended { id: tie_id(place), at }));
        }
    }
    update
}

/// Notes that every change has been sent, and forgets what ended long ago.
pub(in crate::host::runtimes::node) fn settle(picture: &mut Picture, now: Timestamp) {
    for id in std::mem::take(&mut picture.changed) {
        if let Some(item) = picture.items.get_mut(&id) {
            (item.is_new, item.facts_due, item.end_due) = (false, false, false);
        }
    }
    for tie in picture.ties.all_mut() {
        (tie.is_new, tie.end_due) = (false, false);
    }
    for invocation in &mut picture.invocations {
        (invocation.is_new, invocation.is_due) = (false, false);
    }
    picture.sweep(now);
}

fn created(item: &Item, origin: &Origin) -> Created {
    Created {
        id: item.id,
        at: item.created,
        type_name: type_name(item).to_owned(),
        name: name(item).map(str::to_owned),
        location: item.site.shown.as_ref().map(location),
        facts: facts(item, origin),
        duration_ms: item.published.duration_ms,
    }
}

/// Its type, as people know it.
pub(super) fn type_name(item: &Item) -> &str {
    match item.kind {
        Kind::Timer => "Timeout",
        _ => &item.hook_type,
    }
}

/// The name of what runs; a timer's is that of its callback.
pub(super) fn name(item: &Item) -> Option<&str> {
    match item.kind {
        Kind::Immediate => Some("setImmediate"),
        Kind::Job => item.name.as_deref().or(Some(item.hook_type.as_str())),
        Kind::AsyncFn => item.name.as_deref(),
        _ => None,
    }
}

fn location(frame: &Frame) -> SourceLocation {
    SourceLocation {
        file: frame.file.clone(),
        line: frame.line,
        column: frame.column,
        function: frame.function.clone().filter(|name| !name.is_empty()),
    }
}

fn facts(item: &Item, origin: &Origin) -> ItemFacts {
    let facts = &item.published;
    let small = |number: u64| u32::try_from(number).ok();
    ItemFacts {
        kind: kind(item.kind),
        created_in: small(item.invocation),
        // What does not say that it releases the loop is taken to hold it.
        holds_loop: facts.holds.unwrap_or(true),
        is_ref: facts.referenced,
        repeats: facts.repeat.unwrap_or(false),
        due: facts.due.map(|due| origin.at(due)),
        released: item.released,
        inode: facts.inode,
        local: facts.local.clone(),
        peer: facts.peer.clone(),
        in_flight: facts.busy.unwrap_or(false),
        request: facts.http.clone(),
        used_in: facts.used_in.and_then(small),
        pid: facts.pid.and_then(small),
        command: facts.command.clone(),
        package: item.site.package.as_deref().map(Package::from_specifier),
        packages: item.site.packages.clone(),
        callback: callback(item).map(str::to_owned),
        internal: item.internal,
    }
}

const fn kind(kind: Kind) -> ItemKind {
    match kind {
        Kind::Timer => ItemKind::Timer,
        Kind::Immediate => ItemKind::Immediate,
        Kind::Socket => ItemKind::Socket,
        Kind::Server => ItemKind::Server,
        Kind::Udp => ItemKind::Udp,
        Kind::Job => ItemKind::Job,
        Kind::AsyncFn => ItemKind::AsyncFunction,
        Kind::Worker => ItemKind::Worker,
        Kind::Child => ItemKind::Child,
        Kind::Watcher => ItemKind::Watcher,
        Kind::Port => ItemKind::Port,
        // A request that is shown by itself is something else.
        Kind::Request | Kind::Other => ItemKind::Other,
    }
}

/// The name of the function that a timer calls, as it was before `bind`.
pub(super) fn callback(item: &Item) -> Option<&str> {
    let name =
        item.name.as_deref().filter(|_| item.kind == Kind::Timer || item.kind == Kind::Immediate);
    name.map(|name| name.trim_start_matches("bound ")).filter(|name| !name.is_empty())
}

/// The number of a wait: its place, from 1.
const fn tie_id(place: usize) -> u64 {
    place as u64 + 1
}

fn wait_started(place: usize, tie: &Tie) -> WaitStarted {
    WaitStarted { id: tie_id(place), at: tie.created, task: tie.task, on: tie.resource }
}
