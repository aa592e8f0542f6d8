//! The real binary with real Node.js handlers: every sample on every Node against the table of
//! truth, the seed cases by name, and every way to go wrong.
//!
//! `UPDATE_RECORDINGS=1 cargo test --test node` also keeps the recordings of the table in
//! `testdata/recordings`, which `tests/replay.rs` replays.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use loopcheck::observation::{ApiMoment, ObservationKind};
use rustix::process::Signal;
use serde_json::Value;
use support::loopcheck::{Call, Finished, run};
use support::node::{FOLDER, VERSIONS};
use support::node_runs::{
    Servers, check_all, check_everywhere, check_refused, check_replay, in_parallel, mode, number,
    only, path_with, run_on, run_sample,
};
use support::node_truth::{self, Needs, SAMPLES};
use support::truth::brief;

/// The Nodes whose handlers can call back.
const CALLBACKS: [u32; 3] = [18, 20, 22];

/// Samples that have a test of their own, on every Node.
const SEEDS: [&str; 9] = [
    "many-timers.js",
    "context-succeed.js",
    "context-fail.js",
    "context-done.js",
    "callback-nowait.js",
    "pg-pool.js",
    "pg-pool.js:wait",
    "pg-pool.js:nowait",
    "pg-pool-per-invocation.js",
];

fn every_sample_on(version: u32) {
    let samples =
        SAMPLES.iter().filter(|sample| version >= sample.since && !SEEDS.contains(&sample.handler));
    check_all(&samples.map(|sample| (sample, version)).collect::<Vec<_>>());
}

#[test]
fn every_sample_on_node_18() {
    every_sample_on(18);
}

#[test]
fn every_sample_on_node_20() {
    every_sample_on(20);
}

#[test]
fn every_sample_on_node_22() {
    every_sample_on(22);
}

#[test]
fn every_sample_on_node_24() {
    every_sample_on(24);
}

#[test]
fn every_file_in_samples_is_in_the_table() {
    let folder = Path::new(support::handlers::ROOT).join(FOLDER).join("samples");
    let names = |folder: PathBuf| {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
        let files = entries.filter(|entry| entry.file_type().unwrap().is_file());
        files.map(|entry| entry.file_name().into_string().unwrap()).collect::<Vec<_>>()
    };
    let bad = names(folder.join("bad")).into_iter().map(|name| format!("bad/{name}"));
    for file in names(folder).into_iter().filter(|name| name != "peer.cjs").chain(bad) {
        let is_it = |handler: &str| handler.split(':').next() == Some(&file);
        let in_table = SAMPLES.iter().any(|sample| is_it(sample.handler));
        let apart = HARD_TO_SEE.iter().any(|(handler, ..)| is_it(handler));
        assert!(in_table || apart, "{file} is not in the table");
    }
}

/// Rules, with how many items of each were pending at the last response.
type Rules = &'static [(&'static str, u64)];

/// Samples whose leftovers are seen in ways of their own: the exit code, the gap, and what is
/// unexpected.
const HARD_TO_SEE: &[(&str, u64, Option<&str>, Rules)] = &[
    ("evaluated-async.js", 1, None, &[("pending-task", 4)]),
    ("frozen-error.js", 4, Some("events-dropped"), &[]),
    ("module-hooks.mjs", 0, None, &[]),
    ("child-daemon.js", 1, None, &[("pending-handle", 2)]),
    ("blob-read.js", 1, None, &[("pending-task", 1)]),
    ("blob-read.js:awaited", 0, None, &[]),
    ("wait-async.js", 1, None, &[("pending-task", 1)]),
    ("outlived-async.js", 1, None, &[("pending-timer", 1)]),
    (
        "several.js",
        1,
        None,
        &[
            ("listening-socket", 2),
            ("pending-handle", 4),
            ("pending-interval", 2),
            ("pending-socket", 4),
            ("pending-task", 4),
            ("pending-timer", 2),
        ],
    ),
];

