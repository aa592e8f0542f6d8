//! The traps of the console feed, one test each: what was measured, and that it does not fool us.
//!
//! Measured with tokio 1.54.1, console-subscriber 0.5.0, console-api 0.9.0, lambda_runtime 1.5.0.
//! The same traps are met live in `tests/live.rs`; a new version that changes one is noticed there.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use std::collections::HashMap;

use console_api::instrument::Update;
use console_api::resources;
use loopcheck::analysis::judge;
use loopcheck::ingest::Evidence;
use loopcheck::model::socket::{Protocol, SocketFact, SocketState};
use loopcheck::observation::{ApiMoment, Observation, ObservationKind, SocketScan};
use loopcheck::report::{Finding, Growth, Report, State, Status, Verdict};
use loopcheck::rule::{Level, RuleId};
use support::feed::{
    FakeTask, api, at, cycles, delivered, message, nothing_open, on_audit, on_main, responded,
    run_started, settled, timer_row, timer_stats,
};

/// A run of one invocation: the response at 100 ms, the next request at 103 ms, the end at 500 ms.
struct Run {
    init: Vec<Observation>,
    before: Vec<Observation>,
    proof: Vec<Observation>,
    after: Vec<Observation>,
}

impl Run {
    fn with(tasks: &[FakeTask]) -> Self {
        let runtimes = FakeTask::of_runtime(1);
        let init = vec![
            run_started(1),
            at(0.1, ObservationKind::FeedAttached),
            on_main(1.0, update(1.0, &[runtimes])),
        ];
        let before = vec![on_main(50.0, update(50.0, tasks))];
        let mut all = vec![FakeTask::of_runtime(1)];
        all.extend_from_slice(tasks);
        let proof = vec![cycles(100.2, 101.0, 4), on_audit(101.2, update(101.1, &all))];
        Self { init, before, proof, after: Vec::new() }
    }

    fn report(self) -> Report {
        let mut seen = self.init;
        seen.push(api(2.0, ApiMoment::NextRequested));
        seen.push(nothing_open(3.0));
        seen.push(delivered(3.0, 1));
        seen.extend(self.before);
        seen.push(responded(100.0, 1));
        seen.push(nothing_open(100.1));
        seen.extend(self.proof);
        seen.push(api(103.0, ApiMoment::NextRequested));
        seen.extend(self.after);
        seen.push(settled(500.0));
        judged(&seen)
    }
}

fn judged(seen: &[Observation]) -> Report {
    let mut evidence = Evidence::default();
    for observation in seen {
        evidence.observe(observation);
    }
    judge(&evidence.store)
}

fn update(now: f64, tasks: &[FakeTask]) -> Update {
    let rows = tasks.iter().map(FakeTask::row).collect();
    message(now, rows, tasks.iter().map(|task| (task.span, task.stats(now))).collect())
}

fn unexpected(report: &Report) -> Vec<&Finding> {
    report.findings.iter().filter(|finding| finding.status == Status::Unexpected).collect()
}

fn gaps(report: &Report) -> Vec<&str> {
    report.gaps.iter().map(|gap| gap.id.as_str()).collect()
}

#[test]
fn trap_0_nothing_pending_passes() {
    let report = Run::with(&[]).report();
    assert_eq!(report.verdict, Verdict::Pass, "{report:#?}");
}

#[test]
fn trap_1_fresh_stamps_without_a_proof_are_not_a_pass() {
    let mut run = Run::with(&[]);
    run.proof.clear();
    run.after = vec![on_main(200.0, update(200.0, &[])), on_main(400.0, update(400.0, &[]))];
    let report = run.report();
    assert_eq!(report.verdict, Verdict::Inconclusive);
    assert_eq!(gaps(&report), ["feed-lag"]);
}

