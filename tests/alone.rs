//! The real binary with handlers that take all a machine has, one after the other.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use std::process::ExitCode;

use serde_json::Value;
use support::handlers::executable;
use support::loopcheck::run;
use support::runs::{self, Servers, check_replay};
use support::trials::{self, of_sample, trial};
use support::truth::report::{brief, handlers_own};
use support::truth::sample::Runtime;
use support::truth::{compare, table};

fn main() -> ExitCode {
    // The servers stay until the last test has ended.
    let _servers = Servers::shared();
    let mut all = vec![
        trial(
            "ten_thousand_tasks_are_all_counted (traps 1, 3 and 12)",
            ten_thousand_tasks_are_all_counted,
        ),
        trial(
            "twenty_thousand_tasks_that_came_and_went_are_not_pending (trap 4)",
            twenty_thousand_tasks_that_came_and_went_are_not_pending,
        ),
        trial("events_that_the_feed_lost_are_a_gap (trap 2)", events_that_the_feed_lost_are_a_gap),
        trial("a_directory_is_built_and_run", a_directory_is_built_and_run),
    ];
    for sample in table::samples().filter(|sample| sample.heavy) {
        for runtime in sample.runtimes() {
            all.push(of_sample(sample, runtime, runs::check));
        }
    }
    trials::run(1, all)
}

fn ten_thousand_tasks_are_all_counted() {
    let call = run(executable("burst")).args(["-n", "1", "--timeout", "30s"]);
    let finished = call.args(["--env", "BURST=10000"]).finish();
    let report = finished.report();
    check_replay(&finished);
    let found: Vec<&Value> = handlers_own(&report).collect();
    assert_eq!(found.len(), 1, "{:#}", brief(&report));
    assert_eq!(found[0]["counts"], Value::from([10_000]), "{:#}", brief(&report));
    assert_eq!(found[0]["rule"], "pending-task", "{:#}", brief(&report));
    assert_eq!(report["gaps"], Value::Array(Vec::new()), "{:#}", brief(&report));
    assert_eq!(report["exit_code"], 1, "{:#}", brief(&report));
}

fn twenty_thousand_tasks_that_came_and_went_are_not_pending() {
    let call = run(executable("burst")).args(["-n", "1", "--timeout", "30s"]);
    let report = call.args(["--env", "BURST=10", "--env", "CHURN=20000"]).finish().report();
    let found: Vec<&Value> = handlers_own(&report).collect();
    assert_eq!(found.len(), 1, "{:#}", brief(&report));
    assert_eq!(found[0]["counts"], Value::from([10]), "{:#}", brief(&report));
    assert_eq!(report["gaps"], Value::Array(Vec::new()), "{:#}", brief(&report));
    assert_eq!(report["exit_code"], 1, "{:#}", brief(&report));
}

fn events_that_the_feed_lost_are_a_gap() {
    let call = run(executable("burst")).args(["-n", "1", "--timeout", "30s"]);
    let small_queue = "TOKIO_CONSOLE_BUFFER_CAPACITY=256";
    let report = call
        .args(["--env", "BURST=0", "--env", "CHURN=20000", "--env", small_queue])
        .finish()
        .report();
    assert_eq!(report["gaps"][0]["id"], "events-dropped", "{:#}", brief(&report));
    assert_eq!(report["verdict"], "inconclusive", "{:#}", brief(&report));
}

fn a_directory_is_built_and_run() {
    let finished = run("testdata/handlers/clean").finish();
    let report = finished.report();
    compare::check(table::sample("clean"), Runtime::Tokio, &report);
    assert_eq!(report["handler"]["detail"], "package clean, binary clean", "{:#}", brief(&report));
    check_replay(&finished);
}