#[test]
fn what_is_hard_to_see() {
    let servers = Servers::shared();
    for (handler, exit_code, gap, left) in HARD_TO_SEE {
        let Some(call) = run_sample(22, handler, Needs::Nothing, &servers) else { return };
        let report = call.args(["--settle", "600ms"]).finish().report();
        let seen = format!("{handler}: {:#}", brief(&report));
        assert_eq!(report["exit_code"], *exit_code, "{seen}");
        let gaps = report["gaps"].as_array().unwrap();
        let told = |id: &str| gaps.iter().any(|gap| gap["id"] == id);
        assert!(gap.is_none_or(told) && gap.is_some() != gaps.is_empty(), "{seen}");
        let mut found = std::collections::BTreeMap::<&str, u64>::new();
        for finding in report["findings"].as_array().unwrap() {
            if finding["status"] == "unexpected" {
                let last = finding["counts"].as_array().unwrap().last().unwrap().as_u64();
                *found.entry(finding["rule"].as_str().unwrap()).or_default() += last.unwrap();
            }
        }
        // How many pieces of a file are read at the same time is not fixed.
        let found: Vec<(&str, u64)> = found
            .into_iter()
            .map(|(rule, last)| (rule, if *handler == "blob-read.js" { last.min(1) } else { last }))
            .collect();
        assert_eq!(found, *left, "{seen}");
    }
}

#[test]
fn a_process_that_node_has_no_handle_for_is_seen_and_holds_nothing() {
    in_parallel(&VERSIONS, |version| {
        let servers = Servers::shared();
        let daemon = run_sample(*version, "child-daemon.js", Needs::Nothing, &servers);
        let Some(call) = daemon else { return };
        let report = call.args(["-n", "1", "--settle", "300ms"]).finish().report();
        assert_eq!(only(&report)["name"], "sleep", "{:#}", brief(&report));
        assert_eq!(only(&report)["fates"]["hold-response"]["fate"], "ignored");
    });
}

/// A sample on one Node with flags of the test's own, judged.
fn report_of(version: u32, handler: &str, flags: &[&str]) -> Option<Value> {
    let sample = node_truth::sample_of(handler);
    let servers = Servers::shared();
    let call = run_sample(version, handler, sample.needs, &servers)?;
    Some(call.args(flags).finish().report())
}

#[test]
fn seed_context_succeed_with_a_loop_that_is_not_empty() {
    check_everywhere("context-succeed.js");
}

#[test]
fn seed_context_fail_with_a_loop_that_is_not_empty() {
    check_everywhere("context-fail.js");
}

#[test]
fn seed_context_done_with_a_loop_that_is_not_empty() {
    check_everywhere("context-done.js");
}

#[test]
fn seed_callback_with_the_flag_true_and_a_timer_holds_the_response_until_it_has_fired() {
    in_parallel(&CALLBACKS, |version| {
        let flags = ["--settle", "60s", "--timeout", "60s"];
        let Some(report) = report_of(*version, "callback-wait-timer.js", &flags) else { return };
        let found = only(&report);
        let last = &report["invocations"][1];
        // The answer was there, and left only when the timer had fired.
        let due = number(&found["timer"]["due_ms"]);
        let held = number(&last["held_ms"]);
        assert!(held >= due - 2.0, "held for {held}, due after {due}: {:#}", brief(&report));
        assert!(number(&last["next_ms"]) >= number(&last["response_ms"]) + held - 0.01);
        let predicted = mode(&report, "callback-wait");
        assert_eq!(predicted["response"], "held", "{predicted:#}");
        assert_eq!(predicted["held_ms"], found["fates"]["hold-response"]["ms"], "{predicted:#}");
        assert_eq!(report["exit_code"], 0, "{:#}", brief(&report));
    });
}

#[test]
fn seed_callback_with_the_flag_true_and_a_leaked_interval_is_held_and_not_waited_for() {
    in_parallel(&CALLBACKS, |version| {
        let flags = ["--timeout", "60s"];
        let Some(report) = report_of(*version, "callback-wait-interval.js", &flags) else { return };
        let seen = format!("{:#}", brief(&report));
        assert_eq!(report["exit_code"], 1, "{seen}");
        assert_eq!(report["gaps"], Value::Array(Vec::new()), "{seen}");
        let invocations = report["invocations"].as_array().unwrap();
        assert_eq!(invocations.len(), 1, "the environment is gone after the timeout: {seen}");
        assert_eq!(invocations[0]["outcome"], "held", "{seen}");
        assert_eq!(invocations[0]["next_ms"], Value::Null, "{seen}");
        let found = only(&report);
        let line = node_truth::line_of("callback-wait-interval.js", "setInterval(poll");
        let at = format!(
            "{}:{}",
            found["location"]["file"].as_str().unwrap(),
            found["location"]["line"]
        );
        assert_eq!(at, line, "{seen}");
        assert_eq!(found["fates"]["hold-response"]["fate"], "holds-until-timeout", "{seen}");
        assert_eq!(mode(&report, "callback-wait")["response"], "timeout", "{seen}");
        // Watched for the settle time of 1 s and some turns of the interval, not for the 60 s that
        // the function may take.
        let settled = number(&invocations[0]["settled_ms"]);
        assert!((1000.0..30_000.0).contains(&settled), "settled after {settled} ms: {seen}");
    });
}

