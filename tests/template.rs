//! Functions of a SAM template, run as the template says, by the real binary.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use serde_json::Value;
use support::loopcheck::{Finished, loopcheck};
use support::team::Team;

const TEMPLATE: &str = "\
AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: { Type: String, Default: test }
Globals:
  Function:
    Runtime: nodejs22.x
    Timeout: 20
    Environment:
      Variables:
        STAGE: !Ref Stage
        TABLE: !Ref Orders
Resources:
  Orders:
    Type: AWS::DynamoDB::Table
  Clean:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: services/clean/
      Handler: src/app.list
      Environment:
        Variables: { NAME: !Sub 'clean-${Stage}' }
  Leaking:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: services/leaking/
      Handler: app.handler
  Slow:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: services/slow/
      Handler: app.handler
      Timeout: 1
  Report:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: services/report/
      Handler: app.handler
      Runtime: python3.13
";

/// The variables that it is started with, printed for the test.
const CLEAN: &str = "
exports.list = async (event, context) => {
  const { STAGE, TABLE, NAME, AWS_LAMBDA_FUNCTION_NAME } = process.env;
  console.log(JSON.stringify({ STAGE, TABLE, NAME, AWS_LAMBDA_FUNCTION_NAME }));
  console.log(`left ${Math.ceil(context.getRemainingTimeInMillis() / 10_000)}`);
  return 'ok';
};
";
const LEAKING: &str = "exports.handler = async () => { setInterval(() => {}, 60_000); };\n";
const SLOW: &str =
    "exports.handler = () => new Promise((resolve) => setTimeout(resolve, 5_000));\n";

fn team() -> Option<Team> {
    let team = Team::new()?;
    team.write("template.yaml", TEMPLATE);
    team.write("services/clean/src/app.js", CLEAN);
    team.write("services/leaking/app.js", LEAKING);
    team.write("services/slow/app.js", SLOW);
    team.write("services/report/app.py", "def handler(event, context):\n    return 'ok'\n");
    team.write("loopcheck.toml", "settle = \"200ms\"\n");
    Some(team)
}

fn run(team: &Team, args: &[&str]) -> Finished {
    team.loopcheck(&["run", "--template", "template.yaml", "-f", "json"]).args(args).finish()
}

/// The report of a function.
fn of<'a>(suite: &'a Value, name: &str) -> &'a Value {
    let reports = suite["reports"].as_array().unwrap();
    let own = reports.iter().find(|report| report["handler"]["name"] == name);
    own.unwrap_or_else(|| panic!("no {name}: {suite:#}"))
}

#[test]
fn every_function_is_run_as_the_template_says() {
    let Some(team) = team() else { return };
    let finished = run(&team, &[]);
    let suite = finished.report();
    // One of them does not answer in its own time, which goes before all the rest.
    assert_eq!(finished.code(), 3, "{finished:#?}");
    assert_eq!(suite["reports"].as_array().unwrap().len(), 3, "{suite:#}");
    assert_eq!(of(&suite, "Clean")["verdict"], "pass");
    assert_eq!(of(&suite, "Clean")["handler"]["file"], "services/clean/src/app.js");
    let leaking = of(&suite, "Leaking");
    assert_eq!(
        (&leaking["verdict"], leaking["summary"]["unexpected"].as_u64()),
        (&"fail".into(), Some(1))
    );
    assert_eq!(of(&suite, "Slow")["invocations"][0]["outcome"], "timeout");
    // The function in another language is nowhere taken for checked.
    let gap = &suite["gaps"][0];
    assert_eq!(gap["id"], "function-not-run");
    assert!(gap["message"].as_str().unwrap().contains("Report is not run"), "{gap}");
    // What it was started with: values of the template, and none that only the cloud knows.
    let printed = r#"{"STAGE":"test","NAME":"clean-test","AWS_LAMBDA_FUNCTION_NAME":"Clean"}"#;
    assert!(finished.stderr.contains(printed), "{finished:#?}");
    assert!(finished.stderr.contains("left 2"), "a timeout of 20 s: {finished:#?}");
    assert!(finished.stderr.contains("is started without TABLE"), "{finished:#?}");
}