#[test]
fn trap_1_full_drains_are_a_queue_that_may_hold_more() {
    let mut run = Run::with(&[]);
    // 8 drains that took all they could, 1,016 events, as measured.
    let burst: Vec<FakeTask> = (100..1116).map(|span| FakeTask::new(span, 90.0)).collect();
    run.proof = vec![cycles(100.2, 101.0, 8), on_main(102.0, update(101.5, &burst))];
    assert_eq!(gaps(&run.report()), ["feed-lag"]);
}

#[test]
fn trap_2_dropped_events_are_a_gap_whichever_kind_and_subscription() {
    let drops: [fn(&mut Update); 3] = [
        |update| update.task_update.as_mut().unwrap().dropped_events = 1,
        |update| update.resource_update.as_mut().unwrap().dropped_events = 1,
        |update| update.async_op_update.as_mut().unwrap().dropped_events = 1,
    ];
    for drop in drops {
        for on_the_audit in [false, true] {
            let mut run = Run::with(&[]);
            let messages = if on_the_audit { &mut run.proof } else { &mut run.before };
            let known = if on_the_audit { vec![FakeTask::of_runtime(1)] } else { Vec::new() };
            let now = if on_the_audit { 101.1 } else { 50.0 };
            let mut update = update(now, &known);
            drop(&mut update);
            let observe = if on_the_audit { on_audit } else { on_main };
            *messages.last_mut().unwrap() = observe(now + 0.1, update);
            let report = run.report();
            assert_eq!(report.verdict, Verdict::Inconclusive);
            assert_eq!(gaps(&report), ["events-dropped"]);
        }
    }
}

#[test]
fn trap_3_a_full_state_that_never_comes_is_a_gap() {
    let seen = [
        run_started(1),
        at(0.1, ObservationKind::FeedAttached),
        api(2.0, ApiMoment::NextRequested),
        delivered(3.0, 1),
        responded(100.0, 1),
        nothing_open(100.1),
        api(103.0, ApiMoment::NextRequested),
        settled(500.0),
    ];
    let report = judged(&seen);
    assert_eq!(report.verdict, Verdict::Inconclusive);
    assert!(gaps(&report).contains(&"full-state-missing"), "{report:#?}");
}

#[test]
fn trap_4_a_span_id_that_is_used_again_is_another_task() {
    // The old task's end was never reported: its id belongs to another task now.
    let old = FakeTask::new(100, 10.0);
    let new = FakeTask { tokio_id: 77, line: 20, ..FakeTask::new(100, 200.0) };
    let mut run = Run::with(&[old]);
    run.after = vec![on_main(250.0, update(250.0, &[new]))];
    let report = run.report();
    let found = unexpected(&report);
    assert_eq!(found.len(), 1, "{report:#?}");
    assert_eq!(found[0].location.as_ref().unwrap().line, Some(10));
    assert_eq!(found[0].counts, [1]);
}

#[test]
fn trap_4_a_row_that_comes_twice_is_one_task() {
    let task = FakeTask::new(100, 10.0);
    let mut run = Run::with(std::slice::from_ref(&task));
    run.before.push(on_main(60.0, update(60.0, &[task])));
    let report = run.report();
    assert_eq!(unexpected(&report)[0].counts, [1]);
    assert_eq!(gaps(&report), Vec::<&str>::new());
}

#[test]
fn trap_5_a_finished_task_under_an_open_span_is_not_pending() {
    // Polled, woken, polled to its end, entered once more to be dropped; the blocking task that
    // it started keeps its span open.
    let parent = FakeTask {
        polls: 3,
        wakes: 1,
        clones: 1,
        drops: 1,
        last_wake: Some(15.0),
        last_poll: Some((15.2, Some(15.3))),
        ..FakeTask::new(100, 10.0)
    };
    let child = FakeTask { kind: "blocking", line: 11, ..FakeTask::new(101, 15.1) };
    let report = Run::with(&[parent.clone(), child]).report();
    let found = unexpected(&report);
    assert_eq!(found.len(), 1, "{report:#?}");
    assert_eq!(found[0].rule, RuleId::PendingBlockingTask);
    // Without anything that could keep its span open, the same counters prove nothing.
    let report = Run::with(&[parent]).report();
    assert_eq!(unexpected(&report).len(), 1, "{report:#?}");
}