#[test]
fn seed_callback_with_the_flag_false() {
    check_everywhere("callback-nowait.js");
}

#[test]
fn seed_a_database_pool_that_is_reused_is_constant_and_holds_only_who_waits() {
    for handler in ["pg-pool.js", "pg-pool.js:wait", "pg-pool.js:nowait"] {
        check_everywhere(handler);
    }
}

#[test]
fn seed_a_database_pool_for_each_invocation_grows() {
    check_everywhere("pg-pool-per-invocation.js");
}

#[test]
fn a_pool_that_is_closed_in_time_holds_the_response_for_so_long() {
    in_parallel(&CALLBACKS, |version| {
        let flags = ["--settle", "50ms", "--timeout", "60s", "--mode", "callback-wait"];
        let Some(report) = report_of(*version, "pg-pool.js", &flags) else { return };
        let found = only(&report);
        let held = &found["fates"]["hold-response"];
        assert_eq!(held["fate"], "holds", "{found:#}");
        assert_eq!(held["ms"], found["timer"]["due_ms"], "{found:#}");
        assert_eq!(mode(&report, "callback-wait")["held_ms"], held["ms"], "{found:#}");
    });
}

#[test]
fn a_pool_passes_in_the_mode_it_is_made_for_and_fails_the_one_it_would_hold() {
    in_parallel(&CALLBACKS, |version| {
        for (gate, code, level) in
            [("callback-wait", 1, "deny"), ("callback-nowait", 0, "warn"), ("async", 0, "warn")]
        {
            let flags = ["--settle", "50ms", "--mode", gate];
            let Some(report) = report_of(*version, "pg-pool.js", &flags) else { return };
            assert_eq!(report["exit_code"], code, "{gate}: {:#}", brief(&report));
            assert_eq!(only(&report)["level"], level, "{gate}: {:#}", brief(&report));
            assert_eq!(mode(&report, gate)["gated"], true);
        }
    });
}

#[test]
fn a_timer_that_is_not_ref_d_is_ignored_by_callback_wait() {
    in_parallel(&VERSIONS, |version| {
        let code = "exports.handler = async () => { setTimeout(flush, 5000).unref(); };\n\
                    function flush() {}\n";
        let Some(call) = handler_of(*version, code) else { return };
        let report = call.args(["--settle", "50ms", "--timeout", "60s"]).finish().report();
        let found = only(&report);
        assert_eq!(found["timer"]["ref"], false, "{found:#}");
        assert_eq!(found["fates"]["hold-response"]["fate"], "ignored", "{found:#}");
        assert_eq!(found["fates"]["freeze"]["fate"], "frozen-overdue", "{found:#}");
        if *version < 24 {
            assert_eq!(mode(&report, "callback-wait")["response"], "at-once", "{report:#}");
        }
    });
}

#[test]
fn twenty_thousand_timers_are_all_counted_or_there_is_a_gap() {
    for version in VERSIONS {
        let flags = ["--settle", "50ms", "--timeout", "300s"];
        let Some(report) = report_of(version, "many-timers.js", &flags) else { return };
        assert_eq!(report["exit_code"], 1, "{:#}", brief(&report));
        let gaps = report["gaps"].as_array().unwrap();
        assert!(gaps.iter().all(|gap| gap["id"] == "feed-lag"), "{:#}", brief(&report));
        if gaps.is_empty() {
            let counts = Value::from([20_000, 40_000]);
            assert_eq!(only(&report)["counts"], counts, "{:#}", brief(&report));
        }
    }
}

/// `loopcheck run` of a handler with this code, in a folder of its own.
fn handler_of(version: u32, code: &str) -> Option<Call> {
    let call = run_on(version, "handler.js")?;
    let folder = call.scratch().to_owned();
    fs::write(folder.join("handler.js"), code).unwrap();
    Some(call.current_dir(folder))
}

