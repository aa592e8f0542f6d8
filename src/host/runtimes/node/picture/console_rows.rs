//! The picture as messages of tokio-console, for people who look at a handler with it.
//!
//! loopcheck does not read them: every fact of these rows is in the typed feed.

use console_api::instrument::Update;
use console_api::register_metadata::NewMetadata;
use console_api::{
    Attribute, Field, Id, Location, MetaId, Metadata, PollStats, RegisterMetadata, async_ops,
    field, metadata, resources, tasks,
};

use crate::host::runtimes::node::picture::item::Item;
use crate::host::runtimes::node::picture::record::{Frame, Kind};
use crate::host::runtimes::node::picture::tie::Tie;
use crate::host::runtimes::node::picture::updates;
use crate::host::runtimes::node::picture::whole::{InvocationRow, Picture};
use crate::model::time::Timestamp;

/// The call sites that rows belong to.
const TASK_META: u64 = 1;
const RESOURCE_META: u64 = 2;
const ASYNC_OP_META: u64 = 3;

/// Ids of invocations begin here, far above those of records.
const FIRST_INVOCATION: u64 = 1 << 62;

/// What is put into an update.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Extent {
    /// All that is known.
    Everything,
    /// What has not been sent yet.
    Changes,
}

/// Everything that is known, for somebody who comes new.
pub(in crate::host::runtimes::node) fn everything(picture: &Picture, now: Timestamp) -> Update {
    let mut draft = Draft::new(now);
    for item in picture.items.values() {
        draft.item(item, picture, Extent::Everything);
    }
    for (place, tie) in picture.ties.all().iter().enumerate() {
        if tie.ended.is_none() {
            draft.tie(place, tie, Extent::Everything);
        }
    }
    for invocation in &picture.invocations {
        draft.invocation(invocation, Extent::Everything);
    }
    Update { new_metadata: Some(all_metadata()), ..draft.update }
}

/// What has changed since the changes were last settled.
pub(in crate::host::runtimes::node) fn changes(picture: &Picture, now: Timestamp) -> Update {
    let mut draft = Draft::new(now);
    draft.tasks().dropped_events = picture.unrecorded;
    for item in picture.changed.iter().filter_map(|id| picture.items.get(id)) {
        draft.item(item, picture, Extent::Changes);
    }
    for (place, tie) in picture.ties.all().iter().enumerate() {
        draft.tie(place, tie, Extent::Changes);
    }
    for invocation in &picture.invocations {
        draft.invocation(invocation, Extent::Changes);
    }
    draft.update
}

struct Draft {
    update: Update,
}

impl Draft {
    fn new(now: Timestamp) -> Self {
        let update = Update {
            now: Some(now.into()),
            task_update: Some(tasks::TaskUpdate::default()),
            resource_update: Some(resources::ResourceUpdate::default()),
            async_op_update: Some(async_ops::AsyncOpUpdate::default()),
            new_metadata: Some(RegisterMetadata::default()),
        };
        Self { update }
    }

    fn tasks(&mut self) -> &mut tasks::TaskUpdate {
        self.update.task_update.get_or_insert_default()
    }

    fn item(&mut self, item: &Item, picture: &Picture, extent: Extent) {
        let is_new = item.is_new || extent == Extent::Everything;
        if item.kind.is_task() {
            let tasks = self.tasks();
            // A task's facts are in its row, a resource's are in its counters.
            if is_new || item.facts_due {
                tasks.new_tasks.push(task_row(item, picture));
            }
            tasks.stats_update.insert(item.id, task_stats(item.created, item.ended));
        } else {
            let resources = self.update.resource_update.get_or_insert_default();
            if is_new {
                resources.new_resources.push(resource_row(item));
            }
            resources.stats_update.insert(item.id, resource_stats(item, picture));
        }
    }

    fn tie(&mut self, place: usize, tie: &Tie, extent: Extent) {
        let is_new = tie.is_new || extent == Extent::Everything;
        let ops = self.update.async_op_update.get_or_insert_default();
        let id = place as u64 + 1;
        if is_new {
            ops.new_async_ops.push(async_ops::AsyncOp {
                id: Some(Id { id }),
                metadata: Some(MetaId { id: ASYNC_OP_META }),
                source: "await".to_owned(),
                parent_async_op_id: None,
                resource_id: Some(Id { id: tie.resource }),
            });
        }
        if is_new || tie.end_due {
            let stats = async_ops::Stats {
                created_at: Some(tie.created.into()),
                dropped_at: tie.ended.map(Into::into),
                task_id: Some(Id { id: tie.task }),
                poll_stats: Some(waiting(tie.created)),
                attributes: Vec::new(),
            };
            ops.stats_update.insert(id, stats);
        }
    }

