//! The gate as a team meets it: adopted with a baseline, opened for what is meant, closed again
//! when the cause is gone, and spread over machines.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use std::collections::BTreeSet;
use std::fs;

use rustix::process::Signal;
use serde_json::{Value, json};
use support::loopcheck::{Finished, loopcheck, parse_report};
use support::team::{NAMES, Team};

/// The line that a leak is put in front of, and the leak.
const BEFORE: &str = "    Ok(event.payload)";
const LEAK: &str = "    tokio::spawn(tokio::time::sleep(std::time::Duration::from_secs(60)));\n";

/// The names of the handlers whose report has this verdict.
fn with_verdict<'a>(suite: &'a Value, verdict: &str) -> Vec<&'a str> {
    let reports = suite["reports"].as_array().unwrap().iter();
    let wanted = reports.filter(|report| report["verdict"] == verdict);
    wanted.map(|report| report["handler"]["name"].as_str().unwrap()).collect()
}

/// Every unexpected finding: handler, rule, path and line.
fn unexpected(suite: &Value) -> Vec<(String, String, String, u64)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut found = Vec::new();
    for report in suite["reports"].as_array().unwrap() {
        for finding in report["findings"].as_array().unwrap() {
            if finding["status"] == "unexpected" {
                let place = &finding["location"];
                found.push((
                    text(&report["handler"]["name"]),
                    text(&finding["rule"]),
                    text(&place["path"]),
                    place["line"].as_u64().unwrap(),
                ));
            }
        }
    }
    found
}

/// What does not differ from run to run.
fn essence(suite: &Value) -> Value {
    let mut reports = Vec::new();
    for report in suite["reports"].as_array().unwrap() {
        let findings: BTreeSet<(&str, &str, &str)> = report["findings"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|finding| finding["status"] != "runtime")
            .map(|finding| {
                let text = |key: &str| finding[key].as_str().unwrap();
                (text("fingerprint"), text("status"), text("level"))
            })
            .collect();
        reports.push(json!({
            "handler": report["handler"]["name"],
            "verdict": report["verdict"],
            "findings": findings,
        }));
    }
    let handlers = &suite["selection"]["handlers"];
    json!({
        "verdict": suite["verdict"], "exit_code": suite["exit_code"], "handlers": handlers,
        "expectations": suite["expectations"], "gaps": suite["gaps"], "reports": reports,
    })
}

/// The report from stdout.
fn report(finished: &Finished, code: i32) -> Value {
    assert_eq!(finished.code(), code, "{finished:#?}");
    finished.report()
}