#[test]
fn wrong_words_on_the_command_line() {
    for (args, message) in [
        (&["testdata/node/samples/none.js"][..], "none.js does not exist"),
        (&["testdata/node/samples/clean.js:"], "cannot be the name of an export"),
        (&["testdata/node/samples"], "Cargo.toml"),
        (&["testdata/node"], "which file is the handler is not known"),
        (&["testdata/node/samples/clean.js", "--mode", "rust"], "rust"),
        (&["testdata/node/samples/clean.js", "--ric", "src"], "src"),
        (&["/bin/true", "--runtime", "nodejs20.x"], "--runtime is for a Node.js handler"),
        (&["/bin/true", "--mode", "callback-wait"], "callback-wait"),
    ] {
        let Some(call) = run_on(22, args[0]) else { return };
        check_refused(&call.args(&args[1..]).finish(), 2, "bad-input", message);
    }
}

#[test]
fn an_export_that_is_not_there_is_named() {
    let servers = Servers::shared();
    let Some(call) = run_sample(22, "clean.js:nothing", Needs::Nothing, &servers) else { return };
    let finished = call.finish();
    check_refused(&finished, 3, "init-error", "Runtime.HandlerNotFound");
    assert!(finished.stderr.contains("nothing"), "{finished:#?}");
}

#[test]
fn what_does_not_load_says_why_on_stderr() {
    in_parallel(&VERSIONS, |version| {
        for (handler, says) in [
            ("bad/syntax-error.js", "syntax-error.js:5"),
            ("bad/throws-at-load.js", "TABLE is not set"),
            ("bad/not-a-function.js", "is not a function"),
            ("bad/missing-export.js", "handler"),
        ] {
            let servers = Servers::shared();
            let Some(call) = run_sample(*version, handler, Needs::Nothing, &servers) else {
                return;
            };
            let finished = call.finish();
            check_refused(&finished, 3, "init-error", "");
            assert!(finished.stderr.contains(says), "{says}: {finished:#?}");
        }
    });
}

#[test]
fn without_node() {
    let call = run("testdata/node/samples/clean.js");
    let folder = call.scratch().join("empty");
    fs::create_dir(&folder).unwrap();
    let finished = call.env("PATH", folder).finish();
    check_refused(&finished, 3, "handler-not-started", "there is none in PATH");
}

/// Runs a sample with a `node` first in `PATH` that is this script.
fn with_node(script: &str) -> Finished {
    let call = run("testdata/node/samples/clean.js");
    let folder = call.scratch().join("bin");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("node"), format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(folder.join("node"), Permissions::from_mode(0o755)).unwrap();
    call.env("PATH", path_with(&folder)).finish()
}

#[test]
fn a_node_that_cannot_be_used() {
    for (script, message) in [
        ("echo v16.20.0", "is Node.js 16.20.0, which is too old"),
        ("echo hello", "did not tell a version of Node.js"),
        ("sleep 600", "--version did not answer within"),
    ] {
        check_refused(&with_node(script), 3, "handler-not-started", message);
    }
    // One that only says that it is one.
    let finished = with_node("[ \"$1\" = --version ] && echo v22.0.0");
    check_refused(&finished, 3, "handler-exited-early", "before it asked");
}

/// Nothing that a handler does to loopcheck's agent may come to a pass.
fn never_passes(what: &str, code: &str) {
    in_parallel(&VERSIONS, |version| {
        let Some(call) = handler_of(*version, code) else { return };
        let finished = call.args(["-n", "1", "--timeout", "2s"]).finish();
        let report = finished.report();
        let seen = format!("{what} on Node {version}: {:#} {}", brief(&report), finished.stderr);
        assert!([3, 4].contains(&finished.code()), "{seen}");
        for gap in report["gaps"].as_array().unwrap() {
            assert!(gap["hint"].as_str().is_some_and(|hint| !hint.is_empty()), "{gap:#} {seen}");
        }
        check_replay(&finished);
    });
}

/// What the agent and loopcheck talk through has these numbers in every run.
const CLOSE_ALL: &str = "for (const fd of [10, 11, 12, 13]) require('node:fs').closeSync(fd);";

#[test]
fn a_handler_that_closes_the_agents_pipes() {
    never_passes(
        "closed in the handler",
        &format!("exports.handler = async () => {{ {CLOSE_ALL} }};"),
    );
}

#[test]
fn a_module_that_closes_the_agents_pipes() {
    never_passes("closed at load", &format!("{CLOSE_ALL} exports.handler = async () => 'ok';"));
}

