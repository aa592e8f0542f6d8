//! loopcheck.toml as its users write it: every mistake is reported with its place and a way to fix
//! it, all at once, and no text makes the parser fail otherwise.
//!
//! `INSTA_UPDATE=always cargo test --test config` writes `testdata/config/broken.snap` anew.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;

use loopcheck::config::{Config, initial, parse};
use loopcheck::model::problem::Problem;
use loopcheck::report::Kind;
use loopcheck::rule::{Level, RuleId};
use loopcheck::runtime::all_modes;
use proptest::prelude::{ProptestConfig, any, prop_assert, proptest};
use proptest::sample::{Index, select};
use toml::de::{DeTable, DeValue};

const FULL: &str = include_str!("../testdata/config/full.toml");
const BROKEN: &str = include_str!("../testdata/config/broken.toml");

/// The file that `loopcheck init` writes, with every example in use.
fn examples() -> String {
    let uncommented = |line: &str| match line.strip_prefix('#') {
        Some(example) if !example.is_empty() && !example.starts_with(' ') => example.to_owned(),
        _ => line.to_owned(),
    };
    initial().lines().map(|line| uncommented(line) + "\n").collect()
}

fn read(text: &str) -> Result<Config, Vec<Problem>> {
    let missing = |path: &Path| path.to_string_lossy().contains("missing");
    parse(text, "loopcheck.toml", &|path| !missing(path))
}

fn listed(problems: &[Problem]) -> String {
    let lines = problems.iter().map(|Problem { line, column, message, hint }| {
        format!("{line}:{column}: {message}\n    {}\n", hint.as_deref().unwrap_or("-"))
    });
    lines.collect()
}

/// Line and column, counted here once more.
fn position(text: &str, offset: usize) -> (u32, u32) {
    let before = &text[..offset];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap().chars().count() + 1;
    (u32::try_from(line).unwrap(), u32::try_from(column).unwrap())
}

/// A place in a document that can be misspelt.
#[derive(Debug)]
struct Spot {
    /// The table; empty for the top.
    table: String,
    /// The key; of a value, its own.
    key: String,
    is_key: bool,
    span: Range<usize>,
}

/// Every key and value of a document. What variables are called is their own affair.
fn spots(text: &str) -> Vec<Spot> {
    let document = DeTable::parse(text).unwrap();
    let mut found = Vec::new();
    collect(text, "", document.get_ref(), &mut found);
    found
}

fn collect(text: &str, table: &str, entries: &DeTable<'_>, found: &mut Vec<Spot>) {
    for (key, node) in entries {
        let name = key.get_ref().to_string();
        let spot = |is_key, span: Range<usize>| Spot {
            table: table.to_owned(),
            key: name.clone(),
            is_key,
            span,
        };
        let is_header = |span: Range<usize>| text[span].starts_with('[');
        match node.get_ref() {
            DeValue::Array(items) if items.iter().all(|item| item.get_ref().is_table()) => {
                for item in items.iter() {
                    let start = item.span().start + 2;
                    found.push(spot(true, start..start + name.len()));
                    collect(text, &name, item.get_ref().as_table().unwrap(), found);
                }
                continue;
            }
            DeValue::Table(inner) => {
                collect(text, &name, inner, found);
                if is_header(node.span()) {
                    found.push(spot(true, key.span()));
                    continue;
                }
            }
            DeValue::Array(items) => {
                found.extend(items.iter().map(|item| spot(false, item.span())));
            }
            _ => {}
        }
        if table != "env" {
            found.push(spot(true, key.span()));
        }
        found.push(spot(false, node.span()));
    }
}

/// The text with something else in this place.
fn with(text: &str, span: &Range<usize>, other: &str) -> String {
    format!("{}{other}{}", &text[..span.start], &text[span.end..])
}

/// The word with one letter changed.
fn misspelt(word: &str) -> String {
    let letters: Vec<usize> =
        word.char_indices().filter(|(_, c)| c.is_ascii_alphabetic()).map(|(at, _)| at).collect();
    let at = letters[letters.len() / 2];
    let other = if &word[at..=at] == "q" { "x" } else { "q" };
    with(word, &(at..at + 1), other)
}

