//! `loopcheck diff` and `loopcheck explain`: exit codes, formats, and files that are no reports.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use support::handlers::ROOT;
use support::loopcheck::{Finished, loopcheck};

const CLEAN: &str = "clean.json";
const LEAKING: &str = "leaking.json";
const WORSE: &str = "worse.json";
const BLIND: &str = "blind.json";
const SUITE: &str = "suite.json";

/// One of the reports of `testdata/diff`.
fn sample(name: &str) -> Value {
    let path = Path::new(ROOT).join("testdata/diff").join(name);
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// `loopcheck diff` of two reports of `testdata/diff`.
fn diff(old: &str, new: &str, args: &[&str]) -> Finished {
    let folder = Path::new(ROOT).join("testdata/diff");
    loopcheck(["diff", old, new]).args(args).current_dir(folder).finish()
}

/// `loopcheck diff` of a file with this text and a report that is one.
fn diff_text(text: &str) -> Finished {
    let call = loopcheck(["diff", "changed.json"]);
    fs::write(call.scratch().join("changed.json"), text).unwrap();
    let folder = call.scratch().to_owned();
    call.arg(Path::new(ROOT).join("testdata/diff").join(CLEAN)).current_dir(folder).finish()
}

/// Exit code 2, nothing on stdout, and stderr says what is wrong.
fn check_refused(finished: &Finished, says: &str) {
    assert_eq!((finished.code(), finished.stdout.as_str()), (2, ""), "{finished:#?}");
    assert!(finished.stderr.starts_with("error: "), "{finished:#?}");
    assert!(finished.stderr.contains(says), "{says}: {finished:#?}");
}

#[test]
fn the_samples_are_reports() {
    let parse = |path: &str| -> Value {
        serde_json::from_str(&fs::read_to_string(Path::new(ROOT).join(path)).unwrap()).unwrap()
    };
    let report = parse("testdata/schema/report-v1.schema.json");
    let suite = parse("testdata/schema/reports-v1.schema.json");
    let registry = jsonschema::Registry::new().add("urn:loopcheck:report:v1", report.clone());
    let registry = registry.unwrap().prepare().unwrap();
    let one = jsonschema::validator_for(&report).unwrap();
    let many = jsonschema::options().with_registry(&registry).build(&suite).unwrap();
    for name in [CLEAN, LEAKING, WORSE, BLIND, SUITE] {
        let validator = if name == SUITE { &many } else { &one };
        let value = sample(name);
        let errors: Vec<String> =
            validator.iter_errors(&value).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
    }
}

#[test]
fn the_exit_code_is_that_of_the_comparison() {
    for (old, new, code) in [
        (CLEAN, CLEAN, 0),
        (LEAKING, LEAKING, 0),
        (SUITE, SUITE, 0),
        (CLEAN, LEAKING, 1),
        (LEAKING, CLEAN, 0),
        (LEAKING, WORSE, 1),
        (WORSE, LEAKING, 1),
        (CLEAN, BLIND, 4),
        (BLIND, CLEAN, 0),
        (BLIND, BLIND, 4),
        (BLIND, LEAKING, 1),
        (LEAKING, SUITE, 1),
    ] {
        for format in ["table", "json", "markdown"] {
            let finished = diff(old, new, &["-f", format]);
            assert_eq!(finished.code(), code, "{old} {new} {format}: {finished:#?}");
            assert_eq!(finished.stderr, "", "{finished:#?}");
        }
    }
}

#[test]
fn the_json_contains_every_change() {
    let finished = diff(LEAKING, WORSE, &["-f", "json"]);
    let diff: Value = serde_json::from_str(&finished.stdout).unwrap();
    assert_eq!(diff["schema"], "loopcheck.diff/v1");
    assert_eq!(diff["old"], json!({"file": LEAKING, "verdict": "fail", "exit_code": 1}));
    assert_eq!(diff["added"][0]["rule"], "pending-timer");
    assert_eq!(diff["added"][0]["reasons"], json!(["new"]));
    assert_eq!(diff["worsened"][0]["name"], "flush");
    assert_eq!(diff["worsened"][0]["reasons"], json!(["more-items", "grows"]));
    assert_eq!(diff["removed"][0]["reasons"], json!(["now-expected"]));
}

#[test]
fn the_table_is_the_default() {
    let finished = diff(LEAKING, WORSE, &[]);
    assert_eq!(finished.stdout, diff(LEAKING, WORSE, &["-f", "table"]).stdout);
    assert!(
        finished.stdout.starts_with("FAIL  1 added, 1 worsened, 1 removed\n"),
        "{}",
        finished.stdout
    );
    assert!(!finished.stdout.contains('\u{1b}'));
}

#[test]
fn formats_go_to_files() {
    let call = loopcheck(["diff"]);
    let samples = Path::new(ROOT).join("testdata/diff");
    let folder = call.scratch().to_owned();
    let finished = call
        .args([samples.join(CLEAN), samples.join(LEAKING)])
        .args(["-f", "json=diff.json", "-f", "markdown=diff.md", "-f", "table"])
        .current_dir(&folder)
        .finish();
    assert_eq!(finished.code(), 1, "{finished:#?}");
    let json = fs::read_to_string(folder.join("diff.json")).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&json).unwrap()["exit_code"], 1);
    assert!(fs::read_to_string(folder.join("diff.md")).unwrap().starts_with("### "));
}

#[test]
fn a_report_from_stdin() {
    let path = Path::new(ROOT).join("testdata/diff").join(LEAKING);
    let call = loopcheck(["diff", "-"]).arg(&path).args(["-f", "json"]).stdin(&path);
    let finished = call.finish();
    assert_eq!(finished.code(), 0, "{finished:#?}");
    let diff: Value = serde_json::from_str(&finished.stdout).unwrap();
    assert_eq!(diff["old"]["file"], "stdin");
    check_refused(&loopcheck(["diff", "-", "-"]).finish(), "stdin can be one report only");
}

