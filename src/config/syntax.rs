//! Errors of the TOML parser, and the faults that are reported beside them.

use std::collections::BTreeSet;
use std::ops::Range;

use toml::de::{DeTable, DeValue, Error};

use crate::config::reader::Fault;
use crate::config::source::Source;
use crate::config::words;
use crate::model::problem::{self, Problem};

/// The parser's message for a key or table that is there a second time.
const DUPLICATE: &str = "duplicate key";

/// Every problem of a file, in its order.
///
/// A fault that may follow from something that could not be read is left out: one in the same line
/// or around it, something missing in the same table, and anything below a broken header.
pub(super) fn join(
    source: &Source<'_>,
    document: &DeTable<'_>,
    errors: &[Error],
    faults: Vec<Fault>,
) -> Vec<Problem> {
    let unread = Unread::new(source, document, errors);
    let own = faults.into_iter().filter(|fault| !unread.explains(source, fault));
    let mut problems: Vec<Problem> = own.map(|fault| fault.at(source)).collect();
    problems.extend(unreadable(source, errors));
    problems.sort();
    problems
}

/// The parts that could not be read.
struct Unread {
    /// Where it begins.
    places: BTreeSet<usize>,
    lines: BTreeSet<u32>,
    /// Where the lines begin that look like a header, by line; and those of them that are broken.
    headers: Vec<u32>,
    broken: BTreeSet<usize>,
    /// Where tables begin, by offset; and those that are not whole.
    tables: Vec<usize>,
    partial: BTreeSet<usize>,
}

impl Unread {
    fn new(source: &Source<'_>, document: &DeTable<'_>, errors: &[Error]) -> Self {
        // Of a key that stands there twice, the first one counts, and it was read.
        let headers = source.headers();
        let is_header = |error: &Error| headers.binary_search(&line(source, error)).is_ok();
        let unread = errors.iter().filter(|error| error.message() != DUPLICATE || is_header(error));
        let unread: Vec<&Error> = unread.collect();
        let tables = tables(document);
        Self {
            places: unread.iter().map(|error| span(error).start).collect(),
            lines: unread.iter().map(|error| line(source, error)).collect(),
            broken: unread
                .iter()
                .filter(|error| is_header(error))
                .map(|error| index(&headers, &line(source, error)))
                .collect(),
            partial: unread.iter().map(|error| index(&tables, &span(error).start)).collect(),
            headers,
            tables,
        }
    }

    /// Returns true if a fault may be no more than a consequence.
    fn explains(&self, source: &Source<'_>, fault: &Fault) -> bool {
        let (line, _) = source.position(fault.span.start);
        // In place of what it could not read, the parser puts something that stands nowhere.
        let is_nowhere = fault.span.is_empty() && !self.lines.is_empty();
        is_nowhere
            || self.lines.contains(&line)
            || self.places.range(fault.span.start..=fault.span.end).next().is_some()
            || self.broken.contains(&index(&self.headers, &line))
            || (fault.is_missing && self.partial.contains(&index(&self.tables, &fault.span.start)))
    }
}

/// Which of these parts something is in; 0: before the first.
fn index<T: Ord>(starts: &[T], at: &T) -> usize {
    starts.partition_point(|start| start <= at)
}

/// Where the tables of a document begin, in its order.
fn tables(document: &DeTable<'_>) -> Vec<usize> {
    let starts = document.values().flat_map(|item| match item.get_ref() {
        DeValue::Array(items) => items.iter().map(|item| item.span().start).collect(),
        DeValue::Table(_) => vec![item.span().start],
        _ => Vec::new(),
    });
    let mut starts: Vec<usize> = starts.collect();
    starts.sort_unstable();
    starts
}

fn span(error: &Error) -> Range<usize> {
    error.span().unwrap_or_default()
}

fn line(source: &Source<'_>, error: &Error) -> u32 {
    source.position(span(error).start).0
}

/// The first error of each line: what follows it there is mostly its consequence.
fn unreadable(source: &Source<'_>, errors: &[Error]) -> Vec<Problem> {
    let mut lines = BTreeSet::new();
    let problems = errors.iter().map(|error| problem(source, error));
    problems.filter(|problem| lines.insert(problem.line)).collect()
}

fn problem(source: &Source<'_>, error: &Error) -> Problem {
    let (line, column) = source.position(span(error).start);
    let hint = hint(error.message(), source.at(span(error)));
    let message = format!("invalid TOML: {}", words::remark(error.message()));
    Problem { line, column, message, hint }
}

/// The parser takes a word for the beginning of something else.
fn hint(message: &str, text: &str) -> Option<String> {
    const WORD: [&str; 3] = ["invalid boolean", "invalid float", "string values must be quoted"];
    if message == DUPLICATE {
        return Some("remove or rename one of them".into());
    }
    if message.starts_with("invalid date") {
        return Some("a date is written as 2027-06-01".into());
    }
    let is_word = WORD.iter().any(|word| message.starts_with(word)) && !text.is_empty();
    is_word.then(|| {
        let near = words::nearest(text, &["true", "false"]);
        let quotes = || format!("put text in quotes: {}", problem::quoted(text));
        if near.is_empty() { quotes() } else { words::did_you_mean(&near) }
    })
}
