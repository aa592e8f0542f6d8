//! The JSON report against its schema, and the schema against reports that are wrong.

use std::collections::BTreeSet;

use jsonschema::Validator;
use serde_json::{Map, Value, json};

use crate::report::Report;
use crate::reporter::{json, samples, text};

const SCHEMA: &str = include_str!("../../testdata/schema/report-v1.schema.json");

#[test]
fn every_report_is_valid() {
    let validator = validator();
    for (name, report) in samples::all() {
        let value = parse(&render(&report));
        let errors: Vec<String> = validator
            .iter_errors(&value)
            .map(|error| format!("{error} at {}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
    }
}

#[test]
fn the_schema_is_a_schema() {
    assert!(jsonschema::meta::is_valid(&parse(SCHEMA)));
}

#[test]
fn the_json_means_what_serde_says() {
    for (name, report) in samples::all() {
        assert_eq!(parse(&render(&report)), serde_json::to_value(&report).unwrap(), "{name}");
    }
}

#[test]
fn the_json_is_whole_and_harmless() {
    for (name, report) in samples::all() {
        let json = render(&report);
        assert!(json.ends_with("}\n"), "{name}");
        let harmful = json.chars().find(|c| *c != '\n' && text::is_unprintable(*c));
        assert_eq!(harmful, None, "{name}");
    }
}

#[test]
fn the_json_is_the_same_every_time() {
    assert_eq!(render(&samples::fail()), render(&samples::fail()));
}

#[test]
fn ten_thousand_findings_are_all_there() {
    let value = parse(&render(&samples::ten_thousand()));
    assert_eq!(value["findings"].as_array().unwrap().len(), 10_000);
}

#[test]
fn an_unknown_key_is_refused_everywhere() {
    let validator = validator();
    for value in rich() {
        for at in objects(&value) {
            let mut changed = value.clone();
            object(&mut changed, &at).insert("unknown".into(), Value::Null);
            assert!(!validator.is_valid(&changed), "{at}");
        }
    }
}

#[test]
fn every_key_is_required() {
    let validator = validator();
    for value in rich() {
        for at in objects(&value) {
            let mut whole = value.clone();
            for key in object(&mut whole, &at).clone().keys() {
                let mut changed = value.clone();
                object(&mut changed, &at).remove(key);
                assert!(!validator.is_valid(&changed), "{at}/{key}");
            }
        }
    }
}

#[test]
fn null_stands_only_where_a_fact_can_be_absent() {
    let validator = validator();
    let mut nullable = BTreeSet::new();
    for value in rich() {
        for at in objects(&value) {
            let mut whole = value.clone();
            for key in object(&mut whole, &at).clone().keys() {
                let mut changed = value.clone();
                object(&mut changed, &at).insert(key.clone(), Value::Null);
                if validator.is_valid(&changed) {
                    nullable.insert(without_indices(&format!("{at}/{key}")));
                }
            }
        }
    }
    let expected: BTreeSet<String> = NULLABLE.iter().map(|path| (*path).to_owned()).collect();
    assert_eq!(nullable, expected);
}

#[test]
fn a_word_that_is_not_known_is_refused() {
    const CLOSED: &[&str] = &[
        "schema", "verdict", "runtime", "outcome", "kind", "status", "level", "origin", "created",
        "growth", "state", "fate", "policy", "response",
    ];
    let validator = validator();
    for value in rich() {
        for at in objects(&value) {
            // The state of a socket is the kernel's word.
            for key in CLOSED.iter().filter(|_| !at.ends_with("/socket")) {
                let mut changed = value.clone();
                if let Some(word) = object(&mut changed, &at).get_mut(*key)
                    && word.is_string()
                {
                    *word = json!("nonsense");
                    assert!(!validator.is_valid(&changed), "{at}/{key}");
                }
            }
        }
    }
}

#[test]
fn an_exit_code_or_a_number_out_of_range_is_refused() {
    let validator = validator();
    let value = parse(&render(&samples::fail()));
    for (at, wrong) in [
        ("/exit_code", json!(6)),
        ("/exit_code", json!("1")),
        ("/invocations/0/index", json!(0)),
        ("/invocations/0/response_ms", json!(-1)),
        ("/findings/0/counts/0", json!(1.5)),
        ("/findings/0/location/line", json!(0)),
        ("/findings/0/rule", json!("Not Kebab")),
        ("/findings/0/fates/freeze/modifiers/0", json!("nonsense")),
        ("/modes/0/groups/0/findings", json!([])),
    ] {
        let mut changed = value.clone();
        *changed.pointer_mut(at).unwrap() = wrong;
        assert!(!validator.is_valid(&changed), "{at}");
    }
}

/// The fields that are an `Option` in `report.rs`.
const NULLABLE: &[&str] = &[
    "/findings/#/created",
    "/findings/#/ended_ms",
    "/findings/#/expectation",
    "/findings/#/fates/freeze",
    "/findings/#/fates/freeze/ms",
    "/findings/#/fates/hold-env",
    "/findings/#/fates/hold-env/ms",
    "/findings/#/fates/hold-response",
    "/findings/#/fates/hold-response/ms",
    "/findings/#/fates/run-on",
    "/findings/#/fates/run-on/ms",
    "/findings/#/growth",
    "/findings/#/location",
    "/findings/#/location/column",
    "/findings/#/location/line",
    "/findings/#/name",
    "/findings/#/origin",
    "/findings/#/package",
    "/findings/#/socket",
    "/findings/#/socket/local",
    "/findings/#/socket/peer",
    "/findings/#/socket/ref",
    "/findings/#/state",
    "/findings/#/timer",
    "/findings/#/timer/due_ms",
    "/findings/#/timer/ref",
    "/findings/#/waits_on",
    "/findings/#/waits_on/due_ms",
    "/findings/#/waits_on/location",
    "/findings/#/waits_on/location/column",
    "/findings/#/waits_on/location/line",
    "/findings/#/waits_on/operation",
    "/gaps/#/hint",
    "/handler/detail",
    "/invocations/#/next_ms",
    "/invocations/#/outcome",
    "/invocations/#/pending",
    "/invocations/#/response_ms",
    "/invocations/#/settled_ms",
    "/modes/#/held_ms",
];

fn validator() -> Validator {
    jsonschema::validator_for(&parse(SCHEMA)).unwrap()
}

fn render(report: &Report) -> String {
    let mut out = Vec::new();
    json::write(report, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn parse(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// Valid reports that between them have an object of every kind.
fn rich() -> Vec<Value> {
    [samples::fail(), samples::everything()].iter().map(|report| parse(&render(report))).collect()
}

/// JSON pointers of all objects.
fn objects(value: &Value) -> Vec<String> {
    fn walk(value: &Value, at: &str, found: &mut Vec<String>) {
        match value {
            Value::Object(map) => {
                found.push(at.to_owned());
                map.iter().for_each(|(key, value)| walk(value, &format!("{at}/{key}"), found));
            }
            Value::Array(list) => {
                let entries = list.iter().enumerate();
                entries.for_each(|(index, value)| walk(value, &format!("{at}/{index}"), found));
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    walk(value, "", &mut found);
    found
}

fn object<'a>(value: &'a mut Value, at: &str) -> &'a mut Map<String, Value> {
    value.pointer_mut(at).unwrap().as_object_mut().unwrap()
}

fn without_indices(at: &str) -> String {
    let parts = at.split('/');
    let named = parts.map(|part| if part.parse::<usize>().is_ok() { "#" } else { part });
    named.collect::<Vec<_>>().join("/")
}
