//! `--proxy`: what a handler makes of a peer that hangs up, or falls silent, during a freeze.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use std::fs;

use serde_json::{Value, json};
use support::handlers::executable;
use support::loopcheck::{Call, Finished, run};
use support::node::Peer;
use support::node_runs::{run_on, run_sample};
use support::runs::{Servers, check_replay};
use support::servers::Postgres;
use support::truth::sample::Needs;

/// Short: nothing of these handlers is due during the freeze.
const FREEZE: &str = "300ms";

fn broken(call: Call, peer: &str) -> Call {
    call.args(["--prove", "--freeze-for", FREEZE, "--proxy", peer])
}

/// HOST:PORT of a URL.
fn place(url: &str) -> &str {
    let rest = url.rsplit_once('@').or_else(|| url.split_once("//")).unwrap().1;
    rest.split('/').next().unwrap()
}

/// How each break ended: connections, whether there were new ones, effect.
fn effects(report: &Value) -> Vec<Value> {
    let peers = report["proof"]["peers"].as_array().unwrap();
    let found = peers.iter().map(|one| {
        let renewed = one["reconnects"] != 0;
        json!([one["broken"], one["connections"], renewed, one["effect"]])
    });
    found.collect()
}

fn gaps(report: &Value) -> Vec<&str> {
    let gaps = report["gaps"].as_array().unwrap().iter();
    gaps.map(|gap| gap["id"].as_str().unwrap()).collect()
}

/// Under the policies themselves nothing is broken, and all is as predicted.
fn check_policies(report: &Value) {
    for policy in report["proof"]["policies"].as_array().unwrap() {
        assert_ne!(policy["verdict"], "contradicted", "{policy:#}");
    }
}

fn pool(handler: &str) -> Option<Finished> {
    let servers = Servers::shared();
    let call = run_sample(20, handler, Needs::Postgres, &servers)?;
    let url = call.variable("DATABASE_URL").unwrap().to_owned();
    // It waits for what is silent until the function's time-out.
    let call = broken(call, place(&url)).args(["--mode", "async", "--timeout", "3s"]);
    let finished = call.finish();
    check_replay(&finished);
    Some(finished)
}

#[test]
fn seed_a_peer_that_hung_up_during_the_freeze_breaks_the_next_query() {
    let Some(finished) = pool("pg-pool.js:nowait") else { return };
    let report = finished.report();
    let seen = format!("{:#} {:#}", report["proof"]["peers"], report["gaps"]);
    // Nobody listens to the pool's error, so it ends the process before the next event is handled.
    let wanted = [json!(["reset", 1, false, "fails"]), json!(["drop", 1, false, "hangs"])];
    assert_eq!(effects(&report), wanted, "{seen}");
    let [reset, drop] = &report["proof"]["peers"].as_array().unwrap()[..] else { panic!("{seen}") };
    assert_eq!(reset["invocations"][0]["outcome"], "response", "{seen}");
    assert_eq!(reset["invocations"][1]["outcome"], "crash", "{seen}");
    assert_eq!(drop["invocations"][1]["outcome"], "timeout", "{seen}");
    let late = &reset["late_errors"][0];
    let found = json!([late["kind"], late["left_by"], late["failed_in"], late["blamed"]]);
    assert_eq!(found, json!(["exception", 1, 2, 2]), "{seen}");
    assert_eq!(gaps(&report), ["proof-failed", "proof-failed"], "{seen}");
    assert_eq!(finished.code(), 3, "{seen}");
    check_policies(&report);
}

#[test]
fn a_pool_that_tries_again_survives_both() {
    let Some(finished) = pool("pg-pool-retry.js") else { return };
    let report = finished.report();
    let seen = format!("{:#} {:#}", report["proof"]["peers"], report["gaps"]);
    let wanted = [json!(["reset", 1, true, "retries"]), json!(["drop", 1, true, "retries"])];
    assert_eq!(effects(&report), wanted, "{seen}");
    assert_eq!(gaps(&report), [""; 0], "{seen}");
    assert_eq!(finished.code(), 0, "{seen}");
    // Its own time-out of 500 ms is what the silence costs.
    let silent = &report["proof"]["peers"][1]["invocations"][1]["response_ms"];
    assert!(silent.as_f64().unwrap() >= 490.0, "{seen}");
    check_policies(&report);
}

