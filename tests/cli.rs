//! The command line: help, wrong usage, events, and where reports go.
//!
//! `INSTA_UPDATE=always cargo test --test cli` writes the snapshots in `testdata/cli` anew.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use support::handlers::{ROOT, executable};
use support::loopcheck::{Finished, loopcheck, parse_report, run};
use support::truth::sample::Runtime;
use support::truth::{compare, table};

const PASSING: &str = "testdata/recordings/clean.loopcheck";
const FAILING: &str = "testdata/recordings/finite-task.loopcheck";
const LEAKING_EVENT: &str = "testdata/events/apigw-v2-leak.json";

/// Compares a help text with its snapshot, and checks what must be true of any.
fn check_help(name: &str, args: &[&str]) {
    let finished = loopcheck(args).finish();
    assert_eq!(finished.code(), 0, "{finished:#?}");
    assert_eq!(finished.stderr, "");
    assert!(finished.stdout.contains("\nUsage: loopcheck"), "{finished:#?}");
    let is_wide = |line: &str| unicode_width::UnicodeWidthStr::width(line) > 100;
    assert!(!finished.stdout.lines().any(is_wide), "{finished:#?}");
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../testdata/cli");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, finished.stdout));
}

#[test]
fn help() {
    check_help("help", &["--help"]);
}

#[test]
fn help_of_run() {
    check_help("run", &["run", "--help"]);
}

#[test]
fn a_managed_runtime_that_is_not_run_is_named_as_such() {
    for (name, reason) in [
        ("python3.13", "is a managed runtime that loopcheck does not run"),
        ("nodejs16.x", "is a managed runtime that is too old"),
        ("nodejs20", "invalid value 'nodejs20'"),
    ] {
        let finished = loopcheck(["run", "handler.js", "--runtime", name]).finish();
        assert_eq!(finished.code(), 2, "{finished:#?}");
        assert!(finished.stderr.contains(reason), "{finished:#?}");
        assert!(finished.stderr.contains("nodejs26.x"), "{finished:#?}");
    }
}

#[test]
fn help_of_replay() {
    check_help("replay", &["replay", "--help"]);
}

#[test]
fn help_of_merge() {
    check_help("merge", &["merge", "--help"]);
}

#[test]
fn help_of_init() {
    check_help("init", &["init", "--help"]);
}

#[test]
fn help_of_diff() {
    check_help("diff", &["diff", "--help"]);
}

#[test]
fn help_of_explain() {
    check_help("explain", &["explain", "--help"]);
}

#[test]
fn help_of_completions() {
    check_help("completions", &["completions", "--help"]);
}