#[test]
fn trap_5_a_child_in_the_span_that_runs_after_the_response_does_not_revive_its_parent() {
    // The parent finished at 95 ms; its child is first polled at 100.5 ms and enters its span.
    let parent = FakeTask {
        polls: 4,
        wakes: 1,
        clones: 1,
        drops: 1,
        last_wake: Some(94.9),
        last_poll: Some((100.52, Some(100.58))),
        ..FakeTask::new(100, 90.0)
    };
    let child =
        FakeTask { line: 11, last_poll: Some((100.5, Some(100.6))), ..FakeTask::new(101, 95.0) };
    let report = Run::with(&[parent, child]).report();
    let found = unexpected(&report);
    assert_eq!(found.len(), 1, "{report:#?}");
    assert_eq!(found[0].location.as_ref().unwrap().line, Some(11));
    assert_eq!(report.summary.safe, 0);
}

#[test]
fn trap_6_a_task_that_nothing_can_wake_is_stuck() {
    let stuck = FakeTask { clones: 0, drops: 0, ..FakeTask::new(100, 10.0) };
    let report = Run::with(&[stuck]).report();
    let found = unexpected(&report);
    assert_eq!(found[0].rule, RuleId::StuckTask);
    assert_eq!(found[0].state, Some(State::Stuck));
}

fn with_timers(now: f64, tasks: &[FakeTask], timers: &[(resources::Resource, f64)]) -> Update {
    let mut update = update(now, tasks);
    let resources = update.resource_update.as_mut().unwrap();
    for (row, created) in timers {
        let stats = timer_stats(*created, None, Some(300));
        resources.stats_update.insert(row.id.unwrap().id, stats);
        resources.new_resources.push(row.clone());
    }
    update
}

#[test]
fn trap_7_a_timer_made_in_the_poll_of_a_task_is_part_of_it() {
    let task = FakeTask::new(100, 90.0);
    let timer = (timer_row(500, "Sleep", "src/main.rs", 12), 90.15);
    let mut run = Run::with(&[]);
    run.before = vec![on_main(
        95.0,
        with_timers(95.0, std::slice::from_ref(&task), std::slice::from_ref(&timer)),
    )];
    run.proof[1] = on_audit(101.2, with_timers(101.1, &[FakeTask::of_runtime(1), task], &[timer]));
    let report = run.report();
    let found = unexpected(&report);
    assert_eq!(found.len(), 1, "{report:#?}");
    let waits = found[0].waits_on.as_ref().unwrap();
    assert!(waits.inferred);
    // Made at 90.15 ms for 300 ms, the response at 100 ms.
    assert_eq!(waits.due_ms, Some(290.15));
}

#[test]
fn trap_7_a_timer_in_no_poll_is_its_own() {
    let task = FakeTask::new(100, 90.0);
    let timer = (timer_row(500, "Sleep", "src/main.rs", 12), 92.0);
    let mut run = Run::with(&[]);
    run.before = vec![on_main(
        95.0,
        with_timers(95.0, std::slice::from_ref(&task), std::slice::from_ref(&timer)),
    )];
    run.proof[1] = on_audit(101.2, with_timers(101.1, &[FakeTask::of_runtime(1), task], &[timer]));
    let report = run.report();
    let rules: Vec<RuleId> = unexpected(&report).iter().map(|finding| finding.rule).collect();
    assert_eq!(rules, [RuleId::PendingTask, RuleId::PendingTimer]);
}

