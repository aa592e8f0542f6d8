//! The comparison of two reports in every form: valid, harmless and whole.

use jsonschema::{Registry, Validator};
use pulldown_cmark::{Event, Options, Parser, Tag};
use serde_json::Value;

use crate::samples::reports;
use loopcheck::gate::{self, compare};
use loopcheck::report::{Diff, Document, Finding, Report, Status};
use loopcheck::reporter::table::TableStyle;
use loopcheck::reporter::{json, markdown, table, text};
use loopcheck::rule::{Level, RuleId};

const SCHEMA: &str = include_str!("../../../testdata/schema/diff-v1.schema.json");
const REPORT_SCHEMA: &str = include_str!("../../../testdata/schema/report-v1.schema.json");

fn document(report: Report) -> Document {
    Document::One(Box::new(report))
}

fn diff(old: Report, new: Report) -> Diff {
    compare(("old.json", &document(old)), ("new.json", &document(new)))
}

/// A report without findings.
fn empty() -> Report {
    Report { findings: Vec::new(), ..reports::pass() }
}

/// Every pair of samples that differ, by name: what is in one and not in the other.
fn diffs() -> Vec<(String, Diff)> {
    let mut all = Vec::new();
    for (old_name, old) in reports::all() {
        for (new_name, new) in reports::all() {
            all.push((format!("{old_name} to {new_name}"), diff(old.clone(), new)));
        }
    }
    let samples = reports::all().into_iter();
    all.extend(samples.map(|(name, report)| (format!("nothing to {name}"), diff(empty(), report))));
    all.push(("several handlers".into(), several_handlers()));
    all
}

/// Handlers that come, go, cannot be judged, and have names that want to do something.
fn several_handlers() -> Diff {
    let hostile = "`a` <script>\n# | ![x](y) ]]> %0A ::error:: \u{202e}\u{1b}[2J";
    let long = "x".repeat(5000);
    let parts = [
        (hostile, reports::timed_out()),
        (&long, reports::inconclusive()),
        ("", reports::hostile()),
        ("services/orders", reports::everything()),
    ];
    let mut whole = diff(empty(), empty());
    hostile.clone_into(&mut whole.new.file);
    for (name, mut new) in parts {
        let mut old = reports::fail();
        name.clone_into(&mut old.handler.name);
        name.clone_into(&mut new.handler.name);
        let part = diff(old, new);
        whole.unjudged.extend(part.unjudged);
        whole.added.extend(part.added);
        whole.worsened.extend(part.worsened);
        whole.removed.extend(part.removed);
        whole.handlers_added.push(name.to_owned());
        whole.handlers_removed.push(name.to_owned());
    }
    whole
}

