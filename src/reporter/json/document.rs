//! The report as JSON: `loopcheck.report/v1`, whole, whatever the verdict; for several handlers
//! `loopcheck.reports/v1`.
//!
//! [`crate::report`] and the schema under `testdata/schema` describe the fields.

use std::io::{self, Write};

use serde::Serialize;

use crate::report::{Diff, Document, Report};
use crate::reporter::text;

/// Writes the report as indented JSON with a newline at the end.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    write_value(report, out)
}

/// Writes the comparison of two reports, `loopcheck.diff/v1`, in the same way.
pub fn write_diff(diff: &Diff, out: &mut dyn Write) -> io::Result<()> {
    write_value(diff, out)
}

/// Writes the report of one handler or of several, in the same way.
pub fn write_document(document: &Document, out: &mut dyn Write) -> io::Result<()> {
    write_value(document, out)
}

fn write_value(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let json = serde_json::to_string_pretty(value)?;
    out.write_all(harmless(&json).as_bytes())?;
    out.write_all(b"\n")
}

/// Escapes what serde_json leaves in place and a terminal may obey. Such characters stand in
/// strings only, so the JSON means the same.
fn harmless(json: &str) -> String {
    let mut safe = String::with_capacity(json.len());
    for line in json.split_inclusive('\n') {
        // serde_json has escaped the rest of ASCII; and few lines have anything else.
        if line.is_ascii() && !line.contains('\u{7f}') {
            safe.push_str(line);
        } else {
            line.chars().for_each(|c| push(&mut safe, c));
        }
    }
    safe
}

fn push(safe: &mut String, c: char) {
    if c != '\n' && text::is_unprintable(c) {
        let mut units = [0; 2];
        safe.extend(c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
    } else {
        safe.push(c);
    }
}
