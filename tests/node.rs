//! The real binary with real Node.js handlers: how long a response is held, and what for.
//! `tests/samples_node.rs` has every sample, and `tests/node_failures.rs` every way to go wrong.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use serde_json::Value;
use support::node::{FOLDER, VERSIONS};
use support::node_runs::{handler_of, mode, number, only, run_sample};
use support::runs::{Servers, in_parallel};
use support::truth::report::brief;
use support::truth::sample::Needs;
use support::truth::{compare, table};

/// The Nodes whose handlers can call back.
const CALLBACKS: [u32; 3] = [18, 20, 22];

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
    let servers = Servers::shared();
    let call = run_sample(version, handler, table::sample(handler).needs, &servers)?;
    Some(call.args(flags).finish().report())
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
        let file = "samples/callback-wait-interval.js";
        let line = compare::line_of(FOLDER, file, "setInterval(poll", 0);
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
