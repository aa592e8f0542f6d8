//! The cost of `--prove` beyond the plain run and the delays that it enforces: `cargo bench --bench
//! prove`. The handler is a tokio sample, built by loopcheck.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark for people")]
#![allow(clippy::disallowed_methods, reason = "it measures time")]

use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;

const RUNS: usize = 5;
const HANDLER: &str = "testdata/handlers/finite-task";
const FREEZE: &str = "1s";

fn main() {
    // The first run builds the handler.
    let _ = run(&[]);
    let (mut ratios, mut extras) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        // Alternating, so that a change of the machine's speed affects both.
        let (plain, _) = run(&[]);
        let (whole, report) = run(&["--prove", "--freeze-for", FREEZE]);
        let proof = &report["proof"];
        let enforced = enforced(proof);
        let policies = proof["policies"].as_array().unwrap().len() as f64;
        ratios.push(whole.as_secs_f64() / (plain + enforced).as_secs_f64());
        let extra = whole.as_secs_f64() - (plain + enforced).as_secs_f64();
        extras.push(extra * 1_000.0 / policies);
        println!("plain {plain:.2?}, with --prove {whole:.2?}, of that enforced {enforced:.2?}");
    }
    println!("with --prove / (plain + enforced): {:.2}", median(ratios));
    println!("beyond that, for each policy: {:.0} ms", median(extras));
}

fn run(args: &[&str]) -> (Duration, Value) {
    let start = Instant::now();
    let output = Command::new(env!("CARGO_BIN_EXE_loopcheck"))
        .args(["run", HANDLER, "-f", "json"])
        .args(args)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let took = start.elapsed();
    (took, serde_json::from_slice(&output.stdout).unwrap())
}

/// The total time of freezes, pauses and waits according to the report.
fn enforced(proof: &Value) -> Duration {
    let pause = proof["pause_ms"].as_f64().unwrap();
    let of_policy = |policy: &Value| -> f64 {
        let invocations = policy["invocations"].as_array().unwrap();
        let between = (invocations.len() - 1) as f64;
        match policy["policy"].as_str().unwrap() {
            "freeze" | "run-on" => between * pause,
            // Pending items are waited for after each invocation.
            _ => {
                let waits = policy["findings"].as_array().unwrap().iter();
                let longest = waits.filter_map(|found| found["observed_ms"].as_f64());
                longest.fold(0.0, f64::max) * invocations.len() as f64
            }
        }
    };
    let ms: f64 = proof["policies"].as_array().unwrap().iter().map(of_policy).sum();
    Duration::from_secs_f64(ms / 1_000.0)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