#[test]
fn what_is_no_report_is_refused() {
    let clean = sample(CLEAN);
    let with = |at: &str, value: Value| {
        let mut changed = clean.clone();
        *changed.pointer_mut(at).unwrap() = value;
        changed.to_string()
    };
    let without = |key: &str| {
        let mut changed = clean.clone();
        changed.as_object_mut().unwrap().remove(key);
        changed.to_string()
    };
    for (text, says) in [
        (String::new(), "changed.json is not JSON: EOF while parsing a value at 1:0"),
        ("{\n  oops".into(), "changed.json is not JSON: key must be a string at 2:3"),
        ("\u{feff}{}".into(), "changed.json is not JSON"),
        (clean.to_string() + "x", "changed.json is not JSON: trailing characters"),
        ("[]".into(), "changed.json is not a report of loopcheck"),
        ("7".into(), "changed.json is not a report of loopcheck"),
        ("{}".into(), "it has no `schema`"),
        (with("/schema", json!(1)), "it has no `schema`"),
        (with("/schema", json!("loopcheck.baseline/v1")), "it is a loopcheck.baseline/v1"),
        (with("/schema", json!("loopcheck.report/v2")), "a newer version of loopcheck wrote"),
        (with("/schema", json!("loopcheck.reports/v12")), "a newer version of loopcheck wrote"),
        (with("/schema", json!("loopcheck.report/v")), "it is a loopcheck.report/v"),
        (with("/schema", json!("loopcheck.reports/v1")), "missing field"),
        (without("findings"), "missing field `findings` at 1:"),
        (with("/verdict", json!("great")), "unknown variant `great`"),
        (with("/exit_code", json!(1)), "contradicts itself: its exit code is 1, but"),
        (with("/verdict", json!("fail")), "contradicts itself: its verdict is fail, but"),
    ] {
        check_refused(&diff_text(&text), says);
    }
}

#[test]
fn a_report_that_was_made_green_is_refused() {
    let mut changed = sample(LEAKING);
    changed["exit_code"] = json!(0);
    changed["verdict"] = json!("pass");
    check_refused(&diff_text(&changed.to_string()), "by its gaps and findings it is 1");
    let mut changed = sample(SUITE);
    changed["reports"].as_array_mut().unwrap().clear();
    check_refused(&diff_text(&changed.to_string()), "contradicts itself");
}

#[test]
fn hostile_text_of_a_file_is_harmless() {
    let finished = diff_text("{\"schema\": \"\\u001b[2J\\u202e\"}");
    check_refused(&finished, "it is a \\u{1b}[2J\\u{202e}");
}

#[test]
fn wrong_usage_is_exit_code_2() {
    for (args, says) in [
        (&["diff"][..], "OLD.json"),
        (&["diff", "a"], "NEW.json"),
        (&["diff", "a", "b", "-f", "sarif"], "there are: table, json, markdown"),
        (&["diff", "a", "b", "-f", "json="], "no file name"),
        (&["diff", "a", "b", "-f", "json", "-f", "table"], "only one format can go to stdout"),
        (&["diff", "/nonexistent/a", "b"], "could not read the report /nonexistent/a"),
        (&["diff", "src", "b"], "could not read the report src"),
        (&["diff", "a", "b", "-f", "json=/nonexistent/x"], "could not create the comparison"),
    ] {
        check_refused(&loopcheck(args).finish(), says);
    }
}

#[test]
fn every_id_is_listed_and_explained() {
    let listed = loopcheck(["explain"]).finish();
    assert_eq!((listed.code(), listed.stderr.as_str()), (0, ""), "{listed:#?}");
    let ids = listed.stdout.lines().filter_map(|line| line.strip_prefix("  "));
    let ids: Vec<&str> = ids.filter_map(|line| line.split(' ').next()).collect();
    let ids: Vec<&str> = ids.into_iter().filter(|id| !id.is_empty()).collect();
    assert!(ids.len() > 80, "{ids:?}");
    for id in ["pending-task", "callback-wait", "freeze", "frozen", "no-tasks", "error", "130"] {
        assert!(ids.contains(&id), "{id}");
        let finished = loopcheck(["explain", id]).finish();
        assert_eq!((finished.code(), finished.stderr.as_str()), (0, ""), "{finished:#?}");
        assert!(finished.stdout.contains(id), "{finished:#?}");
        assert!(finished.stdout.lines().all(|line| line.chars().count() <= 80));
    }
}

#[test]
fn an_exit_code_has_two_names() {
    let explained = |id: &str| loopcheck(["explain", id]).finish().stdout;
    assert!(explained("4").starts_with("exit code 4: inconclusive"));
    assert_eq!(explained("exit-4"), explained("4"));
}

#[test]
fn an_unknown_id_is_exit_code_2() {
    check_refused(&loopcheck(["explain", "pending-taks"]).finish(), "did you mean pending-task?");
    check_refused(&loopcheck(["explain", "zzz"]).finish(), "`loopcheck explain` lists all ids");
    check_refused(&loopcheck(["explain", "\u{1b}[2J"]).finish(), "there is no id \"\\u{1b}[2J\"");
}

#[test]
fn whoever_stops_reading_is_no_error() {
    let shell =
        format!("{} explain | true; exit ${{PIPESTATUS[0]}}", env!("CARGO_BIN_EXE_loopcheck"));
    let output = std::process::Command::new("bash").args(["-c", &shell]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}
