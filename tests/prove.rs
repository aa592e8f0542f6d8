//! `--prove` by the real binary: the stories that it is for. `tests/prove_samples.rs` has every sample,
//! and `tests/freeze.rs` the freeze itself.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use std::fs::{self, File};
use std::io::BufReader;
use std::path::Path;

use loopcheck::observation::{Observation, ObservationKind};
use loopcheck::recording::reader::RecordingReader;
use loopcheck::recording::writer::RecordingWriter;
use serde_json::Value;
use support::handlers::executable;
use support::loopcheck::{loopcheck, run};
use support::node::Peer;
use support::node_runs::{number, run_on};
use support::runs::{Servers, check_replay, in_parallel};
use support::truth::report::brief;
use support::truth::sample::Runtime;
use support::truth::table;
use support::verification::{
    LONG_FREEZE, check_agrees, prove, prove_sample, proved, run_written, sight, written,
};

#[test]
fn seed_what_context_done_left_resumes_in_the_next_invocation() {
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
    let servers = Servers::shared();
    let Some(call) =
        prove_sample(table::sample("callback-wait-interval.js"), Runtime::Node(20), &servers)
    else {
        return;
    };
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
    let servers = Servers::shared();
    let Some(call) = prove_sample(table::sample("pg-pool.js:nowait"), Runtime::Node(20), &servers)
    else {
        return;
    };
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
fn a_contradicted_prediction_is_reported_and_is_not_a_pass() {
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
    // The table shows what was predicted and what was observed.
    let table = loopcheck(["replay"]).arg(&joined).finish().stdout;
    assert!(table.contains("proof: CONTRADICTED under freeze, hold-response, hold-env"), "{table}");
    assert!(table.contains("✗\u{a0}freeze"), "{table}");
}

#[test]
fn a_late_error_is_reported_with_the_invocation_that_left_it() {
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
fn a_panic_of_a_pending_task_is_reported_and_not_attributed() {
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
fn several_invocations_are_in_flight_where_the_runtime_can() {
    let in_flight = |report: &Value| {
        let in_flight = proved(report, "run-on")["in_flight"].clone();
        (in_flight["events"].clone(), in_flight["most"].clone(), in_flight["answered"].clone())
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

    // `run` has one loop, whatever its environment says.
    let call = run(executable("finite-task")).args(["--mode", "managed-instances"]);
    let finished = prove(call).finish();
    assert_eq!(in_flight(&finished.report()), (0.into(), 1.into(), 0.into()));
    assert_eq!(proved(&finished.report(), "run-on")["verdict"], "confirmed");
    check_replay(&finished);
}

#[test]
fn a_mode_is_proved_under_its_policy_alone() {
    let servers = Servers::shared();
    let Some(call) = prove_sample(table::sample("context-done.js"), Runtime::Node(20), &servers)
    else {
        return;
    };
    let report = call.args(["--mode", "callback-wait"]).finish().report();
    let policies = report["proof"]["policies"].as_array().unwrap();
    assert_eq!(policies.len(), 1, "{policies:#?}");
    assert_eq!(policies[0]["policy"], "hold-response");
}

#[test]
fn the_configuration_asks_for_proofs_and_the_command_line_goes_before_it() {
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
