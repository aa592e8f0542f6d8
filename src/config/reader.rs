//! Reads the values of a table, and keeps what is wrong with them.

use std::ops::Range;
use std::path::Path;
use std::time::Duration;

use toml::Spanned;
use toml::de::{DeInteger, DeString, DeTable, DeValue};

use crate::config::keys::{Key, Section};
use crate::config::limits::Unfit;
use crate::config::source::Source;
use crate::config::words;
use crate::model::problem::{self, Problem};

/// A value or key with its place.
pub(super) type Item<'a> = Spanned<DeValue<'a>>;

/// Something that is wrong.
#[derive(Debug)]
pub(super) struct Fault {
    /// Where, in bytes.
    pub(super) span: Range<usize>,
    /// True for a fault that reports something missing.
    pub(super) is_missing: bool,
    message: String,
    hint: Option<String>,
}

impl Fault {
    /// With line and column.
    pub(super) fn at(self, source: &Source<'_>) -> Problem {
        let (line, column) = source.position(self.span.start);
        Problem { line, column, message: self.message, hint: self.hint }
    }
}

/// A table of the configuration.
#[derive(Debug)]
pub(super) struct Table<'a> {
    section: Section,
    /// Its header.
    pub(super) span: Range<usize>,
    entries: &'a DeTable<'a>,
    /// The keys that its unknown keys may be misspellings of.
    meant: Vec<&'static str>,
}

/// A value of a table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Value<'a> {
    /// Its key.
    pub(super) key: &'static Key,
    /// Itself.
    pub(super) item: &'a Item<'a>,
}

/// A text, and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Text<'a> {
    /// The text.
    pub(super) text: &'a str,
    /// Its place.
    pub(super) span: Range<usize>,
}

impl<'a> Table<'a> {
    /// A value, if it is there.
    pub(super) fn get(&self, name: &str) -> Option<Value<'a>> {
        let key = self.section.key(name)?;
        Some(Value { key, item: self.entries.get(name)? })
    }

    /// Returns true if a key is there, perhaps misspelt.
    pub(super) fn has(&self, name: &str) -> bool {
        self.entries.contains_key(name) || self.meant.contains(&name)
    }
}

/// Reads values, and keeps what is wrong.
pub(super) struct Reader<'a> {
    /// The text of the file.
    pub(super) source: Source<'a>,
    /// The name of the file in a report.
    pub(super) file: &'a str,
    /// Looks up a path in the file's folder.
    pub(super) exists: &'a dyn Fn(&Path) -> bool,
    faults: Vec<Fault>,
}

impl<'a> Reader<'a> {
    /// Reads this text.
    pub(super) fn new(text: &'a str, file: &'a str, exists: &'a dyn Fn(&Path) -> bool) -> Self {
        Self { source: Source::new(text), file, exists, faults: Vec::new() }
    }

    /// The text, and everything that is wrong.
    pub(super) fn finish(self) -> (Source<'a>, Vec<Fault>) {
        (self.source, self.faults)
    }

    /// Keeps something that is wrong.
    pub(super) fn refuse(
        &mut self,
        span: Range<usize>,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        let (message, hint) = (message.into(), Some(hint.into()));
        self.faults.push(Fault { span, is_missing: false, message, hint });
    }

    /// Keeps that something is not in a table.
    pub(super) fn miss(&mut self, table: &Table<'_>, message: &str, hint: impl Into<String>) {
        self.faults.push(Fault {
            span: table.span.clone(),
            is_missing: true,
            message: message.to_owned(),
            hint: Some(hint.into()),
        });
    }

    /// The line of a place.
    pub(super) fn line(&self, span: &Range<usize>) -> u32 {
        self.source.position(span.start).0
    }

