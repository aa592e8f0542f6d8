//! Items that are alike become one finding.

use std::collections::BTreeMap;

use crate::analysis::fate::{self, Circumstances};
use crate::analysis::item::{HandleKind, Item, TimerFacts, Wait};
use crate::analysis::{fingerprint, growth};
use crate::model::location::Location;
use crate::model::socket::{Protocol, SocketFact, SocketState};
use crate::model::store::Store;
use crate::model::time::Timestamp;
use crate::report::{
    Created, Finding, Growth, Kind, Origin, Place, Socket, State, Status, Timer, WaitsOn,
};
use crate::rule::{Level, RuleId};

/// What makes two items alike. The order is that of the report: the worst first.
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
    let safe = status == Status::Unexpected && item.is_safe(store);
    Likeness {
        status: if safe { Status::Safe } else { status },
        rule: rule(item),
        origin: item.origin,
        location: item.location.clone(),
        name: item.name.clone(),
        package: item.package.as_ref().map(|package| package.name.clone()),
        created: created(store, item),
        kind: item.kind,
        socket: item.socket.as_ref().map(|socket| {
            // The port of a client is another one each time; the peer's is what names it.
            let peer = socket.peer.clone().or_else(|| socket.local.clone());
            (socket.protocol, socket.state, peer.filter(|_| socket.state != SocketState::Listen))
        }),
    }
}

fn rule(item: &Item) -> RuleId {
    match item.handle {
        Some(HandleKind::Process) => return RuleId::PendingHandle,
        Some(HandleKind::Thread) => return RuleId::PendingThread,
        None => {}
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
    let in_init = item.created < first.delivered_at;
    Some(if in_init { Created::Init } else { Created::Invocation })
}

fn finding(store: &Store, likeness: &Likeness, items: &[&Item]) -> Finding {
    let counts = counts(store, items);
    let growth = growth::of(&counts);
    // The item that was pending last, and among those the one that has not ended, speaks for all.
    let ended_last = |item: &&&Item| item.ended.unwrap_or(Timestamp::from_nanos(u64::MAX));
    let speaker = items
        .iter()
        .max_by_key(|item| (item.pending_in.last().copied(), ended_last(item)))
        .copied()
        .unwrap_or(items[0]);
    let invocation = speaker.pending_in.last().and_then(|index| store.invocations.get(*index));
    let responded_at = invocation.and_then(|known| known.responded_at).unwrap_or_default();
    let around = Circumstances {
        responded_at,
        deadline: invocation.map(|known| known.deadline).unwrap_or_default(),
        safe: likeness.status == Status::Safe,
        growth,
        warned_of_shutdown: !store.extensions.is_empty(),
    };
    let all_ended = items.iter().all(|item| item.ended.is_some());
    let ended = speaker.ended.filter(|_| all_ended);
    let level = level(likeness, items, &counts, growth);
    Finding {
        id: String::new(),
        fingerprint: fingerprint::of(speaker, likeness.rule),
        rule: likeness.rule,
        kind: likeness.kind,
        name: likeness.name.clone(),
        status: likeness.status,
        level,
        location: likeness.location.as_ref().map(place),
        origin: likeness.origin,
        package: speaker.package.as_ref().map(|package| match &package.version {
            Some(version) => format!("{} {version}", package.name),
            None => package.name.clone(),
        }),
        created: likeness.created,
        counts,
        growth,
        state: speaker.state,
        ended_ms: ended.map(|ended| ended.millis_since(responded_at)),
        timer: speaker.timer.map(|timer| Timer {
            due_ms: due_ms(timer, responded_at),
            repeats: timer.repeats,
            keeps_loop: None,
        }),
        socket: speaker.socket.as_ref().map(socket),
        waits_on: speaker.wait.as_ref().map(|wait| waits_on(wait, responded_at)),
        expectation: None,
        help: help(likeness, level, items),
        fates: fate::under_all(speaker, around),
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
/// open at every response since they appeared, and no request was in flight.
fn level(likeness: &Likeness, items: &[&Item], counts: &[usize], growth: Option<Growth>) -> Level {
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
    let reused = growth == Some(Growth::Constant) && items.iter().all(|item| stays(item));
    if reused && !in_flight { Level::Warn } else { Level::Deny }
}

fn help(likeness: &Likeness, level: Level, items: &[&Item]) -> String {
    match likeness.status {
        Status::Runtime => {
            return "nothing: it belongs to the Lambda runtime or to loopcheck".into();
        }
        Status::Safe => return "nothing: it ended in time".into(),
        Status::Unexpected | Status::Expected | Status::Baseline => {}
    }
    if likeness.rule == RuleId::PendingSocket {
        let in_flight = items.iter().any(|item| item.in_flight);
        if in_flight {
            return "wait for the answer before you return: a request is in flight".into();
        }
        if level == Level::Warn {
            return "it is reused, which is what a pool is for; the peer may drop it during a freeze, so retry once on a connection error".into();
        }
    }
    likeness.rule.rule().help.to_owned()
}

fn place(location: &Location) -> Place {
    Place { file: location.file.clone(), line: location.line, column: location.column }
}

fn due_ms(timer: TimerFacts, responded_at: Timestamp) -> Option<f64> {
    timer.due.map(|due| due.millis_since(responded_at))
}

fn socket(fact: &SocketFact) -> Socket {
    Socket {
        protocol: fact.protocol.to_string(),
        local: fact.local.clone(),
        peer: fact.peer.clone(),
        state: fact.state.to_string(),
        keeps_loop: None,
    }
}

fn waits_on(wait: &Wait, responded_at: Timestamp) -> WaitsOn {
    WaitsOn {
        resource: wait.resource.clone(),
        operation: wait.operation.clone(),
        location: wait.location.as_ref().map(place),
        due_ms: wait.timer.and_then(|timer| due_ms(timer, responded_at)),
        inferred: wait.inferred,
    }
}
