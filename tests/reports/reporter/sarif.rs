//! The SARIF log against the schema of the standard, against a parser that is not ours, and
//! against what GitHub asks for beyond both.

use std::collections::BTreeSet;

use jsonschema::Validator;
use serde_json::Value;
use serde_sarif::sarif::{Location, ReportingDescriptor, Result as Parsed, Run, Sarif};

use crate::samples::documents::{self, HOSTILE, alone, gated, judged, named};
use crate::samples::findings::{expected, place, task};
use crate::samples::reports;
use loopcheck::explain::Family;
use loopcheck::model::diagnostic::{DiagnosticId, Effect};
use loopcheck::report::{Document, Finding, Refusal, Report, Selection, Shard, Status, Verdict};
use loopcheck::reporter::{sarif, text};
use loopcheck::rule::{Level, RuleId};

#[test]
fn every_log_is_valid_by_the_schema_of_the_standard() {
    let validator = validator();
    for (name, document) in documents::all() {
        let value: Value = serde_json::from_str(&render(&document)).unwrap();
        let errors: Vec<String> = validator
            .iter_errors(&value)
            .map(|error| format!("{error} at {}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
    }
}

#[test]
fn the_schema_refuses_what_is_wrong() {
    let validator = validator();
    let value: Value = serde_json::from_str(&render(&alone(reports::fail()))).unwrap();
    for (at, wrong) in [
        ("/version", "2.0.0"),
        ("/runs/0/results/0/level", "deny"),
        ("/runs/0/results/0/ruleIndex", "0"),
        ("/runs/0/columnKind", "bytes"),
        ("/runs/0/invocations/0/exitCode", "1"),
    ] {
        let mut changed = value.clone();
        *changed.pointer_mut(at).unwrap() = Value::from(wrong);
        assert!(!validator.is_valid(&changed), "{at}");
    }
}

#[test]
fn the_driver_is_this_program_with_every_rule() {
    let run = run(&alone(reports::pass()));
    let driver = run.tool.driver;
    assert_eq!(driver.name, "loopcheck");
    assert_eq!(driver.version.as_deref(), Some(env!("CARGO_PKG_VERSION")));
    assert_eq!(driver.semantic_version, driver.version);
    let rules = driver.rules.unwrap();
    let ids: Vec<&str> = rules.iter().map(|rule| rule.id.as_str()).collect();
    let expected: Vec<&str> = Family::Rule.topics().iter().map(|topic| topic.id).collect();
    assert_eq!(ids, expected);
    let kinds: Vec<String> =
        driver.notifications.unwrap().into_iter().map(|kind| kind.id).collect();
    let gaps = DiagnosticId::ALL.iter().map(|id| id.as_str());
    let expected: Vec<&str> = gaps.chain(["finding-gone", "results-left-out"]).collect();
    assert_eq!(kinds, expected);
    for (rule, id) in rules.iter().zip(RuleId::ALL) {
        assert_eq!(default_level(rule), level_of(id.default_level()), "{}", rule.id);
    }
    rules.iter().for_each(rule_is_as_github_wants_it);
}

fn rule_is_as_github_wants_it(rule: &ReportingDescriptor) {
    let id = &rule.id;
    let name = rule.name.as_deref().unwrap();
    assert!(name.starts_with(|c: char| c.is_ascii_uppercase()), "{id}: {name}");
    assert!(name.chars().all(|c| c.is_ascii_alphanumeric()), "{id}: {name}");
    assert_eq!(name.to_lowercase(), id.replace('-', ""), "{id}");
    for text in [&rule.short_description, &rule.full_description] {
        let length = text.as_ref().unwrap().text.chars().count();
        assert!((10..=1024).contains(&length), "{id}: {length}");
    }
    let help = rule.help.as_ref().unwrap();
    assert!(help.markdown.as_ref().unwrap().contains(&format!("loopcheck explain {id}")), "{id}");
    assert!(!help.text.contains(['`', '{', '}']), "{id}");
    let properties = serde_json::to_value(rule.properties.as_ref().unwrap()).unwrap();
    assert!(properties["tags"].as_array().is_some_and(|tags| tags.len() <= 20), "{id}");
    assert_eq!(properties["problem.severity"], default_level(rule), "{id}");
}

#[test]
fn an_error_stands_there_exactly_if_the_exit_code_is_not_0() {
    for (name, document) in documents::all() {
        let has_error = results(&document).iter().any(|result| level(result) == "error");
        assert_eq!(has_error, document.exit_code() != 0, "{name}");
    }
}

#[test]
fn the_results_are_what_a_reader_needs() {
    for (name, document) in documents::all() {
        let known = document.results();
        let of_reports = known.reports.iter().flat_map(|report| &report.findings);
        let wanted = of_reports.filter(|finding| match finding.status {
            Status::Unexpected => finding.level != Level::Allow,
            Status::Expected | Status::Baseline => true,
            Status::Runtime | Status::Safe => false,
        });
        let gaps = known.gaps.iter().chain(known.reports.iter().flat_map(|report| &report.gaps));
        let holes = gaps.filter(|gap| gap.id.effect() != Effect::Note).count();
        let expected = wanted.count() + holes + known.stale().count();
        assert_eq!(results(&document).len(), expected, "{name}");
    }
}

#[test]
fn every_result_has_one_relative_place_and_a_rule() {
    for (name, document) in documents::all() {
        let run = run(&document);
        let rules = run.tool.driver.rules.unwrap();
        for result in run.results.unwrap() {
            let index = usize::try_from(result.rule_index.unwrap()).unwrap();
            assert_eq!(Some(&rules[index].id), result.rule_id.as_ref(), "{name}");
            let [location] = result.locations.as_deref().unwrap() else { panic!("{name}") };
            place_is_relative(&name, location);
            assert_eq!(result.kind.map(|kind| kind.to_string()), None, "{name}: it is a failure");
        }
    }
}

fn place_is_relative(name: &str, location: &Location) {
    let physical = location.physical_location.as_ref().unwrap();
    let artifact = physical.artifact_location.as_ref().unwrap();
    assert_eq!(artifact.uri_base_id.as_deref(), Some("%SRCROOT%"), "{name}");
    let uri = artifact.uri.as_deref().unwrap();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._~/%".contains(c);
    assert!(uri.chars().all(is_plain), "{name}: {uri}");
    assert!(!uri.is_empty() && !uri.starts_with('/'), "{name}: {uri}");
    if let Some(region) = &physical.region {
        assert!(region.start_line.is_some_and(|line| line >= 1), "{name}");
        assert!(region.start_column.is_none_or(|column| column >= 1), "{name}");
    }
}

#[test]
fn a_finding_stands_at_its_line_or_at_the_file_of_its_handler() {
    let mut report = reports::fail();
    report.findings[1].location = None;
    let known = results(&alone(report));
    let task = one(&known, "pending-task");
    assert_eq!(uri(task), "handler/src/main.rs");
    let region = physical(task).region.as_ref().unwrap();
    assert_eq!((region.start_line, region.start_column), (Some(42), Some(9)));
    let logical = task.locations.as_ref().unwrap()[0].logical_locations.as_ref().unwrap();
    let names: Vec<_> = logical.iter().map(|it| it.name.as_deref().unwrap()).collect();
    assert_eq!(names, ["handle", "handler"]);
    let interval = one(&known, "pending-interval");
    assert_eq!(uri(interval), "handler/Cargo.toml");
    assert!(physical(interval).region.is_none());
}

#[test]
fn a_message_says_what_where_since_when_what_will_happen_and_how_to_mend_it() {
    let known = results(&alone(reports::fail()));
    let message = one(&known, "pending-task").message.text.as_deref().unwrap();
    let expected = "2 × a task that is still running: \"flush-metrics\" [pending-task], of handler.\n\
        state: waits on Sleep, made at src/main.rs:44:13, due 300 ms after the response\n\
        where: src/main.rs:42:9, in the handler\n\
        since: an invocation; pending: 1 cold, 2 warm (grows)\n\
        then, by rust (freeze): frozen; due 300 ms after the response, so it fires on thaw; \
        left to run, it ended 301 ms after the response\n\
        risk: an error in it surfaces in a later invocation; \
        lost without notice when the environment is shut down; every invocation adds more\n\
        fix: await its JoinHandle before you return, or hand the work to a queue";
    assert_eq!(message, expected);
}

#[test]
fn every_policy_that_the_verdict_follows_is_named_once() {
    let known = results(&alone(reports::several_modes()));
    let message = one(&known, "pending-task").message.text.as_deref().unwrap();
    let outcomes: Vec<&str> = message
        .lines()
        .filter_map(|line| line.strip_prefix("then, by ")?.split_once(": "))
        .map(|(modes, _)| modes)
        .collect();
    let expected = [
        "rust, rust-stream (freeze)",
        "managed-instances (run-on)",
        "callback-wait, implicit (hold-response)",
        "stream-wait (hold-env)",
    ];
    assert_eq!(outcomes, expected);
    assert!(message.lines().last().is_some_and(|line| line.starts_with("fix: ")), "{message}");
}

#[test]
fn a_message_names_the_expectation_and_the_baseline() {
    let has = |finding: Finding, wanted: &str| {
        let report = Report { findings: vec![finding], ..reports::fail() };
        let known = results(&alone(report));
        let message = known[0].message.text.as_deref().unwrap();
        assert!(message.lines().any(|line| line == wanted), "{message}");
    };
    let by = "loopcheck.toml:12 (\"flushes every 10 s, survives a freeze\")";
    has(expected(), &format!("expect: covered by {by}"));
    let mut refused = Finding { known: Some(1), counts: vec![3], ..task() };
    has(refused.clone(), "known: 1 of these 3 is in the baseline");
    refused.expectation = expected().expectation;
    refused.expectation.as_mut().unwrap().refused = Some(Refusal::OverMax);
    has(refused, &format!("expect: not covered by {by}: more were pending than its max allows"));
}

#[test]
fn what_is_expected_or_known_is_suppressed_and_a_note() {
    let known = results(&alone(gated()));
    let mut suppressed = 0;
    for result in &known {
        let is_note = level(result) == "note";
        assert_eq!(result.suppressions.is_some(), is_note);
        for suppression in result.suppressions.iter().flatten() {
            suppressed += 1;
            assert_eq!(suppression.kind, "external");
            assert_eq!(suppression.status, Some("accepted".into()));
            let why = suppression.justification.as_deref().unwrap();
            let meant = why == "flushes every 10 s, survives a freeze";
            assert!(meant || why == "known from the baseline loopcheck-baseline.json", "{why}");
            let place = suppression.location.as_ref().map(uri_of);
            assert_eq!(place, meant.then_some("loopcheck.toml"));
        }
    }
    assert_eq!(suppressed, 2);
}

#[test]
fn the_baseline_distinguishes_new_from_known() {
    let states = |document: &Document| -> Vec<String> {
        let state = |result: &Parsed| match &result.baseline_state {
            Some(state) => state.as_str().unwrap().to_owned(),
            None => "none".to_owned(),
        };
        results(document).iter().map(state).collect()
    };
    // More than known, new, new; then a stale expectation, what is expected, what is known.
    let expected = ["updated", "new", "new", "none", "none", "unchanged"];
    assert_eq!(states(&alone(gated())), expected);
    let without = Report { baseline: None, findings: vec![task()], ..reports::fail() };
    assert_eq!(states(&alone(judged(without))), ["none"]);
}

#[test]
fn what_has_gone_away_and_gaps_are_notifications() {
    let report = Report { gaps: reports::inconclusive().gaps, ..gated() };
    let run = run(&alone(judged(report)));
    let kinds = run.tool.driver.notifications.unwrap();
    let [invocation] = run.invocations.as_deref().unwrap() else { panic!() };
    let notifications: Vec<(String, String)> = invocation
        .tool_execution_notifications
        .iter()
        .flatten()
        .map(|known| {
            let descriptor = known.descriptor.as_ref().unwrap();
            let index = usize::try_from(descriptor.index.unwrap()).unwrap();
            assert_eq!(Some(&kinds[index].id), descriptor.id.as_ref());
            let level = known.level.as_ref().and_then(Value::as_str).unwrap();
            (kinds[index].id.clone(), level.to_owned())
        })
        .collect();
    let expected = [
        ("events-dropped", "warning"),
        ("feed-lag", "warning"),
        ("sockets-not-observed", "note"),
        ("finding-gone", "note"),
    ];
    assert_eq!(notifications, expected.map(|(id, level)| (id.to_owned(), level.to_owned())));
}

#[test]
fn the_invocation_was_successful_exactly_if_there_is_an_answer() {
    for (name, document) in documents::all() {
        let run = run(&document);
        let [invocation] = run.invocations.as_deref().unwrap() else { panic!("{name}") };
        let answered = matches!(document.results().verdict, Verdict::Pass | Verdict::Fail);
        assert_eq!(invocation.execution_successful, answered, "{name}");
        assert_eq!(invocation.exit_code, Some(i64::from(document.exit_code())), "{name}");
    }
}

#[test]
fn no_two_results_have_one_fingerprint() {
    for (name, document) in documents::all() {
        let known = results(&document);
        let prints: BTreeSet<String> = known.iter().map(fingerprint).collect();
        assert_eq!(prints.len(), known.len(), "{name}");
        for result in &known {
            let prints = result.partial_fingerprints.as_ref().unwrap();
            assert_eq!(prints["loopcheck/v1"], prints["primaryLocationLineHash"], "{name}");
        }
    }
}

#[test]
fn a_fingerprint_survives_moved_lines_and_knows_its_handler() {
    let of = |name: &str, line| {
        let moved = Finding { location: Some(place("src/main.rs", line, 1)), ..task() };
        let report = Report { findings: vec![moved], ..reports::fail() };
        fingerprint(one(&results(&alone(named(name, report))), "pending-task"))
    };
    assert_eq!(of("orders", 42), of("orders", 1042));
    assert_ne!(of("orders", 42), of("invoices", 42));
    // GitHub keeps it with every alert, so it must not change.
    assert_eq!(of("orders", 42), "a4aec051f0d92555:1");
}

#[test]
fn uploads_of_one_run_do_not_replace_each_other() {
    let category = |document: &Document| run(document).automation_details.unwrap().id.unwrap();
    let one = |name: &str| category(&alone(named(name, reports::pass())));
    let many = |shard, filter: Option<&str>| {
        let mut suite = documents::suite(vec![named("a", reports::pass())]);
        let filter = filter.map(str::to_owned);
        suite.selection = Selection { shard, filter, ..suite.selection };
        category(&Document::Many(Box::new(suite)))
    };
    let shard = |index| Some(Shard { index, count: 2 });
    assert_eq!(one("services/orders"), "loopcheck/services/orders/");
    assert_eq!(many(None, None), "loopcheck/");
    assert_eq!(many(shard(1), None), "loopcheck/shard-1-of-2/");
    assert_eq!(many(shard(2), None), "loopcheck/shard-2-of-2/");
    assert_eq!(many(shard(2), Some("a*")), "loopcheck/filter-a%2A/shard-2-of-2/");
}

#[test]
fn foreign_text_does_nothing() {
    for (name, document) in documents::all() {
        let log = render(&document);
        let harmful = log.chars().find(|c| *c != '\n' && text::is_unprintable(*c));
        assert_eq!(harmful, None, "{name}");
        for result in results(&document) {
            let message = result.message.text.unwrap();
            assert!(!message.contains("]("), "{name}: {message}");
            let left = message.replace("{{", "").replace("}}", "");
            assert!(!left.contains(['{', '}']), "{name}: {message}");
        }
    }
    assert!(HOSTILE.iter().any(|name| name.contains("](")));
}

#[test]
fn the_log_is_the_same_every_time() {
    let document = Document::Many(Box::new(documents::several()));
    assert_eq!(render(&document), render(&document));
}

#[test]
fn ten_thousand_findings_are_all_there() {
    let log = render(&alone(reports::ten_thousand()));
    let value: Value = serde_json::from_str(&log).unwrap();
    assert!(validator().is_valid(&value));
    let parsed: Sarif = serde_json::from_str(&log).unwrap();
    assert_eq!(parsed.runs[0].results.as_ref().unwrap().len(), 10_000);
}

#[test]
fn there_are_no_more_results_than_github_takes_and_the_worst_come_first() {
    let of = |number: usize, level| {
        (0..number).map(move |_| Finding { level, ..task() }).collect::<Vec<_>>()
    };
    let findings = [of(24_000, Level::Warn), of(2_000, Level::Deny)].concat();
    let run = run(&alone(judged(Report { findings, ..reports::fail() })));
    let known = run.results.unwrap();
    assert_eq!(known.len(), 25_000);
    assert!(known[..2_000].iter().all(|result| level(result) == "error"));
    assert!(known[2_000..].iter().all(|result| level(result) == "warning"));
    let invocation = &run.invocations.unwrap()[0];
    let last = invocation.tool_execution_notifications.as_ref().unwrap().last().unwrap();
    assert_eq!(last.descriptor.as_ref().unwrap().id.as_deref(), Some("results-left-out"));
    assert!(last.message.text.as_ref().unwrap().starts_with("1000 results more"));
}

/// The schema comes with the parser, whose types are made of it.
fn validator() -> Validator {
    let options = ["--offline", "--locked", "--filter-platform", "host-tuple"];
    let metadata = cargo_metadata::MetadataCommand::new()
        .manifest_path(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        .other_options(options.map(str::to_owned))
        .exec()
        .unwrap();
    let parser = metadata.packages.iter().find(|package| package.name.as_str() == "serde-sarif");
    let schema = parser.unwrap().manifest_path.with_file_name("src").join("schema.json");
    let schema = std::fs::read_to_string(schema).unwrap();
    // Its pattern for languages, which we do not name, has a bracket that nothing opens.
    let schema: Value = serde_json::from_str(&schema.replace("{2}]?$", "{2}$")).unwrap();
    assert!(schema["title"].as_str().unwrap().contains("Version 2.1.0"));
    jsonschema::options().should_validate_formats(true).build(&schema).unwrap()
}

fn render(document: &Document) -> String {
    let mut out = Vec::new();
    sarif::write(&document.results(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn run(document: &Document) -> Run {
    let mut log: Sarif = serde_json::from_str(&render(document)).unwrap();
    assert_eq!(log.version, "2.1.0");
    assert_eq!(log.runs.len(), 1);
    log.runs.remove(0)
}

fn results(document: &Document) -> Vec<Parsed> {
    run(document).results.unwrap()
}

/// The first result of a rule.
fn one<'a>(results: &'a [Parsed], rule: &str) -> &'a Parsed {
    results.iter().find(|result| result.rule_id.as_deref() == Some(rule)).unwrap()
}

fn level(result: &Parsed) -> String {
    word(&result.level)
}

fn word(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).unwrap().as_str().unwrap().to_owned()
}

fn default_level(rule: &ReportingDescriptor) -> String {
    word(&rule.default_configuration.as_ref().unwrap().level)
}

fn level_of(level: Level) -> &'static str {
    match level {
        Level::Deny => "error",
        Level::Warn => "warning",
        Level::Allow => "note",
    }
}

fn fingerprint(result: &Parsed) -> String {
    result.partial_fingerprints.as_ref().unwrap()["loopcheck/v1"].clone()
}

fn physical(result: &Parsed) -> &serde_sarif::sarif::PhysicalLocation {
    result.locations.as_ref().unwrap()[0].physical_location.as_ref().unwrap()
}

fn uri(result: &Parsed) -> &str {
    uri_of(&result.locations.as_ref().unwrap()[0])
}

fn uri_of(location: &Location) -> &str {
    let physical = location.physical_location.as_ref().unwrap();
    physical.artifact_location.as_ref().unwrap().uri.as_deref().unwrap()
}
