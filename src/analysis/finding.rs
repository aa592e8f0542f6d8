//! Items that are alike become one finding.

use std::collections::BTreeMap;

use crate::analysis::fate::{self, Circumstances};
use crate::analysis::item::{Item, TimerFacts, Wait};
use crate::analysis::{fingerprint, growth, help, mode};
use crate::model::location::Location;
use crate::model::socket::{Protocol, SocketFact, SocketState};
use crate::model::store::Store;
use crate::model::time::Timestamp;
use crate::policy::Policy;
use crate::report::{
    Created, Fate, Finding, Growth, HandleKind, Kind, Origin, Place, ReportedFate, Socket, State,
    Status, Timer, WaitsOn,
};
use crate::rule::{Level, RuleId};

/// The features that make two items alike. The order is that of the report: the worst first.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
struct Likeness {
    status: Status,
    rule: RuleId,
    origin: Option<Origin>,
    location: Option<Location>,
    name: Option<String>,
    package: Option<String>,
    created: Option<Created>,
    kind: Kind,
    handle: Option<HandleKind>,
    /// It keeps an event loop alive, for an item that does has another fate.
    holds: Option<bool>,
    socket: Option<(Protocol, SocketState, Option<String>)>,
}

/// Makes findings of items. `status` is given to those that are not safe.
pub(crate) fn findings(store: &Store, items: &[Item], status: Status) -> Vec<Finding> {
    let mut alike: BTreeMap<Likeness, Vec<&Item>> = BTreeMap::new();
    for item in items {
        alike.entry(likeness(store, item, status)).or_default().push(item);
    }
    alike.into_iter().map(|(likeness, items)| finding(store, &likeness, &items)).collect()
}

fn likeness(store: &Store, item: &Item, status: Status) -> Likeness {
    let safe = status == Status::Unexpected && is_safe(store, item);
    Likeness {
        status: if safe { Status::Safe } else { status },
        rule: rule(item),
        origin: item.origin,
        location: item.location.clone(),
        name: item.name.clone(),
        package: item.package.as_ref().map(|package| package.name.clone()),
        created: created(store, item),
        kind: item.kind,
        handle: item.handle,
        holds: item.in_loop.map(|in_loop| in_loop.holds),
        socket: item.socket.as_ref().map(|socket| {
            // The port of a client is another one each time; the peer's is what names it.
            let peer = socket.peer.clone().or_else(|| local_name(socket));
            (socket.protocol, socket.state, peer.filter(|_| socket.state != SocketState::Listen))
        }),
    }
}

/// The name of a socket without a peer: of UDP not the port, which the system chose for most.
fn local_name(socket: &SocketFact) -> Option<String> {
    let local = socket.local.as_ref()?;
    match local.rsplit_once(':') {
        Some((host, _)) if socket.protocol == Protocol::Udp => Some(host.to_owned()),
        _ => Some(local.clone()),
    }
}

/// Returns true if it ends before anything is frozen: under the mode that the handler used as it was seen,
/// and under the modes that were asked for as it is predicted.
fn is_safe(store: &Store, item: &Item) -> bool {
    let asked = mode::asked(store);
    if asked.is_empty() || !store.capabilities().predicts_other_modes {
        return item.is_safe(store);
    }
    let around = circumstances(store, item, None);
    let fates = fate::under_all(item, around);
    asked.iter().all(|mode| {
        let fate = fates.get(&mode.policy).and_then(Option::as_ref);
        fate.is_some_and(|fate| match fate.fate {
            Fate::CompletesEarly => true,
            Fate::Holds | Fate::EnvHolds => fate.ms.is_some() && item.ended.is_some(),
            _ => false,
        })
    })
}

fn rule(item: &Item) -> RuleId {
    if item.handle == Some(HandleKind::Thread) {
        return RuleId::PendingThread;
    }
    match (item.kind, item.state, &item.socket) {
        (Kind::Socket, _, Some(SocketFact { state: SocketState::Listen, .. })) => {
            RuleId::ListeningSocket
        }
        (Kind::Socket, _, Some(SocketFact { state: SocketState::CloseWait, .. })) => {
            RuleId::ClosingSocket
        }
        (Kind::Socket, ..) => RuleId::PendingSocket,
        (Kind::Timer, ..) if item.ticks() => RuleId::PendingInterval,
        (Kind::Timer, ..) => RuleId::PendingTimer,
        (Kind::Blocking, ..) => RuleId::PendingBlockingTask,
        (Kind::Task, Some(State::Stuck), _) => RuleId::StuckTask,
        (Kind::Task, ..) => RuleId::PendingTask,
        (Kind::Other, ..) => RuleId::PendingHandle,
    }
}

fn created(store: &Store, item: &Item) -> Option<Created> {
    let first = store.invocations.first()?;
    let in_init = match item.made_in {
        Some(invocation) => invocation == 0,
        None => item.created < first.delivered_at,
    };
    Some(if in_init { Created::Init } else { Created::Invocation })
}

