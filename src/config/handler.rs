//! `[[handler]]`: a handler of the repository.

use std::collections::HashMap;
use std::ops::Range;
use std::path::{Component, Path, PathBuf};

use serde::de::IgnoredAny;
use toml::de::DeValue;

use crate::config::keys::Section;
use crate::config::names;
use crate::config::reader::{Reader, Table, Text, Value, in_order, type_of};
use crate::config::{Event, HandlerTable, options};
use crate::model::problem::quoted;
use crate::runtime::{self, Managed, Refusal};

/// Extensions of scripts; an export may stand behind one.
const SCRIPTS: [&str; 8] = ["js", "cjs", "mjs", "ts", "mts", "cts", "tsx", "jsx"];

/// The hint for a file that is missing.
const RELATIVE: &str = "paths are relative to the folder of this file";

/// The names of the handlers so far, each with the line of its table.
pub(super) type Names = HashMap<String, u32>;

/// Reads a handler. If something is wrong with it, that is kept, and what comes out is of no use.
pub(super) fn read<'a>(
    reader: &mut Reader<'a>,
    table: &Table<'a>,
    names: &mut Names,
) -> HandlerTable {
    if !table.has("path") {
        let hint = format!("for example: {}", example("path"));
        reader.miss(table, "this [[handler]] has no `path`", hint);
    }
    let path = table.get("path").and_then(|value| path(reader, value));
    let name = table.get("name");
    let given = name.and_then(|value| reader.text(value, "leave it out: the path is the default"));
    let line = reader.line(&table.span);
    let text = |reader: &mut Reader<'a>, key| {
        let text = reader.text(table.get(key)?, "leave it out")?;
        Some(text.text.to_owned())
    };
    let handler = HandlerTable {
        name: match (&given, &path) {
            (Some(given), _) => given.text.to_owned(),
            (None, Some(path)) => default_name(path.text),
            (None, None) => String::new(),
        },
        path: path.as_ref().map(|path| PathBuf::from(path.text)).unwrap_or_default(),
        events: table.get("events").map(|value| events(reader, value)).unwrap_or_default(),
        options: options::read(reader, table),
        env: table.get("env").map(|value| env(reader, value)).unwrap_or_default(),
        runtime: table.get("runtime").and_then(|value| runtime(reader, value)),
        modes: table.get("mode").map(|value| modes(reader, value)).unwrap_or_default(),
        bin: text(reader, "bin"),
        release: table.get("release").and_then(|value| reader.boolean(value)).unwrap_or(false),
        memory: None,
        line,
    };
    // A name that could not be read, or whose key is misspelt, is not known.
    let known = given.as_ref().or(path.as_ref().filter(|_| !table.has("name")));
    if let Some(known) = known {
        check_name(reader, names, &handler, known.span.clone(), given.is_some());
    }
    handler
}

fn example(key: &str) -> &'static str {
    Section::Handler.key(key).map(|key| key.example).unwrap_or_default()
}

/// HANDLER, and that it is there.
fn path<'a>(reader: &mut Reader<'a>, value: Value<'a>) -> Option<Text<'a>> {
    let otherwise = "name the handler; `.` is the folder of this file";
    let text = reader.text(value, otherwise)?;
    if !is_there(text.text, reader.exists) {
        let message = format!("the handler {} does not exist", quoted(text.text));
        reader.refuse(text.span.clone(), message, RELATIVE);
    }
    Some(text)
}

/// Returns true if HANDLER names something that exists: itself, or for a script the file before a last
/// colon.
fn is_there(handler: &str, exists: &dyn Fn(&Path) -> bool) -> bool {
    let file = handler.rsplit_once(':').filter(|(file, export)| {
        let extension = Path::new(file).extension().and_then(|extension| extension.to_str());
        let is_script = extension.is_some_and(|extension| SCRIPTS.contains(&extension));
        is_script && !export.contains(['/', '\\'])
    });
    exists(Path::new(handler)) || file.is_some_and(|(file, _)| exists(Path::new(file)))
}

/// A path without what does not matter in it.
fn default_name(path: &str) -> String {
    let parts = Path::new(path).components().filter(|part| *part != Component::CurDir);
    let name = parts.collect::<PathBuf>().display().to_string();
    if name.is_empty() { ".".into() } else { name }
}

/// Refuses a name that another handler has.
fn check_name(
    reader: &mut Reader<'_>,
    names: &mut Names,
    handler: &HandlerTable,
    span: Range<usize>,
    is_given: bool,
) {
    let Some(first) = names.get(&handler.name) else {
        names.insert(handler.name.clone(), handler.line);
        return;
    };
    let name = quoted(&handler.name);
    let message = format!("duplicate name {name} (first defined on line {first})");
    let hint = if is_given {
        "give one of them another name"
    } else {
        "a path is the default of a name: give one of them a name"
    };
    reader.refuse(span, message, hint);
}

fn events<'a>(reader: &mut Reader<'a>, value: Value<'a>) -> Vec<Event> {
    let texts = reader.texts(value);
    texts.into_iter().filter_map(|text| event(reader, text)).collect()
}

