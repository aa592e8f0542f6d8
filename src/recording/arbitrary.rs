//! Observations of every kind, with hostile contents, for property tests.
//!
//! What must hold for them is said where they are used.

use std::net::{SocketAddr, SocketAddrV6};
use std::time::Duration;

use console_api::instrument::Update;
use console_api::{async_ops, resources, tasks};
use proptest::collection::{hash_map, vec};
use proptest::option;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::select;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;

use crate::feed::console::MessageReader;
use crate::model::diagnostic::{Diagnostic, DiagnosticId};
use crate::model::socket::{ChildProcess, Protocol, SocketFact, SocketState, Thread};
use crate::model::time::Timestamp;
use crate::observation::{
    ApiMoment, Break, BrokenPeer, DrainCycles, Enforced, ExitedWith, FrozenBy, Identity,
    KillReason, Observation, ObservationKind, Peer, Policy, RunStarted, Runtime, SettledReason,
    SocketScan, Subscription, UncaughtError, UncaughtKind,
};
use crate::recording::arbitrary_feed::feed_update;
use crate::recording::arbitrary_values::{text, time};

/// Some observations, the same ones each time.
pub(super) fn sample(count: usize) -> Vec<Observation> {
    let mut runner = TestRunner::deterministic();
    let strategy = observation();
    let mut next = || strategy.new_tree(&mut runner).expect("nothing is filtered").current();
    (0..count).map(|_| next()).collect()
}

/// The start of a run.
pub(super) fn start() -> Observation {
    let mut runner = TestRunner::deterministic();
    let started = run_started().new_tree(&mut runner).expect("nothing is filtered").current();
    Observation {
        at: Timestamp::from_nanos(1),
        kind: ObservationKind::RunStarted(Box::new(started)),
    }
}

/// Any observation.
pub(super) fn observation() -> impl Strategy<Value = Observation> {
    (time(), kind()).prop_map(|(at, kind)| Observation { at, kind })
}

fn kind() -> impl Strategy<Value = ObservationKind> {
    let subscription = select(vec![Subscription::Main, Subscription::Audit]);
    let settled = select(vec![
        SettledReason::AllEnded,
        SettledReason::NothingWillEnd,
        SettledReason::TimeOver,
        SettledReason::CutShort,
    ]);
    let killed = select(vec![
        KillReason::Finished,
        KillReason::Deadline,
        KillReason::InitTimeout,
        KillReason::Interrupted,
        KillReason::Abandoned,
        KillReason::Withheld,
        KillReason::Shutdown,
    ]);
    prop_oneof![
        run_started().prop_map(|run| ObservationKind::RunStarted(Box::new(run))),
        any::<u32>().prop_map(|pid| ObservationKind::ProcessStarted { pid }),
        Just(ObservationKind::FeedAttached),
        (subscription, update()).prop_map(|(subscription, update)| {
            let message = Box::new(MessageReader::default().read(&update));
            ObservationKind::ConsoleMessage { subscription, message }
        }),
        feed_update().prop_map(|update| ObservationKind::FeedUpdate(Box::new(update))),
        (time(), any::<u64>())
            .prop_map(|(requested, sequence)| ObservationKind::FeedFlushed { requested, sequence }),
        (time(), time(), any::<u64>()).prop_map(|(opened_at, counted_at, cycles)| {
            ObservationKind::DrainCycles(DrainCycles { opened_at, counted_at, cycles })
        }),
        text().prop_map(|reason| ObservationKind::FeedLost { reason }),
        moment().prop_map(ObservationKind::RuntimeApi),
        socket_scan().prop_map(ObservationKind::Sockets),
        settled.prop_map(|reason| ObservationKind::Settled { reason }),
        prop_oneof![
            any::<i32>().prop_map(ExitedWith::Code),
            any::<i32>().prop_map(ExitedWith::Signal),
        ]
        .prop_map(|status| ObservationKind::ProcessExited { status }),
        killed.prop_map(|reason| ObservationKind::ProcessKilled { reason }),
        (any::<u32>(), select(vec![FrozenBy::Sigstop, FrozenBy::Cgroup]))
            .prop_map(|(processes, by)| ObservationKind::Frozen { processes, by }),
        Just(ObservationKind::Thawed),
        any::<u32>().prop_map(|events| ObservationKind::DeliveredTogether { events }),
        Just(ObservationKind::PeerConnected),
        text().prop_map(|reason| ObservationKind::PeerUnreachable { reason }),
        any::<u32>().prop_map(|connections| ObservationKind::PeerBroken { connections }),
        Just(ObservationKind::ShutdownNotice),
        uncaught().prop_map(ObservationKind::Uncaught),
        (select(DiagnosticId::ALL), text(), option::of(text())).prop_map(|(id, message, hint)| {
            ObservationKind::Diagnostic(Diagnostic { id, message, hint })
        }),
    ]
}

