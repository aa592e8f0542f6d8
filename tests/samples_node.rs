//! The real binary with every sample for Node.js on every Node.js that the sample is for, and a
//! replay of each run.
//!
//! `UPDATE_RECORDINGS=1 cargo test --test samples_node` also keeps the recordings of the table in
//! `testdata/recordings`, which `tests/replay.rs` replays.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use support::handlers::ROOT;
use support::node::{FOLDER, VERSIONS};
use support::node_runs::run_sample;
use support::runs::{self, Servers};
use support::trials::{self, of_sample, trial};
use support::truth::node_by_rule::{self, ByRule, FLAGS, VERSION};
use support::truth::sample::{Needs, Runtime, Sample};
use support::truth::table;

/// Runs at a time. They wait most of the time.
const AT_ONCE: usize = 6;

fn main() -> ExitCode {
    // The servers stay until the last test has ended.
    let _servers = Servers::shared();
    let mut all = Vec::new();
    // Version by version, so that what runs at the same time is different.
    for runtime in VERSIONS.map(Runtime::Node) {
        let able = |sample: &&Sample| !sample.heavy && sample.runtimes().contains(&runtime);
        all.extend(table::of_node().filter(able).map(|one| of_sample(one, runtime, runs::check)));
    }
    for sample in node_by_rule::SAMPLES {
        let name = format!("{}::{}: {}", Runtime::Node(VERSION), sample.name, sample.shows);
        all.push(trial(name, move || check_by_rule(sample)));
    }
    all.push(trial("every_file_in_samples_is_in_the_table", every_file_in_samples_is_in_the_table));
    trials::run(AT_ONCE, all)
}

fn check_by_rule(sample: &ByRule) {
    let servers = Servers::shared();
    let call = run_sample(VERSION, sample.name, Needs::Nothing, &servers);
    let Some(call) = call else { return };
    node_by_rule::check(sample, &call.args(FLAGS).finish().report());
}

fn every_file_in_samples_is_in_the_table() {
    let folder = Path::new(ROOT).join(FOLDER).join("samples");
    let names = |folder: PathBuf| {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
        let files = entries.filter(|entry| entry.file_type().unwrap().is_file());
        files.map(|entry| entry.file_name().into_string().unwrap()).collect::<Vec<_>>()
    };
    let bad = names(folder.join("bad")).into_iter().map(|name| format!("bad/{name}"));
    for file in names(folder).into_iter().filter(|name| name != "peer.cjs").chain(bad) {
        let names = table::of_node().map(|sample| sample.name);
        let mut names = names.chain(node_by_rule::SAMPLES.iter().map(|sample| sample.name));
        let in_table = names.any(|name| name.split(':').next() == Some(&file));
        assert!(in_table, "{file} is not in the table");
    }
}