    fn invocation(&mut self, invocation: &InvocationRow, extent: Extent) {
        let is_new = invocation.is_new || extent == Extent::Everything;
        let id = FIRST_INVOCATION + invocation.number;
        let tasks = self.tasks();
        if is_new {
            tasks.new_tasks.push(tasks::Task {
                id: Some(Id { id }),
                metadata: Some(MetaId { id: TASK_META }),
                kind: tasks::task::Kind::Spawn.into(),
                fields: Fields::of(TASK_META)
                    .text("task.name", Some(&format!("invocation {}", invocation.number)))
                    .text("kind", Some("invocation"))
                    .text("node.kind", Some("invocation"))
                    .truth("holds", Some(false))
                    .text("request.id", Some(&invocation.request_id))
                    .number("invocation", Some(invocation.number))
                    .done(),
                parents: Vec::new(),
                location: None,
            });
        }
        if is_new || invocation.is_due {
            tasks.stats_update.insert(id, task_stats(invocation.created, invocation.ended));
        }
    }
}

fn task_row(item: &Item, picture: &Picture) -> tasks::Task {
    let blocking = item.kind == Kind::Job;
    let name = updates::name(item);
    let (kind, kind_field) = if blocking {
        (tasks::task::Kind::Blocking, "blocking")
    } else {
        (tasks::task::Kind::Spawn, "async")
    };
    let mut fields = Fields::of(TASK_META)
        .text("task.name", name)
        .number("task.id", Some(item.id))
        .text("kind", Some(kind_field));
    if blocking {
        fields = fields.text("fn", name);
    }
    tasks::Task {
        id: Some(Id { id: item.id }),
        metadata: Some(MetaId { id: TASK_META }),
        kind: kind.into(),
        fields: fields.facts(item, picture).done(),
        parents: Vec::new(),
        location: item.site.shown.as_ref().map(location),
    }
}

/// Counters of a task that waits and can be woken.
fn task_stats(created: Timestamp, ended: Option<Timestamp>) -> tasks::Stats {
    tasks::Stats {
        created_at: Some(created.into()),
        dropped_at: ended.map(Into::into),
        wakes: 0,
        waker_clones: 1,
        waker_drops: 0,
        last_wake: None,
        poll_stats: Some(waiting(created)),
        self_wakes: 0,
        scheduled_time: Some(prost_types::Duration::default()),
    }
}

/// Polled once, when it was made.
fn waiting(created: Timestamp) -> PollStats {
    PollStats {
        polls: 1,
        first_poll: Some(created.into()),
        last_poll_started: Some(created.into()),
        last_poll_ended: Some(created.into()),
        busy_time: Some(prost_types::Duration::default()),
    }
}

fn resource_row(item: &Item) -> resources::Resource {
    use resources::resource::kind::{Kind as Wire, Known};
    let kind = match item.kind {
        Kind::Timer => Wire::Known(Known::Timer.into()),
        other => Wire::Other(resource_kind(other).to_owned()),
    };
    resources::Resource {
        id: Some(Id { id: item.id }),
        metadata: Some(MetaId { id: RESOURCE_META }),
        concrete_type: updates::type_name(item).to_owned(),
        kind: Some(resources::resource::Kind { kind: Some(kind) }),
        location: item.site.shown.as_ref().map(location),
        parent_resource_id: None,
        is_internal: item.internal,
    }
}

fn resource_kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Socket => "socket",
        Kind::Server => "server",
        Kind::Udp => "udp socket",
        Kind::Child => "child process",
        Kind::Worker => "worker",
        Kind::Watcher => "watcher",
        Kind::Port => "message port",
        Kind::Request => "request",
        Kind::Timer | Kind::Immediate | Kind::Job | Kind::AsyncFn | Kind::Other => "other",
    }
}

fn resource_stats(item: &Item, picture: &Picture) -> resources::Stats {
    let fields = Fields::of(RESOURCE_META).facts(item, picture).done();
    let attributes = fields.into_iter().map(|field| {
        let unit = field.name.as_ref().and_then(unit);
        Attribute { field: Some(field), unit: unit.map(str::to_owned) }
    });
    resources::Stats {
        created_at: Some(item.created.into()),
        dropped_at: item.ended.map(Into::into),
        attributes: attributes.collect(),
    }
}

