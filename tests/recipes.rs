//! action.yml and the recipes of README.md: their structure, read by a parser that is not ours, and
//! every script in them, run.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};
use serde_json::Value;
use support::handlers::ROOT;
use support::loopcheck::parse_report;
use support::steps::{Ended, Runner};

/// How README.md writes the action's name.
const ACTION: &str = "OWNER/loopcheck@REF";

const CLEAN: &str = "exports.handler = async () => 'ok';\n";
const LEAKING: &str = "\
exports.handler = async () => {
  setInterval(refresh, 60_000);
  return 'ok';
};

function refresh() {}
";

fn yaml(text: &str) -> Value {
    serde_saphyr::from_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn action() -> Value {
    yaml(&fs::read_to_string(Path::new(ROOT).join("action.yml")).unwrap())
}

/// The code blocks of README.md in this language.
fn blocks(language: &str) -> Vec<String> {
    let readme = fs::read_to_string(Path::new(ROOT).join("README.md")).unwrap();
    let (mut found, mut inside) = (Vec::new(), false);
    for event in Parser::new(&readme) {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) if *info == *language => {
                found.push(String::new());
                inside = true;
            }
            Event::End(TagEnd::CodeBlock) => inside = false,
            Event::Text(text) if inside => found.last_mut().unwrap().push_str(&text),
            _ => {}
        }
    }
    found
}

/// The recipe for this file, of which there may be several.
fn recipes(file: &str) -> Vec<Value> {
    let blocks = blocks("yaml");
    let own = blocks.iter().filter(|block| block.starts_with(&format!("# {file}\n")));
    own.map(|block| yaml(block)).collect()
}

fn array(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().into_iter().flatten().map(|(key, _)| key.as_str()).collect()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}

/// The step with this id.
fn step<'a>(steps: &'a [Value], id: &str) -> &'a Value {
    steps.iter().find(|step| step["id"] == id).unwrap_or_else(|| panic!("no step {id}"))
}

/// Every name that follows `start` in an expression.
fn named<'a>(text: &'a str, start: &str) -> BTreeSet<&'a str> {
    let part = |c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_');
    text.split(start).skip(1).map(|rest| rest.split(part).next().unwrap()).collect()
}

/// The step with these inputs; the others are as action.yml has them.
fn run_action(runner: &Runner, inputs: &[(&str, &str)]) -> Ended {
    let action = action();
    let step = step(array(&action["runs"]["steps"]), "run");
    let mut env = Vec::new();
    for (variable, expression) in step["env"].as_object().unwrap() {
        let input = text(expression).strip_prefix("${{ inputs.").unwrap();
        let input = input.strip_suffix(" }}").unwrap();
        let given = inputs.iter().find(|(name, _)| *name == input);
        let default = text(&action["inputs"][input]["default"]);
        env.push((variable.as_str(), given.map_or(default, |(_, value)| *value)));
    }
    runner.step(text(&step["run"]), &env)
}

/// A script that bash can read.
fn assert_bash_reads(script: &str) {
    let mut bash = Command::new("bash").args(["-n"]).stdin(Stdio::piped()).spawn().unwrap();
    bash.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
    assert!(bash.wait().unwrap().success(), "{script}");
    // The value of an expression would become part of the script.
    assert!(!script.contains("${{"), "{script}");
}

fn uses_handlers(runner: &Runner) {
    runner.write("clean.js", CLEAN);
    runner.write("src/refresh.js", LEAKING);
    let handlers = "settle = \"100ms\"\n[[handler]]\npath = \"clean.js\"\n[[handler]]\npath = \"src/refresh.js\"\n";
    runner.write("loopcheck.toml", handlers);
}