#[test]
fn the_story_of_a_team() {
    let Some(team) = Team::new() else { return };
    let run = |args: &[&str], code: i32| {
        let finished = team.loopcheck(&["run", "-f", "json"]).args(args).finish();
        report(&finished, code)
    };
    let known = ["--baseline", "known.json"];

    // Nobody has looked at it so far: three of five leak.
    let first = run(&["--jobs", "2"], 1);
    assert_eq!(first["selection"]["handlers"], json!(NAMES));
    let leaking = ["billing", "functions/refresh.js", "functions/audit.js"];
    assert_eq!(with_verdict(&first, "fail"), leaking);
    assert_eq!(with_verdict(&first, "pass"), ["orders", "functions/greet.js"]);

    // They adopt it, with what is there written down.
    let adopted = run(&[known[0], known[1], "--write-baseline"], 0);
    assert_eq!(adopted["summary"]["unexpected"], 0);
    assert!(adopted["summary"]["baseline"].as_u64().unwrap() >= 3);
    let written = team.read("known.json");
    let again = run(&known, 0);
    assert_eq!(essence(&again), essence(&adopted));

    // A new leak comes in with a change. It fails the run, on its line.
    let main = "services/orders/src/main.rs";
    team.replace(main, BEFORE, &format!("{LEAK}{BEFORE}"));
    let line = team.line(main, "from_secs(60)");
    let formats = ["-f", "github", "-f", "sarif=new.sarif", "-f", "json=new.json"];
    let caught = team.loopcheck(&["run"]).args(known).args(formats).finish();
    assert_eq!(caught.code(), 1, "{caught:#?}");
    let caught_report = parse_report(&team.read("new.json"));
    let expected = ("orders".into(), "pending-task".into(), main.to_owned(), line as u64);
    assert_eq!(unexpected(&caught_report), [expected]);
    let annotations: Vec<&str> =
        caught.stdout.lines().filter(|line| line.starts_with("::error")).collect();
    assert_eq!(annotations.len(), 1, "{}", caught.stdout);
    let place = format!("file={main},line={line}");
    assert!(annotations[0].contains(&place), "{annotations:?}");
    let sarif: Value = serde_json::from_str(&team.read("new.sarif")).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let new: Vec<&Value> = results.iter().filter(|one| one["baselineState"] == "new").collect();
    assert_eq!(new.len(), 1, "{new:#?}");
    let place = &new[0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], main);
    assert_eq!(place["region"]["startLine"], line);
    let old = results.iter().filter(|one| one["baselineState"] == "unchanged").count();
    assert!(old >= 3, "{results:#?}");

    // Spread over two machines it is the same.
    let shard = |index: &str| {
        let file = format!("json={index}.json");
        let shard = format!("{index}/2");
        let args = ["run", "--shard", &shard, "-f", &file];
        let finished = team.loopcheck(&args).args(known).finish();
        parse_report(&team.read(&format!("{index}.json")));
        finished.code()
    };
    let mut codes = [shard("1"), shard("2")];
    codes.sort_unstable();
    assert_eq!(codes, [0, 1]);
    let merged = team.loopcheck(&["merge", "2.json", "1.json", "-f", "json"]).finish();
    assert_eq!(essence(&report(&merged, 1)), essence(&caught_report));
    let half = team.loopcheck(&["merge", "1.json", "-f", "json"]).finish();
    assert_eq!(half.report()["gaps"][0]["id"], "handlers-missing");
    assert_ne!(half.code(), 0);

    // It turns out to be meant.
    let toml = team.read("loopcheck.toml");
    let reason = "it is cut off on purpose";
    let expect = format!(
        "\n[[expect]]\nhandler = \"orders\"\nkind = \"task\"\nlocation = \"{main}\"\nmax = 2\nreason = \"{reason}\"\n"
    );
    team.write("loopcheck.toml", &format!("{toml}{expect}"));
    let meant = run(&known, 0);
    assert_eq!(meant["summary"]["expected"], 1);
    assert_eq!(meant["expectations"][0]["state"], "used");
    let table = team.loopcheck(&["run", "services/orders"]).finish();
    assert_eq!(table.code(), 0, "{table:#?}");
    assert!(table.stdout.contains(reason), "{}", table.stdout);

    // Then it is taken out, and the expectation no longer has a cause.
    team.replace(main, LEAK, "");
    let stale = run(&known, 0);
    let place = team.line("loopcheck.toml", "[[expect]]");
    assert_eq!(stale["expectations"][0]["state"], "unused");
    assert_eq!(stale["expectations"][0]["line"], place);
    assert_eq!(stale["summary"]["stale"], 1);
    let strict = team.loopcheck(&["run", "--strict", "-f", "github"]).args(known).finish();
    assert_eq!(strict.code(), 1, "{strict:#?}");
    let place = format!("::error file=loopcheck.toml,line={place}");
    assert!(strict.stdout.contains(&place), "{}", strict.stdout);

    // One of the old leaks is mended as well: it is named, so that the baseline can shrink.
    team.replace("functions/refresh.js", "  setInterval(refresh, 60_000);\n", "");
    let mended = run(&known, 0);
    assert!(mended["summary"]["gone"].as_u64().unwrap() >= 1);
    let refused = team.loopcheck(&["run", "--write-baseline"]).args(known).finish();
    assert_eq!(refused.code(), 2, "{refused:#?}");
    assert_eq!(team.read("known.json"), written);
    run(&[known[0], known[1], "--write-baseline", "--force"], 0);
    assert!(team.read("known.json").len() < written.len());
    assert_eq!(run(&known, 0)["summary"]["gone"], 0);
}

