//! The real binary with Node.js handlers: every way to go wrong, on the command line, in the handler
//! and by a signal.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use loopcheck::observation::{ApiMoment, ObservationKind};
use rustix::process::Signal;
use serde_json::Value;
use support::loopcheck::{Finished, run};
use support::node::VERSIONS;
use support::node_runs::{check_refused, handler_of, only, path_with, run_on, run_sample};
use support::runs::{Servers, check_replay, in_parallel};
use support::truth::report::brief;
use support::truth::sample::Needs;

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