#[test]
fn the_action_is_whole() {
    let action = action();
    let whole = action.to_string();
    assert_eq!(action["runs"]["using"], "composite");
    let inputs = keys(&action["inputs"]);
    assert_eq!(named(&whole, "inputs."), inputs, "every input is there, and is used");
    for (name, input) in action["inputs"].as_object().unwrap() {
        assert!(input["description"].is_string() && input["default"].is_string(), "{name}");
    }
    let steps = array(&action["runs"]["steps"]);
    for step in steps {
        assert!(step["name"].is_string());
        if let Some(script) = step["run"].as_str() {
            assert_eq!(step["shell"], "bash", "a composite action needs it");
            assert_bash_reads(script);
        }
    }
    for (name, output) in action["outputs"].as_object().unwrap() {
        assert!(output["description"].is_string());
        let from = format!("${{{{ steps.run.outputs.{name} }}}}");
        assert_eq!(output["value"], from);
    }
    let ids: BTreeSet<&str> = steps.iter().filter_map(|step| step["id"].as_str()).collect();
    assert_eq!(named(&whole, "steps."), ids, "every step that has an id is used, and is there");
}

#[test]
fn the_workflows_use_what_there_is() {
    let action = action();
    let workflows = recipes(".github/workflows/loopcheck.yml");
    assert_eq!(workflows.len(), 2);
    for workflow in &workflows {
        // An upper bound of what the token may do, which GitHub does not set by itself.
        assert_eq!(workflow["permissions"]["contents"], "read");
        assert!(workflow["on"].is_array(), "{workflow:#}");
        for (name, job) in workflow["jobs"].as_object().unwrap() {
            assert!(job["runs-on"].is_string(), "{name}");
            if let Some(needs) = job["needs"].as_str() {
                assert!(workflow["jobs"][needs].is_object(), "{needs}");
            }
            let steps = array(&job["steps"]);
            let mut used = false;
            for step in steps {
                assert!(step["uses"].is_string() != step["run"].is_string(), "{step:#}");
                if step["uses"] == ACTION {
                    used = true;
                    assert!(keys(&step["with"]).is_subset(&keys(&action["inputs"])), "{step:#}");
                }
                step["run"].as_str().map(assert_bash_reads);
            }
            assert!(used, "{name} has loopcheck from somewhere else");
            let whole = job.to_string();
            for id in named(&whole, "steps.") {
                assert_eq!(step(steps, id)["uses"], ACTION);
            }
            let outputs = keys(&action["outputs"]);
            assert!(named(&whole, ".outputs.").is_subset(&outputs), "{whole}");
            let matrix = keys(&job["strategy"]["matrix"]);
            assert!(named(&whole, "matrix.").is_subset(&matrix), "{whole}");
        }
    }
}

#[test]
fn the_step_passes_for_what_is_clean() {
    let Some(runner) = Runner::new() else { return };
    uses_handlers(&runner);
    let ended = run_action(&runner, &[("args", "clean.js\n")]);
    assert_eq!(ended.code, 0, "{ended:#?}");
    assert_eq!(ended.output("exit-code"), "0");
    assert_eq!(ended.output("verdict"), "pass");
    assert!(!ended.stdout.contains("::error"), "{ended:#?}");
    assert!(ended.stdout.contains("\nPASS  "), "the table is in the log: {ended:#?}");
    assert!(ended.summary.contains("## loopcheck: PASS"), "{ended:#?}");
    let ended = run_action(&runner, &[("args", "clean.js"), ("summary", "false")]);
    assert_eq!(ended.summary, "");
}

#[test]
fn the_step_fails_for_a_leak_with_everything_that_is_promised() {
    let Some(runner) = Runner::new() else { return };
    uses_handlers(&runner);
    let ended = run_action(&runner, &[]);
    assert_eq!(ended.code, 1, "{ended:#?}");
    assert_eq!(ended.output("exit-code"), "1");
    let annotation = ended.stdout.lines().find(|line| line.starts_with("::error")).unwrap();
    assert!(annotation.contains("file=src/refresh.js,line=2"), "{annotation}");
    let report = parse_report(&ended.file("json"));
    assert_eq!(report["verdict"], ended.output("verdict"));
    assert_eq!(report["reports"].as_array().unwrap().len(), 2);
    let sarif: Value = serde_json::from_str(&ended.file("sarif")).unwrap();
    let read: serde_sarif::sarif::Sarif = serde_json::from_value(sarif.clone()).unwrap();
    assert_eq!(read.runs.len(), 1);
    assert_eq!(array(&sarif["runs"][0]["results"]).len(), 1);
    let junit: quick_junit::Report =
        quick_junit::Report::deserialize_from_str(&ended.file("junit")).unwrap();
    assert!(junit.failures + junit.errors > 0);
    assert!(ended.file("markdown").contains("FAIL"));
    assert_eq!(ended.summary, ended.file("markdown"));
    assert!(Path::new(ended.output("reports")).join("report.txt").exists());
    // All that action.yml promises is set.
    let set: BTreeSet<&str> = ended.outputs.keys().map(String::as_str).collect();
    assert_eq!(set, keys(&action()["outputs"]));
    // A table has text of the handler's, which must not be taken for a command of the runner.
    let (_, quoted) = ended.stdout.split_once("::stop-commands::").unwrap();
    let (token, quoted) = quoted.split_once('\n').unwrap();
    let (table, rest) = quoted.split_once(&format!("::{token}::\n")).unwrap();
    assert!(table.contains("pending-interval") && rest.is_empty(), "{ended:#?}");
}

