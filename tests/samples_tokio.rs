//! The real binary with every sample for tokio, and a replay of each run.
//!
//! `UPDATE_RECORDINGS=1 cargo test --test samples_tokio` also keeps their recordings in
//! `testdata/recordings`, which `tests/replay.rs` replays.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use support::handlers::ROOT;
use support::runs::{self, Servers};
use support::trials::{self, of_sample, trial};
use support::truth::sample::Runtime;
use support::truth::table;

/// Runs at a time: few, because some of these handlers must answer while a timer of 300 ms runs.
const AT_ONCE: usize = 2;

fn main() -> ExitCode {
    // The servers stay until the last test has ended.
    let _servers = Servers::shared();
    let samples = table::of_tokio().filter(|sample| !sample.heavy);
    let mut all: Vec<_> =
        samples.map(|sample| of_sample(sample, Runtime::Tokio, runs::check)).collect();
    all.push(trial("every_package_is_in_the_table", every_package_is_in_the_table));
    trials::run(AT_ONCE, all)
}

/// Packages that have a test of their own, in `tests/freeze.rs` and in `tests/prove.rs`.
const PROVED: [&str; 2] = ["internal-extension", "late-panic"];

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