fn run_started() -> impl Strategy<Value = RunStarted> {
    (
        text(),
        text(),
        select(Runtime::ALL.to_vec()),
        any::<u32>(),
        any::<Duration>(),
        prop_oneof![any::<Duration>(), Just(Duration::MAX), Just(Duration::ZERO)],
        vec(text(), 0..4),
        address(),
        address(),
        text(),
        identity(),
        (any::<u32>(), option::of(enforced()), option::of(broken())),
    )
        .prop_map(
            |(
                handler,
                detail,
                runtime,
                invocations,
                timeout,
                settle,
                modes,
                runtime_api,
                console,
                workspace,
                identity,
                (events, enforced, broken),
            )| RunStarted {
                handler,
                detail,
                runtime,
                invocations,
                timeout,
                settle,
                modes,
                runtime_api,
                console,
                workspace,
                identity,
                events,
                enforced,
                broken,
            },
        )
}

fn identity() -> impl Strategy<Value = Identity> {
    (text(), option::of(text()), option::of(text())).prop_map(|(name, sources, file)| Identity {
        name,
        sources,
        file,
    })
}

fn enforced() -> impl Strategy<Value = Enforced> {
    (select(Policy::ALL), any::<Duration>()).prop_map(|(policy, pause)| Enforced { policy, pause })
}

fn broken() -> impl Strategy<Value = BrokenPeer> {
    (text(), any::<u16>(), select(Break::ALL))
        .prop_map(|(host, port, how)| BrokenPeer { peer: Peer { host, port }, how })
}

fn uncaught() -> impl Strategy<Value = UncaughtError> {
    let kind = select(vec![
        UncaughtKind::Exception,
        UncaughtKind::Rejection,
        UncaughtKind::Panic,
        UncaughtKind::Exit,
    ]);
    let number = || option::of(any::<u32>());
    (kind, number(), option::of(text()), number(), number()).prop_map(
        |(kind, left_by, file, line, column)| UncaughtError { kind, left_by, file, line, column },
    )
}

fn moment() -> impl Strategy<Value = ApiMoment> {
    prop_oneof![
        address().prop_map(|peer| ApiMoment::ConnectionOpened { peer }),
        address().prop_map(|peer| ApiMoment::ConnectionClosed { peer }),
        Just(ApiMoment::NextRequested),
        (text(), time())
            .prop_map(|(request_id, deadline)| ApiMoment::EventDelivered { request_id, deadline }),
        (text(), any::<u64>(), any::<bool>(), option::of(text())).prop_map(
            |(request_id, bytes, streaming, error_type)| ApiMoment::ResponseReceived {
                request_id,
                bytes,
                streaming,
                error_type
            }
        ),
        (text(), any::<u64>())
            .prop_map(|(request_id, bytes)| ApiMoment::ResponseTooLarge { request_id, bytes }),
        (text(), text()).prop_map(|(request_id, error_type)| ApiMoment::ErrorReceived {
            request_id,
            error_type
        }),
        text().prop_map(|error_type| ApiMoment::InitErrorReceived { error_type }),
        (any::<u16>(), text(), text()).prop_map(|(status, request, error_type)| {
            ApiMoment::RequestRefused { status, request, error_type }
        }),
        (text(), vec(text(), 0..4))
            .prop_map(|(name, events)| ApiMoment::ExtensionRegistered { name, events }),
        (text(), text())
            .prop_map(|(request_id, mode)| ApiMoment::HandlerCompleted { request_id, mode }),
        text().prop_map(|name| ApiMoment::ExtensionNextRequested { name }),
    ]
}

fn socket_scan() -> impl Strategy<Value = SocketScan> {
    (vec(socket(), 0..4), vec(child(), 0..4), vec(thread(), 0..4))
        .prop_map(|(sockets, children, threads)| SocketScan { sockets, children, threads })
}

