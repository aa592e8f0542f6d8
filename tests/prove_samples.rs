//! `--prove` by the real binary on every sample of the table: no prediction may be contradicted.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use std::process::ExitCode;

use support::runs::{Servers, check_replay};
use support::trials::{self, of_sample};
use support::truth::sample::{Runtime, Sample, Truths};
use support::truth::table;
use support::verification::{check_agrees, policies, prove_sample};

/// Runs at a time. They wait most of the time.
const AT_ONCE: usize = 4;

/// The Node.js whose handlers can call back, for the samples that it can run.
const WITH_CALLBACKS: u32 = 20;

/// On Node.js 24 no platform waits for an event loop, so that these are enough.
const ON_NODE_24: [&str; 5] =
    ["floating-async.js", "udp.js", "worker.js", "stream-leak.mjs", "undici.js"];

fn main() -> ExitCode {
    // The servers stay until the last test has ended.
    let _servers = Servers::shared();
    let mut all = Vec::new();
    for _ in 0..times() {
        for sample in table::of_tokio().filter(|sample| can_be_proved(sample, Runtime::Tokio)) {
            all.push(of_sample(sample, Runtime::Tokio, agrees));
        }
        for sample in table::of_node().filter(|sample| !sample.heavy) {
            let Truths::Node { since, .. } = sample.truths else { continue };
            let runtime = Runtime::Node(since.max(WITH_CALLBACKS));
            if can_be_proved(sample, runtime) {
                all.push(of_sample(sample, runtime, agrees));
            }
        }
        for name in ON_NODE_24 {
            all.push(of_sample(table::sample(name), Runtime::Node(24), agrees_without_a_loop));
        }
    }
    assert!(all.len() > 80, "{}", all.len());
    trials::run(AT_ONCE, all)
}

/// How often every sample is proved. Once is for every day; `PROVE_TIMES=10` is for a change of the
/// predictions, and takes half an hour.
fn times() -> usize {
    #[expect(clippy::disallowed_methods, reason = "the person who runs the test asks for it")]
    std::env::var("PROVE_TIMES").map_or(1, |times| times.parse().unwrap())
}

/// A run with gaps, or without a response, has nothing to prove.
fn can_be_proved(sample: &Sample, runtime: Runtime) -> bool {
    let truth = sample.truth(runtime);
    let has_answer = runtime != Runtime::Tokio || truth.outcomes.contains(&"response");
    truth.gaps.is_empty() && has_answer
}

fn agrees(sample: &Sample, runtime: Runtime) {
    let servers = Servers::shared();
    let Some(call) = prove_sample(sample, runtime, &servers) else { return };
    let finished = call.finish();
    check_agrees(sample.name, &finished.report());
    check_replay(&finished);
}

fn agrees_without_a_loop(sample: &Sample, runtime: Runtime) {
    let servers = Servers::shared();
    let Some(call) = prove_sample(sample, runtime, &servers) else { return };
    let report = call.finish().report();
    check_agrees(sample.name, &report);
    assert_eq!(policies(&report), ["freeze", "run-on"]);
}
