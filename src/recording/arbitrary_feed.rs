//! Updates of the typed feed, with hostile contents, for property tests.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{Strategy, any};
use proptest::sample::select;

use crate::feed::update::{
    Changed, Created, Ended, Mark, MarkKind, SourceLocation, Update, WaitStarted,
};
use crate::model::facts::{ItemFacts, ItemKind};
use crate::model::location::Package;
use crate::recording::arbitrary_values::{text, time};

/// Any update.
pub(super) fn feed_update() -> impl Strategy<Value = Update> {
    let wait = (any::<u64>(), time(), any::<u64>(), any::<u64>())
        .prop_map(|(id, at, task, on)| WaitStarted { id, at, task, on });
    let items = (vec(created(), 0..3), vec(changed(), 0..3), vec(ended(), 0..3));
    let waits = (vec(wait, 0..3), vec(ended(), 0..3), vec(mark(), 0..3));
    (any::<u64>(), time(), items, waits, any::<u64>()).prop_map(
        |(
            sequence,
            at,
            (created, changed, ended),
            (wait_started, wait_ended, marks),
            unrecorded,
        )| {
            Update {
                sequence,
                at,
                created,
                changed,
                ended,
                wait_started,
                wait_ended,
                marks,
                unrecorded,
            }
        },
    )
}

fn created() -> impl Strategy<Value = Created> {
    let texts = (text(), option::of(text()), option::of(location()));
    (any::<u64>(), time(), texts, facts(), option::of(any::<u64>())).prop_map(
        |(id, at, (type_name, name, location), facts, duration_ms)| Created {
            id,
            at,
            type_name,
            name,
            location,
            facts,
            duration_ms,
        },
    )
}

fn changed() -> impl Strategy<Value = Changed> {
    (any::<u64>(), facts(), option::of(any::<u64>())).prop_map(|(id, facts, duration_ms)| Changed {
        id,
        facts,
        duration_ms,
    })
}

fn ended() -> impl Strategy<Value = Ended> {
    (any::<u64>(), time()).prop_map(|(id, at)| Ended { id, at })
}

fn mark() -> impl Strategy<Value = Mark> {
    let kind = select(vec![MarkKind::Response, MarkKind::Turn, MarkKind::Freeze]);
    (kind, time(), text()).prop_map(|(kind, at, request_id)| Mark { kind, at, request_id })
}

fn location() -> impl Strategy<Value = SourceLocation> {
    let number = || option::of(any::<u32>());
    (text(), number(), number(), option::of(text()))
        .prop_map(|(file, line, column, function)| SourceLocation { file, line, column, function })
}

fn facts() -> impl Strategy<Value = ItemFacts> {
    let kind = select(vec![
        ItemKind::Timer,
        ItemKind::Immediate,
        ItemKind::Socket,
        ItemKind::Server,
        ItemKind::Udp,
        ItemKind::Job,
        ItemKind::AsyncFunction,
        ItemKind::Worker,
        ItemKind::Child,
        ItemKind::Watcher,
        ItemKind::Port,
        ItemKind::Other,
    ]);
    let package =
        (text(), option::of(text())).prop_map(|(name, version)| Package { name, version });
    (
        kind,
        vec(any::<bool>(), 4),
        option::of(any::<bool>()),
        vec(option::of(any::<u32>()), 3),
        vec(option::of(time()), 2),
        option::of(any::<u64>()),
        vec(option::of(text()), 5),
        option::of(package),
        vec(text(), 0..3),
    )
        .prop_map(|(kind, flags, is_ref, numbers, times, inode, texts, package, packages)| {
            ItemFacts {
                kind,
                created_in: numbers[0],
                holds_loop: flags[0],
                is_ref,
                repeats: flags[1],
                due: times[0],
                released: times[1],
                inode,
                local: texts[0].clone(),
                peer: texts[1].clone(),
                in_flight: flags[2],
                request: texts[2].clone(),
                used_in: numbers[1],
                pid: numbers[2],
                command: texts[3].clone(),
                package,
                packages,
                callback: texts[4].clone(),
                internal: flags[3],
            }
        })
}