#[test]
fn code_scanning_gets_only_what_is_open() {
    let Some(runner) = Runner::new() else { return };
    uses_handlers(&runner);
    let all = fs::read_to_string(runner.repository().join("loopcheck.toml")).unwrap();
    let expect = "[[expect]]\nkind = \"timer\"\nreason = \"it is meant\"\n";
    runner.write("loopcheck.toml", &(all + expect));
    let ended = run_action(&runner, &[]);
    assert_eq!(ended.code, 0, "{ended:#?}");
    let results = |text: &str| {
        let sarif: Value = serde_json::from_str(text).unwrap();
        array(&sarif["runs"][0]["results"]).len()
    };
    assert_eq!(results(&ended.file("sarif")), 0);
    let whole = Path::new(ended.output("reports")).join("report.sarif");
    assert_eq!(results(&fs::read_to_string(whole).unwrap()), 1);
}

#[test]
fn the_step_is_never_green_by_accident() {
    let Some(runner) = Runner::new() else { return };
    uses_handlers(&runner);
    // What ends well without having checked anything.
    for args in ["--help", "clean.js\n--help"] {
        let ended = run_action(&runner, &[("args", args)]);
        assert_eq!(ended.code, 2, "{ended:#?}");
        assert!(ended.stdout.contains("::error title=loopcheck::there is no report"), "{ended:#?}");
        assert!(!ended.outputs.contains_key("json"));
    }
    // What loopcheck refuses; the runner has to say so as well.
    let ended = run_action(&runner, &[("args", "--strcit")]);
    assert_eq!((ended.code, ended.output("verdict")), (2, "error"), "{ended:#?}");
    let ended = run_action(&runner, &[("args", "--filter\nnothing*")]);
    assert_eq!((ended.code, ended.output("exit-code")), (2, "2"), "{ended:#?}");
    assert!(ended.stdout.contains("::error"), "{ended:#?}");
    let ended = run_action(&runner, &[("command", "rnu")]);
    assert_eq!(ended.code, 2, "{ended:#?}");
    assert!(ended.stdout.contains("::error"), "{ended:#?}");
    runner.write("loopcheck.toml", "timeuot = \"3s\"\n");
    let ended = run_action(&runner, &[]);
    assert_eq!((ended.code, ended.output("verdict")), (2, "error"), "{ended:#?}");
    assert!(ended.stdout.contains("::error"), "{ended:#?}");
    fs::remove_file(runner.bin().join("loopcheck")).unwrap();
    let ended = run_action(&runner, &[("args", "clean.js")]);
    assert_eq!((ended.code, ended.output("verdict")), (127, "error"), "{ended:#?}");
}

#[test]
fn arguments_are_taken_as_they_are() {
    let Some(runner) = Runner::new() else { return };
    // An argument with spaces, one that a shell would run, an empty line, and the ends of lines
    // that Windows has.
    let name = "a $(touch ran) `touch ran` *.js";
    runner.write(name, CLEAN);
    runner.write("x.js", LEAKING);
    let args = format!("./{name}\r\n\r\n-n\r\n1\r\n--settle=50ms\r\n");
    let ended = run_action(&runner, &[("args", &args)]);
    assert_eq!(ended.code, 0, "{ended:#?}");
    assert!(!runner.repository().join("ran").exists());
    assert_eq!(array(&parse_report(&ended.file("json"))["invocations"]).len(), 1);
}