#[test]
fn trap_7_the_sleep_inside_an_interval_is_not_a_second_timer() {
    let home = "/home/me/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f";
    let inner_file = format!("{home}/tokio-1.54.1/src/time/interval.rs");
    let interval = (timer_row(500, "Interval", "src/main.rs", 12), 90.0);
    let mut inner = timer_row(501, "Sleep", &inner_file, 123);
    inner.parent_resource_id = Some(console_api::Id { id: 500 });
    let mut run = Run::with(&[]);
    let timers = [interval, (inner, 90.0)];
    run.before = vec![on_main(95.0, with_timers(95.0, &[], &timers))];
    run.proof[1] = on_audit(101.2, with_timers(101.1, &[FakeTask::of_runtime(1)], &timers));
    let report = run.report();
    let rules: Vec<RuleId> = unexpected(&report).iter().map(|finding| finding.rule).collect();
    assert_eq!(rules, [RuleId::PendingInterval]);
}

fn socket(inode: u64, peer: Option<&str>, local: &str, state: SocketState) -> SocketFact {
    SocketFact {
        inode,
        pid: 1,
        protocol: Protocol::Tcp,
        local: Some(local.into()),
        peer: peer.map(str::to_owned),
        state,
        receive_queue: 0,
        send_queue: 0,
    }
}

#[test]
fn trap_8_sockets_come_from_the_system_and_ours_are_known_by_port() {
    let ours = [
        socket(1, Some("127.0.0.1:1"), "127.0.0.1:5001", SocketState::Established),
        socket(2, None, "127.0.0.1:2", SocketState::Listen),
    ];
    // The port of our Runtime API, on another host.
    let leaked = socket(3, Some("10.0.0.7:1"), "10.0.0.8:5002", SocketState::Established);
    let mut run = Run::with(&[]);
    let scan = |sockets: Vec<SocketFact>| {
        ObservationKind::Sockets(SocketScan { sockets, ..SocketScan::default() })
    };
    run.before.push(at(60.0, scan(ours.to_vec())));
    let mut all = ours.to_vec();
    all.push(leaked);
    run.proof.insert(0, at(100.12, scan(all)));
    // The reading that counts is the first one after the response.
    let mut seen = run.init;
    seen.extend([api(2.0, ApiMoment::NextRequested), delivered(3.0, 1)]);
    seen.extend(run.before);
    seen.push(responded(100.0, 1));
    seen.extend(run.proof);
    seen.extend([api(103.0, ApiMoment::NextRequested), settled(500.0)]);
    let report = judged(&seen);
    let found = unexpected(&report);
    assert_eq!(found.len(), 1, "{report:#?}");
    assert_eq!(found[0].socket.as_ref().unwrap().peer.as_deref(), Some("10.0.0.7:1"));
    assert_eq!(found[0].level, Level::Deny, "one invocation cannot tell that it is reused");
    assert_eq!(report.summary.runtime, 3);
}

fn http_driver(span: u64, created: f64) -> FakeTask {
    let home = "/home/me/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f";
    FakeTask {
        file: format!("{home}/hyper-util-0.1.21/src/rt/tokio.rs"),
        line: 127,
        ..FakeTask::new(span, created)
    }
}

#[test]
fn trap_9_a_runtime_api_connection_claims_one_task_and_no_more() {
    let opened = api(1.5, ApiMoment::ConnectionOpened { peer: ([127, 0, 0, 1], 5001).into() });
    let runtimes = http_driver(100, 1.6);
    let handlers = http_driver(101, 40.0);
    let mut run = Run::with(std::slice::from_ref(&runtimes));
    run.init.push(opened.clone());
    let report = run.report();
    assert_eq!(report.verdict, Verdict::Pass, "{report:#?}");
    let mut run = Run::with(&[runtimes, handlers]);
    run.init.push(opened);
    let report = run.report();
    assert_eq!(unexpected(&report).len(), 1, "a task at the same line is the handler's");
}