#[test]
fn a_tokio_program_is_led_to_the_proxy_by_its_environment() {
    let Some(postgres) = Postgres::start() else { return };
    let url = postgres.url();
    let env = format!("DATABASE_URL={url}");
    let call = run(executable("pooled-socket")).args(["--env", &env, "--mode", "rust"]);
    // The names of the local machine are one.
    let peer = place(&url).replace("127.0.0.1", "localhost");
    let finished = broken(call, &peer).args(["--timeout", "3s"]).finish();
    let report = finished.report();
    let seen = format!("{:#} {:#}", report["proof"]["peers"], report["gaps"]);
    // deadpool sees that the connection is closed, and cannot see that it is silent.
    let wanted = [json!(["reset", 1, true, "retries"]), json!(["drop", 1, false, "hangs"])];
    assert_eq!(effects(&report), wanted, "{seen}");
    assert_eq!(finished.code(), 3, "{seen}");
    assert_eq!(report["proof"]["peers"][0]["peer"], peer);
    check_policies(&report);
    check_replay(&finished);
}

/// Connections made in every way that Node.js has, all kept, none of them used again.
const EVERY_WAY: &str = "
const net = require('node:net');
const http = require('node:http');
const { once } = require('node:events');
const [host, port] = process.env.PEER_ADDR.split(':');
const agent = new http.Agent({ keepAlive: true });
let kept;

exports.handler = async () => {
  if (kept) return 'again';
  kept = [
    net.connect(Number(port)),
    net.connect(port, host),
    net.createConnection({ port, host: 'localhost', family: 4 }),
    new net.Socket().connect(port, host, () => {}),
    new net.Socket().connect({ host, port }),
  ];
  for (const socket of kept) socket.on('error', () => {});
  await Promise.all(kept.map((socket) => once(socket, 'connect')));
  const [response] = await once(http.get(process.env.PEER_URL, { agent }), 'response');
  response.resume();
  await once(response, 'close');
  await (await fetch(process.env.PEER_URL)).text();
  return 'first';
};
";

#[test]
fn every_connection_of_node_is_led_to_the_proxy() {
    let Some(peer) = Peer::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("every.js");
    fs::write(&file, EVERY_WAY).unwrap();
    for version in [18, 24, 26] {
        let Some(call) = run_on(version, &file) else { return };
        let call = call.env("PEER_ADDR", peer.addr()).env("PEER_URL", peer.url());
        let report = broken(call, peer.addr()).finish().report();
        let wanted = [json!(["reset", 7, false, "answers"]), json!(["drop", 7, false, "answers"])];
        assert_eq!(effects(&report), wanted, "{:#}", report["proof"]["peers"]);
    }
}

/// One connection for all invocations, never replaced; what goes wrong is caught.
const CATCHES: &str = "
const net = require('node:net');
const { once } = require('node:events');
const [host, port] = process.env.PEER_ADDR.split(':');
let socket;

exports.handler = async () => {
  socket ??= net.connect(port, host).on('error', () => {});
  try {
    socket.write('GET / HTTP/1.1\\r\\nHost: peer\\r\\n\\r\\n');
    await once(socket, 'data', { signal: AbortSignal.timeout(1000) });
    return 'fetched';
  } catch {
    return 'sorry, try again later';
  }
};
";

#[test]
fn an_answer_of_another_length_is_marked() {
    let Some(peer) = Peer::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("catches.js");
    fs::write(&file, CATCHES).unwrap();
    let Some(call) = run_on(20, &file) else { return };
    let call = call.env("PEER_ADDR", peer.addr()).args(["--mode", "async"]);
    let finished = broken(call, peer.addr()).finish();
    let report = finished.report();
    let found = "answers-otherwise";
    let wanted = [json!(["reset", 1, false, found]), json!(["drop", 1, false, found])];
    assert_eq!(effects(&report), wanted, "{:#}", report["proof"]["peers"]);
    check_replay(&finished);
}