#[test]
fn an_interrupted_run_of_several_says_what_it_did_not_get_to() {
    let Some(team) = Team::new() else { return };
    // Each would take a minute. The first two meet, so that it is known that both run.
    let slow = "\
const fs = require('fs');
exports.handler = async () => {
  fs.writeFileSync(process.env.MINE, '');
  while (!fs.existsSync(process.env.THEIRS)) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  console.log('both are here');
  await new Promise((resolve) => setTimeout(resolve, 60_000));
};
";
    team.write("slow.js", slow);
    let handler = |[name, mine, theirs]: [&str; 3]| {
        let (mine, theirs) = (team.file(mine), team.file(theirs));
        format!(
            "[[handler]]\nname = \"{name}\"\npath = \"slow.js\"\ntimeout = \"90s\"\nenv = {{ MINE = {mine:?}, THEIRS = {theirs:?} }}\n"
        )
    };
    let handlers = [["a", "one", "two"], ["b", "two", "one"], ["c", "three", "one"]].map(handler);
    team.write("loopcheck.toml", &handlers.concat());
    let mut running = team.loopcheck(&["run", "-f", "json", "--jobs", "2"]).start();
    running.hear("both are here");
    running.signal(Signal::INT);
    let finished = running.finish();
    let suite = report(&finished, 130);
    assert_eq!(suite["gaps"][0]["id"], "interrupted");
    assert!(suite["gaps"][0]["message"].as_str().unwrap().contains("1 of 3"), "{suite:#}");
    assert_eq!(suite["reports"].as_array().unwrap().len(), 2);
}

/// A call that is answered at once, and whose answer never leaves.
const HELD_JS: &str = "\
exports.handler = (event, context, callback) => {
  setInterval(poll, 60_000);
  callback(null, 'ok');
};

function poll() {}
";

#[test]
fn a_function_that_times_out_passes_only_if_that_is_meant() {
    let Some(team) = Team::new() else { return };
    team.write("held.js", HELD_JS);
    let run = |toml: &str, args: &[&str], code: i32| {
        team.write("loopcheck.toml", &format!("settle = \"200ms\"\n{toml}"));
        let call = team.loopcheck(&["run", "held.js", "-f", "json"]).args(args);
        report(&call.finish(), code)
    };
    let expect = "[[expect]]\nname = \"*poll*\"\nreason = \"it polls\"\n";
    let report = run(expect, &[], 1);
    assert_eq!(report["invocations"][0]["outcome"], "held");
    assert_eq!(report["findings"][0]["expectation"]["refused"], "times-out");
    let meant = format!("{expect}modes = [\"callback-wait\"]\n");
    let report = run(&meant, &[], 0);
    assert_eq!(report["findings"][0]["status"], "expected");
    assert_eq!(run("[rules]\npending-interval = \"allow\"\n", &[], 1)["exit_code"], 1);
    // Under a mode in which it is frozen, nothing times out.
    let frozen = ["--mode", "callback-nowait"];
    run(expect, &frozen, 0);
    run("[rules]\npending-interval = \"allow\"\n", &frozen, 0);
    // What was known while it was frozen is new when it holds.
    let known = ["--baseline", "known.json"];
    run("", &[&frozen[..], &known, &["--write-baseline"]].concat(), 0);
    run("", &[&frozen[..], &known].concat(), 0);
    run("", &known, 1);
    // The environment is gone with the first of two events: nothing is known of the second.
    let two = ["-e", "{}", "-e", r#"{"another":1}"#];
    let report = run(&meant, &two, 4);
    assert_eq!(report["gaps"][0]["id"], "invocations-missing");
    run(&meant, &two[..2], 0);
}

#[test]
fn a_run_that_was_interrupted_becomes_no_baseline() {
    let Some(team) = Team::new() else { return };
    let slow = "\
exports.handler = async () => {
  console.log('it goes on');
  await new Promise((resolve) => setTimeout(resolve, 60_000));
};
";
    team.write("slow.js", slow);
    let handler = |name, path| format!("[[handler]]\nname = \"{name}\"\npath = \"{path}\"\n");
    let quick = |name| handler(name, "functions/greet.js");
    let toml = [quick("a"), handler("b", "slow.js"), quick("c")].concat();
    team.write("loopcheck.toml", &toml.replace("slow.js\"", "slow.js\"\ntimeout = \"90s\""));
    let args = ["run", "--baseline", "known.json", "--write-baseline", "-f", "json"];
    let mut running = team.loopcheck(&args).start();
    running.hear("it goes on");
    running.signal(Signal::INT);
    let finished = running.finish();
    report(&finished, 130);
    assert!(finished.stderr.contains("known.json was not written"), "{finished:#?}");
    assert!(!team.file("known.json").exists());
}

