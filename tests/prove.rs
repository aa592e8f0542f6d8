//! `--prove` by the real binary: what was predicted of every sample, tried; the stories that it is
//! for; and that nothing is left standing still, whatever ends loopcheck.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use std::cell::Cell;
use std::fs::{self, File};
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use loopcheck::observation::{FrozenBy, Observation, ObservationKind};
use loopcheck::recording::reader::RecordingReader;
use loopcheck::recording::writer::RecordingWriter;
use rustix::process::Signal;
use serde_json::Value;
use support::cgroup;
use support::handlers::executable;
use support::loopcheck::{Call, Finished, loopcheck, run};
use support::node::Peer;
use support::node_runs::{Servers, check_replay, in_parallel, number, run_on, run_sample};
use support::node_truth;
use support::servers::{Postgres, Server};
use support::truth::{self, brief};

/// For as long as the environment is frozen here: longer than any timer of the samples that is to
/// be overdue.
const FREEZE: &str = "700ms";

/// For handlers of a test's own, which leave something that is due after 1.5 s: so that a busy
/// machine does not run it before the freeze.
const LONG_FREEZE: &str = "2s";

/// What is never to end is waited for so long.
const TIMEOUT: &str = "3s";

/// Held for writing by tests that take all the machine has, so that the times of the handlers hold in
/// the others.
static MACHINE: RwLock<()> = RwLock::new(());

fn shared() -> RwLockReadGuard<'static, ()> {
    MACHINE.read().unwrap_or_else(PoisonError::into_inner)
}

fn alone() -> RwLockWriteGuard<'static, ()> {
    MACHINE.write().unwrap_or_else(PoisonError::into_inner)
}

fn prove(call: Call) -> Call {
    call.args(["--prove", "--freeze-for", FREEZE])
}

/// What `--prove` says under a policy.
fn proved<'a>(report: &'a Value, policy: &str) -> &'a Value {
    let mut policies = report["proof"]["policies"].as_array().unwrap().iter();
    let found = policies.find(|proved| proved["policy"] == policy);
    found.unwrap_or_else(|| panic!("no {policy} in {:#}", report["proof"]))
}

