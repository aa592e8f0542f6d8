//! Every format of every sample: the same exit code, whole, and read by a parser that is not ours.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use support::handlers::ROOT;
use support::loopcheck::{Finished, loopcheck, parse_report};
use support::truth::table;

/// Every recording that is kept: one of each sample for tokio, and some of those for Node.js.
fn recordings() -> Vec<PathBuf> {
    let folder = Path::new(ROOT).join("testdata/recordings");
    let all: Vec<PathBuf> =
        table::recordings().map(|(name, ..)| folder.join(format!("{name}.loopcheck"))).collect();
    assert!(all.len() > 50, "{}", all.len());
    all
}

/// Whether a format says of itself that all is well.
type Says = fn(&str) -> bool;

/// The formats, and how each says it.
const FORMATS: [(&str, Says); 6] = [
    ("table", is_green_table),
    ("json", |text| parse_report(text)["exit_code"] == 0),
    ("sarif", is_green_sarif),
    ("junit", is_green_junit),
    ("github", |text| !text.lines().any(|line| line.starts_with("::error"))),
    ("markdown", |text| text.lines().any(|line| line == "## loopcheck: PASS")),
];

/// The last verdict is that of the whole.
fn is_green_table(text: &str) -> bool {
    let verdicts = ["PASS  ", "FAIL  ", "ERROR  ", "INCONCLUSIVE  "];
    let is_verdict = |line: &&str| verdicts.iter().any(|verdict| line.starts_with(verdict));
    text.lines().rfind(is_verdict).unwrap().starts_with("PASS")
}

fn is_green_sarif(text: &str) -> bool {
    let log: serde_sarif::sarif::Sarif = serde_json::from_str(text).unwrap();
    let [run] = log.runs.as_slice() else { panic!("{text}") };
    let value: Value = serde_json::from_str(text).unwrap();
    let invocation = &value["runs"][0]["invocations"][0];
    let code = invocation["exitCode"].as_i64().unwrap();
    let errors = run.results.iter().flatten().filter(|result| {
        let level = serde_json::to_value(result.level).unwrap();
        let suppressed = result.suppressions.as_ref().is_some_and(|all| !all.is_empty());
        level == "error" && !suppressed
    });
    let errors = errors.count();
    // Whatever fails the run is a result or a notification.
    let notes = &invocation["toolExecutionNotifications"];
    let broken = notes.as_array().into_iter().flatten().any(|note| note["level"] == "error");
    assert_eq!(code == 0, errors == 0 && !broken, "{text}");
    code == 0
}

fn is_green_junit(text: &str) -> bool {
    let report = quick_junit::Report::deserialize_from_str(text).unwrap();
    report.failures == 0 && report.errors == 0
}

fn check_all_formats(args: &[&str]) -> i32 {
    let mut codes = Vec::new();
    for (format, says_green) in FORMATS {
        let finished = loopcheck(args).args(["-f", format]).finish();
        assert_eq!(says_green(&finished.stdout), finished.code() == 0, "{args:?}: {finished:#?}");
        codes.push(finished.code());
    }
    assert!(codes.iter().all(|code| *code == codes[0]), "{args:?}: {codes:?}");
    // Several at once say what each says alone.
    let call = loopcheck(args);
    let folder = call.scratch().to_owned();
    let files = FORMATS.map(|(format, _)| format!("{format}={}", folder.join(format).display()));
    let finished: Finished = call.args(files.iter().flat_map(|file| ["-f", file])).finish();
    assert_eq!(finished.code(), codes[0], "{finished:#?}");
    for (format, says_green) in FORMATS {
        let text = fs::read_to_string(folder.join(format)).unwrap();
        assert_eq!(says_green(&text), codes[0] == 0, "{format}: {text}");
    }
    codes[0]
}

#[test]
fn exit_codes_are_equal_over_all_formats_for_every_sample() {
    let mut seen = std::collections::BTreeSet::new();
    for recording in recordings() {
        seen.insert(check_all_formats(&["replay", recording.to_str().unwrap()]));
    }
    assert!(seen.is_superset(&[0, 1, 3].into()), "{seen:?}");
}

#[test]
fn exit_codes_are_equal_over_all_formats_for_several_handlers() {
    let folder = tempfile::tempdir().unwrap();
    let mut reports = Vec::new();
    for recording in recordings() {
        let name = recording.file_stem().unwrap().to_str().unwrap();
        let file = folder.path().join(format!("{name}.json"));
        let format = format!("json={}", file.display());
        let finished = loopcheck(["replay"]).arg(&recording).args(["-f", &format]).finish();
        let mut report = parse_report(&fs::read_to_string(&file).unwrap());
        // Some recordings are of the same handler with other settings.
        report["handler"]["name"] = name.into();
        fs::write(&file, report.to_string()).unwrap();
        reports.push((file.to_str().unwrap().to_owned(), finished.code()));
    }
    let of = |codes: &[i32]| {
        let chosen = reports.iter().filter(|(_, code)| codes.contains(code));
        let mut args = vec!["merge"];
        args.extend(chosen.map(|(file, _)| file.as_str()));
        check_all_formats(&args)
    };
    assert_eq!(of(&[0]), 0);
    assert_eq!(of(&[0, 1]), 1);
    assert_eq!(of(&[0, 1, 3, 4]), 3);
}

#[test]
fn a_missing_handler_is_reported_in_every_format() {
    let scratch = tempfile::tempdir().unwrap();
    for (format, says_green) in FORMATS {
        if format == "table" {
            // It would only say again what stands on stderr.
            continue;
        }
        let finished =
            loopcheck(["run", "nothing.js", "-f", format]).current_dir(scratch.path()).finish();
        assert_eq!(finished.code(), 2, "{finished:#?}");
        assert!(!says_green(&finished.stdout), "{finished:#?}");
        assert!(finished.stdout.contains("does not exist"), "{finished:#?}");
        let finished = loopcheck(["run", "-f", format]).current_dir(scratch.path()).finish();
        assert_eq!(finished.code(), 2, "{finished:#?}");
        assert!(!says_green(&finished.stdout), "{finished:#?}");
    }
}
