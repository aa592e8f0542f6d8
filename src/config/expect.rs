//! `[[expect]]`: a pending item that is meant.

use jiff::civil::Date;
use toml::de::DeValue;
use toml::value::Datetime;

use crate::config::keys::PATTERNS;
use crate::config::names::{self, GAP};
use crate::config::reader::{Reader, Table, Text, Value};
use crate::config::words;
use crate::gate::{Expected, Pattern};
use crate::model::problem;
use crate::rule::RuleId;

/// Reads an expectation. If something is wrong with it, that is kept, and what comes out is of no
/// use.
pub(super) fn read<'a>(reader: &mut Reader<'a>, table: &Table<'a>) -> Expected {
    if !PATTERNS.iter().any(|key| table.has(key)) {
        let message = "this [[expect]] has no matcher";
        let hint = format!("add one or more of: {}", PATTERNS.join(", "));
        reader.miss(table, message, hint);
    }
    if !table.has("reason") {
        let hint = "say why it is meant, for example: reason = \"flushes every 10 s\"";
        reader.miss(table, "this [[expect]] has no `reason`", hint);
    }
    let reason = table.get("reason");
    let reason = reason.and_then(|value| reader.text(value, "say why it is meant"));
    let name = |reader: &mut Reader<'a>, key| pattern(reader, table.get(key)?, Pattern::name);
    Expected {
        file: reader.file.to_owned(),
        line: reader.line(&table.span),
        reason: reason.map(|reason| reason.text.to_owned()).unwrap_or_default(),
        handler: name(reader, "handler"),
        kind: table.get("kind").and_then(|value| kind(reader, value)),
        rule: table.get("rule").and_then(|value| rule(reader, value)),
        name: name(reader, "name"),
        location: table.get("location").and_then(|value| pattern(reader, value, Pattern::path)),
        package: name(reader, "package"),
        peer: name(reader, "peer"),
        max: table.get("max").and_then(|value| reader.number(value, u32::MAX)),
        modes: table.get("modes").map(|value| modes(reader, value)).unwrap_or_default(),
        until: table.get("until").and_then(|value| until(reader, value)),
    }
}

fn pattern<'a>(
    reader: &mut Reader<'a>,
    value: Value<'a>,
    compile: fn(&str) -> Result<Pattern, String>,
) -> Option<Pattern> {
    let text = reader.text(value, "leave it out if it may be any")?;
    match compile(text.text) {
        Ok(pattern) => Some(pattern),
        Err(why) => {
            let name = value.key.name;
            let message = format!("invalid glob in `{name}`: {}", words::remark(&why));
            let hint = "*, ?, [ and { have a meaning in a glob; [*], [?], [[] and [{] stand for themselves";
            reader.refuse(text.span, message, hint);
            None
        }
    }
}

fn kind<'a>(reader: &mut Reader<'a>, value: Value<'a>) -> Option<Pattern> {
    let pattern = pattern(reader, value, Pattern::name)?;
    let kinds = names::kinds();
    if !kinds.iter().any(|kind| pattern.matches(kind)) {
        matches_none(reader, value, "kind of pending item", &kinds);
    }
    Some(pattern)
}

fn rule<'a>(reader: &mut Reader<'a>, value: Value<'a>) -> Option<Pattern> {
    let pattern = pattern(reader, value, Pattern::name)?;
    let rules = names::pending_rules();
    if rules.iter().any(|rule| pattern.matches(rule)) {
        return Some(pattern);
    }
    let stale = RuleId::StaleExpectation.as_str();
    let others = [
        (stale, "it is about expectations, not about a pending item", "set its level in [rules]"),
        (
            GAP,
            "it reports missing evidence, not a pending item",
            "every gap comes with a hint that says how to close it",
        ),
    ];
    match others.into_iter().find(|(id, ..)| pattern.matches(id)) {
        Some((id, why, hint)) => {
            let message = format!("`{id}` cannot be expected: {why}");
            reader.refuse(value.item.span(), message, hint);
        }
        None => matches_none(reader, value, "rule", &rules),
    }
    Some(pattern)
}

/// A glob that nothing can match would be stale for ever.
fn matches_none(reader: &mut Reader<'_>, value: Value<'_>, what: &str, known: &[&'static str]) {
    let text = value.item.get_ref().as_str().unwrap_or_default();
    let is_glob = text.contains(['*', '?', '[', ']', '{', '}', '\\']);
    let quoted = problem::quoted(text);
    let (message, hint) = if is_glob {
        (format!("{quoted} matches no {what}"), words::all(known))
    } else {
        (format!("unknown {what} {quoted}"), words::suggestion(text, known))
    };
    reader.refuse(value.item.span(), message, hint);
}

fn modes<'a>(reader: &mut Reader<'a>, value: Value<'a>) -> Vec<String> {
    let known = names::modes();
    let texts = reader.texts(value);
    let mode = |text: &Text<'a>| reader.one_of(text, "completion mode", &known);
    texts.iter().filter_map(mode).map(str::to_owned).collect()
}

/// TOML has dates of its own, without quotes.
fn until<'a>(reader: &mut Reader<'a>, value: Value<'a>) -> Option<Date> {
    match value.item.get_ref() {
        DeValue::Datetime(Datetime { date: Some(day), time, .. }) => {
            if time.is_some() {
                let hint = format!("leave the time out: until = {day}");
                reader.refuse(value.item.span(), "`until` must be a date without a time", hint);
                return None;
            }
            let date = date(day);
            if date.is_none() {
                let hint = format!("for example: {}", value.key.example);
                reader.refuse(value.item.span(), "`until` is not a valid date", hint);
            }
            date
        }
        DeValue::String(text) => {
            let quoted: Option<Date> = text.trim().parse().ok();
            let hint = quoted.map(|date| format!("leave the quotes out: until = {date}"));
            reader.wrong_type(value, hint);
            None
        }
        _ => {
            reader.wrong_type(value, None);
            None
        }
    }
}

fn date(day: &toml::value::Date) -> Option<Date> {
    let part = |part: u8| i8::try_from(part).ok();
    Date::new(i16::try_from(day.year).ok()?, part(day.month)?, part(day.day)?).ok()
}