#[test]
fn one_handler_of_several_is_run_by_its_own_settings() {
    let Some(team) = Team::new() else { return };
    let finished = team.loopcheck(&["run", "functions/audit.js", "-f", "json"]).finish();
    let alone = report(&finished, 1);
    assert_eq!(alone["schema"], "loopcheck.report/v1");
    assert_eq!(alone["invocations"].as_array().unwrap().len(), 3);
    // The command line goes before the file.
    let finished = team.loopcheck(&["run", "functions/audit.js", "-n", "1", "-f", "json"]).finish();
    assert_eq!(report(&finished, 1)["invocations"].as_array().unwrap().len(), 1);
    // The configuration is found from the folder of the handler as well.
    let call = team.loopcheck(&["run", "audit.js", "-f", "json"]);
    let finished = call.current_dir(team.file("functions")).finish();
    let alone = report(&finished, 1);
    assert_eq!(alone["handler"]["name"], "functions/audit.js");
    assert_eq!(alone["invocations"].as_array().unwrap().len(), 3);
}

#[test]
fn a_handler_that_cannot_be_run_is_reported_and_the_others_are_run() {
    let Some(team) = Team::new() else { return };
    team.write("functions/audit.js", "exports.handler = async () => {\n");
    team.write("functions/refresh.js", "exports.another = async () => 1;\n");
    let finished = team.loopcheck(&["run", "--filter", "functions/*", "-f", "json"]).finish();
    let suite = report(&finished, 3);
    assert_eq!(with_verdict(&suite, "pass"), ["functions/greet.js"]);
    assert_eq!(with_verdict(&suite, "error").len(), 2);
    assert!(finished.stderr.contains("[3/3]"), "{finished:#?}");
    assert_eq!(suite["selection"]["filtered"], 2);
    // What is not known becomes no baseline.
    let args = ["run", "--filter", "functions/*", "--baseline", "b.json", "--write-baseline"];
    let finished = team.loopcheck(&args).finish();
    assert_eq!(finished.code(), 3, "{finished:#?}");
    assert!(finished.stderr.contains("b.json was not written"), "{finished:#?}");
    assert!(!team.file("b.json").exists());
}

#[test]
fn every_mistake_of_a_configuration_is_reported_in_every_format_together() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let mistakes = include_str!("../testdata/config/broken.toml");
    write("loopcheck.toml", mistakes);
    write("events/order.json", "{}");
    let formats = ["json", "sarif", "junit", "github", "markdown"];
    let targets = formats.map(|format| format!("{format}=report.{format}"));
    let call = targets.iter().fold(loopcheck(["run"]), |call, target| call.args(["-f", target]));
    let finished = call.current_dir(folder.path()).finish();
    assert_eq!(finished.code(), 2, "{finished:#?}");
    assert_eq!(finished.stdout, "");
    let reports = formats
        .map(|format| fs::read_to_string(folder.path().join(format!("report.{format}"))).unwrap());
    let mut lines = 0;
    for (line, text) in (1..).zip(mistakes.lines()) {
        let columns = text.rsplit_once("#! ").map(|(_, columns)| columns).unwrap_or_default();
        for column in columns.split_whitespace() {
            let place = format!("loopcheck.toml:{line}:{column}: ");
            assert!(finished.stderr.contains(&place), "{place}{}", finished.stderr);
            for (format, report) in formats.iter().zip(&reports) {
                // What follows the place depends on how the format quotes.
                let mut rest = report.split(place.trim_end_matches(": ")).skip(1);
                let whole = rest.any(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()));
                assert!(whole, "{format}: {place}{report}");
            }
            lines += 1;
        }
    }
    assert!(lines > 50, "{lines}");
    let report = parse_report(&reports[0]);
    assert_eq!((&report["verdict"], &report["exit_code"]), (&json!("error"), &json!(2)));
    assert!(report["gaps"].as_array().unwrap().len() >= lines);
}

