//! JUnit's XML, which every CI system shows: a suite for each handler, and in it a case for each
//! invocation, for the evidence, and for what is pending at no invocation.
//!
//! The document has a failure or an error exactly if the exit code is not 0. A `failure` is
//! something that was pending and should not have been, or an expectation that has to go; an
//! `error` is what kept loopcheck from an answer. What is expected, known or a warning stands in
//! `system-out`. Which cases there are is decided in `cases`; here they are written.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use crate::report::Results;
use crate::reporter::junit::cases::{self, Case, Outcome, Suite};
use crate::reporter::text;

/// Attributes are cut off after so many characters.
const LONGEST_ATTRIBUTE: usize = 1000;

/// Writes the results as JUnit's XML.
pub fn write(results: &Results<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut out = io::BufWriter::new(out);
    let suites = cases::suites(results);
    let mut xml = Writer::new_with_indent(&mut out, b' ', 2);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let totals = Totals::of(suites.iter().flat_map(|suite| &suite.cases));
    let root = xml.create_element("testsuites").with_attribute(("name", env!("CARGO_PKG_NAME")));
    root.with_attributes(totals.attributes().iter().map(pair))
        .write_inner_content(|xml| suites.iter().try_for_each(|suite| write_suite(suite, xml)))?;
    out.write_all(b"\n")?;
    out.flush()
}

/// The number of cases by outcome.
#[derive(Default)]
struct Totals {
    tests: usize,
    failures: usize,
    errors: usize,
    micros: u64,
}

impl Totals {
    fn of<'a, 'b: 'a>(cases: impl Iterator<Item = &'a Case<'b>>) -> Self {
        cases.fold(Self::default(), |sum, case| Self {
            tests: sum.tests + 1,
            failures: sum.failures + usize::from(case.outcome == Outcome::Failure),
            errors: sum.errors + usize::from(case.outcome == Outcome::Error),
            micros: sum.micros.saturating_add(case.micros()),
        })
    }

    fn attributes(&self) -> [(&'static str, String); 5] {
        [
            ("tests", self.tests.to_string()),
            ("failures", self.failures.to_string()),
            ("errors", self.errors.to_string()),
            ("skipped", "0".to_owned()),
            ("time", seconds(self.micros)),
        ]
    }
}

fn write_suite<W: Write>(suite: &Suite<'_>, xml: &mut Writer<W>) -> io::Result<()> {
    let totals = Totals::of(suite.cases.iter());
    let name = attribute(&suite.name);
    let element = xml.create_element("testsuite").with_attribute(("name", name.as_str()));
    element.with_attributes(totals.attributes().iter().map(pair)).write_inner_content(|xml| {
        suite.cases.iter().try_for_each(|case| write_case(suite, case, xml))
    })?;
    Ok(())
}

fn write_case<W: Write>(suite: &Suite<'_>, case: &Case<'_>, xml: &mut Writer<W>) -> io::Result<()> {
    let text = case.text();
    let mut attributes = vec![
        ("name", attribute(&case.name())),
        ("classname", attribute(&suite.name)),
        ("time", seconds(case.micros())),
    ];
    if let Some((file, line)) = &text.place {
        attributes.push(("file", attribute(file)));
        attributes.extend(line.map(|line| ("line", line.to_string())));
    }
    let element = xml.create_element("testcase").with_attributes(attributes.iter().map(pair));
    if case.outcome == Outcome::Pass && text.aside.is_empty() {
        return element.write_empty().map(drop);
    }
    element.write_inner_content(|xml| {
        if let Some(tag) = tag(case.outcome) {
            let known = [("message", attribute(&text.message)), ("type", attribute(text.kind))];
            let element = xml.create_element(tag).with_attributes(known.iter().map(pair));
            element.write_text_content(BytesText::new(&legal(&text.body)))?;
        }
        if !text.aside.is_empty() {
            let element = xml.create_element("system-out");
            element.write_text_content(BytesText::new(&legal(&text.aside)))?;
        }
        Ok(())
    })?;
    Ok(())
}

const fn tag(outcome: Outcome) -> Option<&'static str> {
    match outcome {
        Outcome::Pass => None,
        Outcome::Failure => Some("failure"),
        Outcome::Error => Some("error"),
    }
}

fn pair<'a>((name, value): &'a (&'static str, String)) -> (&'a str, &'a str) {
    (name, value)
}

fn attribute(foreign: &str) -> String {
    legal(&text::clip(foreign, LONGEST_ATTRIBUTE)).into_owned()
}

fn seconds(micros: u64) -> String {
    format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000)
}

/// The text with the characters made visible that XML 1.0 does not have. Most have been already:
/// nothing foreign comes here but through [`text::sanitize`].
fn legal(text: &str) -> Cow<'_, str> {
    let is_legal = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    if text.chars().all(is_legal) {
        return Cow::Borrowed(text);
    }
    let mut legal = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_legal(c) {
            legal.push(c);
        } else {
            // Writing to a String cannot fail.
            let _ = write!(legal, "{}", c.escape_unicode());
        }
    }
    Cow::Owned(legal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_does_not_have_is_made_visible() {
        assert_eq!(legal("a\u{fffe}\u{ffff}b\u{0}"), "a\\u{fffe}\\u{ffff}b\\u{0}");
        assert!(matches!(legal("naïve\n🦀\u{fffd}"), Cow::Borrowed(_)));
    }

    #[test]
    fn seconds_are_exact() {
        assert_eq!(seconds(0), "0.000000");
        assert_eq!(seconds(12_400), "0.012400");
        assert_eq!(seconds(3_000_001), "3.000001");
    }
}