#[test]
fn a_function_that_should_have_been_run_is_no_pass() {
    let Some(team) = team() else { return };
    let newer = "  Newer:\n    Type: AWS::Serverless::Function\n    Properties:\n      \
                 CodeUri: services/clean/\n      Handler: src/app.list\n      \
                 Runtime: nodejs98.x\n";
    team.write("template.yaml", &format!("{TEMPLATE}{newer}"));
    let ids = |suite: &Value| -> Vec<String> {
        let gaps = suite["gaps"].as_array().unwrap().iter();
        gaps.map(|gap| gap["id"].as_str().unwrap().to_owned()).collect()
    };
    let finished = run(&team, &["--filter", "{Clean,Newer,Report}"]);
    assert_eq!(finished.code(), 4, "{finished:#?}");
    // The worst first.
    assert_eq!(ids(&finished.report()), ["function-unjudged", "function-not-run"]);
    // No baseline is made of it.
    let written = ["--filter", "{Clean,Newer}", "--baseline", "known.json", "--write-baseline"];
    let finished = run(&team, &written);
    assert_eq!(finished.code(), 4, "{finished:#?}");
    assert!(finished.stderr.contains("known.json was not written"), "{finished:#?}");
    // What a filter leaves out was left out on purpose.
    let finished = run(&team, &["--filter", "Clean"]);
    assert_eq!(finished.code(), 0, "{finished:#?}");
    assert!(ids(&finished.report()).is_empty());
}

#[test]
fn names_expectations_and_baselines_are_by_logical_id() {
    let Some(team) = team() else { return };
    let expect = "[[expect]]\nhandler = \"Leaking\"\nkind = \"timer\"\nreason = \"it is meant\"\n";
    team.write("loopcheck.toml", &format!("settle = \"200ms\"\n{expect}"));
    let finished = run(&team, &["--filter", "[CL]*"]);
    assert_eq!(finished.code(), 0, "{finished:#?}");
    assert_eq!(of(&finished.report(), "Leaking")["summary"]["expected"], 1);
    team.write("loopcheck.toml", "settle = \"200ms\"\n");
    let known = ["--filter", "Leaking", "--baseline", "known.json"];
    assert_eq!(run(&team, &[&known[..], &["--write-baseline"]].concat()).code(), 0);
    assert_eq!(run(&team, &known).code(), 0);
    assert_eq!(run(&team, &["--filter", "Leaking"]).code(), 1);
}

#[test]
fn a_template_that_names_nothing_to_run_is_an_error() {
    let Some(team) = team() else { return };
    let check = |template: &str, says: &[&str]| {
        team.write("template.yaml", template);
        let finished = run(&team, &[]);
        assert_eq!(finished.code(), 2, "{finished:#?}");
        assert_eq!(finished.report()["verdict"], "error");
        for part in says {
            assert!(finished.stderr.contains(part), "{part}: {}", finished.stderr);
        }
    };
    check("Resources:\n  A: [\n", &["template.yaml:"]);
    check("", &["template.yaml:"]);
    check("Resources: {}\n", &["template.yaml:"]);
    let (_, python) = TEMPLATE.split_once("  Report:\n").unwrap();
    check(&format!("Resources:\n  Report:\n{python}"), &["Report", "python3.13"]);
    let moved = TEMPLATE.replace("services/clean/", "services/moved/");
    let line = moved.lines().position(|line| line.contains("services/moved/")).unwrap() + 1;
    check(&moved, &["services/moved", &format!("template.yaml:{line}:")]);
}

#[test]
fn a_template_and_a_handler_exclude_each_other() {
    let finished = loopcheck(["run", "a.js", "--template", "template.yaml"]).finish();
    assert_eq!(finished.code(), 2, "{finished:#?}");
    assert!(finished.stderr.contains("--template"), "{finished:#?}");
}
