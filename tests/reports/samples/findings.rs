//! Findings for the reporters' tests.

use std::collections::BTreeMap;

use loopcheck::policy::Policy;
use loopcheck::report::{
    Created, Expectation, Fate, Finding, Growth, Kind, Modifier, Origin, Place, ReportedFate,
    Socket, State, Status, Timer, WaitsOn,
};
use loopcheck::rule::{Level, RuleId};

/// A task that waits on a timer, one more with each invocation.
pub(crate) fn task() -> Finding {
    Finding {
        id: String::new(),
        fingerprint: "8f1c2a6d90b3e457".into(),
        rule: RuleId::PendingTask,
        kind: Kind::Task,
        handle: None,
        name: Some("flush-metrics".into()),
        status: Status::Unexpected,
        level: Level::Deny,
        location: Some(place("src/main.rs", 42, 9)),
        origin: Some(Origin::Handler),
        package: None,
        created: Some(Created::Invocation),
        invocation: None,
        counts: vec![1, 2],
        growth: Some(Growth::Grows),
        state: Some(State::Waiting),
        ended_ms: Some(301.2),
        timer: None,
        socket: None,
        waits_on: Some(sleep()),
        expectation: None,
        known: None,
        help: RuleId::PendingTask.rule().help.into(),
        fates: fates(
            fate(
                Fate::FrozenOverdue,
                Some(300.0),
                &[Modifier::LateError, Modifier::LostAtShutdown, Modifier::Accumulates],
            ),
            fate(Fate::Holds, Some(301.2), &[]),
            fate(Fate::EnvHolds, Some(301.2), &[]),
        ),
    }
}

pub(crate) fn interval() -> Finding {
    Finding {
        rule: RuleId::PendingInterval,
        kind: Kind::Timer,
        name: None,
        location: Some(place("src/heartbeat.rs", 17, 24)),
        created: Some(Created::Init),
        counts: vec![1, 1],
        growth: Some(Growth::Constant),
        state: None,
        ended_ms: None,
        timer: Some(Timer { due_ms: Some(1000.0), repeats: true, keeps_loop: None }),
        waits_on: None,
        help: RuleId::PendingInterval.rule().help.into(),
        fates: fates(
            fate(Fate::FrozenOverdue, Some(1000.0), &[Modifier::LostAtShutdown, Modifier::Burst]),
            fate(Fate::HoldsUntilTimeout, None, &[]),
            fate(Fate::EnvHoldsUntilTimeout, None, &[]),
        ),
        ..task()
    }
}

pub(crate) fn pool() -> Finding {
    Finding {
        rule: RuleId::PendingSocket,
        kind: Kind::Socket,
        name: None,
        level: Level::Warn,
        location: None,
        origin: Some(Origin::Dependency),
        package: Some("hyper-util 0.1.17".into()),
        created: Some(Created::Invocation),
        counts: vec![1, 1],
        growth: Some(Growth::Constant),
        state: Some(State::Idle),
        ended_ms: None,
        socket: Some(connection()),
        waits_on: None,
        help: "it is reused, which is what a pool is for; the peer may drop it during a freeze, so retry once on a connection error".into(),
        fates: fates(
            fate(Fate::Frozen, None, &[Modifier::StaleRisk, Modifier::LostAtShutdown]),
            fate(Fate::Holds, None, &[]),
            fate(Fate::EnvHolds, None, &[]),
        ),
        ..task()
    }
}

pub(crate) fn expected() -> Finding {
    Finding {
        status: Status::Expected,
        expectation: Some(expectation("flushes every 10 s, survives a freeze")),
        counts: vec![2, 2],
        ..task()
    }
}

pub(crate) fn known() -> Finding {
    Finding { status: Status::Baseline, name: Some("old".into()), counts: vec![1, 1], ..task() }
}

pub(crate) fn safe() -> Finding {
    Finding {
        status: Status::Safe,
        level: Level::Allow,
        name: Some("access-log".into()),
        location: Some(Place { column: None, ..place("src/log.rs", 8, 1) }),
        counts: vec![1, 1],
        ended_ms: Some(0.31),
        waits_on: None,
        fates: fates(
            fate(Fate::CompletesEarly, Some(0.31), &[]),
            fate(Fate::Holds, Some(0.31), &[]),
            fate(Fate::EnvHolds, Some(0.31), &[]),
        ),
        ..task()
    }
}