fn socket() -> impl Strategy<Value = SocketFact> {
    let protocol = select(vec![Protocol::Tcp, Protocol::Udp, Protocol::Unix, Protocol::Other]);
    let state = select(vec![
        SocketState::Listen,
        SocketState::Connecting,
        SocketState::Established,
        SocketState::CloseWait,
        SocketState::Closing,
        SocketState::Unconnected,
        SocketState::Unknown,
    ]);
    let numbers = (any::<u64>(), any::<u32>(), any::<u64>(), any::<u64>());
    (numbers, protocol, option::of(text()), option::of(text()), state).prop_map(
        |((inode, pid, receive_queue, send_queue), protocol, local, peer, state)| SocketFact {
            inode,
            pid,
            protocol,
            local,
            peer,
            state,
            receive_queue,
            send_queue,
        },
    )
}

fn child() -> impl Strategy<Value = ChildProcess> {
    (any::<u32>(), any::<u64>(), text()).prop_map(|(pid, start_ticks, name)| ChildProcess {
        pid,
        start_ticks,
        name,
    })
}

fn thread() -> impl Strategy<Value = Thread> {
    (any::<u32>(), any::<u64>(), text()).prop_map(|(tid, start_ticks, name)| Thread {
        tid,
        start_ticks,
        name,
    })
}

/// A message of tokio-console, as it is on the wire.
fn update() -> impl Strategy<Value = Update> {
    (
        option::of(stamp()),
        option::of(task_update()),
        option::of(resource_update()),
        option::of(async_op_update()),
        option::of(register_metadata()),
    )
        .prop_map(|(now, task_update, resource_update, async_op_update, new_metadata)| {
            Update { now, task_update, resource_update, async_op_update, new_metadata }
        })
}

fn task_update() -> impl Strategy<Value = tasks::TaskUpdate> {
    let task = (
        option::of(id()),
        option::of(meta_id()),
        any::<i32>(),
        vec(field(), 0..3),
        vec(any::<u64>().prop_map(|id| console_api::SpanId { id }), 0..3),
        option::of(location()),
    )
        .prop_map(|(id, metadata, kind, fields, parents, location)| tasks::Task {
            id,
            metadata,
            kind,
            fields,
            parents,
            location,
        });
    let stats = (
        vec(option::of(stamp()), 3),
        vec(any::<u64>(), 4),
        option::of(poll_stats()),
        option::of(length()),
    )
        .prop_map(|(stamps, counts, poll_stats, scheduled_time)| tasks::Stats {
            created_at: stamps[0],
            dropped_at: stamps[1],
            last_wake: stamps[2],
            wakes: counts[0],
            waker_clones: counts[1],
            waker_drops: counts[2],
            self_wakes: counts[3],
            poll_stats,
            scheduled_time,
        });
    (vec(task, 0..3), hash_map(any::<u64>(), stats, 0..4), any::<u64>()).prop_map(
        |(new_tasks, stats_update, dropped_events)| tasks::TaskUpdate {
            new_tasks,
            stats_update,
            dropped_events,
        },
    )
}

fn resource_update() -> impl Strategy<Value = resources::ResourceUpdate> {
    let kind = prop_oneof![
        any::<i32>().prop_map(resources::resource::kind::Kind::Known),
        text().prop_map(resources::resource::kind::Kind::Other),
    ];
    let kind = option::of(kind).prop_map(|kind| resources::resource::Kind { kind });
    let resource = (
        vec(option::of(id()), 2),
        option::of(meta_id()),
        text(),
        option::of(kind),
        option::of(location()),
        any::<bool>(),
    )
        .prop_map(|(ids, metadata, concrete_type, kind, location, is_internal)| {
            resources::Resource {
                id: ids[0],
                metadata,
                concrete_type,
                kind,
                location,
                parent_resource_id: ids[1],
                is_internal,
            }
        });
    let stats =
        (vec(option::of(stamp()), 2), vec(attribute(), 0..3)).prop_map(|(stamps, attributes)| {
            resources::Stats { created_at: stamps[0], dropped_at: stamps[1], attributes }
        });
    let poll_op = (option::of(meta_id()), vec(option::of(id()), 3), text(), any::<bool>())
        .prop_map(|(metadata, ids, name, is_ready)| resources::PollOp {
            metadata,
            resource_id: ids[0],
            task_id: ids[1],
            async_op_id: ids[2],
            name,
            is_ready,
        });
    (vec(resource, 0..3), hash_map(any::<u64>(), stats, 0..4), vec(poll_op, 0..3), any::<u64>())
        .prop_map(|(new_resources, stats_update, new_poll_ops, dropped_events)| {
            resources::ResourceUpdate { new_resources, stats_update, new_poll_ops, dropped_events }
        })
}