fn event(reader: &mut Reader<'_>, Text { text, span }: Text<'_>) -> Option<Event> {
    if text == "-" {
        let message = "an event from stdin can be given on the command line only";
        reader.refuse(span, message, "name a file, or write JSON itself");
        return None;
    }
    if text.trim().is_empty() {
        reader.refuse(span, "this event is empty", "name a file, or write JSON such as \"{}\"");
        return None;
    }
    let there = (reader.exists)(Path::new(text));
    let json = serde_json::from_str::<IgnoredAny>(text);
    match json {
        _ if !begins_as_json(text) && there => Some(Event::File(text.into())),
        Ok(_) => Some(Event::Json(text.to_owned())),
        Err(error) if begins_as_json(text) => {
            let message = format!("the event {} is not JSON: {error}", quoted(text));
            reader.refuse(span, message, "Lambda events are JSON documents");
            None
        }
        Err(_) => {
            let message = format!("the event {} does not exist", quoted(text));
            reader.refuse(span, message, RELATIVE);
            None
        }
    }
}

/// As `--event` decides.
fn begins_as_json(text: &str) -> bool {
    text.trim_start().starts_with(['{', '[', '"'])
}

fn env<'a>(reader: &mut Reader<'a>, value: Value<'a>) -> Vec<(String, String)> {
    let DeValue::Table(entries) = value.item.get_ref() else {
        reader.wrong_type(value, None);
        return Vec::new();
    };
    let mut variables = Vec::new();
    for (key, item) in in_order(entries) {
        let name = key.get_ref().as_ref();
        if name.is_empty() || name.contains(['=', '\0']) {
            let message = format!("{} cannot be the name of a variable", quoted(name));
            reader.refuse(
                key.span(),
                message,
                "a name has at least one character, and no = or NUL",
            );
        }
        match item.get_ref() {
            DeValue::String(text) if text.contains('\0') => {
                let message = format!("the variable {} has a NUL character", quoted(name));
                reader.refuse(item.span(), message, "no variable can have one: remove it");
            }
            DeValue::String(text) => variables.push((name.to_owned(), text.clone().into_owned())),
            other => {
                let found = type_of(other);
                let message =
                    format!("the variable {} must be a string, got {found}", quoted(name));
                let hint = in_quotes(reader.source.at(item.span()), other);
                reader.refuse(item.span(), message, hint);
            }
        }
    }
    variables
}

/// The remedy for a value that is not a string.
fn in_quotes(written: &str, value: &DeValue<'_>) -> String {
    match value {
        DeValue::Array(_) | DeValue::Table(_) => format!("for example: {}", example("env")),
        _ => format!("put it in quotes: {}", quoted(written)),
    }
}

fn runtime<'a>(reader: &mut Reader<'a>, value: Value<'a>) -> Option<String> {
    let text = reader.string(value)?;
    let name = text.text;
    match runtime::find(name) {
        // A program of its own has no version to choose.
        Ok(Managed::OsOnly(_)) => {
            let message = format!("{} runs an executable, which has no other rules", quoted(name));
            reader.refuse(text.span, message, "leave `runtime` out");
            None
        }
        Err(refusal @ (Refusal::TooOld | Refusal::NotRun)) => {
            reader.refuse(text.span, format!("{} {refusal}", quoted(name)), "name one of these");
            None
        }
        Ok(Managed::Version(_)) | Err(Refusal::Unknown) => {
            let known = reader.one_of(&text, "managed runtime", &names::runtimes())?;
            Some(known.to_owned())
        }
    }
}

/// One mode or several.
fn modes<'a>(reader: &mut Reader<'a>, value: Value<'a>) -> Vec<String> {
    let known = names::modes();
    let span = value.item.span();
    let texts = match value.item.get_ref() {
        DeValue::String(text) => vec![Text { text, span }],
        DeValue::Array(_) => reader.texts(value),
        _ => {
            reader.wrong_type(value, None);
            Vec::new()
        }
    };
    let mode = |text: &Text<'a>| reader.one_of(text, "completion mode", &known);
    texts.iter().filter_map(mode).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_default_name_is_the_path_without_what_does_not_matter() {
        for (path, name) in [
            (".", "."),
            ("./", "."),
            ("./services/orders/", "services/orders"),
            ("services//./orders", "services/orders"),
            ("../other", "../other"),
            ("/opt/handler", "/opt/handler"),
            ("src/app.js:api.orders", "src/app.js:api.orders"),
        ] {
            assert_eq!(default_name(path), name, "{path}");
        }
    }

    #[test]
    fn an_export_is_no_part_of_the_file() {
        let exists = |path: &Path| ["app.js", "a:b", "bin:x"].iter().any(|p| path == Path::new(p));
        for there in ["app.js", "app.js:handler", "a:b", "bin:x", "app.js:"] {
            assert!(is_there(there, &exists), "{there}");
        }
        for missing in ["app.ts", "app.js:a/b", "app.js:a:b", "a:c", "app", "app:handler"] {
            assert!(!is_there(missing, &exists), "{missing}");
        }
    }
}