pub(crate) fn runtime(name: &str) -> Finding {
    Finding {
        status: Status::Runtime,
        level: Level::Allow,
        name: Some(name.into()),
        origin: Some(Origin::Runtime),
        counts: vec![1, 1],
        ..task()
    }
}

/// A finding with as little as possible, and a word of each kind that depends on the number.
pub(crate) fn odd(number: usize) -> Finding {
    const STATES: &[State] =
        &[State::Stuck, State::Busy, State::Scheduled, State::Idle, State::Waiting, State::Closing];
    const FATES: &[Fate] = &[
        Fate::HoldsUntilTimeout,
        Fate::EnvHoldsUntilTimeout,
        Fate::Holds,
        Fate::EnvHolds,
        Fate::FrozenOverdue,
        Fate::Frozen,
        Fate::RunsOn,
        Fate::CompletesEarly,
        Fate::Ignored,
    ];
    const KINDS: &[Kind] = &[Kind::Task, Kind::Blocking, Kind::Timer, Kind::Socket, Kind::Other];
    let word = fate(FATES[number % FATES.len()], None, &[]);
    Finding {
        kind: KINDS[number % KINDS.len()],
        name: None,
        location: None,
        origin: None,
        created: None,
        counts: vec![0, 1],
        growth: Some(Growth::Once),
        state: STATES.get(number % (STATES.len() + 1)).copied(),
        ended_ms: (number == 1).then_some(-0.2),
        timer: (number == 2).then_some(Timer {
            due_ms: None,
            repeats: false,
            keeps_loop: Some(false),
        }),
        socket: (number == 3).then(|| Socket {
            local: None,
            peer: None,
            keeps_loop: Some(true),
            ..connection()
        }),
        waits_on: (number == 4).then(|| WaitsOn {
            operation: Some("poll_lock".into()),
            location: None,
            due_ms: None,
            inferred: true,
            ..sleep()
        }),
        fates: fates(word.clone(), word.clone(), word),
        ..task()
    }
}

pub(crate) fn sleep() -> WaitsOn {
    WaitsOn {
        resource: "Sleep".into(),
        operation: None,
        location: Some(place("src/main.rs", 44, 13)),
        due_ms: Some(300.0),
        inferred: false,
    }
}

pub(crate) fn connection() -> Socket {
    Socket {
        protocol: "tcp".into(),
        local: Some("127.0.0.1:41234".into()),
        peer: Some("10.0.0.3:5432".into()),
        state: "ESTABLISHED".into(),
        keeps_loop: None,
        request: None,
        in_flight: false,
        used_in: None,
    }
}

type Fates = BTreeMap<Policy, Option<ReportedFate>>;

fn fates(freeze: ReportedFate, response: ReportedFate, env: ReportedFate) -> Fates {
    [
        (Policy::Freeze, Some(freeze)),
        (Policy::HoldResponse, Some(response)),
        (Policy::HoldEnv, Some(env)),
        (Policy::RunOn, Some(fate(Fate::RunsOn, None, &[]))),
    ]
    .into()
}

pub(crate) fn no_fates() -> Fates {
    Policy::ALL.iter().map(|policy| (*policy, None)).collect()
}

fn fate(fate: Fate, ms: Option<f64>, modifiers: &[Modifier]) -> ReportedFate {
    ReportedFate { fate, ms, modifiers: modifiers.to_vec() }
}

/// A place in a file of the handler's.
pub(crate) fn place(file: &str, line: u32, column: u32) -> Place {
    Place {
        file: file.into(),
        path: Some(format!("handler/{file}")),
        line: Some(line),
        column: Some(column),
        function: Some("handle".into()),
    }
}

/// An expectation that covers a finding.
pub(crate) fn expectation(reason: &str) -> Expectation {
    Expectation { reason: reason.into(), file: "loopcheck.toml".into(), line: 12, refused: None }
}

/// Whether the reader has to look at a finding.
pub(crate) fn matters(finding: &Finding) -> bool {
    finding.status == Status::Unexpected && finding.level != Level::Allow
}

/// Whether a finding fails the run.
pub(crate) fn is_denied(finding: &Finding) -> bool {
    matters(finding) && finding.level == Level::Deny
}

/// Whether a finding is shown and does not fail the run.
pub(crate) fn is_warning(finding: &Finding) -> bool {
    matters(finding) && finding.level == Level::Warn
}