/// The words that a value may be, if it is of a closed set.
fn closed_set(spot: &Spot) -> Option<Vec<&'static str>> {
    match (spot.table.as_str(), spot.key.as_str()) {
        ("expect", "kind") => Some(Kind::ALL.iter().map(|kind| kind.as_str()).collect()),
        ("expect", "rule") => Some(RuleId::ALL.iter().map(|rule| rule.as_str()).collect()),
        ("expect", "modes") | ("handler", "mode") => {
            Some(all_modes().map(|mode| mode.id).collect())
        }
        ("handler", "runtime") => {
            Some(vec!["nodejs18.x", "nodejs20.x", "nodejs22.x", "nodejs24.x", "nodejs26.x"])
        }
        ("rules", _) => Some(vec!["deny", "warn", "allow"]),
        _ => None,
    }
}

/// A wrong value in place of this one, and how the hint begins.
fn wrong(spot: &Spot, value: &str) -> (String, String) {
    let word = value.trim_matches(['"', '\'']);
    let is_text = word != value;
    if is_text && closed_set(spot).is_some_and(|words| words.contains(&word)) {
        return (with(value, &(1..1 + word.len()), &misspelt(word)), did_you_mean(word));
    }
    let (table, key) = (spot.table.as_str(), spot.key.as_str());
    match (table, key) {
        (_, "timeout" | "settle" | "freeze_for") => {
            ("\"3q\"".into(), "write it as 500ms, 3s or 1m".into())
        }
        (_, "invocations" | "max") => ("\"2\"".into(), format!("leave the quotes out: {key} = 2")),
        (_, "release" | "prove") => (misspelt(value), did_you_mean(value)),
        ("handler", "path") => ("\"missing\"".into(), "paths are relative to".into()),
        ("handler", "events") if is_text => ("\"missing\"".into(), "paths are relative to".into()),
        ("handler", "events") | ("expect", "modes") => {
            ("\"one\"".into(), format!("write it as {key} = [\"one\"]"))
        }
        ("expect", "until") => (format!("\"{value}\""), format!("leave the quotes out: {key} = ")),
        ("expect", "kind" | "rule") => ("\"none-*\"".into(), "expected one of: ".into()),
        ("env", _) => ("8080".into(), "put it in quotes: \"8080\"".into()),
        _ => ("7".into(), format!("for example: {key} = ")),
    }
}

fn did_you_mean(word: &str) -> String {
    format!("did you mean `{word}`?")
}

/// The only problem of a text, which has this place and a hint that begins so.
fn check(text: &str, at: (u32, u32), hint: &str) {
    let problems = read(text).expect_err("it is wrong");
    let [problem] = &problems[..] else { panic!("{text}\n{}", listed(&problems)) };
    assert_eq!((problem.line, problem.column), at, "{text}\n{}", listed(&problems));
    assert!(!problem.message.is_empty());
    let found = problem.hint.as_deref().unwrap_or_default();
    assert!(found.starts_with(hint), "{hint}\n{text}\n{}", listed(&problems));
}

#[test]
fn every_misspelt_key_is_reported_with_its_place_and_the_right_one() {
    for text in [FULL, &examples()] {
        let keys: Vec<Spot> = spots(text).into_iter().filter(|spot| spot.is_key).collect();
        assert!(keys.len() > 25);
        for Spot { key, span, .. } in keys {
            let wrong = misspelt(&text[span.clone()]);
            check(&with(text, &span, &wrong), position(text, span.start), &did_you_mean(&key));
        }
    }
}

#[test]
fn every_misspelt_value_is_reported_with_its_place_and_how_it_is_written() {
    for text in [FULL, &examples()] {
        let values: Vec<Spot> = spots(text).into_iter().filter(|spot| !spot.is_key).collect();
        assert!(values.len() > 25);
        for spot in values {
            let (value, hint) = wrong(&spot, &text[spot.span.clone()]);
            let at = position(text, spot.span.start);
            check(&with(text, &spot.span, &value), at, &hint);
        }
    }
}

#[test]
fn every_value_of_another_type_is_reported_with_its_place() {
    const VALUES: [&str; 8] =
        ["\"?\"", "-7", "7.5", "true", "2027-06-01", "10:00:00", "[[]]", "{ a = [] }"];
    for text in [FULL, &examples()] {
        for spot in spots(text).iter().filter(|spot| !spot.is_key) {
            let at = position(text, spot.span.start);
            let (line, column) = at;
            for value in VALUES {
                let Err(problems) = read(&with(text, &spot.span, value)) else {
                    // A text may be any, and a boolean and a date are no mistake where they stand.
                    let fits = matches!(spot.key.as_str(), "release" | "prove" | "until");
                    assert!(value == "\"?\"" || fits, "{spot:?} takes {value}");
                    continue;
                };
                // What a list or a table holds stands behind its beginning.
                let first = problems.first().unwrap();
                assert!(
                    first.line == line && first.column >= column,
                    "{spot:?}\n{}",
                    listed(&problems)
                );
                assert_eq!(problems.len(), 1, "{spot:?} {value}\n{}", listed(&problems));
                assert!(first.hint.is_some());
            }
        }
    }
}