#[test]
fn what_is_cached_is_known_by_all_that_it_is_built_from() {
    let Some(runner) = Runner::new() else { return };
    let action = action();
    let script = text(&step(array(&action["runs"]["steps"]), "version")["run"]);
    let hash = |folder: &Path| {
        let ended = runner.step(script, &[("GITHUB_ACTION_PATH", folder.to_str().unwrap())]);
        assert_eq!(ended.code, 0, "{ended:#?}");
        ended.output("hash").to_owned()
    };
    let own = hash(Path::new(ROOT));
    assert!(own.len() >= 40 && own.chars().all(|c| c.is_ascii_hexdigit()), "{own}");
    assert_eq!(own, hash(Path::new(ROOT)));
    for name in ["Cargo.toml", "Cargo.lock", "src/main.rs", "proto/a.proto"] {
        runner.write(name, "old");
    }
    let old = hash(runner.repository());
    runner.write("README.md", "no part of it");
    assert_eq!(hash(runner.repository()), old);
    for name in ["Cargo.lock", "src/main.rs", "proto/a.proto"] {
        runner.write(name, "new");
        assert_ne!(hash(runner.repository()), old, "{name}");
        runner.write(name, "old");
    }
}

#[test]
fn it_is_installed_once() {
    let Some(runner) = Runner::new() else { return };
    let action = action();
    let steps = array(&action["runs"]["steps"]);
    let install = steps.iter().find(|step| step["name"] == "Install loopcheck").unwrap();
    let program = runner.bin().join("loopcheck");
    // It is there: cargo is not asked.
    let broken = "cargo() { echo 'cargo was asked'; return 101; }\n";
    let script = format!("{broken}{}", text(&install["run"]));
    let ended = runner.step(&script, &[]);
    assert_eq!((ended.code, ended.stdout.as_str()), (0, ""), "{ended:#?}");
    assert_eq!(Path::new(ended.path.trim_end()), runner.bin());
    // It is not there, and a build that fails ends the job.
    fs::remove_file(program).unwrap();
    let ended = runner.step(&script, &[]);
    assert_eq!(ended.code, 101, "{ended:#?}");
    assert_eq!(ended.path, "");
    // What is asked of cargo: this package, and what its lock file says.
    let asked = format!("cargo() {{ printf '%s\\n' \"$@\"; }}\n{}", text(&install["run"]));
    let ended = runner.step(&asked, &[]);
    let root = runner.temp().join("loopcheck");
    let wanted = ["install", "--locked", "--path", ROOT, "--root", root.to_str().unwrap()];
    assert_eq!(ended.stdout.lines().collect::<Vec<_>>(), wanted);
}

/// What was joined says the same as one run of everything.
fn assert_joined(runner: &Runner, joined: &Ended, report: &str) {
    let whole = runner.script(&["loopcheck run -f json"], &[]);
    assert_eq!((joined.code, whole.code), (1, 1), "{joined:#?}");
    let (joined, whole) = (parse_report(report), parse_report(&whole.stdout));
    for key in ["verdict", "exit_code", "gaps"] {
        assert_eq!(joined[key], whole[key]);
    }
    let fingerprints = |suite: &Value| -> BTreeSet<String> {
        let all = array(&suite["reports"]).iter().flat_map(|report| array(&report["findings"]));
        all.map(|finding| finding["fingerprint"].to_string()).collect()
    };
    assert_eq!(fingerprints(&joined), fingerprints(&whole));
}

#[test]
fn shards_of_the_matrix_are_joined() {
    let Some(runner) = Runner::new() else { return };
    uses_handlers(&runner);
    let workflow = recipes(".github/workflows/loopcheck.yml").pop().unwrap();
    let job = &workflow["jobs"]["shard"];
    let run = array(&job["steps"]).iter().find(|step| step["run"].is_string()).unwrap();
    let mut codes = Vec::new();
    for shard in array(&job["strategy"]["matrix"]["shard"]) {
        let find = format!("PATH={}:$PATH\n", runner.bin().display());
        let script = find + text(&run["run"]);
        codes.push(runner.step(&script, &[("SHARD", &shard.to_string())]).code);
    }
    codes.sort_unstable();
    assert_eq!(codes, [0, 1], "one leaks");
    let steps = array(&workflow["jobs"]["verdict"]["steps"]);
    let merge = &steps.iter().find(|step| step["uses"] == ACTION).unwrap()["with"];
    let inputs = [("command", text(&merge["command"])), ("args", text(&merge["args"]))];
    let joined = run_action(&runner, &inputs);
    assert_joined(&runner, &joined, &joined.file("json"));
    // A machine whose report did not come.
    fs::remove_file(runner.repository().join("loopcheck-2.json")).unwrap();
    assert_eq!(run_action(&runner, &inputs).code, 2);
}

