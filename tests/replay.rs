//! The recordings of the samples in `testdata/recordings`, judged again: the same table of truth as
//! in the live runs, without a handler, a network or a clock.
//!
//! `tests/live.rs` writes them; it also checks that a run and its replay print the same.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use loopcheck::analysis::judge;
use loopcheck::ingest::Evidence;
use loopcheck::recording::reader::RecordingReader;
use loopcheck::report::{Report, Verdict};
use loopcheck::reporter::json;
use support::handlers::ROOT;
use support::loopcheck::{loopcheck, parse_report};
use support::truth::sample::Runtime;
use support::truth::{compare, table};

fn folder() -> PathBuf {
    Path::new(ROOT).join("testdata/recordings")
}

/// The names of all recordings.
fn every_name() -> impl Iterator<Item = &'static str> {
    table::recordings().map(|(name, ..)| name)
}

fn recording(name: &str) -> Vec<u8> {
    let path = folder().join(format!("{name}.loopcheck"));
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What a recording comes to, as `loopcheck replay` does it; `None` when there is no run in it.
fn replay(bytes: &[u8]) -> Option<Report> {
    let mut evidence = Evidence::default();
    for observation in RecordingReader::new(bytes).ok()? {
        match observation {
            Ok(observation) => evidence.observe(&observation),
            Err(gap) => evidence.store.note(gap),
        }
    }
    Some(judge(&evidence.store))
}

fn as_json(report: &Report) -> String {
    let mut text = Vec::new();
    json::write(report, &mut text).unwrap();
    String::from_utf8(text).unwrap()
}

#[test]
fn every_sample_has_a_recording_and_every_recording_a_sample() {
    let mut files: Vec<String> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let mut samples: Vec<String> = every_name().map(|name| format!("{name}.loopcheck")).collect();
    files.sort();
    samples.sort();
    assert_eq!(
        files, samples,
        "to write them: UPDATE_RECORDINGS=1 cargo test --test samples_tokio --test samples_node"
    );
}

#[test]
fn every_recording_is_judged_as_the_table_says() {
    for (name, sample, runtime) in table::recordings() {
        let report = replay(&recording(name)).unwrap();
        compare::check(sample, runtime, &parse_report(&as_json(&report)));
    }
}

#[test]
fn every_sample_for_tokio_has_a_recording() {
    for sample in table::of_tokio() {
        assert_eq!(sample.recorded, Some((sample.name, Runtime::Tokio)));
    }
}

#[test]
fn a_recording_of_node_has_the_handlers_files_and_nothing_of_the_environment() {
    for (name, ..) in table::recordings().filter(|(.., runtime)| *runtime != Runtime::Tokio) {
        let bytes = recording(name);
        // The agent's folder, the user's Node, what --env and the environment have.
        for folder in [
            env!("CARGO_MANIFEST_DIR"),
            "/tmp/loopcheck-",
            "versions/node_modules",
            "postgres://",
            "--require",
        ] {
            let found = bytes.windows(folder.len()).any(|part| part == folder.as_bytes());
            assert!(!found, "{folder} is in {name}");
        }
    }
}

#[test]
fn the_command_replays_as_the_library_does() {
    for name in every_name() {
        let path = folder().join(format!("{name}.loopcheck"));
        let replayed = loopcheck(["replay", "-f", "json"]).arg(path).finish();
        let report = replay(&recording(name)).unwrap();
        assert_eq!(replayed.stdout, as_json(&report), "{name}");
        assert_eq!(replayed.code(), i32::from(report.exit_code), "{name}");
        assert_eq!(replayed.stderr, "", "{name}");
    }
}

#[test]
fn the_table_of_a_recording_fits_80_columns_and_has_no_escapes() {
    for name in every_name() {
        let path = folder().join(format!("{name}.loopcheck"));
        let table = loopcheck(["replay"]).arg(path).finish().stdout;
        for line in table.lines() {
            assert!(unicode_width::UnicodeWidthStr::width(line) <= 80, "{name}: {line}");
        }
        let printable = |c: char| c == '\n' || !c.is_control();
        assert!(table.chars().all(printable), "{name}: {table:?}");
    }
}

/// What a part of a recording may come to: an error, or a gap that says that it is a part.
fn check_part(name: &str, bytes: &[u8], length: usize) {
    let Some(report) = replay(&bytes[..length]) else { return };
    let reported = report.gaps.iter().any(|gap| gap.id.as_str().starts_with("recording-"));
    assert!(reported, "{length} bytes of {name} are taken for the whole: {report:#?}");
    assert_ne!(report.verdict, Verdict::Pass, "{length} bytes of {name}");
}

#[test]
fn a_recording_that_is_cut_anywhere_never_passes() {
    // Short ones at every byte; and one that would pass, more closely towards its end.
    for name in ["uninstrumented", "failing-abort"] {
        let short = recording(name);
        (0..short.len()).for_each(|length| check_part(name, &short, length));
    }
    let clean = recording("clean");
    let towards_the_end = (0..clean.len()).rev().take(512);
    let all_over = (0..clean.len()).step_by(61);
    all_over.chain(towards_the_end).for_each(|length| check_part("clean", &clean, length));
}

#[test]
fn every_recording_that_is_cut_never_passes() {
    for name in every_name() {
        let bytes = recording(name);
        let lengths = (0..bytes.len()).step_by(bytes.len() / 16 + 1);
        lengths.chain([bytes.len() - 1]).for_each(|length| check_part(name, &bytes, length));
    }
}

#[test]
fn a_flipped_bit_never_panics() {
    let bytes = recording("finite-task");
    for at in (0..bytes.len()).step_by(97) {
        let mut broken = bytes.clone();
        broken[at] ^= 1 << (at % 8);
        // A value that was changed and still makes sense is believed, so there may be a report.
        let _ = replay(&broken);
    }
}

#[test]
fn a_part_of_a_recording_is_reported_by_the_command() {
    let bytes = recording("clean");
    let call = loopcheck(["replay", "-f", "json", "part"]);
    let folder = call.scratch().to_owned();
    fs::write(folder.join("part"), &bytes[..bytes.len() - 1]).unwrap();
    let finished = call.current_dir(folder).finish();
    let report = finished.report();
    assert_eq!(finished.code(), 4, "{report:#}");
    assert_eq!(report["gaps"][0]["id"], "recording-truncated", "{report:#}");
}

#[test]
fn what_is_no_recording_is_a_usage_error() {
    for content in [&b""[..], b"LOOP", b"{\"not\": \"a recording\"}", &[0xff; 64]] {
        let call = loopcheck(["replay", "-f", "json", "file"]);
        let folder = call.scratch().to_owned();
        fs::write(folder.join("file"), content).unwrap();
        let finished = call.current_dir(folder).finish();
        assert_eq!(finished.code(), 2, "{finished:#?}");
        assert!(finished.stderr.starts_with("error: file: "), "{finished:#?}");
    }
}

/// Proofs that were contradicted once, when loopcheck was wrong: `untied-timer`, where the freeze came
/// before the feed had reported the poll that made a task's timer; `several-loops`, where a runtime with
/// several loops opened its connections at the same time.
#[test]
fn what_was_judged_wrongly_once_is_as_predicted() {
    for (name, policies) in [("untied-timer", 1), ("several-loops", 4)] {
        let file = Path::new(ROOT).join(format!("testdata/proofs/{name}.loopcheck"));
        let replayed = loopcheck([Path::new("replay"), &file, Path::new("-fjson")]).finish();
        let report = parse_report(&replayed.stdout);
        let proved = report["proof"]["policies"].as_array().unwrap();
        assert_eq!(proved.len(), policies, "{name}");
        for policy in proved {
            assert_eq!(policy["verdict"], "confirmed", "{name}: {policy:#}");
            assert_eq!(policy["findings"].as_array().unwrap().len(), 1, "{name}: {policy:#}");
        }
        assert_eq!(replayed.code(), 1, "{name}");
    }
}

#[test]
fn every_name_of_the_table_occurs_once() {
    let mut names: Vec<&str> = table::samples().map(|sample| sample.name).collect();
    let mut recordings: Vec<&str> = table::recordings().map(|(name, ..)| name).collect();
    for all in [&mut names, &mut recordings] {
        all.sort_unstable();
        let twice: Vec<_> = all.windows(2).filter(|pair| pair[0] == pair[1]).collect();
        assert!(twice.is_empty(), "{twice:?}");
    }
}