#[test]
fn where_nothing_was_open_nothing_is_broken() {
    let servers = Servers::shared();
    let Some(call) = run_sample(20, "http-no-agent.js", Needs::Peer, &servers) else { return };
    let peer = call.variable("PEER_ADDR").unwrap().to_owned();
    let finished = broken(call, &peer).args(["--mode", "async"]).finish();
    let report = finished.report();
    let seen = format!("{:#}", report["proof"]["peers"]);
    let wanted = [json!(["reset", 0, false, null]), json!(["drop", 0, false, null])];
    assert_eq!(effects(&report), wanted, "{seen}");
    assert_eq!(report["proof"]["peers"][0]["missing"], json!([]), "{seen}");
    assert_eq!(finished.code(), 0, "{seen}");
}

#[test]
fn a_peer_that_nobody_connects_to_is_no_pass() {
    let nobody = "127.0.0.1:9";
    let node = run_on(20, "testdata/node/samples/clean.js");
    let tokio = Some(run(executable("clean")));
    for (call, hint) in [(node, "host and port"), (tokio, "environment")] {
        let Some(call) = call else { continue };
        let finished = broken(call, nobody).finish();
        let report = finished.report();
        assert_eq!(finished.code(), 4, "{:#}", report["gaps"]);
        assert_eq!(gaps(&report), ["proof-incomplete", "proof-incomplete"]);
        let gap = &report["gaps"][0];
        assert!(gap["message"].as_str().unwrap().contains("no connection went"), "{gap:#}");
        assert!(gap["hint"].as_str().unwrap().contains(hint), "{gap:#}");
    }
}

#[test]
fn wrong_use_is_an_error_before_anything_runs() {
    let clean = "testdata/node/samples/clean.js";
    for (args, message) in [
        (&["--proxy", "127.0.0.1:9"][..], "--prove"),
        (&["--prove", "--proxy", "db"], "HOST:PORT"),
        (&["--prove", "--proxy", "postgres://db:5432/app"], "HOST:PORT"),
    ] {
        let finished = run(clean).args(args).finish();
        assert_eq!(finished.code(), 2, "{args:?}");
        assert!(finished.stderr.contains(message), "{}", finished.stderr);
    }
    let unfrozen = ["--prove", "--proxy", "127.0.0.1:9", "--mode", "managed-instances"];
    let finished = run(executable("clean")).args(unfrozen).finish();
    assert_eq!(finished.code(), 2);
    let gap = &finished.report()["gaps"][0];
    assert!(gap["message"].as_str().unwrap().contains("--proxy"), "{gap:#}");
    assert!(gap["hint"].as_str().unwrap().contains("rust"), "{gap:#}");
}

#[test]
fn a_handler_that_waits_for_its_loop_is_frozen_as_well_and_judged_by_that() {
    let servers = Servers::shared();
    let Some(call) = run_sample(20, "http-keep-alive.js", Needs::Peer, &servers) else { return };
    let peer = call.variable("PEER_ADDR").unwrap().to_owned();
    let finished = broken(call, &peer).args(["--mode", "callback-wait"]).finish();
    let report = finished.report();
    // The agent sees that a connection was closed, and cannot see that it is silent.
    let wanted = [json!(["reset", 1, true, "retries"]), json!(["drop", 1, false, "hangs"])];
    assert_eq!(effects(&report), wanted, "{:#}", report["proof"]["peers"]);
    assert_eq!(gaps(&report), ["proof-failed"]);
    assert_eq!(finished.code(), 3);
}

/// It calls back at once, and its request keeps the answer back until the peer has answered.
const IN_THE_BACKGROUND: &str = "
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
fn an_answer_that_is_kept_back_for_a_silent_peer_is_none() {
    let Some(peer) = Peer::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("background.js");
    fs::write(&file, IN_THE_BACKGROUND).unwrap();
    let Some(call) = run_on(20, &file) else { return };
    let call = call.env("PEER_ADDR", peer.addr()).args(["--mode", "callback-wait"]);
    let report = broken(call, peer.addr()).args(["--timeout", "2s"]).finish().report();
    let drop = &report["proof"]["peers"][1];
    assert_eq!(effects(&report)[1], json!(["drop", 1, false, "hangs"]), "{drop:#}");
    assert_eq!(drop["invocations"][1]["outcome"], "held", "{drop:#}");
    assert!(gaps(&report).contains(&"proof-failed"), "{:#}", report["gaps"]);
}
