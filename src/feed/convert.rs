//! Updates of the typed feed as messages on the wire, and back.
//!
//! There and back is the identity. Back is strict: an enum value that this version does not know is
//! an error, because a default would be a fact that nobody has observed.

use crate::feed::generated as wire;
use crate::feed::update::{
    Changed, Created, Ended, Mark, MarkKind, SourceLocation, Update, WaitStarted,
};
use crate::model::facts::{ItemFacts, ItemKind};
use crate::model::location::Package;
use crate::model::time::Timestamp;

/// An update holds something that this version does not know.
#[derive(Debug, Eq, PartialEq, thiserror::Error)]
#[error("{field} has the unknown value {value}")]
pub(crate) struct UnknownValue {
    /// The field, with its article.
    pub(crate) field: &'static str,
    /// The value on the wire.
    pub(crate) value: i32,
}

/// The message for an update.
pub(crate) fn to_wire(update: &Update) -> wire::Update {
    let Update {
        sequence,
        at,
        created,
        changed,
        ended,
        wait_started,
        wait_ended,
        marks,
        unrecorded,
    } = update;
    wire::Update {
        sequence: *sequence,
        at_nanos: at.nanos(),
        created: created.iter().map(to_created).collect(),
        changed: changed.iter().map(to_changed).collect(),
        ended: ended
            .iter()
            .map(|Ended { id, at }| wire::Ended { id: *id, at_nanos: at.nanos() })
            .collect(),
        wait_started: wait_started.iter().map(to_wait_started).collect(),
        wait_ended: wait_ended
            .iter()
            .map(|Ended { id, at }| wire::WaitEnded { id: *id, at_nanos: at.nanos() })
            .collect(),
        marks: marks.iter().map(to_mark).collect(),
        uncaught: Vec::new(),
        gaps: Vec::new(),
        unrecorded: *unrecorded,
    }
}

/// The update in a message, without its errors and gaps, which are observations of their own.
pub(crate) fn from_wire(message: wire::Update) -> Result<Update, UnknownValue> {
    let wire::Update {
        sequence,
        at_nanos,
        created,
        changed,
        ended,
        wait_started,
        wait_ended,
        marks,
        uncaught: _,
        gaps: _,
        unrecorded,
    } = message;
    Ok(Update {
        sequence,
        at: Timestamp::from_nanos(at_nanos),
        created: created.into_iter().map(from_created).collect::<Result<_, _>>()?,
        changed: changed.into_iter().map(from_changed).collect::<Result<_, _>>()?,
        ended: ended
            .into_iter()
            .map(|wire::Ended { id, at_nanos }| Ended { id, at: Timestamp::from_nanos(at_nanos) })
            .collect(),
        wait_started: wait_started.into_iter().map(from_wait_started).collect(),
        wait_ended: wait_ended
            .into_iter()
            .map(|wire::WaitEnded { id, at_nanos }| Ended {
                id,
                at: Timestamp::from_nanos(at_nanos),
            })
            .collect(),
        marks: marks.into_iter().map(from_mark).collect::<Result<_, _>>()?,
        unrecorded,
    })
}

fn to_created(created: &Created) -> wire::Created {
    let Created { id, at, type_name, name, location, facts, duration_ms } = created;
    wire::Created {
        id: *id,
        at_nanos: at.nanos(),
        type_name: type_name.clone(),
        name: name.clone(),
        location: location.as_ref().map(to_location),
        facts: Some(to_facts(facts, *duration_ms)),
    }
}

fn from_created(message: wire::Created) -> Result<Created, UnknownValue> {
    let wire::Created { id, at_nanos, type_name, name, location, facts } = message;
    let (facts, duration_ms) = from_facts(facts.unwrap_or_default())?;
    Ok(Created {
        id,
        at: Timestamp::from_nanos(at_nanos),
        type_name,
        name,
        location: location.map(from_location),
        facts,
        duration_ms,
    })
}

fn to_changed(changed: &Changed) -> wire::Changed {
    let Changed { id, facts, duration_ms } = changed;
    wire::Changed { id: *id, facts: Some(to_facts(facts, *duration_ms)) }
}

fn from_changed(message: wire::Changed) -> Result<Changed, UnknownValue> {
    let wire::Changed { id, facts } = message;
    let (facts, duration_ms) = from_facts(facts.unwrap_or_default())?;
    Ok(Changed { id, facts, duration_ms })
}

fn to_wait_started(wait: &WaitStarted) -> wire::WaitStarted {
    let WaitStarted { id, at, task, on } = *wait;
    wire::WaitStarted { id, at_nanos: at.nanos(), task, on }
}

fn from_wait_started(message: wire::WaitStarted) -> WaitStarted {
    let wire::WaitStarted { id, at_nanos, task, on } = message;
    WaitStarted { id, at: Timestamp::from_nanos(at_nanos), task, on }
}

fn to_mark(mark: &Mark) -> wire::Mark {
    let Mark { kind, at, request_id } = mark;
    let kind = match kind {
        MarkKind::Response => wire::MarkKind::Response,
        MarkKind::Turn => wire::MarkKind::Turn,
        MarkKind::Freeze => wire::MarkKind::Freeze,
    };
    wire::Mark { kind: kind.into(), at_nanos: at.nanos(), request_id: request_id.clone() }
}