#[test]
fn trap_9_a_connection_that_is_accepted_late_claims_no_task_of_the_handlers() {
    // Seen on a busy machine: accepted 60 ms after its driver was born, and the handler's own
    // driver, born in the first invocation, was nearer.
    let runtimes = http_driver(100, 0.4);
    let handlers = http_driver(101, 3.5);
    let mut run = Run::with(&[runtimes, handlers]);
    run.init.push(api(1.99, ApiMoment::ConnectionOpened { peer: ([127, 0, 0, 1], 5001).into() }));
    let report = run.report();
    let found = unexpected(&report);
    assert_eq!(found.len(), 1, "{report:#?}");
    assert_eq!(found[0].created, Some(loopcheck::report::Created::Invocation));
}

#[test]
fn trap_10_the_root_of_the_runtime_is_never_a_finding() {
    let root = FakeTask { kind: "block_on", ..FakeTask::new(100, 1.0) };
    let report = Run::with(&[root]).report();
    assert_eq!(report.verdict, Verdict::Pass, "{report:#?}");
}

#[test]
fn trap_11_a_feed_that_ends_before_the_run_is_a_gap() {
    let mut run = Run::with(&[]);
    let reason = "broken pipe".to_owned();
    run.before.push(at(60.0, ObservationKind::FeedLost { reason }));
    let report = run.report();
    assert_eq!(report.verdict, Verdict::Inconclusive);
    assert!(gaps(&report).contains(&"feed-lost"));
}

#[test]
fn trap_12_ten_thousand_tasks_are_one_finding() {
    let tasks: Vec<FakeTask> = (100..10_100).map(|span| FakeTask::new(span, 90.0)).collect();
    let mut run = Run::with(&tasks);
    run.proof = vec![cycles(100.2, 101.0, 400), on_main(102.0, update(101.5, &tasks))];
    let report = run.report();
    let found = unexpected(&report);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].counts, [10_000]);
    assert_eq!(gaps(&report), Vec::<&str>::new());
}

#[test]
fn trap_13_a_child_process_is_seen_although_the_feed_does_not_show_it() {
    let child =
        loopcheck::model::socket::ChildProcess { pid: 7, start_ticks: 1, name: "sleep".into() };
    let scan = SocketScan { children: vec![child], ..SocketScan::default() };
    let mut seen = vec![run_started(1), at(0.1, ObservationKind::FeedAttached)];
    seen.push(on_main(1.0, update(1.0, &[FakeTask::of_runtime(1)])));
    seen.extend([api(2.0, ApiMoment::NextRequested), nothing_open(3.0), delivered(3.0, 1)]);
    seen.extend([responded(100.0, 1), at(100.1, ObservationKind::Sockets(scan))]);
    seen.extend([
        cycles(100.2, 101.0, 4),
        on_audit(101.2, update(101.1, &[FakeTask::of_runtime(1)])),
    ]);
    seen.extend([api(103.0, ApiMoment::NextRequested), settled(500.0)]);
    let report = judged(&seen);
    assert_eq!(unexpected(&report)[0].rule, RuleId::PendingHandle);
    assert_eq!(unexpected(&report)[0].name.as_deref(), Some("sleep"));
}

#[test]
fn trap_13_a_plain_thread_is_distinguished_from_the_threads_of_blocking_tasks() {
    let thread = |tid: u32, name: &str| loopcheck::model::socket::Thread {
        tid,
        start_ticks: 1,
        name: name.into(),
    };
    let scan = |threads: Vec<loopcheck::model::socket::Thread>| {
        ObservationKind::Sockets(SocketScan { threads, ..SocketScan::default() })
    };
    let at_init = vec![thread(1, "handler"), thread(2, "tokio-rt-worker")];
    let mut at_response = at_init.clone();
    at_response.extend([thread(3, "tokio-rt-worker"), thread(4, "tokio-rt-worker")]);
    // One blocking task has come and gone: one of the two new threads was its.
    let blocking = FakeTask { kind: "blocking", ended: Some(60.0), ..FakeTask::new(100, 50.0) };
    let all = [FakeTask::of_runtime(1), blocking];
    let mut seen = vec![run_started(1), at(0.1, ObservationKind::FeedAttached)];
    seen.push(on_main(1.0, update(1.0, &all[..1])));
    seen.extend([api(2.0, ApiMoment::NextRequested), at(2.5, scan(at_init)), delivered(3.0, 1)]);
    seen.push(on_main(70.0, update(70.0, &all[1..])));
    seen.extend([responded(100.0, 1), at(100.1, scan(at_response))]);
    seen.extend([cycles(100.2, 101.0, 4), on_audit(101.2, update(101.1, &all))]);
    seen.extend([api(103.0, ApiMoment::NextRequested), settled(500.0)]);
    let report = judged(&seen);
    assert_eq!(unexpected(&report).len(), 1, "{report:#?}");
    assert_eq!(unexpected(&report)[0].rule, RuleId::PendingThread);
    assert_eq!(unexpected(&report)[0].counts, [1]);
}