#[test]
fn the_recipe_for_gitlab_works() {
    let Some(runner) = Runner::new() else { return };
    uses_handlers(&runner);
    let recipe = recipes(".gitlab-ci.yml").pop().unwrap();
    let (shard, verdict) = (&recipe["loopcheck"], &recipe["loopcheck-verdict"]);
    assert_eq!(verdict["needs"][0], "loopcheck");
    assert_eq!([&shard["artifacts"]["when"], &verdict["when"]], ["always", "always"]);
    let lines = |job: &Value| -> Vec<String> {
        array(&job["script"]).iter().map(|line| text(line).to_owned()).collect()
    };
    let run = |lines: &[String], env: &[(&str, &str)]| {
        runner.script(&lines.iter().map(String::as_str).collect::<Vec<_>>(), env)
    };
    for line in array(&recipe["default"]["before_script"]) {
        assert_bash_reads(text(line));
    }
    let total = shard["parallel"].to_string();
    let mut codes: Vec<i32> = (1..=shard["parallel"].as_u64().unwrap())
        .map(|index| {
            let index = index.to_string();
            let env = [("CI_NODE_INDEX", index.as_str()), ("CI_NODE_TOTAL", total.as_str())];
            run(&lines(shard), &env).code
        })
        .collect();
    codes.sort_unstable();
    assert_eq!(codes, [0, 1], "one leaks");
    let joined = run(&lines(verdict), &[]);
    let name = text(&verdict["artifacts"]["reports"]["junit"]);
    let junit = fs::read_to_string(runner.repository().join(name)).unwrap();
    let junit = quick_junit::Report::deserialize_from_str(&junit).unwrap();
    assert!(junit.failures + junit.errors > 0);
    let report = runner.script(&["loopcheck merge loopcheck-?.json -f json"], &[]);
    assert_joined(&runner, &joined, &report.stdout);
    // A machine whose report did not come, then none at all.
    fs::remove_file(runner.repository().join("loopcheck-2.json")).unwrap();
    let without = run(&lines(verdict), &[]);
    assert!([1, 4].contains(&without.code), "{without:#?}");
    assert!(without.stdout.contains("handlers-missing"), "{without:#?}");
    fs::remove_file(runner.repository().join("loopcheck-1.json")).unwrap();
    assert_eq!(run(&lines(verdict), &[]).code, 2);
}

#[test]
fn the_recipes_for_a_shell_work() {
    let Some(runner) = Runner::new() else { return };
    uses_handlers(&runner);
    let blocks = blocks("sh");
    assert_eq!(blocks.len(), 2);
    let adopt = "loopcheck run --baseline known.json --write-baseline";
    assert_eq!(runner.script(&[adopt], &[]).code, 0);
    let ended = runner.script(&[&blocks[0]], &[]);
    assert_eq!(ended.code, 0, "{ended:#?}");
    for name in ["loopcheck.xml", "loopcheck.json"] {
        assert!(runner.repository().join(name).exists(), "{name}");
    }
    // Which codes go through is the shell's part of the second.
    let fake = runner.bin().join("loopcheck");
    for (code, becomes) in [(0, 0), (1, 1), (2, 2), (3, 3), (4, 0), (5, 5), (130, 130)] {
        fs::remove_file(&fake).unwrap();
        fs::write(&fake, format!("#!/bin/sh\nexit {code}\n")).unwrap();
        fs::set_permissions(&fake, fs::Permissions::from_mode(0o755)).unwrap();
        assert_eq!(runner.script(&[&blocks[1]], &[]).code, becomes);
    }
}