fn finding(store: &Store, likeness: &Likeness, items: &[&Item]) -> Finding {
    let counts = counts(store, items);
    let growth = growth::of(&counts);
    // The item that was pending last, and among those the one that has not ended, represents all.
    let ended_last = |item: &&&Item| item.ended.unwrap_or(Timestamp::from_nanos(u64::MAX));
    let representative = items
        .iter()
        .max_by_key(|item| (item.pending_in.last().copied(), ended_last(item)))
        .copied()
        .unwrap_or(items[0]);
    let around = circumstances(store, representative, growth);
    let responded_at = around.responded_at;
    let all_ended = items.iter().all(|item| item.ended.is_some());
    let ended = representative.ended.filter(|_| all_ended);
    let fates = fate::under_all(representative, around);
    let level = level(store, likeness, items, &counts, &fates);
    Finding {
        id: String::new(),
        fingerprint: fingerprint::of(representative, likeness.rule),
        rule: likeness.rule,
        kind: likeness.kind,
        handle: likeness.handle,
        name: likeness.name.clone(),
        status: likeness.status,
        level,
        location: likeness.location.as_ref().map(|location| place(store, location)),
        origin: likeness.origin,
        package: representative.package.as_ref().map(|package| match &package.version {
            Some(version) => format!("{} {version}", package.name),
            None => package.name.clone(),
        }),
        created: likeness.created,
        invocation: representative.made_in.filter(|invocation| *invocation > 0),
        counts,
        growth,
        state: representative.state,
        ended_ms: ended.map(|ended| ended.millis_since(responded_at)),
        timer: representative.timer.map(|timer| Timer {
            due_ms: due_ms(timer, responded_at),
            repeats: timer.repeats,
            keeps_loop: keeps_loop(representative),
        }),
        socket: representative.socket.as_ref().map(|fact| socket(fact, representative)),
        waits_on: representative.wait.as_ref().map(|wait| waits_on(store, wait, responded_at)),
        expectation: None,
        known: None,
        help: help::of(store.runtime(), likeness.status, likeness.rule, level, representative),
        fates,
    }
}

fn circumstances(store: &Store, item: &Item, growth: Option<Growth>) -> Circumstances {
    let invocation = item.pending_in.last().and_then(|index| store.invocations.get(*index));
    Circumstances {
        responded_at: invocation.and_then(|known| known.responded_at).unwrap_or_default(),
        deadline: invocation.map(|known| known.deadline).unwrap_or_default(),
        watched_until: invocation.and_then(|known| known.settled).map(|(at, _)| at),
        ends_before_freeze: if store.capabilities().reports_turn {
            item.ends_in_turn(store)
        } else {
            item.is_safe(store)
        },
        growth,
        warned_of_shutdown: !store.extensions.is_empty(),
    }
}

fn counts(store: &Store, items: &[&Item]) -> Vec<usize> {
    let responded = store.invocations.iter().filter(|known| known.responded_at.is_some()).count();
    let mut counts = vec![0; responded];
    for index in items.iter().flat_map(|item| &item.pending_in) {
        if let Some(count) = counts.get_mut(*index) {
            *count += 1;
        }
    }
    counts
}

/// A connection is a reused pool, and only worth a warning, when the very same connections were
/// open at every response since they appeared, no request was in flight, and nothing that the
/// verdict follows waits for it to be closed.
fn level(
    store: &Store,
    likeness: &Likeness,
    items: &[&Item],
    counts: &[usize],
    fates: &BTreeMap<Policy, Option<ReportedFate>>,
) -> Level {
    if matches!(likeness.status, Status::Runtime | Status::Safe) {
        return Level::Allow;
    }
    if likeness.rule != RuleId::PendingSocket {
        return likeness.rule.default_level();
    }
    let stays = |item: &Item| {
        item.pending_in.last().is_some_and(|last| last + 1 == counts.len()) && item.ended.is_none()
    };
    let in_flight = items.iter().any(|item| item.in_flight);
    let constant = growth::of(counts) == Some(Growth::Constant);
    let reused = constant && items.iter().all(|item| stays(item));
    let holds = mode::gated(store).iter().any(|mode| {
        let fate = fates.get(&mode.policy).and_then(Option::as_ref);
        fate.is_some_and(|fate| fate.fate.holds())
    });
    if reused && !in_flight && !holds { Level::Warn } else { Level::Deny }
}

pub(crate) fn place(store: &Store, location: &Location) -> Place {
    let sources = store.run.as_ref().and_then(|run| run.identity.sources.as_deref());
    let path = sources.filter(|_| location.in_workspace).map(|folder| match folder {
        "" => location.file.clone(),
        folder => format!("{folder}/{}", location.file),
    });
    Place {
        file: location.file.clone(),
        path,
        line: location.line,
        column: location.column,
        function: location.function.clone(),
    }
}

fn due_ms(timer: TimerFacts, responded_at: Timestamp) -> Option<f64> {
    timer.due.map(|due| due.millis_since(responded_at))
}

fn keeps_loop(item: &Item) -> Option<bool> {
    item.in_loop.and_then(|in_loop| in_loop.is_ref)
}

fn socket(fact: &SocketFact, item: &Item) -> Socket {
    Socket {
        protocol: fact.protocol.to_string(),
        local: fact.local.clone(),
        peer: fact.peer.clone(),
        state: fact.state.to_string(),
        keeps_loop: keeps_loop(item),
        request: item.request.clone(),
        in_flight: item.in_flight,
        used_in: item.used_in,
    }
}

fn waits_on(store: &Store, wait: &Wait, responded_at: Timestamp) -> WaitsOn {
    WaitsOn {
        resource: wait.resource.clone(),
        operation: wait.operation.clone(),
        location: wait.location.as_ref().map(|location| place(store, location)),
        due_ms: wait.timer.and_then(|timer| due_ms(timer, responded_at)),
        inferred: wait.inferred,
    }
}