    /// Opens a table, and keeps every key that it should not have.
    pub(super) fn open(
        &mut self,
        section: Section,
        span: Range<usize>,
        entries: &'a DeTable<'a>,
    ) -> Table<'a> {
        let known = section.names();
        let mut meant = Vec::new();
        for (key, value) in entries {
            if known.contains(&key.get_ref().as_ref()) {
                continue;
            }
            let unknown = section.unknown(key.get_ref());
            for span in self.occurrences(key, value) {
                self.refuse(span, unknown.message.clone(), unknown.hint.clone());
            }
            meant.extend(unknown.near);
        }
        Table { section, span, entries, meant }
    }

    /// Where a key stands: once, but for a list of tables.
    fn occurrences(&self, key: &Spanned<DeString<'_>>, value: &Item<'_>) -> Vec<Range<usize>> {
        let items = value.get_ref().as_array().into_iter().flat_map(|items| items.iter().skip(1));
        let headers =
            items.map(Spanned::span).filter(|span| self.source.at(span.clone()).starts_with("[["));
        std::iter::once(key.span()).chain(headers.map(|span| span.start + 2..span.end)).collect()
    }

    /// A value that is not what its key takes. `hint` is how to mend it, if that is known.
    pub(super) fn wrong_type(&mut self, value: Value<'a>, hint: Option<String>) {
        let Key { name, form, example } = value.key;
        let found = type_of(value.item.get_ref());
        let hint = hint.unwrap_or_else(|| format!("for example: {example}"));
        self.refuse(value.item.span(), format!("`{name}` must be {form}, got {found}"), hint);
    }

    /// A string, if the value is one.
    pub(super) fn string(&mut self, value: Value<'a>) -> Option<Text<'a>> {
        let span = value.item.span();
        let text = value.item.get_ref().as_str().map(|text| Text { text, span });
        if text.is_none() {
            self.wrong_type(value, None);
        }
        text
    }

    /// A string that says something. `otherwise` is what to do if it is to say nothing.
    pub(super) fn text(&mut self, value: Value<'a>, otherwise: &str) -> Option<Text<'a>> {
        let text = self.string(value)?;
        if text.text.trim().is_empty() {
            self.refuse(text.span, format!("`{}` is empty", value.key.name), otherwise);
            return None;
        }
        Some(text)
    }

    /// Strings of an array that is not empty.
    pub(super) fn texts(&mut self, value: Value<'a>) -> Vec<Text<'a>> {
        let name = value.key.name;
        let items = match value.item.get_ref() {
            DeValue::Array(items) => items,
            DeValue::String(text) => {
                let hint = format!("write it as {name} = [{}]", problem::quoted(text));
                self.wrong_type(value, Some(hint));
                return Vec::new();
            }
            _ => {
                self.wrong_type(value, None);
                return Vec::new();
            }
        };
        if items.is_empty() {
            self.refuse(value.item.span(), format!("`{name}` is empty"), "leave it out");
        }
        items.iter().filter_map(|item| self.item(value.key, item)).collect()
    }

    fn item(&mut self, key: &'static Key, item: &'a Item<'a>) -> Option<Text<'a>> {
        let span = item.span();
        if let Some(text) = item.get_ref().as_str() {
            return Some(Text { text, span });
        }
        let found = type_of(item.get_ref());
        let message = format!("`{}` must list strings, got {found}", key.name);
        self.refuse(span, message, format!("for example: {}", key.example));
        None
    }

    /// A whole number from 1.
    pub(super) fn number(&mut self, value: Value<'a>, most: u32) -> Option<u32> {
        match value.item.get_ref() {
            DeValue::Integer(integer) => {
                let number = whole(integer).filter(|number| (1..=most).contains(number));
                if number.is_none() {
                    self.out_of_bounds(value, integer, most);
                }
                number
            }
            DeValue::String(text) => {
                let quoted = text.trim().parse::<u32>().ok();
                let hint = |number| format!("leave the quotes out: {} = {number}", value.key.name);
                self.wrong_type(value, quoted.map(hint));
                None
            }
            _ => {
                self.wrong_type(value, None);
                None
            }
        }
    }

    fn out_of_bounds(&mut self, value: Value<'a>, integer: &DeInteger<'_>, most: u32) {
        let Key { name, example, .. } = value.key;
        let found = words::remark(&integer.to_string());
        let hint = match (*name, whole(integer)) {
            ("max", Some(0)) => "leave the expectation out: then nothing is expected".into(),
            _ => format!("for example: {example}"),
        };
        let message = format!("`{name}` must be between 1 and {most}, got {found}");
        self.refuse(value.item.span(), message, hint);
    }

    /// True or false.
    pub(super) fn boolean(&mut self, value: Value<'a>) -> Option<bool> {
        let boolean = value.item.get_ref().as_bool();
        if boolean.is_none() {
            let word = value.item.get_ref().as_str().unwrap_or_default();
            let quoted = matches!(word, "true" | "false");
            let hint = format!("leave the quotes out: {} = {word}", value.key.name);
            self.wrong_type(value, quoted.then_some(hint));
        }
        boolean
    }

    /// A duration within the bounds of `read`.
    pub(super) fn duration(
        &mut self,
        value: Value<'a>,
        read: fn(&str) -> Result<Duration, Unfit>,
    ) -> Option<Duration> {
        let Text { text, span } = self.string(value)?;
        match read(text) {
            Ok(duration) => Some(duration),
            Err(Unfit { what, hint }) => {
                let (name, quoted) = (value.key.name, problem::quoted(text));
                let message = format!("`{name}` is {quoted}: {}", words::remark(&what));
                self.refuse(span, message, hint);
                None
            }
        }
    }

    /// One of these words; `what` is what they are.
    pub(super) fn one_of(
        &mut self,
        text: &Text<'a>,
        what: &str,
        known: &[&'static str],
    ) -> Option<&'static str> {
        let found = known.iter().copied().find(|word| *word == text.text);
        if found.is_none() {
            let message = format!("unknown {what} {}", problem::quoted(text.text));
            self.refuse(text.span.clone(), message, words::suggestion(text.text, known));
        }
        found
    }
}

fn whole(integer: &DeInteger<'_>) -> Option<u32> {
    u32::from_str_radix(integer.as_str(), integer.radix()).ok()
}

/// The entries of a table in the order of the file.
pub(super) fn in_order<'a>(
    entries: &'a DeTable<'a>,
) -> Vec<(&'a Spanned<DeString<'a>>, &'a Item<'a>)> {
    let mut entries: Vec<_> = entries.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    entries
}

/// The type of a value, in words.
pub(super) const fn type_of(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a decimal number",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "an array",
        DeValue::Table(_) => "a table",
    }
}