/// What was seen of the only finding that is not the runtime's.
fn sight<'a>(report: &'a Value, policy: &str) -> &'a Value {
    let findings = proved(report, policy)["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 1, "{policy}: {:#}", report["proof"]);
    &findings[0]
}

/// No prediction is contradicted, and every run could be looked at.
fn check_agrees(name: &str, report: &Value) {
    let proof = &report["proof"];
    for policy in proof["policies"].as_array().unwrap() {
        let seen = format!("{name}: {policy:#}\n{:#}", brief(report));
        assert_ne!(policy["verdict"], "contradicted", "{seen}");
        assert_eq!(policy["missing"].as_array().unwrap().len(), 0, "{seen}");
    }
}

/// The flags of a sample, but for times: those are the test's.
fn without_times(flags: &[&'static str]) -> Vec<&'static str> {
    let pairs = flags.chunks(2).filter(|pair| !["--timeout", "--settle"].contains(&pair[0]));
    pairs.flatten().copied().collect()
}

/// How often every sample is proved. Once is for every day; `PROVE_TIMES=10` is for a change of what
/// is predicted, and takes half an hour.
fn repeated<T: Clone>(samples: &[T]) -> Vec<T> {
    #[expect(clippy::disallowed_methods, reason = "the person who runs the test asks for it")]
    let times = std::env::var("PROVE_TIMES").map_or(1, |times| times.parse().unwrap());
    samples.iter().cycle().take(samples.len() * times).cloned().collect()
}

/// `--prove` of a sample, as a function with a short timeout.
fn node_sample(version: u32, handler: &str, servers: &Servers) -> Option<Call> {
    let sample = node_truth::sample_of(handler);
    let call = run_sample(version, handler, sample.needs, servers)?;
    Some(prove(call).args(without_times(sample.flags)).args(["--timeout", TIMEOUT]))
}

#[test]
fn no_sample_for_node_contradicts_what_was_predicted_of_it() {
    let _machine = alone();
    let servers = Servers::shared();
    let heavy = |sample: &&node_truth::Sample| sample.heavy;
    // A run that is not proved has nothing to prove.
    let whole = |sample: &&node_truth::Sample| sample.callbacks.gaps.is_empty();
    let samples: Vec<_> =
        node_truth::SAMPLES.iter().filter(|one| !heavy(one)).filter(whole).collect();
    assert!(samples.len() > 50, "{}", samples.len());
    in_parallel(&repeated(&samples), |sample| {
        let version = if sample.since > 20 { sample.since } else { 20 };
        let Some(call) = node_sample(version, sample.handler, &servers) else { return };
        let finished = call.finish();
        check_agrees(sample.handler, &finished.report());
        check_replay(&finished);
    });
}

#[test]
fn no_sample_for_node_24_contradicts_what_was_predicted_of_it() {
    let _machine = alone();
    let servers = Servers::shared();
    let samples = ["floating-async.js", "udp.js", "worker.js", "stream-leak.mjs", "undici.js"];
    in_parallel(&repeated(&samples), |handler| {
        let Some(call) = node_sample(24, handler, &servers) else { return };
        let report = call.finish().report();
        check_agrees(handler, &report);
        let policies: Vec<&str> = report["proof"]["policies"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["policy"].as_str().unwrap())
            .collect();
        // Nothing waits for its event loop.
        assert_eq!(policies, ["freeze", "run-on"]);
    });
}

#[test]
fn no_sample_for_tokio_contradicts_what_was_predicted_of_it() {
    let _machine = alone();
    let answers =
        |sample: &&truth::Sample| sample.gaps.is_empty() && sample.outcomes.contains(&"response");
    let samples: Vec<_> = truth::SAMPLES.iter().filter(answers).collect();
    assert!(samples.len() > 20, "{}", samples.len());
    let (database, peer, website) = (Postgres::start(), Server::peer(), Server::website());
    in_parallel(&repeated(&samples), |sample| {
        let call = run(executable(sample.package)).args(without_times(sample.flags));
        let call = match sample.needs {
            truth::Needs::Nothing => call,
            truth::Needs::Peer => call.env("PEER_ADDR", peer.addr().to_string()),
            truth::Needs::Website => call.env("PEER_URL", format!("http://{}/", website.addr())),
            truth::Needs::Database => match &database {
                Some(database) => call.env("DATABASE_URL", database.url()),
                None => return,
            },
        };
        let call = sample.env.iter().fold(call, |call, (name, value)| {
            call.args(["--env".to_owned(), format!("{name}={value}")])
        });
        let finished = prove(call).args(["--timeout", TIMEOUT]).finish();
        check_agrees(sample.name, &finished.report());
        check_replay(&finished);
    });
}

/// A handler of a test's own.
fn written(folder: &Path, name: &str, text: &str) -> PathBuf {
    let file = folder.join(name);
    fs::write(&file, text).unwrap();
    file
}

fn run_written(version: u32, name: &str, text: &str) -> Option<(tempfile::TempDir, Finished)> {
    let folder = tempfile::tempdir().unwrap();
    let file = written(folder.path(), name, text);
    let call = run_on(version, &file)?.args(["--prove", "--freeze-for", LONG_FREEZE]);
    Some((folder, call.finish()))
}

#[test]
fn seed_what_context_done_left_resumes_in_the_next_invocation() {
    let _machine = shared();
    let text = "
exports.handler = (event, context) => {
  setTimeout(flush, 1500);
  context.done(null, 'ok');
};
function flush() { console.log('flushed'); }
";
    let Some((_folder, finished)) = run_written(20, "done.js", text) else { return };
    let report = finished.report();
    let seen = format!("{:#}", report["proof"]);
    let under_freeze = sight(&report, "freeze");
    assert_eq!(under_freeze["predicted"], "frozen-overdue", "{seen}");
    assert_eq!(under_freeze["observed"], "ended-after-thaw", "{seen}");
    assert_eq!(under_freeze["invocation"], 2, "{seen}");
    assert!(number(&proved(&report, "freeze")["invocations"][0]["frozen_ms"]) >= 1999.0, "{seen}");
    assert_eq!(finished.code(), 1);
}

#[test]
fn seed_a_callback_that_waits_answers_after_its_timer_and_one_that_does_not_at_once() {
    let _machine = shared();
    let text = "
exports.handler = (event, context, callback) => {
  context.callbackWaitsForEmptyEventLoop = !process.env.NOWAIT;
  setTimeout(flush, 500);
  callback(null, 'ok');
};
function flush() {}
";
    let folder = tempfile::tempdir().unwrap();
    let file = written(folder.path(), "callback.js", text);
    for env in [&[][..], &["--env", "NOWAIT=1"]] {
        let Some(call) = run_on(20, &file) else { return };
        let report = prove(call).args(env).finish().report();
        let response = &proved(&report, "hold-response")["response"];
        assert_eq!(
            (&response["predicted"], &response["observed"]),
            (&"held".into(), &"held".into())
        );
        // libuv's clock is read once for each turn of the loop.
        assert!(number(&response["observed_ms"]) >= 490.0, "{response:#}");
        assert_eq!(sight(&report, "hold-response")["observed"], "waited-for");
        assert_eq!(sight(&report, "freeze")["observed"], "ended-after-thaw");
        assert_eq!(proved(&report, "freeze")["response"]["observed"], "at-once");
    }
}

#[test]
fn seed_a_callback_that_waits_for_ever_times_out_for_real() {
    let _machine = shared();
    let servers = Servers::shared();
    let Some(call) = node_sample(20, "callback-wait-interval.js", &servers) else { return };
    let report = call.finish().report();
    let held = proved(&report, "hold-response");
    assert_eq!(held["response"]["observed"], "timeout", "{held:#}");
    assert_eq!(held["verdict"], "confirmed", "{held:#}");
    let sight = sight(&report, "hold-response");
    assert_eq!(sight["observed"], "held-until-timeout", "{held:#}");
    assert!(number(&sight["observed_ms"]) >= 2900.0, "{held:#}");
    // An environment that has timed out is gone.
    assert_eq!(held["invocations"].as_array().unwrap().len(), 1, "{held:#}");
}

#[test]
fn seed_a_pool_is_reused_by_the_next_invocation_after_a_freeze() {
    let _machine = shared();
    let servers = Servers::shared();
    let Some(call) = node_sample(20, "pg-pool.js:nowait", &servers) else { return };
    let report = call.finish().report();
    let freeze = proved(&report, "freeze");
    let seen = format!("{freeze:#} {:#}", brief(&report));
    assert_eq!(freeze["verdict"], "confirmed", "{seen}");
    let outcomes: Vec<&str> = freeze["invocations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|known| known["outcome"].as_str().unwrap())
        .collect();
    assert_eq!(outcomes, ["response", "response"], "{seen}");
    assert!(number(&freeze["invocations"][0]["frozen_ms"]) > 600.0, "{seen}");
    let pool = &freeze["findings"][0];
    assert!(["stayed-pending", "went-on-after-thaw"].contains(&pool["observed"].as_str().unwrap()));
}

/// One connection for all invocations, which holds the loop only until its answer is there.
const LET_GO: &str = "
const net = require('node:net');
const [host, port] = process.env.PEER_ADDR.split(':');
let socket;

exports.handler = (event, context, callback) => {
  const ask = () => {
    socket.ref();
    socket.write('GET / HTTP/1.1\\r\\nHost: peer\\r\\n\\r\\n');
    socket.once('data', () => socket.unref());
    callback(null, 'ok');
  };
  if (socket) return ask();
  socket = net.connect(port, host, ask).on('error', () => {});
};
";

#[test]
fn what_each_invocation_lets_go_of_anew_is_waited_for_anew() {
    let _machine = shared();
    let Some(peer) = Peer::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = written(folder.path(), "let-go.js", LET_GO);
    let Some(call) = run_on(20, &file) else { return };
    let report = prove(call.env("PEER_ADDR", peer.addr())).finish().report();
    check_agrees("let-go.js", &report);
    for policy in ["hold-response", "hold-env"] {
        assert_eq!(sight(&report, policy)["observed"], "waited-for", "{:#}", report["proof"]);
    }
}

/// The observations of a recording: those of the run that predicts, and those that prove.
fn observations(recording: &Path) -> (Vec<Observation>, Vec<Observation>) {
    let file = BufReader::new(File::open(recording).unwrap());
    let all: Vec<Observation> =
        RecordingReader::new(file).unwrap().map(|one| one.unwrap()).collect();
    let proves = |one: &Observation| matches!(&one.kind, ObservationKind::RunStarted(run) if run.enforced.is_some());
    let first = all.iter().position(proves).unwrap();
    (all[..first].to_vec(), all[first..].to_vec())
}

#[test]
fn a_prediction_that_does_not_come_true_is_told_and_is_no_pass() {
    let _machine = shared();
    let text = "
exports.handler = async () => {
  setTimeout(flush, Number(process.env.DELAY));
  return 'ok';
};
function flush() {}
";
    let folder = tempfile::tempdir().unwrap();
    let file = written(folder.path(), "delay.js", text);
    let run = |delay: &str| {
        let call = run_on(20, &file)?.args(["--prove", "--freeze-for", LONG_FREEZE]);
        Some(call.args(["--env", &format!("DELAY={delay}")]).finish())
    };
    // The handler is quick when it is left alone, and slow when it is tried.
    let (Some(quick), Some(slow)) = (run("200"), run("60000")) else { return };
    let (predicting, _) = observations(&quick.recording());
    let (_, proving) = observations(&slow.recording());
    let joined = folder.path().join("joined");
    let mut writer = RecordingWriter::new(File::create(&joined).unwrap()).unwrap();
    for observation in predicting.iter().chain(&proving) {
        writer.write(observation).unwrap();
    }
    writer.finish().unwrap();
    // What is pending is meant, so that nothing but the contradiction decides.
    let config = folder.path().join("meant.toml");
    fs::write(&config, "[[expect]]\nkind = \"timer\"\nreason = \"it is meant\"\n").unwrap();
    let replay = |recording: &Path| {
        let call = loopcheck(["replay", "-f", "json"]).arg(recording);
        call.arg("--config").arg(&config).finish()
    };
    assert_eq!(replay(&quick.recording()).code(), 0);
    assert_eq!(replay(&slow.recording()).code(), 0);
    let contradicted = replay(&joined);
    let report = contradicted.report();
    assert_eq!(contradicted.code(), 4, "{report:#}");
    for policy in ["freeze", "hold-response", "hold-env"] {
        let proved = proved(&report, policy);
        assert_eq!(proved["verdict"], "contradicted", "{proved:#}");
        assert_eq!(proved["findings"][0]["verdict"], "contradicted", "{proved:#}");
    }
    let ids: Vec<&Value> =
        report["gaps"].as_array().unwrap().iter().map(|gap| &gap["id"]).collect();
    assert_eq!(ids, ["proof-contradicted"; 3]);
    // A person is told what was predicted, and what was seen.
    let table = loopcheck(["replay"]).arg(&joined).finish().stdout;
    assert!(table.contains("proof: CONTRADICTED under freeze, hold-response, hold-env"), "{table}");
    assert!(table.contains("✗\u{a0}freeze"), "{table}");
}

#[test]
fn what_fails_late_is_told_with_who_left_it() {
    let _machine = shared();
    let leaving = |leave: &str| {
        format!(
            "
const LATE = 1500;
let first = true;
exports.handler = async () => {{
  if (first) {{
    first = false;
    {leave}
  }}
  await new Promise((next) => setTimeout(next, 200));
  return 'ok';
}};
async function save() {{
  await new Promise((next) => setTimeout(next, LATE));
  throw new Error('it could not be saved');
}}
"
        )
    };
    let cases = [
        ("exception", "setTimeout(() => { throw new Error('late'); }, LATE);"),
        ("rejection", "save();"),
        ("exit", "setTimeout(() => process.exit(7), LATE);"),
    ];
    let versions = [20, 24];
    let all: Vec<_> =
        versions.iter().flat_map(|version| cases.map(|case| (*version, case))).collect();
    in_parallel(&all, |(version, (kind, leave))| {
        let Some((_folder, finished)) = run_written(*version, "late.js", &leaving(leave)) else {
            return;
        };
        let report = finished.report();
        let freeze = proved(&report, "freeze");
        let seen = format!("{kind} on {version}: {freeze:#}");
        let late = freeze["late_errors"].as_array().unwrap();
        assert_eq!(late.len(), 1, "{seen}");
        assert_eq!(late[0]["kind"], *kind, "{seen}");
        assert_eq!(late[0]["left_by"], 1, "{seen}");
        assert_eq!((&late[0]["failed_in"], &late[0]["blamed"]), (&2.into(), &2.into()), "{seen}");
        assert_eq!(late[0]["inferred"], false, "{seen}");
        assert_eq!(freeze["invocations"][1]["outcome"], "crash", "{seen}");
        assert_eq!(freeze["verdict"], "confirmed", "{seen}");
        assert_eq!(finished.code(), 3, "{seen}");
    });
}

#[test]
fn a_panic_of_a_task_that_was_left_is_told_and_nobody_is_blamed() {
    let _machine = shared();
    let report = prove(run(executable("late-panic"))).finish().report();
    let freeze = proved(&report, "freeze");
    let late = freeze["late_errors"].as_array().unwrap();
    assert_eq!(late.len(), 1, "{freeze:#}");
    assert_eq!(late[0]["kind"], "panic");
    assert_eq!((&late[0]["left_by"], &late[0]["failed_in"]), (&1.into(), &2.into()));
    assert_eq!(late[0]["blamed"], Value::Null);
    assert!(late[0]["location"]["file"].as_str().unwrap().ends_with("late-panic/src/main.rs"));
    assert_eq!(freeze["invocations"][1]["outcome"], "response");
    // Left alone for as long, it fails between the two.
    let held = proved(&report, "hold-response");
    assert_eq!(held["late_errors"].as_array().unwrap().len(), 0, "{held:#}");
}

#[test]
fn an_internal_extension_keeps_the_environment_awake() {
    let _machine = shared();
    let report = prove(run(executable("internal-extension"))).finish().report();
    let freeze = proved(&report, "freeze");
    let flush = freeze["findings"].as_array().unwrap().iter();
    let flush = flush.clone().find(|one| one["predicted"] == "completes-early");
    let flush = flush.unwrap_or_else(|| panic!("{freeze:#}"));
    assert_eq!(flush["observed"], "ended-before-freeze", "{freeze:#}");
    assert!(number(&freeze["invocations"][0]["awake_ms"]) >= 199.0, "{freeze:#}");
    // SIGTERM comes where an extension is registered.
    assert_eq!(freeze["shutdown"]["notice"], true, "{freeze:#}");
    assert!(number(&freeze["shutdown"]["ended_ms"]) < 500.0, "{freeze:#}");
}

#[test]
fn a_graceful_shutdown_has_its_time() {
    let _machine = shared();
    let finished = prove(run(executable("graceful-shutdown"))).finish();
    let freeze = proved(&finished.report(), "freeze").clone();
    assert_eq!(freeze["shutdown"]["notice"], true, "{freeze:#}");
    assert!(freeze["shutdown"]["ended_ms"].is_number(), "{freeze:#}");
    assert!(finished.stderr.contains("goodbye"), "{}", finished.stderr);
}

#[test]
fn several_invocations_are_in_flight_where_the_runtime_can() {
    let _machine = shared();
    let in_flight = |report: &Value| {
        let told = proved(report, "run-on")["in_flight"].clone();
        (told["events"].clone(), told["most"].clone(), told["answered"].clone())
    };
    // Each of four waits for the other three.
    let call = run(executable("run-concurrent")).args(["--env", "MEET=4"]);
    let finished = prove(call).finish();
    let report = finished.report();
    let seen = format!("{:#}", proved(&report, "run-on"));
    assert_eq!(in_flight(&report), (4.into(), 4.into(), 4.into()), "{seen}");
    check_agrees("run-concurrent", &report);
    check_replay(&finished);
    assert_eq!(finished.code(), 1);
    assert_eq!(proved(&report, "freeze")["in_flight"], Value::Null);

    // However fast each of them answers, all four have their events by then.
    let call = run(executable("run-concurrent")).args(["--mode", "managed-instances"]);
    let report = prove(call).finish().report();
    assert_eq!(in_flight(&report), (4.into(), 4.into(), 4.into()), "{:#}", report["proof"]);

    // Each of four fails.
    let call = run(executable("run-concurrent")).args(["--env", "MEET=nobody"]);
    let finished = prove(call).args(["--mode", "managed-instances"]).finish();
    let report = finished.report();
    assert_eq!(in_flight(&report), (4.into(), 4.into(), 0.into()), "{:#}", report["proof"]);
    assert_eq!((&report["gaps"][0]["id"], finished.code()), (&"proof-failed".into(), 3));

    // A fifth never comes: their time is over, and that fails what is gated on it.
    for (mode, code) in [("managed-instances", 3), ("rust", 1)] {
        let call = run(executable("run-concurrent")).args(["--env", "MEET=5", "--mode", mode]);
        let finished = prove(call).args(["--timeout", "1s"]).finish();
        assert_eq!(finished.code(), code, "{:#}", brief(&finished.report()));
        if code == 3 {
            let report = finished.report();
            assert_eq!(in_flight(&report), (4.into(), 4.into(), 0.into()));
            assert_eq!(report["gaps"][0]["id"], "proof-failed");
            check_replay(&finished);
        }
    }

    // `run` has one loop, whatever it is told.
    let call = run(executable("finite-task")).args(["--mode", "managed-instances"]);
    let finished = prove(call).finish();
    assert_eq!(in_flight(&finished.report()), (0.into(), 1.into(), 0.into()));
    assert_eq!(proved(&finished.report(), "run-on")["verdict"], "confirmed");
    check_replay(&finished);
}

#[test]
fn a_mode_is_proved_under_its_policy_alone() {
    let _machine = shared();
    let servers = Servers::shared();
    let Some(call) = node_sample(20, "context-done.js", &servers) else { return };
    let report = call.args(["--mode", "callback-wait"]).finish().report();
    let policies = report["proof"]["policies"].as_array().unwrap();
    assert_eq!(policies.len(), 1, "{policies:#?}");
    assert_eq!(policies[0]["policy"], "hold-response");
}

#[test]
fn where_there_can_be_a_cgroup_the_kernel_freezes_the_handler_in_it() {
    let _machine = shared();
    let Some(folder) = cgroup::usable() else { return };
    let call = run(executable("child-process"));
    // Long enough to look at it, on a busy machine too.
    let mut running = call.args(["--prove", "--freeze-for", "5s", "--mode", "rust"]).start();
    let handler = Cell::new(0);
    running.see(|kind| {
        if let ObservationKind::ProcessStarted { pid } = kind {
            handler.set(*pid);
        }
        let ObservationKind::Frozen { processes, by } = kind else { return false };
        assert_eq!((*by, *processes > 1), (FrozenBy::Cgroup, true));
        true
    });
    let pid = running.pid();
    let [ours] = &cgroup::of_run(&folder, pid)[..] else { panic!("not one cgroup") };
    let read = |file: &str| fs::read_to_string(file).unwrap();
    let events = read(&format!("{}/cgroup.events", ours.display()));
    assert!(events.lines().any(|line| line == "frozen 1"), "{events}");
    let membership = read(&format!("/proc/{}/cgroup", handler.get()));
    let name = ours.file_name().unwrap().to_str().unwrap();
    assert!(membership.lines().any(|line| line.starts_with("0::") && line.ends_with(name)));
    // It sleeps, and nobody has stopped it.
    let status = read(&format!("/proc/{}/status", handler.get()));
    assert!(status.lines().any(|line| line.starts_with("State:\tS")), "{status}");
    let finished = running.finish();
    assert!(cgroup::of_run(&folder, pid).is_empty());
    let invocations = proved(&finished.report(), "freeze")["invocations"].clone();
    assert_eq!(invocations[0]["frozen_by"], "cgroup", "{invocations:#}");
    assert!(number(&invocations[0]["frozen_ms"]) >= 4999.0, "{invocations:#}");
    // After the last one the environment is shut down.
    assert_eq!(invocations[1]["frozen_by"], Value::Null, "{invocations:#}");
    let table = loopcheck(["replay"]).arg(finished.recording()).finish().stdout;
    assert!(table.contains("freeze: by the cgroup freezer"), "{table}");
}

#[test]
fn nothing_is_left_standing_still_whatever_ends_loopcheck() {
    let _machine = shared();
    let folder = cgroup::usable();
    let signals = [Signal::KILL, Signal::INT, Signal::TERM, Signal::HUP];
    in_parallel(&signals, |signal| {
        // With a child process, so that there is more than one to thaw or to end.
        let call = run(executable("child-process")).args(["--prove", "--freeze-for", "60s"]);
        let mut running = call.start();
        running.see(
            |kind| matches!(kind, ObservationKind::Frozen { processes, .. } if *processes > 1),
        );
        let pid = running.pid();
        let cgroups = || folder.as_ref().map(|folder| cgroup::of_run(folder, pid).len());
        assert!(cgroups().is_none_or(|count| count == 1), "{signal:?}");
        running.signal(*signal);
        // It waits until no process of the run is left, the guard included.
        let finished = running.finish();
        assert!(cgroups().is_none_or(|count| count == 0), "{signal:?}");
        if *signal != Signal::KILL {
            assert_eq!(finished.code(), 130, "{finished:#?}");
            assert_eq!(finished.report()["gaps"][0]["id"], "interrupted");
        }
    });
}

#[test]
fn a_killed_loopcheck_leaves_nothing_of_an_ordinary_run_either() {
    let _machine = shared();
    let mut running = run(executable("child-process")).args(["--settle", "60s"]).start();
    running.see(|kind| matches!(kind, ObservationKind::Sockets(scan) if !scan.children.is_empty()));
    // Nothing is to be frozen.
    let cgroups = cgroup::usable().map(|folder| cgroup::of_run(&folder, running.pid()));
    assert!(cgroups.is_none_or(|cgroups| cgroups.is_empty()));
    running.signal(Signal::KILL);
    running.finish();
}

#[test]
fn the_configuration_asks_for_proofs_and_the_command_line_goes_before_it() {
    let _machine = shared();
    let folder = tempfile::tempdir().unwrap();
    let handler = executable("clean").canonicalize().unwrap();
    let table = |name: &str, more: &str| {
        format!(
            "[[handler]]\nname = '{name}'\npath = '{}'\nmode = 'rust'\n{more}\n",
            handler.display()
        )
    };
    let tables = [
        table("as all", ""),
        table("longer", "freeze_for = '400ms'"),
        table("not", "prove = false"),
    ];
    let config = |top: &str| {
        let text = format!("{top}\n{}", tables.concat());
        written(folder.path(), "loopcheck.toml", &text)
    };
    let pauses = |config: &Path, flags: &[&str]| {
        let call = loopcheck(["run", "-f", "json", "--config"]).arg(config).args(flags);
        let finished = call.finish();
        assert_eq!(finished.code(), 0, "{finished:#?}");
        let report = finished.report();
        let reports = report["reports"].as_array().unwrap().iter();
        reports.map(|one| one["proof"]["pause_ms"].as_f64()).collect::<Vec<_>>()
    };
    let all = config("prove = true\nfreeze_for = '300ms'");
    assert_eq!(pauses(&all, &[]), [Some(300.0), Some(400.0), None]);
    assert_eq!(pauses(&all, &["--freeze-for", "200ms"]), [Some(200.0), Some(200.0), None]);
    assert_eq!(pauses(&all, &["--prove"]), [Some(300.0), Some(400.0), Some(300.0)]);
    let none = config("freeze_for = '300ms'");
    assert_eq!(pauses(&none, &[]), [None; 3]);
    assert_eq!(pauses(&none, &["--prove"]), [Some(300.0), Some(400.0), Some(300.0)]);
    let refused = loopcheck(["run", "--freeze-for", "1s", "--config"]).arg(&none).finish();
    assert_eq!(refused.code(), 2, "{refused:#?}");
    assert!(refused.stderr.contains("add --prove"), "{refused:#?}");
}

#[test]
fn freezing_needs_to_be_asked_for() {
    let finished = loopcheck(["run", "handler.js", "--freeze-for", "1s"]).finish();
    assert_eq!(finished.code(), 2, "{finished:#?}");
    assert!(finished.stderr.contains("add --prove, or set prove = true"), "{finished:#?}");
}
