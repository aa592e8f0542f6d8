//! From the text of a configuration to what it says, or to everything that is wrong with it.

use std::ops::Range;
use std::path::Path;

use toml::de::{DeTable, DeValue};

use crate::config::handler::Names;
use crate::config::keys::Section;
use crate::config::reader::{Reader, Value, type_of};
use crate::config::{Config, expect, handler, options, rules, syntax};
use crate::model::problem::Problem;

/// Reads a configuration. `file` is what it is called in a report; `exists` looks up a
/// path, which is relative to the configuration's folder unless it is absolute.
///
/// # Errors
///
/// Everything that is wrong with it, in the order of the file.
pub fn parse(
    text: &str,
    file: &str,
    exists: &dyn Fn(&Path) -> bool,
) -> Result<Config, Vec<Problem>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (document, errors) = DeTable::parse_recoverable(text);
    let mut reader = Reader::new(text, file, exists);
    let config = config(&mut reader, document.get_ref());
    let (source, faults) = reader.finish();
    let problems = syntax::join(&source, document.get_ref(), &errors, faults);
    if problems.is_empty() { Ok(config) } else { Err(problems) }
}

fn config<'a>(reader: &mut Reader<'a>, document: &'a DeTable<'a>) -> Config {
    let top = reader.open(Section::Top, 0..0, document);
    let mut config = Config { options: options::read(reader, &top), ..Config::default() };
    let mut names = Names::default();
    for (span, entries) in tables(reader, top.get("handler")) {
        let table = reader.open(Section::Handler, span, entries);
        config.handlers.push(handler::read(reader, &table, &mut names));
    }
    for (span, entries) in tables(reader, top.get("expect")) {
        let table = reader.open(Section::Expect, span, entries);
        config.expected.push(expect::read(reader, &table));
    }
    if let Some(value) = top.get("rules") {
        config.levels = rules::read(reader, value);
    }
    config
}

/// The tables of a list, each with the place of its header.
fn tables<'a>(
    reader: &mut Reader<'a>,
    value: Option<Value<'a>>,
) -> Vec<(Range<usize>, &'a DeTable<'a>)> {
    let Some(value) = value else { return Vec::new() };
    let DeValue::Array(items) = value.item.get_ref() else {
        reader.wrong_type(value, Some(format!("write its header as {}", value.key.example)));
        return Vec::new();
    };
    let mut tables = Vec::new();
    for item in items {
        match item.get_ref() {
            DeValue::Table(entries) => tables.push((item.span(), entries)),
            other => {
                let (name, found) = (value.key.name, type_of(other));
                let message = format!("`{name}` must list tables, got {found}");
                reader.refuse(item.span(), message, format!("write {}", value.key.example));
            }
        }
    }
    tables
}