fn async_op_update() -> impl Strategy<Value = async_ops::AsyncOpUpdate> {
    let async_op = (vec(option::of(id()), 3), option::of(meta_id()), text()).prop_map(
        |(ids, metadata, source)| async_ops::AsyncOp {
            id: ids[0],
            metadata,
            source,
            parent_async_op_id: ids[1],
            resource_id: ids[2],
        },
    );
    let stats = (
        vec(option::of(stamp()), 2),
        option::of(id()),
        option::of(poll_stats()),
        vec(attribute(), 0..3),
    )
        .prop_map(|(stamps, task_id, poll_stats, attributes)| async_ops::Stats {
            created_at: stamps[0],
            dropped_at: stamps[1],
            task_id,
            poll_stats,
            attributes,
        });
    (vec(async_op, 0..3), hash_map(any::<u64>(), stats, 0..4), any::<u64>()).prop_map(
        |(new_async_ops, stats_update, dropped_events)| async_ops::AsyncOpUpdate {
            new_async_ops,
            stats_update,
            dropped_events,
        },
    )
}

fn register_metadata() -> impl Strategy<Value = console_api::RegisterMetadata> {
    let metadata =
        (vec(text(), 3), option::of(location()), any::<i32>(), any::<i32>(), vec(text(), 0..3))
            .prop_map(|(texts, location, kind, level, field_names)| console_api::Metadata {
                name: texts[0].clone(),
                target: texts[1].clone(),
                module_path: texts[2].clone(),
                location,
                kind,
                level,
                field_names,
            });
    let new = (option::of(meta_id()), option::of(metadata))
        .prop_map(|(id, metadata)| console_api::register_metadata::NewMetadata { id, metadata });
    vec(new, 0..3).prop_map(|metadata| console_api::RegisterMetadata { metadata })
}

fn attribute() -> impl Strategy<Value = console_api::Attribute> {
    (option::of(field()), option::of(text()))
        .prop_map(|(field, unit)| console_api::Attribute { field, unit })
}

fn field() -> impl Strategy<Value = console_api::Field> {
    let name = prop_oneof![
        text().prop_map(console_api::field::Name::StrName),
        any::<u64>().prop_map(console_api::field::Name::NameIdx),
    ];
    let value = prop_oneof![
        text().prop_map(console_api::field::Value::DebugVal),
        text().prop_map(console_api::field::Value::StrVal),
        any::<u64>().prop_map(console_api::field::Value::U64Val),
        any::<i64>().prop_map(console_api::field::Value::I64Val),
        any::<bool>().prop_map(console_api::field::Value::BoolVal),
    ];
    (option::of(name), option::of(value), option::of(meta_id()))
        .prop_map(|(name, value, metadata_id)| console_api::Field { name, value, metadata_id })
}

fn poll_stats() -> impl Strategy<Value = console_api::PollStats> {
    (any::<u64>(), vec(option::of(stamp()), 3), option::of(length())).prop_map(
        |(polls, stamps, busy_time)| console_api::PollStats {
            polls,
            first_poll: stamps[0],
            last_poll_started: stamps[1],
            last_poll_ended: stamps[2],
            busy_time,
        },
    )
}

fn location() -> impl Strategy<Value = console_api::Location> {
    (option::of(text()), option::of(text()), option::of(any::<u32>()), option::of(any::<u32>()))
        .prop_map(|(file, module_path, line, column)| console_api::Location {
            file,
            module_path,
            line,
            column,
        })
}

fn id() -> impl Strategy<Value = console_api::Id> {
    any::<u64>().prop_map(|id| console_api::Id { id })
}

fn meta_id() -> impl Strategy<Value = console_api::MetaId> {
    any::<u64>().prop_map(|id| console_api::MetaId { id })
}

fn stamp() -> impl Strategy<Value = prost_types::Timestamp> {
    (any::<i64>(), any::<i32>())
        .prop_map(|(seconds, nanos)| prost_types::Timestamp { seconds, nanos })
}

fn length() -> impl Strategy<Value = prost_types::Duration> {
    (any::<i64>(), any::<i32>())
        .prop_map(|(seconds, nanos)| prost_types::Duration { seconds, nanos })
}

fn address() -> impl Strategy<Value = SocketAddr> {
    let scoped = any::<SocketAddrV6>()
        .prop_map(|address| SocketAddr::V6(SocketAddrV6::new(*address.ip(), address.port(), 7, 9)));
    let mapped = Just(SocketAddr::from(([0, 0, 0, 0, 0, 0xffff, 0x7f00, 1], 80)));
    prop_oneof![any::<SocketAddr>(), scoped, mapped]
}