#[test]
fn trap_14_no_task_ever_is_a_gap() {
    let mut run = Run::with(&[]);
    run.init[2] = on_main(1.0, message(1.0, Vec::new(), HashMap::new()));
    run.proof[1] = on_audit(101.2, message(101.1, Vec::new(), HashMap::new()));
    let report = run.report();
    assert_eq!(report.verdict, Verdict::Inconclusive);
    assert_eq!(gaps(&report), ["no-tasks"]);
}

#[test]
fn the_two_moments_what_ends_before_next_is_safe() {
    let late = FakeTask { ended: Some(102.5), ..FakeTask::new(100, 90.0) };
    let mut run = Run::with(std::slice::from_ref(&late));
    run.after = vec![on_main(150.0, update(150.0, &[late]))];
    let report = run.report();
    assert_eq!(report.verdict, Verdict::Pass, "{report:#?}");
    assert_eq!(report.summary.safe, 1);
}

#[test]
fn growth_is_read_over_invocations() {
    let tasks: Vec<FakeTask> =
        [(100, 50.0), (101, 650.0)].map(|(span, created)| FakeTask::new(span, created)).to_vec();
    let mut seen = vec![run_started(2), at(0.1, ObservationKind::FeedAttached)];
    seen.push(on_main(1.0, update(1.0, &[FakeTask::of_runtime(1)])));
    seen.push(api(2.0, ApiMoment::NextRequested));
    for (index, start) in [(1u32, 3.0), (2, 603.0)] {
        let alive: Vec<FakeTask> =
            tasks.iter().filter(|task| task.created < start + 97.0).cloned().collect();
        let mut all = vec![FakeTask::of_runtime(1)];
        all.extend(alive.clone());
        seen.extend([nothing_open(start), delivered(start, index)]);
        seen.push(on_main(start + 90.0, update(start + 90.0, &alive)));
        seen.extend([responded(start + 97.0, index), nothing_open(start + 97.1)]);
        seen.push(cycles(start + 97.2, start + 98.0, 4));
        seen.push(on_audit(start + 98.2, update(start + 98.1, &all)));
        seen.extend([api(start + 99.0, ApiMoment::NextRequested), settled(start + 400.0)]);
    }
    let report = judged(&seen);
    assert_eq!(unexpected(&report)[0].counts, [1, 2]);
    assert_eq!(unexpected(&report)[0].growth, Some(Growth::Grows));
}

/// Bytes sent but not acknowledged: at the response, at the request for the next event, and later.
type SendQueues = [u64; 3];