/// The unit of an attribute, for people.
fn unit(name: &field::Name) -> Option<&'static str> {
    let field::Name::StrName(name) = name else { return None };
    match name.as_str() {
        "duration" => Some("ms"),
        // Since the epoch.
        "due" | "released" => Some("ns"),
        "rx" | "tx" => Some("B"),
        _ => None,
    }
}

fn location(frame: &Frame) -> Location {
    Location {
        file: Some(frame.file.clone()),
        module_path: frame.function.clone().filter(|name| !name.is_empty()),
        line: frame.line,
        column: frame.column,
    }
}

/// Fields with names, leaving out what is not known.
struct Fields {
    metadata: u64,
    fields: Vec<Field>,
}

impl Fields {
    const fn of(metadata: u64) -> Self {
        Self { metadata, fields: Vec::new() }
    }

    fn done(self) -> Vec<Field> {
        self.fields
    }

    fn facts(self, item: &Item, picture: &Picture) -> Self {
        let facts = &item.published;
        let packages = &item.site.packages;
        let packages = (!packages.is_empty()).then(|| packages.join(","));
        let due = facts.due.map(|due| picture.origin.at(due));
        self.text("node.kind", Some(item.kind.as_str()))
            .number("invocation", Some(item.invocation))
            .truth("holds", facts.holds)
            .truth("ref", facts.referenced)
            .number("duration", facts.duration_ms)
            .truth("repeat", facts.repeat)
            .number("due", due.map(Timestamp::nanos))
            .number("released", item.released.map(Timestamp::nanos))
            .number("inode", facts.inode)
            .text("local", facts.local.as_deref())
            .text("peer", facts.peer.as_deref())
            .truth("busy", facts.busy)
            .text("http", facts.http.as_deref())
            .number("rx", facts.rx)
            .number("tx", facts.tx)
            .number("use", facts.used_in)
            .number("pid", facts.pid)
            .text("command", facts.command.as_deref())
            .text("package", item.site.package.as_deref())
            .text("packages", packages.as_deref())
            .text("callback", updates::callback(item))
            .text("api", item.api.as_deref())
            .truth("internal", item.internal.then_some(true))
            .number("of", item.of)
            .text("site.library", item.site.library.as_deref().filter(|_| !shows_library(item)))
    }

    fn text(self, name: &str, value: Option<&str>) -> Self {
        self.value(name, value.map(|text| field::Value::StrVal(text.to_owned())))
    }

    fn number(self, name: &str, value: Option<u64>) -> Self {
        self.value(name, value.map(field::Value::U64Val))
    }

    fn truth(self, name: &str, value: Option<bool>) -> Self {
        self.value(name, value.map(field::Value::BoolVal))
    }

    fn value(mut self, name: &str, value: Option<field::Value>) -> Self {
        if let Some(value) = value {
            self.fields.push(Field {
                metadata_id: Some(MetaId { id: self.metadata }),
                name: Some(field::Name::StrName(name.to_owned())),
                value: Some(value),
            });
        }
        self
    }
}

/// Whether the frame that is shown is the library's own.
fn shows_library(item: &Item) -> bool {
    item.site.shown.as_ref().is_some_and(|frame| frame.file.contains("node_modules/"))
}

fn all_metadata() -> RegisterMetadata {
    let rows = [
        (TASK_META, "runtime.spawn", "task"),
        (RESOURCE_META, "runtime.resource", "resource"),
        (ASYNC_OP_META, "runtime.resource.async_op", "async op"),
    ];
    let metadata = rows.map(|(id, name, target)| NewMetadata {
        id: Some(MetaId { id }),
        metadata: Some(Metadata {
            name: name.to_owned(),
            target: format!("node::{target}"),
            module_path: String::new(),
            location: None,
            kind: metadata::Kind::Span.into(),
            level: metadata::Level::Info.into(),
            field_names: Vec::new(),
        }),
    });
    RegisterMetadata { metadata: metadata.to_vec() }
}

/// Whether a task with this id has a row.
pub(in crate::host::runtimes::node) fn has_task(picture: &Picture, id: u64) -> bool {
    let number = id.checked_sub(FIRST_INVOCATION);
    let invocation =
        number.is_some_and(|number| (1..=picture.invocation_count()).contains(&number));
    invocation || picture.items.get(&id).is_some_and(|item| item.kind.is_task())
}

/// What a task's details can say: that there is no more than its row.
pub(in crate::host::runtimes::node) fn details(id: u64, now: Timestamp) -> tasks::TaskDetails {
    tasks::TaskDetails {
        task_id: Some(Id { id }),
        now: Some(now.into()),
        scheduled_times_histogram: None,
        poll_times_histogram: None,
    }
}
