//! The JSON report against its schema, and the schema against reports that are wrong.

use std::collections::BTreeSet;

use jsonschema::{Registry, Validator};
use serde_json::{Map, Value, json};

use crate::samples::{reports, suites};
use loopcheck::gate;
use loopcheck::report::{Document, Report};
use loopcheck::reporter::{json, text};

const SCHEMA: &str = include_str!("../../../testdata/schema/report-v1.schema.json");
const SUITE_SCHEMA: &str = include_str!("../../../testdata/schema/reports-v1.schema.json");

#[test]
fn every_report_is_valid() {
    let validator = validator();
    for (name, report) in reports::all() {
        let value = parse(&render(&report));
        let errors: Vec<String> = validator
            .iter_errors(&value)
            .map(|error| format!("{error} at {}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
    }
}

#[test]
fn every_document_is_valid_and_read_back() {
    let validator = suite_validator();
    for (name, document) in suites::documents() {
        let mut out = Vec::new();
        json::write_document(&document, &mut out).unwrap();
        let value: Value = serde_json::from_slice(&out).unwrap();
        let read: Document = serde_json::from_value(value.clone()).unwrap();
        assert_eq!(read, document, "{name}");
        if matches!(document, Document::Many(_)) {
            let errors = validator.iter_errors(&value).map(|error| error.to_string());
            assert_eq!(errors.collect::<Vec<_>>(), Vec::<String>::new(), "{name}");
        }
    }
}

#[test]
fn every_sample_of_several_handlers_is_internally_consistent() {
    for (name, document) in suites::all() {
        assert_eq!(gate::contradiction(&document), None, "{name}");
    }
}

#[test]
fn the_schema_is_a_schema() {
    assert!(jsonschema::meta::is_valid(&parse(SCHEMA)));
}

#[test]
fn the_json_means_what_serde_says() {
    for (name, report) in reports::all() {
        assert_eq!(parse(&render(&report)), serde_json::to_value(&report).unwrap(), "{name}");
    }
}

#[test]
fn the_json_is_whole_and_harmless() {
    for (name, report) in reports::all() {
        let json = render(&report);
        assert!(json.ends_with("}\n"), "{name}");
        let harmful = json.chars().find(|c| *c != '\n' && text::is_unprintable(*c));
        assert_eq!(harmful, None, "{name}");
    }
}

#[test]
fn the_json_is_the_same_every_time() {
    assert_eq!(render(&reports::fail()), render(&reports::fail()));
}

#[test]
fn ten_thousand_findings_are_all_there() {
    let value = parse(&render(&reports::ten_thousand()));
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
    let value = parse(&render(&reports::fail()));
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
    "/baseline",
    "/baseline/gone/#/file",
    "/baseline/gone/#/name",
    "/expectations/#/handler",
    "/expectations/#/until",
    "/findings/#/created",
    "/findings/#/ended_ms",
    "/findings/#/expectation",
    "/findings/#/expectation/refused",
    "/findings/#/fates/freeze",
    "/findings/#/fates/freeze/ms",
    "/findings/#/fates/hold-env",
    "/findings/#/fates/hold-env/ms",
    "/findings/#/fates/hold-response",
    "/findings/#/fates/hold-response/ms",
    "/findings/#/fates/run-on",
    "/findings/#/fates/run-on/ms",
    "/findings/#/growth",
    "/findings/#/handle",
    "/findings/#/invocation",
    "/findings/#/known",
    "/findings/#/location",
    "/findings/#/location/column",
    "/findings/#/location/function",
    "/findings/#/location/line",
    "/findings/#/location/path",
    "/findings/#/name",
    "/findings/#/origin",
    "/findings/#/package",
    "/findings/#/socket",
    "/findings/#/socket/local",
    "/findings/#/socket/peer",
    "/findings/#/socket/ref",
    "/findings/#/socket/request",
    "/findings/#/socket/used_in",
    "/findings/#/state",
    "/findings/#/timer",
    "/findings/#/timer/due_ms",
    "/findings/#/timer/ref",
    "/findings/#/waits_on",
    "/findings/#/waits_on/due_ms",
    "/findings/#/waits_on/location",
    "/findings/#/waits_on/location/column",
    "/findings/#/waits_on/location/function",
    "/findings/#/waits_on/location/line",
    "/findings/#/waits_on/location/path",
    "/findings/#/waits_on/operation",
    "/gaps/#/hint",
    "/handler/detail",
    "/handler/file",
    "/invocations/#/held_ms",
    "/invocations/#/mode",
    "/invocations/#/next_ms",
    "/invocations/#/outcome",
    "/invocations/#/pending",
    "/invocations/#/response_ms",
    "/invocations/#/settled_ms",
    "/modes/#/held_ms",
    "/proof",
    "/proof/peers/#/effect",
    "/proof/peers/#/invocation",
    "/proof/peers/#/invocations/#/awake_ms",
    "/proof/peers/#/invocations/#/error_type",
    "/proof/peers/#/invocations/#/frozen_by",
    "/proof/peers/#/invocations/#/frozen_ms",
    "/proof/peers/#/invocations/#/outcome",
    "/proof/peers/#/invocations/#/response_ms",
    "/proof/peers/#/late_errors/#/blamed",
    "/proof/peers/#/late_errors/#/failed_in",
    "/proof/peers/#/late_errors/#/location",
    "/proof/peers/#/late_errors/#/location/column",
    "/proof/peers/#/late_errors/#/location/function",
    "/proof/peers/#/late_errors/#/location/line",
    "/proof/peers/#/late_errors/#/location/path",
    "/proof/policies/#/findings/#/finding",
    "/proof/policies/#/findings/#/invocation",
    "/proof/policies/#/findings/#/location",
    "/proof/policies/#/findings/#/location/column",
    "/proof/policies/#/findings/#/location/function",
    "/proof/policies/#/findings/#/location/line",
    "/proof/policies/#/findings/#/location/path",
    "/proof/policies/#/findings/#/name",
    "/proof/policies/#/findings/#/observed_ms",
    "/proof/policies/#/findings/#/predicted",
    "/proof/policies/#/findings/#/predicted_ms",
    "/proof/policies/#/in_flight",
    "/proof/policies/#/in_flight/slowest_ms",
    "/proof/policies/#/invocations/#/awake_ms",
    "/proof/policies/#/invocations/#/error_type",
    "/proof/policies/#/invocations/#/frozen_by",
    "/proof/policies/#/invocations/#/frozen_ms",
    "/proof/policies/#/invocations/#/outcome",
    "/proof/policies/#/invocations/#/response_ms",
    "/proof/policies/#/late_errors/#/blamed",
    "/proof/policies/#/late_errors/#/failed_in",
    "/proof/policies/#/late_errors/#/location",
    "/proof/policies/#/late_errors/#/location/column",
    "/proof/policies/#/late_errors/#/location/function",
    "/proof/policies/#/late_errors/#/location/line",
    "/proof/policies/#/late_errors/#/location/path",
    "/proof/policies/#/response/observed",
    "/proof/policies/#/response/observed_ms",
    "/proof/policies/#/response/predicted_ms",
    "/proof/policies/#/shutdown",
    "/proof/policies/#/shutdown/ended_ms",
];

fn validator() -> Validator {
    jsonschema::validator_for(&parse(SCHEMA)).unwrap()
}

fn suite_validator() -> Validator {
    let registry = Registry::new().add("urn:loopcheck:report:v1", parse(SCHEMA)).unwrap();
    let registry = registry.prepare().unwrap();
    jsonschema::options().with_registry(&registry).build(&parse(SUITE_SCHEMA)).unwrap()
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
    [reports::fail(), reports::everything()].iter().map(|report| parse(&render(report))).collect()
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