#[test]
fn the_examples_are_true_and_name_every_key() {
    let config = read(&examples()).unwrap_or_else(|problems| panic!("{}", listed(&problems)));
    assert_eq!((config.handlers.len(), config.expected.len()), (1, 1));
    for rule in RuleId::ALL {
        let level: Option<&Level> = config.levels.get(rule);
        assert_eq!(level, Some(&rule.default_level()), "{}", rule.as_str());
    }
    // Every key of a table is reported where it is missing.
    let used: BTreeSet<(String, String)> = spots(&examples())
        .into_iter()
        .filter(|spot| spot.is_key)
        .map(|spot| (spot.table, spot.key))
        .collect();
    for (table, header) in [
        ("", ""),
        ("handler", "[[handler]]\npath = 'a'\n"),
        ("expect", "[[expect]]\nkind = '*'\nreason = 'a'\n"),
    ] {
        let text = format!("{header}\"\" = 1\n");
        let hint = read(&text).unwrap_err()[0].hint.clone().unwrap();
        let names = hint.strip_prefix("expected one of: ").unwrap();
        for key in names.split(", ") {
            assert!(used.contains(&(table.to_owned(), key.to_owned())), "{table}: {key}");
        }
    }
}

#[test]
fn all_mistakes_are_reported_together() {
    let mut marked = Vec::new();
    for (line, text) in (1u32..).zip(BROKEN.lines()) {
        let columns = text.rsplit_once("#! ").map(|(_, columns)| columns).unwrap_or_default();
        let columns = columns.split_whitespace();
        marked.extend(columns.map(|column| (line, column.parse::<u32>().unwrap())));
    }
    let problems = read(BROKEN).unwrap_err();
    let found: Vec<(u32, u32)> =
        problems.iter().map(|problem| (problem.line, problem.column)).collect();
    assert!(marked.len() > 50);
    assert_eq!(found, marked, "{}", listed(&problems));
    assert!(problems.iter().all(|problem| problem.hint.is_some()), "{}", listed(&problems));
    let text = listed(&problems);
    assert!(!text.contains('\u{1b}'), "{text}");
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../testdata/config");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("broken", text));
}

/// Whatever the text is: there are settings, or problems in order, each in the text and in one
/// line without control characters.
fn check_any(text: &str) -> Result<(), String> {
    let Err(problems) = read(text) else { return Ok(()) };
    let lines: Vec<usize> = text.split('\n').map(|line| line.chars().count()).collect();
    for Problem { line, column, message, hint } in &problems {
        let length = lines.get(*line as usize - 1).ok_or(format!("no line {line}"))?;
        if *column == 0 || *column as usize > length + 1 {
            return Err(format!("{line} has no column {column}"));
        }
        let unprintable = |c: char| c.is_control() || matches!(c, '\u{202e}' | '\u{feff}');
        let mut texts = [Some(message), hint.as_ref()].into_iter().flatten();
        if texts.any(|text| text.contains(unprintable)) {
            return Err(format!("control characters: {message:?} {hint:?}"));
        }
    }
    let sorted = problems.is_sorted() && !problems.is_empty();
    sorted.then_some(()).ok_or_else(|| listed(&problems))
}

#[test]
fn a_file_may_end_anywhere() {
    for text in [FULL, BROKEN, &examples()] {
        for (end, _) in text.char_indices() {
            check_any(&text[..end]).unwrap();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1024, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_character_may_be_anywhere(
        text in select(vec![FULL.to_owned(), BROKEN.to_owned(), examples()]),
        changes in proptest::collection::vec((any::<Index>(), select(("[]{}=\"'\n\r\t\0#.,-_\\é\u{feff}\u{202e}0a".chars()).collect::<Vec<char>>()), any::<bool>()), 1..6),
    ) {
        let mut changed: Vec<char> = text.chars().collect();
        for (at, other, inserted) in changes {
            let at = at.index(changed.len());
            if inserted { changed.insert(at, other) } else { changed[at] = other }
        }
        let text: String = changed.into_iter().collect();
        let checked = check_any(&text);
        prop_assert!(checked.is_ok(), "{text}\n{checked:?}");
    }

    #[test]
    fn any_text_may_be_a_configuration(text in any::<String>()) {
        prop_assert!(check_any(&text).is_ok(), "{text:?}");
    }
}