fn table(diff: &Diff, width: u16, color: bool) -> String {
    let mut out = Vec::new();
    table::diff::write(diff, TableStyle { width, color }, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn markdown(diff: &Diff) -> String {
    let mut out = Vec::new();
    markdown::diff::write(diff, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn as_json(diff: &Diff) -> Value {
    let mut out = Vec::new();
    json::write_diff(diff, &mut out).unwrap();
    serde_json::from_slice(&out).unwrap()
}

fn validator() -> Validator {
    let parse = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    let registry = Registry::new().add("urn:loopcheck:report:v1", parse(REPORT_SCHEMA)).unwrap();
    let registry = registry.prepare().unwrap();
    jsonschema::options().with_registry(&registry).build(&parse(SCHEMA)).unwrap()
}

#[test]
fn a_report_is_no_different_from_itself() {
    for (name, report) in reports::all() {
        let diff = diff(report.clone(), report);
        let changes = (diff.added.len(), diff.worsened.len(), diff.removed.len());
        assert_eq!(changes, (0, 0, 0), "{name}: {diff:#?}");
        assert_ne!(diff.exit_code, 1, "{name}");
        let text = table(&diff, 80, false);
        assert!(text.contains("nothing added, nothing worsened, nothing removed"), "{text}");
    }
}

#[test]
fn every_written_sample_is_internally_consistent() {
    // Written by hand, with whatever exit code the reporters' tests need.
    let free = ["several modes", "everything"];
    for (name, report) in reports::all() {
        if !free.contains(&name) {
            assert_eq!(gate::contradiction(&document(report)), None, "{name}");
        }
    }
}

#[test]
fn the_json_is_valid_and_means_what_serde_says() {
    let validator = validator();
    for (name, diff) in diffs() {
        let value = as_json(&diff);
        let errors: Vec<String> = validator
            .iter_errors(&value)
            .map(|error| format!("{error} at {}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
        assert_eq!(value, serde_json::to_value(&diff).unwrap());
        assert_eq!(serde_json::from_value::<Diff>(value).unwrap(), diff);
    }
}

#[test]
fn the_schema_refuses_what_is_not_said() {
    let validator = validator();
    let whole = as_json(&diff(empty(), reports::fail()));
    assert!(validator.is_valid(&whole));
    for key in whole.as_object().unwrap().keys() {
        let mut changed = whole.clone();
        changed.as_object_mut().unwrap().remove(key);
        assert!(!validator.is_valid(&changed), "without {key}");
    }
    let wrong = [
        ("/exit_code", Value::from(0)),
        ("/verdict", Value::from("pass")),
        ("/added/0/reasons/0", Value::from("gone")),
        ("/added/0/new", Value::Null),
        ("/added/0/unknown", Value::Null),
        ("/old/exit_code", Value::from(6)),
    ];
    for (at, value) in wrong {
        let mut changed = whole.clone();
        match changed.pointer_mut(at) {
            Some(place) => *place = value,
            None => {
                drop(changed["added"][0].as_object_mut().unwrap().insert("unknown".into(), value))
            }
        }
        assert!(!validator.is_valid(&changed), "{at}");
    }
}

#[test]
fn the_table_fits_and_is_harmless() {
    for (name, diff) in diffs() {
        let text = table(&diff, 80, false);
        let harmful = text.chars().find(|c| *c != '\n' && text::is_unprintable(*c));
        assert_eq!(harmful, None, "{name}");
        let widest = text.lines().map(unicode_width::UnicodeWidthStr::width).max();
        assert!(widest <= Some(80), "{name}: {text}");
    }
}

#[test]
fn the_table_says_what_has_changed() {
    let text = table(&diff(empty(), reports::fail()), 80, false);
    assert!(text.starts_with("FAIL  3 added, nothing worsened, nothing removed\n"), "{text}");
    assert!(text.contains("+       2 × a task that is still running: \"flush-metrics\""), "{text}");
    assert!(text.contains("where   src/main.rs:42:9\n"), "{text}");
    assert!(text.contains("why     it was not there before\n"), "{text}");
    let text = table(&diff(reports::fail(), empty()), 80, true);
    assert!(text.contains("PASS") && text.contains("it is gone"), "{text}");
    assert!(text.contains("\u{1b}["), "{text}");
}

#[test]
fn a_change_names_the_old_and_the_new_state() {
    let set = |status, level: Level| {
        let mut report = reports::fail();
        report.findings.retain(|finding| finding.status == Status::Expected);
        report.findings.iter_mut().for_each(|finding| {
            finding.status = status;
            finding.level = level;
        });
        report
    };
    let (expected, open) =
        (set(Status::Expected, Level::Deny), set(Status::Unexpected, Level::Deny));
    let said = |old: &Report, new: &Report| {
        let diff = diff(old.clone(), new.clone());
        let words = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
        (words(table(&diff, 140, false)), words(markdown(&diff)))
    };
    let check = |old: &Report, new: &Report, says: &str| {
        let (table, markdown) = said(old, new);
        assert!(table.contains(says), "{says}: {table}");
        assert!(markdown.replace('`', "").contains(says), "{says}: {markdown}");
    };
    check(&expected, &open, "it was expected before: flushes every 10 s, survives a freeze");
    check(&open, &expected, "it is expected now: flushes every 10 s, survives a freeze");
    check(&set(Status::Baseline, Level::Deny), &open, "the baseline knew 2 of them");
    check(&open, &set(Status::Safe, Level::Deny), "it ends in time now");
    check(&set(Status::Unexpected, Level::Allow), &open, "its rule was allowed before");
    check(&set(Status::Unexpected, Level::Warn), &open, "its level is deny, it was warn");
    let blind = reports::inconclusive();
    check(&reports::pass(), &blind, "what is not listed for it may be there all the same");
    check(&reports::pass(), &reports::timed_out(), "it responded before");
    check(&blind, &reports::pass(), "what is listed as added may have been there before");
}

#[test]
fn the_markdown_has_nothing_in_it_that_is_not_ours() {
    for (name, diff) in diffs() {
        let text = markdown(&diff);
        assert!(!text.chars().any(|c| c != '\n' && text::is_unprintable(c)), "{name}");
        let mut headings = 0;
        for event in Parser::new_ext(&text, Options::all()) {
            match event {
                Event::Start(Tag::Heading { .. }) => headings += 1,
                Event::Start(
                    Tag::Paragraph | Tag::List(None) | Tag::Item | Tag::Strong | Tag::Emphasis,
                ) => {}
                Event::Start(other) => panic!("{name}: {other:?} in {text}"),
                Event::Html(html) | Event::InlineHtml(html) => panic!("{name}: {html} in {text}"),
                Event::Text(_) | Event::Code(_) | Event::End(_) => {}
                other => panic!("{name}: {other:?} in {text}"),
            }
        }
        assert!((1..=7).contains(&headings), "{name}: {text}");
    }
}

/// The names as a reader of the page sees them.
#[test]
fn the_markdown_shows_names_as_they_are() {
    let names = ["a|b", "``x``", "`", "<b>", "[a](b)", "@all", "\\", "*", " a ", "#1", "::"];
    for name in names {
        let mut new = reports::fail();
        new.findings.truncate(1);
        new.findings[0].name = Some(name.into());
        let text = markdown(&diff(empty(), new));
        let seen = Parser::new_ext(&text, Options::all())
            .any(|event| matches!(&event, Event::Code(code) if **code == *name));
        assert!(seen, "{name}: {text}");
    }
}

#[test]
fn ten_thousand_changes_are_all_counted() {
    let diff = diff(empty(), reports::ten_thousand());
    assert_eq!(diff.summary.added, 1, "they are of one fingerprint and stand in one line");
    let mut new = reports::ten_thousand();
    for (index, finding) in new.findings.iter_mut().enumerate() {
        finding.fingerprint = format!("{index:016x}");
    }
    let diff = self::diff(empty(), new);
    assert_eq!(diff.summary.added, 10_000);
    let text = table(&diff, 80, false);
    assert_eq!(text.lines().filter(|line| line.starts_with("  +  ")).count(), 10_000);
    let text = markdown(&diff);
    assert!(text.len() < 65_536, "a comment takes no more");
    let listed = text.lines().filter(|line| line.starts_with("- **")).count();
    assert!(text.ends_with(&format!("- and {} more\n", 10_000 - listed)), "{listed}");
    assert!(validator().is_valid(&as_json(&diff)));
}

#[test]
fn every_rule_has_a_title() {
    let mut new = reports::fail();
    new.findings = RuleId::ALL
        .iter()
        .map(|rule| Finding {
            rule: *rule,
            fingerprint: rule.as_str().into(),
            ..new.findings[0].clone()
        })
        .collect();
    let diff = diff(empty(), new);
    let text = table(&diff, 80, false);
    assert!(RuleId::ALL.iter().all(|rule| text.contains(rule.as_str())), "{text}");
}
