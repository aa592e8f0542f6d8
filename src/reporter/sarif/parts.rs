//! Parts of a SARIF log: messages and places.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

use crate::report::{Place, Report};
use crate::reporter::sentence::plain as plain_text;

/// The characters that are escaped in a path.
const IN_PATH: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// Where paths begin: the root of the repository.
pub(super) const ROOT: &str = "%SRCROOT%";

/// A path as a relative URI.
pub(super) fn uri(path: &str) -> String {
    let path = path.trim_start_matches("./").trim_start_matches('/');
    utf8_percent_encode(path, IN_PATH).to_string()
}

/// A message in plain text.
#[derive(Serialize)]
pub(super) struct Message {
    text: String,
}

impl Message {
    /// A message of these lines, the first of which stands for it where there is room for one.
    pub(super) fn of(lines: &[String]) -> Self {
        Self { text: plain(&lines.join("\n")) }
    }
}

/// Text as it has to stand in a message of SARIF (2.1.0, 3.11.5 and 3.11.6): braces twice, for
/// placeholders stand in single ones; and nothing that reads as a link. Brackets alone are not
/// escaped outside of links, so a space is put into what would be one.
pub(super) fn plain(text: &str) -> String {
    text.replace('{', "{{").replace('}', "}}").replace("](", "] (")
}

/// A reference to a rule or a kind of notification in the tables of the driver.
#[derive(Serialize)]
pub(super) struct Descriptor {
    pub(super) id: &'static str,
    pub(super) index: usize,
}

/// A place.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Location {
    physical_location: Physical,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    logical_locations: Vec<Logical>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Artifact {
    uri: String,
    uri_base_id: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_column: Option<u32>,
}

#[derive(Serialize)]
struct Logical {
    name: String,
    kind: &'static str,
}

impl Location {
    /// Where something of a report was started; if that is not in the repository, its handler.
    pub(super) fn of(report: &Report, place: Option<&Place>) -> Self {
        let Some((path, line)) = plain_text::source(place) else {
            return Self::of_handler(report);
        };
        let column = place.and_then(|place| place.column).filter(|column| *column > 0);
        let region = line.map(|start_line| Region { start_line, start_column: column });
        let function = place.and_then(|place| place.function.as_deref());
        let function =
            function.map(|name| Logical { name: plain_text::name(name), kind: "function" });
        Self {
            logical_locations: function.into_iter().chain([handler(report)]).collect(),
            ..Self::at(path, region)
        }
    }

    /// The file that stands for a handler; without one, its name as if it were a path, for a
    /// result without any place is not taken.
    pub(super) fn of_handler(report: &Report) -> Self {
        let file = report.handler.file.as_deref().filter(|file| !file.is_empty());
        let file = file.unwrap_or(&report.handler.name);
        Self { logical_locations: vec![handler(report)], ..Self::at(file, None) }
    }

    /// A line of a file.
    pub(super) fn line(file: &str, line: u32) -> Self {
        let region = (line > 0).then_some(Region { start_line: line, start_column: None });
        Self::at(file, region)
    }

    fn at(path: &str, region: Option<Region>) -> Self {
        let path = uri(path);
        let path = if path.is_empty() { "loopcheck.toml".to_owned() } else { path };
        let artifact_location = Artifact { uri: path, uri_base_id: ROOT };
        Self {
            physical_location: Physical { artifact_location, region },
            logical_locations: Vec::new(),
        }
    }
}

fn handler(report: &Report) -> Logical {
    Logical { name: plain_text::handler(report), kind: "module" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_a_relative_uri() {
        assert_eq!(uri("./services/orders/src/main.rs"), "services/orders/src/main.rs");
        assert_eq!(uri("a b/[x]%20#1?.rs"), "a%20b/%5Bx%5D%2520%231%3F.rs");
        assert_eq!(uri("C:/ü"), "C%3A/%C3%BC");
        assert_eq!(uri("//host/x"), "host/x");
        assert_eq!(uri(".github/x"), ".github/x");
    }

    #[test]
    fn a_message_has_neither_placeholders_nor_links() {
        assert_eq!(plain("f::{closure}"), "f::{{closure}}");
        assert_eq!(plain("see [x](1) and [y]"), "see [x] (1) and [y]");
        assert_eq!(plain(r"[x\](1)"), r"[x\] (1)");
    }
}
