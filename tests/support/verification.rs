//! Runs with `--prove`, and the parts of their reports that tests look at.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::loopcheck::{Call, Finished};
use super::node_runs::run_on;
use super::runs::{Servers, call_of};
use super::truth::report::{brief, list};
use super::truth::sample::{Runtime, Sample};

/// How long the environment is frozen: longer than any timer of the samples that is to be overdue.
pub const FREEZE: &str = "700ms";

/// The same for handlers of a test's own, which leave something that is due after 1.5 s, so that a
/// busy machine does not run it before the freeze.
pub const LONG_FREEZE: &str = "2s";

/// The time limit of an invocation: what never ends is awaited for so long.
pub const TIMEOUT: &str = "3s";

/// The time limit where nothing is to be awaited.
pub const LONG_TIMEOUT: &str = "60s";

pub fn prove(call: Call) -> Call {
    call.args(["--prove", "--freeze-for", FREEZE])
}

/// `--prove` of a sample, as a function with a short time limit.
pub fn prove_sample(sample: &Sample, runtime: Runtime, servers: &Servers) -> Option<Call> {
    let call = call_of(sample, runtime, servers)?.args(sample.options_without_durations());
    // Where nothing is pending no deadline is waited for, and a busy machine may need its time.
    let nothing_pending = sample.truth(runtime).findings.is_empty();
    let timeout = if nothing_pending { LONG_TIMEOUT } else { TIMEOUT };
    Some(prove(call).args(["--timeout", timeout]))
}

/// The result of `--prove` under a policy.
pub fn proved<'a>(report: &'a Value, policy: &str) -> &'a Value {
    let mut policies = report["proof"]["policies"].as_array().unwrap().iter();
    let found = policies.find(|proved| proved["policy"] == policy);
    found.unwrap_or_else(|| panic!("no {policy} in {:#}", report["proof"]))
}

/// The result for the only finding that is not the runtime's.
pub fn sight<'a>(report: &'a Value, policy: &str) -> &'a Value {
    let findings = proved(report, policy)["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 1, "{policy}: {:#}", report["proof"]);
    &findings[0]
}

/// Fails unless every run could be looked at and contradicts no prediction.
pub fn check_agrees(name: &str, report: &Value) {
    let proof = &report["proof"];
    for policy in proof["policies"].as_array().unwrap() {
        let seen = format!("{name}: {policy:#}\n{:#}", brief(report));
        assert_ne!(policy["verdict"], "contradicted", "{seen}");
        assert_eq!(policy["missing"].as_array().unwrap().len(), 0, "{seen}");
    }
}

/// The policies that were enforced.
pub fn policies(report: &Value) -> Vec<&str> {
    let policies = list(&report["proof"]["policies"]).iter();
    policies.map(|one| one["policy"].as_str().unwrap()).collect()
}

/// Writes a handler of a test's own.
pub fn written(folder: &Path, name: &str, text: &str) -> PathBuf {
    let file = folder.join(name);
    fs::write(&file, text).unwrap();
    file
}

/// `--prove` of such a handler, with a long freeze.
pub fn run_written(version: u32, name: &str, text: &str) -> Option<(tempfile::TempDir, Finished)> {
    let folder = tempfile::tempdir().unwrap();
    let file = written(folder.path(), name, text);
    let call = run_on(version, &file)?.args(["--prove", "--freeze-for", LONG_FREEZE]);
    Some((folder, call.finish()))
}