/// Two invocations of a handler with one connection of a pool, and what is sent on it at the first
/// response; another task may be pending as well.
fn with_connection(driver: FakeTask, other: Option<FakeTask>, first: SendQueues) -> Report {
    let scan = |instant: f64, send_queue: u64| {
        let open = socket(9, Some("127.0.0.1:5432"), "127.0.0.1:5003", SocketState::Established);
        let sockets = vec![SocketFact { send_queue, ..open }];
        at(instant, ObservationKind::Sockets(SocketScan { sockets, ..SocketScan::default() }))
    };
    let mut tasks = vec![FakeTask::of_runtime(1), driver];
    tasks.extend(other);
    let mut seen = vec![run_started(2), at(0.1, ObservationKind::FeedAttached)];
    seen.push(on_main(1.0, update(1.0, &tasks[..1])));
    seen.extend([api(2.0, ApiMoment::NextRequested), nothing_open(3.0)]);
    for (index, start, queues) in [(1u32, 3.0, first), (2, 603.0, [0; 3])] {
        let alive: Vec<FakeTask> = tasks
            .iter()
            .filter(|task| task.ended.is_none_or(|ended| ended > start))
            .cloned()
            .collect();
        seen.extend([delivered(start, index), on_main(start + 90.0, update(start + 90.0, &alive))]);
        seen.extend([responded(start + 97.0, index), scan(start + 97.1, queues[0])]);
        seen.push(cycles(start + 97.2, start + 98.0, 4));
        seen.push(on_audit(start + 98.2, update(start + 98.1, &alive)));
        seen.extend([api(start + 99.0, ApiMoment::NextRequested), scan(start + 99.0, queues[1])]);
        seen.push(scan(start + 149.0, queues[2]));
        seen.push(on_main(start + 390.0, update(start + 390.0, &alive)));
        seen.push(settled(start + 400.0));
    }
    judged(&seen)
}

fn pool_driver() -> FakeTask {
    let home = "/home/me/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f";
    FakeTask {
        file: format!("{home}/deadpool-postgres-0.14.1/src/lib.rs"),
        ..FakeTask::new(100, 50.0)
    }
}

/// Level of the connection, and whether a request is said to be in flight on it.
fn connection(report: &Report) -> (Level, bool) {
    let found = unexpected(report).into_iter().find(|found| found.rule == RuleId::PendingSocket);
    let found = found.unwrap_or_else(|| panic!("{report:#?}"));
    (found.level, found.socket.as_ref().unwrap().in_flight)
}

#[test]
fn the_last_message_of_a_pool_is_not_a_request_in_flight() {
    // Seen on a busy machine: dropping a prepared statement sends a message after the last query.
    let report = with_connection(pool_driver(), None, [16, 16, 0]);
    assert_eq!(connection(&report), (Level::Warn, false));
    assert_eq!(report.verdict, Verdict::Pass, "{report:#?}");
    assert_eq!(unexpected(&report).len(), 1, "{report:#?}");
}

#[test]
fn the_last_message_of_a_driver_in_the_handlers_code_is_not_one_either() {
    let report = with_connection(FakeTask::new(100, 50.0), None, [16, 16, 0]);
    assert_eq!(connection(&report), (Level::Warn, false));
    assert_eq!(report.verdict, Verdict::Fail, "the driver is a task of the handler");
}

#[test]
fn a_request_that_the_peer_never_takes_is_in_flight() {
    let report = with_connection(pool_driver(), None, [16, 16, 16]);
    assert_eq!(connection(&report), (Level::Deny, true));
    assert_eq!(report.verdict, Verdict::Fail, "{report:#?}");
}

#[test]
fn a_request_that_is_answered_after_the_response_was_in_flight() {
    let waiter = FakeTask { ended: Some(150.0), ..FakeTask::new(101, 60.0) };
    let report = with_connection(pool_driver(), Some(waiter), [16, 16, 0]);
    assert_eq!(connection(&report), (Level::Deny, true));
    assert_eq!(report.verdict, Verdict::Fail, "{report:#?}");
    assert_eq!(unexpected(&report).len(), 2, "the task that waits for the answer is denied too");
}

#[test]
fn data_that_no_task_has_written_stays_in_flight() {
    // Blocking code writes to a socket of its own, and the kernel sends the rest after the response.
    let runtimes = FakeTask::of_runtime(2);
    let report = with_connection(runtimes, None, [4_000_000, 2_000_000, 0]);
    assert_eq!(connection(&report), (Level::Deny, true));
    assert_eq!(report.verdict, Verdict::Fail, "{report:#?}");
}
