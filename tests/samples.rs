//! The real binary with every sample of the table on every runtime that the sample is for, and a
//! replay of each run.
//!
//! `UPDATE_RECORDINGS=1 cargo test --test samples` also keeps the recordings of the table in
//! `testdata/recordings`, which `tests/replay.rs` replays.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use support::handlers::ROOT;
use support::node::FOLDER;
use support::node_runs::run_sample;
use support::runs::{self, Servers};
use support::trials::{self, of_sample, trial};
use support::truth::node_by_rule::{self, ByRule, FLAGS, VERSION};
use support::truth::sample::{Needs, Runtime};
use support::truth::table;

/// Runs at a time. They wait most of the time.
const AT_ONCE: usize = 6;

fn main() -> ExitCode {
    // The servers stay until the last test has ended.
    let _servers = Servers::shared();
    let mut all = Vec::new();
    for sample in table::samples().filter(|sample| !sample.heavy) {
        for runtime in sample.runtimes() {
            all.push(of_sample(sample, runtime, runs::check));
        }
    }
    for sample in node_by_rule::SAMPLES {
        let name = format!("{}::{}: {}", Runtime::Node(VERSION), sample.name, sample.shows);
        all.push(trial(name, move || check_by_rule(sample)));
    }
    all.push(trial("every_file_in_samples_is_in_the_table", every_file_in_samples_is_in_the_table));
    all.push(trial("every_package_is_in_the_table", every_package_is_in_the_table));
    all.push(trial("every_name_occurs_once", every_name_occurs_once));
    trials::run(AT_ONCE, all)
}

fn check_by_rule(sample: &ByRule) {
    let servers = Servers::shared();
    let call = run_sample(VERSION, sample.name, Needs::Nothing, &servers);
    let Some(call) = call else { return };
    node_by_rule::check(sample, &call.args(FLAGS).finish().report());
}

/// Packages that have a test of their own in `tests/prove.rs`.
const PROVED: [&str; 2] = ["internal-extension", "late-panic"];

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

fn every_package_is_in_the_table() {
    for entry in fs::read_dir(Path::new(ROOT).join("testdata/handlers")).unwrap() {
        let folder = entry.unwrap();
        let name = folder.file_name().into_string().unwrap();
        if !folder.path().join("Cargo.toml").exists() {
            continue;
        }
        let mut files = table::of_tokio().map(|sample| sample.file());
        let in_table = files.any(|of_sample| of_sample == format!("{name}/src/main.rs"));
        assert!(in_table || PROVED.contains(&&*name), "{name} is not in the table");
    }
}

fn every_name_occurs_once() {
    let mut names: Vec<&str> = table::samples().map(|sample| sample.name).collect();
    let mut recordings: Vec<&str> = table::recordings().map(|(name, ..)| name).collect();
    for all in [&mut names, &mut recordings] {
        all.sort_unstable();
        let twice: Vec<_> = all.windows(2).filter(|pair| pair[0] == pair[1]).collect();
        assert!(twice.is_empty(), "{twice:?}");
    }
}
