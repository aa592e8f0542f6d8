//! Node.js handlers under a client of our own and under AWS': each does what
//! `testdata/node/runtime/truth.json` says, and both come to the same findings.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use std::ffi::OsString;
use std::sync::Mutex;
use std::thread;

use serde_json::{Value, json};
use support::loopcheck::{Call, Finished, run};
use support::node::{self, FOLDER, Peer, Redis};
use support::node_runtime::{By, Handler, Row, handlers, list, text};
use support::servers::Postgres;

macro_rules! rows {
    ($($test:ident: $by:ident, $client:literal, $node:literal, $which:ident;)+) => {
        $(
            #[test]
            fn $test() {
                check_rows(By::$by, $client, $node, $which);
            }
        )+
    };
}

// What ends with `ric` runs with AWS' client: 3.3.0 up to Node.js 22, 4.0.2 on 24.
rows! {
    node_18: Mini, 3, 18, ALL;
    node_20: Mini, 3, 20, ALL;
    node_22: Mini, 3, 22, ALL;
    node_24: Mini, 4, 24, ALL;
    node_26: Mini, 4, 26, ALL;
    node_22_as_24: Mini, 4, 22, SOME;
    node_18_ric: Ric, 3, 18, SOME;
    node_20_ric: Ric, 3, 20, SOME;
    node_22_ric: Ric, 3, 22, ALL;
    node_24_ric: Ric, 4, 24, ALL;
    node_22_as_24_ric: Ric, 4, 22, SOME;
}

/// Every handler.
const ALL: &[&str] = &[];

/// One for each rule, and those that a client or a Node.js may treat in a way of its own.
const SOME: &[&str] = &[
    "async-never-empty.js",
    "async-value.js",
    "callback-error.js",
    "callback-never-empty.js",
    "callback-nowait.js",
    "callback-wait.js",
    "circular-callback.js",
    "done.js",
    "exit-between.js",
    "implicit.js",
    "load-reject.js",
    "module.mjs",
    "promise.js",
    "reject-at-once.js",
    "reject-while-awaiting.js",
    "stream-busy.js",
    "stream-destroy.js",
    "stream-never-returns.js",
    "stream-not-async.js",
    "stream-nowait.js",
    "stream-throw.js",
    "stream.js",
    "sync-throw.js",
    "thenable.js",
    "throw-between.js",
    "throw-in-next.js",
    "throw-while-held.js",
    "typed.ts",
    "undeclared-module.js",
];

/// What loopcheck says before it starts anything: handler, by whom, on which Node.js at most.
const REFUSED: &[(&str, Option<By>, u32, &str)] = &[
    ("absent.js", None, 24, "does not exist"),
    // An event is JSON.
    ("event-not-json.js", None, 24, "could not read the event"),
    // `load-throw.js` is beside it, and AWS' client would take that.
    ("load-throw.mjs", Some(By::Ric), 24, "would not load"),
    ("typed.ts", Some(By::Mini), 20, "which Node.js 20"),
    ("typed.ts", Some(By::Mini), 18, "which Node.js 18"),
];

