//! Facts in the fields and attributes of rows, as feeds of Node.js had them up to version 4.

use crate::feed::console::Fields;
use crate::model::facts::{ItemFacts, ItemKind};
use crate::model::location::Package;
use crate::model::time::Timestamp;

/// The facts in a row; `None` if it has none, or is an invocation shown as a task.
pub(super) fn read(fields: &Fields) -> Option<ItemFacts> {
    let kind = kind(&fields.text("node.kind")?)?;
    let small = |name| fields.number(name).and_then(|number| u32::try_from(number).ok());
    let instant = |name| fields.number(name).map(Timestamp::from_nanos);
    Some(ItemFacts {
        kind,
        created_in: small("invocation"),
        // What does not say that it lets the loop go is taken to hold it.
        holds_loop: fields.is("holds").unwrap_or(true),
        is_ref: fields.is("ref"),
        repeats: fields.is("repeat").unwrap_or(false),
        due: instant("due"),
        released: instant("released"),
        inode: fields.number("inode"),
        local: fields.text("local"),
        peer: fields.text("peer"),
        in_flight: fields.is("busy").unwrap_or(false),
        request: fields.text("http"),
        used_in: small("use"),
        pid: small("pid"),
        command: fields.text("command"),
        package: fields.text("package").map(|package| Package::from_specifier(&package)),
        packages: fields
            .text("packages")
            .map(|names| names.split(',').map(str::to_owned).collect())
            .unwrap_or_default(),
        callback: fields.text("callback"),
        internal: fields.is("internal").unwrap_or(false),
    })
}

fn kind(id: &str) -> Option<ItemKind> {
    Some(match id {
        "timer" => ItemKind::Timer,
        "immediate" => ItemKind::Immediate,
        "socket" => ItemKind::Socket,
        "server" => ItemKind::Server,
        "udp" => ItemKind::Udp,
        "job" => ItemKind::Job,
        "async-fn" => ItemKind::AsyncFunction,
        "worker" => ItemKind::Worker,
        "child" => ItemKind::Child,
        "watcher" => ItemKind::Watcher,
        "port" => ItemKind::Port,
        "other" => ItemKind::Other,
        _ => return None,
    })
}