#[test]
fn version() {
    let finished = loopcheck(["--version"]).finish();
    assert_eq!(finished.stdout, format!("loopcheck {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn completions_name_the_flags() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let finished = loopcheck(["completions", shell]).finish();
        assert_eq!(finished.code(), 0, "{finished:#?}");
        assert!(finished.stdout.contains("invocations"), "{shell}");
    }
}

/// Wrong usage: exit code 2, nothing on stdout, and stderr says what is wrong.
fn check_usage(args: &[&str], says: &str) {
    let finished = loopcheck(args).finish();
    assert_eq!(finished.code(), 2, "{finished:#?}");
    assert_eq!(finished.stdout, "", "{finished:#?}");
    assert!(finished.stderr.contains(says), "{says}: {finished:#?}");
}

#[test]
fn wrong_usage_is_exit_code_2() {
    for (args, says) in [
        (&["run"][..], "HANDLER"),
        (&["nonsense"], "unrecognized subcommand"),
        (&["run", "x", "--nonsense"], "unexpected argument"),
        (&["run", "x", "-n", "0"], "0 is not in 1..=10000"),
        (&["run", "x", "--timeout", "0s"], "between 1ms and 900s"),
        (&["run", "x", "--timeout", "3"], "write it as 500ms, 3s or 1m"),
        (&["run", "x", "--settle", "901s"], "must be at most 900s"),
        (&["run", "x", "--mode", "nonsense"], "managed-instances"),
        (&["run", "x", "--env", "NAME"], "NAME=VALUE"),
        (&["run", "x", "--console", "nonsense"], "invalid socket address"),
        (&["run", "x", "-f", "xml"], "there are: table, json"),
        (&["run", "x", "-f", "json="], "no file name"),
        (&["replay"], "RECORDING"),
        (&["completions", "nonsense"], "bash"),
    ] {
        check_usage(args, says);
    }
}

#[test]
fn what_cannot_be_done_is_exit_code_2() {
    for (args, says) in [
        (
            &["run", "/bin/true", "-f", "json", "-f", "table"][..],
            "only one format can go to stdout",
        ),
        (&["run", "/bin/true", "--bin", "x"], "--bin is for a handler that is built"),
        (&["run", "/bin/true", "--release"], "--release is for a handler that is built"),
        (&["run", "/bin/true", "--runtime", "nodejs20.x"], "--runtime is for a Node.js handler"),
        (&["run", "/bin/true", "--ric", "."], "--ric is for a Node.js handler"),
        (&["run", "none.mjs"], "handler none.mjs does not exist"),
        (&["run", "none.mjs", "--bin", "x"], "--bin is for a handler that is built"),
        (&["run", "testdata/node/bundle/src/handler.js"], "did you mean"),
        (&["run", "testdata/node/bundle/dist/bundle.js:"], "name of an export"),
        (&["run", "testdata/node/bundle/dist/bundle.handler"], "bundle.js:handler?"),
        (&["run", "/bin/true", "--console", "192.0.2.1:6669"], "not a loopback address"),
        (&["run", "/bin/true", "--record", "/nonexistent/x"], "could not create the recording"),
        (&["run", "/bin/true", "-e", "/nonexistent/x"], "could not read the event"),
        (&["run", "/bin/true", "-e", "{oops"], "not JSON"),
        (&["run", "/bin/true", "-e", "-", "-e", "-"], "stdin can be one event only"),
        (&["run", "/bin/true", "-f", "json=/nonexistent/x"], "could not create the report"),
        (&["replay", "/nonexistent/x"], "could not open the recording"),
    ] {
        check_usage(args, says);
    }
}

#[test]
fn json_is_whole_also_when_the_event_is_not() {
    let finished = run("/bin/true").args(["-e", "{oops"]).finish();
    assert_eq!(finished.report()["gaps"][0]["id"], "bad-input");
    assert_eq!(finished.code(), 2);
}

/// The names in a folder.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// `loopcheck replay` with reports in a folder of its own.
fn replay(recording: &str, formats: &[&str]) -> (Finished, PathBuf) {
    let call = loopcheck(["replay"]).arg(Path::new(ROOT).join(recording));
    let folder = call.scratch().to_owned();
    let flags = formats.iter().flat_map(|format| ["-f", format]);
    (call.args(flags.collect::<Vec<_>>()).current_dir(&folder).finish(), folder)
}

#[test]
fn two_formats_at_once() {
    let (finished, folder) = replay(FAILING, &["table", "json=report.json"]);
    assert_eq!(finished.code(), 1, "{finished:#?}");
    assert!(finished.stdout.starts_with("FAIL  1 unexpected pending item\n"), "{finished:#?}");
    let json = fs::read_to_string(folder.join("report.json")).unwrap();
    assert_eq!(parse_report(&json)["verdict"], "fail");
    assert_eq!(names(&folder), ["report.json"]);
}

#[test]
fn a_report_in_a_file_is_the_same_as_on_stdout() {
    let (on_stdout, _) = replay(FAILING, &["json"]);
    let (in_file, folder) = replay(FAILING, &["json=report.json"]);
    assert_eq!(in_file.stdout, "");
    assert_eq!(fs::read_to_string(folder.join("report.json")).unwrap(), on_stdout.stdout);
}

#[test]
fn a_report_replaces_the_last_one() {
    let call = loopcheck(["replay", "-f", "json=report.json"]).arg(Path::new(ROOT).join(PASSING));
    let folder = call.scratch().to_owned();
    fs::write(folder.join("report.json"), "an old report, longer than the new one".repeat(10_000))
        .unwrap();
    let finished = call.current_dir(&folder).finish();
    assert_eq!(finished.code(), 0, "{finished:#?}");
    let json = fs::read_to_string(folder.join("report.json")).unwrap();
    assert_eq!(parse_report(&json)["verdict"], "pass");
}

#[test]
fn a_report_without_a_folder_leaves_nothing() {
    let (finished, folder) = replay(PASSING, &["table=first.txt", "json=missing/report.json"]);
    assert_eq!(finished.code(), 2, "{finished:#?}");
    assert!(finished.stderr.contains("could not create the report missing/report.json"));
    assert_eq!(names(&folder), [""; 0]);
}

#[test]
fn a_report_can_go_to_a_device() {
    let (finished, folder) = replay(PASSING, &["json=/dev/stdout", "table=/dev/null"]);
    assert_eq!(parse_report(&finished.stdout)["verdict"], "pass");
    assert_eq!(names(&folder), [""; 0]);
}

/// The route of `axum-router` that leaves a task behind shows that the event has arrived.
fn check_event(finished: &Finished) {
    compare::check(table::sample("axum-router-leak"), Runtime::Tokio, &finished.report());
}

#[test]
fn an_event_from_a_file() {
    check_event(&run(executable("axum-router")).args(["-e", LEAKING_EVENT]).finish());
}

#[test]
fn an_event_on_the_command_line() {
    let event = fs::read_to_string(Path::new(ROOT).join(LEAKING_EVENT)).unwrap();
    check_event(&run(executable("axum-router")).args(["-e", &event]).finish());
}

#[test]
fn an_event_from_stdin() {
    let call = run(executable("axum-router")).args(["-e", "-"]);
    check_event(&call.stdin(Path::new(ROOT).join(LEAKING_EVENT)).finish());
}

#[test]
fn every_event_is_delivered_as_often_as_asked() {
    let call = run(executable("clean")).args(["-e", "1", "-e", "\"two\"", "-n", "3"]);
    let report = call.finish().report();
    assert_eq!(report["invocations"].as_array().unwrap().len(), 6, "{report:#}");
}

#[test]
fn the_handlers_output_goes_to_stderr_and_is_marked() {
    let sample = table::sample("failing-panic");
    let finished = run(executable("failing")).args(sample.options()).finish();
    assert!(finished.stderr.contains("handler | "), "{finished:#?}");
    assert!(finished.stderr.contains("the order has no items"), "{finished:#?}");
    compare::check(sample, Runtime::Tokio, &finished.report());
}

#[test]
fn there_are_no_escapes_where_there_is_no_terminal() {
    for no_color in ["", "1"] {
        let call = loopcheck(["run"]).arg(executable("finite-task"));
        let finished = call.env("NO_COLOR", no_color).env("TERM", "xterm-256color").finish();
        assert_eq!(finished.code(), 1, "{finished:#?}");
        assert!(!finished.stdout.contains('\x1b'), "{finished:#?}");
        assert!(!finished.stderr.contains('\x1b'), "{finished:#?}");
    }
}

/// The table of a recording as a terminal gets it; `script` (Debian: bsdutils) makes the terminal.
fn in_a_terminal(environment: &[(&str, &str)]) -> String {
    let shell = format!("{} replay {FAILING} 2>/dev/null", env!("CARGO_BIN_EXE_loopcheck"));
    let output = Command::new("script")
        .args(["--quiet", "--return", "--command", &shell, "/dev/null"])
        .current_dir(ROOT)
        .env_remove("NO_COLOR")
        .env("TERM", "xterm-256color")
        .envs(environment.iter().copied())
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn there_is_colour_in_a_terminal_unless_it_is_not_wanted() {
    assert!(in_a_terminal(&[]).contains("\x1b["));
    for unwanted in [("NO_COLOR", "1"), ("TERM", "dumb")] {
        assert!(!in_a_terminal(&[unwanted]).contains('\x1b'), "{unwanted:?}");
    }
}

#[test]
fn whoever_stops_reading_is_no_error() {
    let shell = format!(
        "{} replay {FAILING} | true; exit ${{PIPESTATUS[0]}}",
        env!("CARGO_BIN_EXE_loopcheck")
    );
    let output = Command::new("bash").args(["-c", &shell]).current_dir(ROOT).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}