fn check_rows(by: By, client: u32, version: u32, which: &[&str]) {
    let Some(path) = path(version) else { return };
    let as_other = client == 4 && version < 24;
    let with: Vec<String> = match by {
        By::Ric if node::runtime_client(client).is_none() => return,
        By::Ric => vec!["--ric".into(), format!("{FOLDER}/ric{client}")],
        By::Mini if as_other => vec!["--runtime".into(), "nodejs24.x".into()],
        By::Mini => Vec::new(),
    };
    let mut cases: Vec<(Handler, Row)> = Vec::new();
    for handler in handlers() {
        let wanted = which.is_empty() || which.contains(&handler.file.as_str());
        let is_ours = |row: &&Row| {
            // AWS has no client for Node.js 26 that could be asked; the rules are those on 24.
            let truth = version.min(24);
            row.client == client && row.by.contains(&by) && row.node.contains(&truth)
        };
        if let Some(row) = handler.runs.iter().find(is_ours).filter(|_| wanted) {
            cases.push((handler.clone(), row.clone()));
        }
    }
    let known = if which.is_empty() { 75 } else { 25 };
    assert!(cases.len() >= known, "only {} rows", cases.len());
    let problems = two_at_a_time(cases, |(handler, row)| {
        let finished = call(handler, row, &path).args(&with).finish();
        let problems = match refusal(handler, by, version) {
            Some(message) => not_refused(&finished, message),
            None => row.problems(by, &finished),
        };
        (!problems.is_empty())
            .then(|| format!("{}:{} {problems:#?}\n{finished:#?}", handler.file, handler.export))
    });
    let problems: Vec<String> = problems.into_iter().flatten().collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

fn call(handler: &Handler, row: &Row, path: &OsString) -> Call {
    // How long something is watched: until what was left has struck, or before it does.
    let settle = match handler.file.as_str() {
        "throw-between.js" | "reject-between.js" | "exit-between.js" => "1s",
        "throw-in-next.js" => "20ms",
        "callback-wait.js" | "callback-and-promise.js" | "stream.js" => "5s",
        _ => "200ms",
    };
    let timeout = if row.times_out() { "1s" } else { "20s" };
    let events = handler.events.iter().flat_map(|event| ["-e", event]);
    run(format!("{FOLDER}/runtime/{}:{}", handler.file, handler.export))
        .args(["-n", "1", "--settle", settle, "--timeout", timeout])
        .args(events)
        .env("PATH", path)
}

fn refusal(handler: &Handler, by: By, version: u32) -> Option<&'static str> {
    let applies = |row: &&(&str, Option<By>, u32, &str)| {
        row.0 == handler.file
            && row.1.is_none_or(|only| only == by)
            && (row.2 == 24 || row.2 == version)
    };
    REFUSED.iter().find(applies).map(|row| row.3)
}

fn not_refused(finished: &Finished, message: &str) -> Vec<String> {
    let report = finished.report();
    let gap = &report["gaps"][0];
    let refused = finished.code() == 2
        && gap["id"] == "bad-input"
        && text(&gap["message"]).contains(message)
        && list(&report["invocations"]).is_empty();
    if refused { Vec::new() } else { vec![format!("{message:?} was not said")] }
}

/// `PATH` with this Node.js first.
fn path(version: u32) -> Option<OsString> {
    let bin = node::node(version)?.parent().unwrap().to_owned();
    #[expect(clippy::disallowed_methods, reason = "what else is in PATH stays there")]
    let given = std::env::var_os("PATH").unwrap_or_default();
    let all = std::iter::once(bin).chain(std::env::split_paths(&given));
    Some(std::env::join_paths(all).unwrap())
}

/// Most of a run is waiting, so two of them take hardly longer than one.
fn two_at_a_time<T: Send, R: Send>(all: Vec<T>, work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let (left, done) = (Mutex::new(all.into_iter()), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let Some(one) = left.lock().unwrap().next() else { break };
                    let result = work(&one);
                    done.lock().unwrap().push(result);
                }
            });
        }
    });
    done.into_inner().unwrap()
}

/// For what is there for ever: looking longer shows nothing new.
const FOR_EVER: &str = "150ms";
/// For what ends by itself, in a second at most: the watch ends with it.
const ENDS: &str = "10s";

/// For what has something of each.
const BOTH: &str = "2s";

/// Samples, and how long each is watched.
const SAMPLES: &[(&str, &str)] = &[
    ("clean-async.mjs", ENDS),
    ("context-succeed.js", ENDS),
    ("context-fail.js", FOR_EVER),
    ("context-done.js", BOTH),
    ("implicit.js", ENDS),
    ("pg-pool.js", FOR_EVER),
    ("pg-pool-per-invocation.js", FOR_EVER),
    ("redis.js", FOR_EVER),
    ("ioredis.js", FOR_EVER),
    ("s3.js", FOR_EVER),
    ("undici.js", FOR_EVER),
    ("fetch.js", FOR_EVER),
    ("http-no-agent.js", ENDS),
    ("ws.js", FOR_EVER),
    ("udp.js", FOR_EVER),
    ("server.js", FOR_EVER),
    ("floating-async.js", ENDS),
    ("async-loop.js", FOR_EVER),
    ("init-interval.js", FOR_EVER),
    ("stream.mjs", ENDS),
    ("stream-leak.mjs", ENDS),
    ("worker.js", FOR_EVER),
    ("child.js", FOR_EVER),
    ("watcher.js", FOR_EVER),
    ("message-port.js", FOR_EVER),
    ("pool-job.js", ENDS),
    ("bundle/dist/handler.js", ENDS),
];

