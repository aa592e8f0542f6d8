//! A report of an earlier run, from a file: complete, of a known version, and internally consistent.

use std::io::Read;
use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use crate::error::CommandError;
use crate::gate;
use crate::report::{Document, Report, SCHEMA, SUITE_SCHEMA, Suite};
use crate::reporter::text;

/// The prefixes of the names of reports; a version follows.
const ONE: &str = "loopcheck.report/v";
const MANY: &str = "loopcheck.reports/v";

/// Reads a report; `-` is stdin.
pub(crate) fn read(path: &Path) -> Result<Document, CommandError> {
    let name = name(path);
    let bytes = bytes(path).map_err(|error| {
        CommandError::input(format!("could not read the report {name}: {error}"), None)
    })?;
    parse(&name, &bytes)
}

/// Returns the name of a file in a message.
pub(crate) fn name(path: &Path) -> String {
    if is_stdin(path) { "stdin".to_owned() } else { path.display().to_string() }
}

/// Returns whether stdin is meant.
pub(crate) fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

fn bytes(path: &Path) -> std::io::Result<Vec<u8>> {
    if !is_stdin(path) {
        return std::fs::read(path);
    }
    let mut bytes = Vec::new();
    std::io::stdin().lock().read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The part of a document that says what it is.
#[derive(Deserialize)]
struct Head {
    schema: Option<serde_json::Value>,
}

fn parse(name: &str, bytes: &[u8]) -> Result<Document, CommandError> {
    let head: Head = json(name, bytes)?;
    let schema = head.schema.as_ref().and_then(serde_json::Value::as_str);
    let document = match schema {
        Some(SCHEMA) => Document::One(json::<Box<Report>>(name, bytes)?),
        Some(SUITE_SCHEMA) => Document::Many(json::<Box<Suite>>(name, bytes)?),
        Some(other) => return Err(foreign(name, other)),
        None => return Err(no_report(name, "it has no `schema`")),
    };
    match gate::contradiction(&document) {
        None => Ok(document),
        Some(wrong) => Err(CommandError::input(
            format!("{name} contradicts itself: {}", text::clip(&wrong, 500)),
            Some("give the file as `-f json` wrote it, without changes".into()),
        )),
    }
}

fn json<T: DeserializeOwned>(name: &str, bytes: &[u8]) -> Result<T, CommandError> {
    serde_json::from_slice(bytes).map_err(|error| {
        // serde_json ends its messages with the place.
        let place = format!(" at line {} column {}", error.line(), error.column());
        let what = error.to_string().replace(&place, "");
        let (what, line, column) = (text::clip(&what, 500), error.line(), error.column());
        match error.classify() {
            Category::Data => no_report(name, &format!("{what} at {line}:{column}")),
            Category::Syntax | Category::Eof | Category::Io => CommandError::input(
                format!("{name} is not JSON: {what} at {line}:{column}"),
                Some("a report is written with `-f json=FILE`".into()),
            ),
        }
    })
}

fn foreign(name: &str, schema: &str) -> CommandError {
    let version = schema.strip_prefix(ONE).or(schema.strip_prefix(MANY));
    let newer = version.and_then(|version| version.parse::<u32>().ok()).is_some_and(|v| v > 1);
    let schema = text::clip(schema, 100);
    if newer {
        return CommandError::input(
            format!("{name} is a {schema}, which a newer version of loopcheck wrote"),
            Some(format!("this one reads {SCHEMA} and {SUITE_SCHEMA}: install the newer one")),
        );
    }
    no_report(name, &format!("it is a {schema}"))
}

fn no_report(name: &str, why: &str) -> CommandError {
    CommandError::input(
        format!("{name} is not a report of loopcheck: {why}"),
        Some("a report is written with `-f json=FILE`".into()),
    )
}