#[test]
fn a_machine_too_many_has_nothing_to_do_and_says_so() {
    let Some(team) = Team::new() else { return };
    let filter = ["--filter", "functions/[gr]*", "-f", "json"];
    let mut shards = Vec::new();
    for shard in ["1/4", "2/4", "3/4", "4/4"] {
        let finished = team.loopcheck(&["run", "--shard", shard]).args(filter).finish();
        let suite = parse_report(&finished.stdout);
        assert_eq!(suite["exit_code"], finished.code(), "{finished:#?}");
        shards.push((suite["reports"].as_array().unwrap().len(), finished.code()));
        team.write(&shard.replace("/4", ".json"), &finished.stdout);
    }
    shards.sort_unstable();
    assert_eq!(shards, [(0, 0), (0, 0), (1, 0), (1, 1)]);
    let merged = team.loopcheck(&["merge", "3.json", "1.json", "4.json", "2.json", "-f", "json"]);
    let whole = team.loopcheck(&["run"]).args(filter).finish();
    assert_eq!(essence(&report(&merged.finish(), 1)), essence(&report(&whole, 1)));
}

#[test]
fn every_wrong_call_is_one_clear_error() {
    let Some(team) = Team::new() else { return };
    team.write("empty/loopcheck.toml", "timeout = \"1s\"\n");
    team.write("empty/.git/HEAD", "");
    team.write("old.json", r#"{"schema": "loopcheck.baseline/v9", "findings": []}"#);
    team.write("no.json", "{}");
    let cases: &[(&[&str], &str)] = &[
        (&["run", "--filter", "nothing*"], "--filter nothing* matches no handler"),
        (&["run", "--filter", "["], "invalid glob"),
        (&["run", "--shard", "3/2"], "I is at least 1"),
        (&["run", "--jobs", "0"], "0 is not in 1..=256"),
        (&["run", "--baseline", "nothing.json"], "could not read the baseline nothing.json"),
        (&["run", "--baseline", "old.json"], "loopcheck.baseline/v9"),
        (&["run", "--baseline", "no.json"], "no baseline of loopcheck"),
        (&["run", "--write-baseline"], "--baseline <FILE>"),
        (&["run", "--config", "nothing.toml"], "could not read the configuration nothing.toml"),
        (&["run", "--template", "nothing.yaml"], "could not read the template nothing.yaml"),
        (&["run", "--config", "empty/loopcheck.toml"], "names none"),
        (&["run", "-f", "json=a.out", "-f", "sarif=a.out"], "two formats go to a.out"),
        (&["merge"], "REPORT.json"),
        (&["merge", "nothing.json"], "could not read the report nothing.json"),
        (&["merge", "no.json"], "is not a report of loopcheck"),
        (&["merge", "-", "-"], "stdin can be one report only"),
        (&["init"], "loopcheck.toml already exists"),
    ];
    for (args, says) in cases {
        let finished = team.loopcheck(args).finish();
        assert_eq!(finished.code(), 2, "{args:?}: {finished:#?}");
        assert!(finished.stderr.contains(says), "{args:?}: {}", finished.stderr);
        assert_eq!(finished.stderr.matches("error: ").count(), 1, "{}", finished.stderr);
    }
    assert!(!team.file("a.out").exists());
}