fn from_mark(message: wire::Mark) -> Result<Mark, UnknownValue> {
    let wire::Mark { kind, at_nanos, request_id } = message;
    let kind = match wire::MarkKind::try_from(kind) {
        Ok(wire::MarkKind::Response) => MarkKind::Response,
        Ok(wire::MarkKind::Turn) => MarkKind::Turn,
        Ok(wire::MarkKind::Freeze) => MarkKind::Freeze,
        Ok(wire::MarkKind::Unspecified) | Err(_) => {
            return Err(UnknownValue { field: "the kind of a mark", value: kind });
        }
    };
    Ok(Mark { kind, at: Timestamp::from_nanos(at_nanos), request_id })
}

/// The message for a place.
pub(crate) fn to_location(location: &SourceLocation) -> wire::Location {
    let SourceLocation { file, line, column, function } = location.clone();
    wire::Location { file, line, column, function }
}

/// The place in a message.
pub(crate) fn from_location(message: wire::Location) -> SourceLocation {
    let wire::Location { file, line, column, function } = message;
    SourceLocation { file, line, column, function }
}

/// The message for what is known of an item.
pub(crate) fn to_facts(facts: &ItemFacts, duration_ms: Option<u64>) -> wire::Facts {
    let ItemFacts {
        kind,
        created_in,
        holds_loop,
        is_ref,
        repeats,
        due,
        released,
        inode,
        local,
        peer,
        in_flight,
        request,
        used_in,
        pid,
        command,
        package,
        packages,
        callback,
        internal,
    } = facts.clone();
    wire::Facts {
        kind: to_kind(kind).into(),
        invocation: created_in,
        holds: holds_loop,
        referenced: is_ref,
        released_nanos: released.map(Timestamp::nanos),
        duration_ms,
        repeats,
        due_nanos: due.map(Timestamp::nanos),
        callback,
        inode,
        local,
        peer,
        request_in_flight: in_flight,
        http: request,
        used_in,
        pid,
        command,
        package: package.map(|Package { name, version }| wire::Package { name, version }),
        packages,
        internal,
    }
}

fn from_facts(message: wire::Facts) -> Result<(ItemFacts, Option<u64>), UnknownValue> {
    let wire::Facts {
        kind,
        invocation,
        holds,
        referenced,
        released_nanos,
        duration_ms,
        repeats,
        due_nanos,
        callback,
        inode,
        local,
        peer,
        request_in_flight,
        http,
        used_in,
        pid,
        command,
        package,
        packages,
        internal,
    } = message;
    let facts = ItemFacts {
        kind: from_kind(kind)?,
        created_in: invocation,
        holds_loop: holds,
        is_ref: referenced,
        repeats,
        due: due_nanos.map(Timestamp::from_nanos),
        released: released_nanos.map(Timestamp::from_nanos),
        inode,
        local,
        peer,
        in_flight: request_in_flight,
        request: http,
        used_in,
        pid,
        command,
        package: package.map(|wire::Package { name, version }| Package { name, version }),
        packages,
        callback,
        internal,
    };
    Ok((facts, duration_ms))
}

const fn to_kind(kind: ItemKind) -> wire::Kind {
    match kind {
        ItemKind::Timer => wire::Kind::Timer,
        ItemKind::Immediate => wire::Kind::Immediate,
        ItemKind::Socket => wire::Kind::Socket,
        ItemKind::Server => wire::Kind::Server,
        ItemKind::Udp => wire::Kind::Udp,
        ItemKind::Job => wire::Kind::Job,
        ItemKind::AsyncFunction => wire::Kind::AsyncFunction,
        ItemKind::Worker => wire::Kind::Worker,
        ItemKind::Child => wire::Kind::Child,
        ItemKind::Watcher => wire::Kind::Watcher,
        ItemKind::Port => wire::Kind::Port,
        ItemKind::Other => wire::Kind::Other,
    }
}

fn from_kind(value: i32) -> Result<ItemKind, UnknownValue> {
    Ok(match wire::Kind::try_from(value) {
        Ok(wire::Kind::Timer) => ItemKind::Timer,
        Ok(wire::Kind::Immediate) => ItemKind::Immediate,
        Ok(wire::Kind::Socket) => ItemKind::Socket,
        Ok(wire::Kind::Server) => ItemKind::Server,
        Ok(wire::Kind::Udp) => ItemKind::Udp,
        Ok(wire::Kind::Job) => ItemKind::Job,
        Ok(wire::Kind::AsyncFunction) => ItemKind::AsyncFunction,
        Ok(wire::Kind::Worker) => ItemKind::Worker,
        Ok(wire::Kind::Child) => ItemKind::Child,
        Ok(wire::Kind::Watcher) => ItemKind::Watcher,
        Ok(wire::Kind::Port) => ItemKind::Port,
        Ok(wire::Kind::Other) => ItemKind::Other,
        Ok(wire::Kind::Unspecified) | Err(_) => {
            return Err(UnknownValue { field: "the kind of an item", value });
        }
    })
}