/// Those with a callback, which do not start on Node.js 24.
const CALLBACKS: &[(&str, &str)] = &[
    ("callback-wait-timer.js", ENDS),
    ("callback-wait-interval.js", FOR_EVER),
    ("callback-nowait.js", FOR_EVER),
    ("callback-error.js", ENDS),
    ("pg-pool.js:wait", FOR_EVER),
    ("pg-pool.js:nowait", FOR_EVER),
    ("pg-pool-idle.js", FOR_EVER),
    ("http-keep-alive.js", FOR_EVER),
    ("floating-async.js:wait", ENDS),
    ("stuck-async.js", FOR_EVER),
    ("unref-interval.js", FOR_EVER),
    ("stream-leak.mjs:nowait", ENDS),
    ("bad/double-answer.js", ENDS),
];

#[test]
fn findings_are_those_under_client_3() {
    check_findings(3, 22, [SAMPLES, CALLBACKS].concat());
}

#[test]
fn findings_are_those_under_client_4() {
    check_findings(4, 24, SAMPLES.to_vec());
}

fn check_findings(client: u32, version: u32, samples: Vec<(&str, &str)>) {
    let Some(path) = path(version) else { return };
    if node::runtime_client(client).is_none() {
        return;
    }
    let (Some(peer), Some(redis), Some(postgres)) =
        (Peer::start(), Redis::start(), Postgres::start())
    else {
        return;
    };
    let report = |sample: &str, settle: &str, with: &[&str]| {
        let call = run(node::sample(sample).unwrap()).args(["--timeout", "20s"]);
        let call = call.args(["--settle", settle]).args(with).env("PATH", &path);
        let call = call.env("PEER_ADDR", peer.addr()).env("PEER_URL", peer.url());
        let call = call.env("REDIS_URL", redis.url()).env("DATABASE_URL", postgres.url());
        call.finish().report()
    };
    let ric = format!("{FOLDER}/ric{client}");
    let differences = two_at_a_time(samples, |(sample, settle)| {
        let ours = comparable(&report(sample, settle, &[]));
        let theirs = comparable(&report(sample, settle, &["--ric", &ric]));
        assert_ne!(ours["exit_code"], 3, "{sample}: {ours:#}");
        (ours != theirs).then(|| format!("{sample}: {ours:#}\nunder AWS' client {theirs:#}"))
    });
    let differences: Vec<String> = differences.into_iter().flatten().collect();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// What does not depend on the time that a run took, nor on ports.
fn comparable(report: &Value) -> Value {
    let mut findings: Vec<Value> = list(&report["findings"])
        .iter()
        .filter(|finding| finding["status"] != "runtime")
        .map(comparable_finding)
        .collect();
    findings.sort_by_key(Value::to_string);
    let invocation = |one: &Value| {
        let (posted, asked) = (!one["held_ms"].is_null(), !one["next_ms"].is_null());
        json!([one["outcome"], one["mode"], one["pending"], posted, asked])
    };
    let mode = |one: &Value| json!([one["id"], one["gated"], one["response"]]);
    json!({
        "exit_code": report["exit_code"],
        "gaps": report["gaps"],
        "invocations": list(&report["invocations"]).iter().map(invocation).collect::<Vec<_>>(),
        "modes": list(&report["modes"]).iter().map(mode).collect::<Vec<_>>(),
        "findings": findings,
    })
}

fn comparable_finding(finding: &Value) -> Value {
    let mut found = finding.clone();
    found["id"].take();
    found["ended_ms"] = json!(!finding["ended_ms"].is_null());
    for place in ["/timer/due_ms", "/waits_on/due_ms", "/socket/local", "/socket/peer"] {
        if let Some(value) = found.pointer_mut(place) {
            *value = json!(!value.is_null());
        }
    }
    for fate in found["fates"].as_object_mut().into_iter().flat_map(|fates| fates.values_mut()) {
        if let Some(ms) = fate.get_mut("ms") {
            *ms = json!(!ms.is_null());
        }
    }
    found
}