#[test]
fn a_folder_with_the_name_of_aws_client_hides_nothing() {
    in_parallel(&VERSIONS, |version| {
        let Some(call) = run_on(*version, "aws-lambda-ric/handler.js") else { return };
        let folder = call.scratch().to_owned();
        let code = "async function stuck() { await new Promise(() => {}); }\n\
                    exports.handler = async () => { stuck(); };\n";
        fs::create_dir(folder.join("aws-lambda-ric")).unwrap();
        fs::write(folder.join("aws-lambda-ric/handler.js"), code).unwrap();
        let finished = call.current_dir(folder).args(["--settle", "50ms"]).finish();
        let report = finished.report();
        assert_eq!(finished.code(), 1, "{:#} {}", brief(&report), finished.stderr);
        assert_eq!(only(&report)["name"], "stuck");
    });
}

/// A handler that leaves an interval, after it has done this to Node.
fn still_seen(what: &str, code: &str) {
    in_parallel(&VERSIONS, |version| {
        let code = format!(
            "{code}\nexports.handler = async () => {{ setInterval(poll, 200); }};\nfunction poll() {{}}\n"
        );
        let Some(call) = handler_of(*version, &code) else { return };
        let finished = call.args(["--settle", "50ms"]).finish();
        let report = finished.report();
        let seen = format!("{what} on Node {version}: {:#} {}", brief(&report), finished.stderr);
        assert_eq!(finished.code(), 1, "{seen}");
        assert_eq!(only(&report)["name"], "setInterval(poll)", "{seen}");
        assert_eq!(only(&report)["counts"], Value::from([1, 2]), "{seen}");
    });
}

#[test]
fn a_handler_that_patches_what_the_agent_uses() {
    for (what, code) in [
        (
            "createHook",
            "const hooks = require('node:async_hooks'); hooks.createHook = () => { throw new Error('no'); }; delete hooks.executionAsyncId;",
        ),
        ("binding", "process.binding = undefined; delete process.binding;"),
        (
            "NODE_OPTIONS",
            "process.env.NODE_OPTIONS = '--max-old-space-size=512'; delete process.env.NODE_OPTIONS;",
        ),
        (
            "prepareStackTrace",
            "Error.prepareStackTrace = () => { throw new Error('no'); }; Error.stackTraceLimit = 0;",
        ),
        ("fs", "require('node:fs').writeSync = () => { throw new Error('no'); };"),
    ] {
        still_seen(what, code);
    }
}

#[test]
fn a_handler_that_breaks_the_language_itself() {
    never_passes(
        "Map",
        "Map.prototype.values = () => { throw new Error('no'); }; exports.handler = async () => 'ok';",
    );
}

#[test]
fn node_options_of_the_users_own_stay() {
    for (name, flag) in [("NODE_OPTIONS", false), ("NODE_OPTIONS", true)] {
        let code = "exports.handler = async () => { console.log(`options ${process.env.NODE_OPTIONS}`); };";
        let Some(call) = handler_of(22, code) else { return };
        let options = "--max-old-space-size=512";
        let call = if flag {
            call.args(["--env", &format!("{name}={options}")])
        } else {
            call.env(name, options)
        };
        let finished = call.finish();
        assert_eq!(finished.code(), 0, "{finished:#?}");
        assert!(finished.stderr.contains(&format!("options {options}")), "{finished:#?}");
    }
}

/// A held answer: what the session does when it is interrupted then.
#[test]
fn interrupted_while_an_answer_is_held() {
    in_parallel(&[Signal::INT, Signal::TERM, Signal::HUP], |signal| {
        let servers = Servers::shared();
        let handler = "callback-wait-interval.js";
        let Some(call) = run_sample(22, handler, Needs::Nothing, &servers) else { return };
        let mut running = call.args(["--settle", "900s", "--timeout", "900s"]).start();
        running.see(|kind| {
            matches!(kind, ObservationKind::RuntimeApi(ApiMoment::HandlerCompleted { .. }))
        });
        running.signal(*signal);
        let finished = running.finish();
        let report = finished.report();
        assert_eq!(finished.code(), 130, "{finished:#?}");
        assert_eq!(report["gaps"][0]["id"], "interrupted", "{:#}", brief(&report));
        check_replay(&finished);
    });
}

#[test]
fn interrupted_with_a_child_process_and_a_worker_of_the_handlers() {
    in_parallel(&["child.js", "worker.js"], |handler| {
        let servers = Servers::shared();
        let Some(call) = run_sample(24, handler, Needs::Nothing, &servers) else { return };
        let mut running = call.args(["--settle", "900s"]).start();
        running.see(|kind| {
            matches!(kind, ObservationKind::RuntimeApi(ApiMoment::ResponseReceived { .. }))
        });
        running.signal(Signal::INT);
        assert_eq!(running.finish().code(), 130);
    });
}
