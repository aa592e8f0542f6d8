//! SARIF 2.1.0, as GitHub code scanning takes it.
//!
//! Whatever stands among the results becomes an alert there: neither `kind` nor `baselineState` is
//! looked at, and to act on `suppressions` is left to others. So the results are what the reader of
//! a pull request needs: what is unexpected, what is meant or known (suppressed, and a note, so
//! that a result is an error exactly if it fails the run), expectations that are stale, and gaps,
//! for a run that did not see everything must not look like a clean one. What was safe, what is the
//! runtime's, and findings of allowed rules are left out. Known findings that have gone away are
//! notifications of the run: as results that are absent they would be alerts about what is mended.
//!
//! GitHub refuses a run with more than 25,000 results, and a result without a place. So there are
//! no more, the worst first, with a notification that counts the rest; and a finding without a
//! place in the repository stands at the file of its handler.

use std::io::{self, Write};

use serde::{Serialize, Serializer};

use crate::model::diagnostic::{DiagnosticId, Effect};
use crate::report::{Report, ReportedDiagnostic, Results, Verdict};
use crate::reporter::sarif::parts::{Descriptor, Location, Message, uri};
use crate::reporter::sarif::result::{self, Entry};
use crate::reporter::sarif::rules;
use crate::reporter::sentence::{coverage, plain};

/// So many results does GitHub take.
const MOST_RESULTS: usize = 25_000;

/// Writes the results as one run of SARIF.
pub fn write(results: &Results<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut out = io::BufWriter::new(out);
    let mut entries = result::entries(results);
    let left_out = entries.len().saturating_sub(MOST_RESULTS);
    entries.truncate(MOST_RESULTS);
    let log = Log {
        schema: "https://json.schemastore.org/sarif-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: ToolOf { driver: driver() },
            automation_details: Id { id: category(results) },
            invocations: [invocation(results, left_out)],
            original_uri_base_ids: rules::base(),
            column_kind: "unicodeCodePoints",
            results: Entries(&entries),
        }],
    };
    serde_json::to_writer_pretty(&mut out, &log)?;
    out.write_all(b"\n")?;
    out.flush()
}

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: ToolOf,
    automation_details: Id,
    invocations: [Invocation; 1],
    original_uri_base_ids: serde_json::Value,
    column_kind: &'static str,
    results: Entries<'a>,
}

#[derive(Serialize)]
struct ToolOf {
    driver: Driver,
}

#[derive(Serialize)]
struct Id {
    id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    version: &'static str,
    semantic_version: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    information_uri: Option<&'static str>,
    rules: Vec<rules::Rule>,
    notifications: Vec<rules::NotificationKind>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    exit_code: u8,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_execution_notifications: Vec<Notification>,
}

#[derive(Serialize)]
struct Notification {
    descriptor: Descriptor,
    level: &'static str,
    message: Message,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    locations: Vec<Location>,
}

/// The results, each made when it is written.
struct Entries<'a>(&'a [Entry<'a>]);

impl Serialize for Entries<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(Entry::result))
    }
}

fn driver() -> Driver {
    // Of the two addresses that a package can name, the one for its users first.
    let addresses = [env!("CARGO_PKG_HOMEPAGE"), env!("CARGO_PKG_REPOSITORY")];
    Driver {
        name: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
        semantic_version: env!("CARGO_PKG_VERSION"),
        information_uri: addresses.into_iter().find(|address| !address.is_empty()),
        rules: rules::rules(),
        notifications: rules::notifications(),
    }
}

/// The category of an upload: one replaces the last of the same category. It is
/// what stands before the last slash, so it ends with one.
fn category(results: &Results<'_>) -> String {
    let mut id = format!("{}/", env!("CARGO_PKG_NAME"));
    match (results.selection, results.reports) {
        (None, [report]) => id += &format!("{}/", uri(&report.handler.name)),
        (None, _) => {}
        (Some(selection), _) => {
            if let Some(filter) = &selection.filter {
                id += &format!("filter-{}/", uri(filter));
            }
            if let Some(shard) = selection.shard {
                id += &format!("shard-{}-of-{}/", shard.index, shard.count);
            }
        }
    }
    id
}

fn invocation(results: &Results<'_>, left_out: usize) -> Invocation {
    let own = results.gaps.iter().map(|gap| notification(None, gap));
    let of_reports = results
        .reports
        .iter()
        .flat_map(|report| report.gaps.iter().map(move |gap| notification(Some(report), gap)));
    let gone = results.gone().map(|known| note(rules::GONE, &coverage::gone_in_handler(known)));
    let cut = (left_out > 0).then(|| {
        let sentence = format!(
            "{left_out} results more than the {MOST_RESULTS} that stand here; \
             the JSON report has all of them"
        );
        note(rules::LEFT_OUT, &sentence)
    });
    Invocation {
        execution_successful: matches!(results.verdict, Verdict::Pass | Verdict::Fail),
        exit_code: results.exit_code,
        tool_execution_notifications: own.chain(of_reports).chain(gone).chain(cut).collect(),
    }
}

fn notification(report: Option<&Report>, gap: &ReportedDiagnostic) -> Notification {
    let mut lines = plain::gap(gap);
    lines.extend(report.map(|report| format!("handler: {}", plain::handler(report))));
    Notification {
        descriptor: rules::of_gap(gap.id),
        level: level(gap.id),
        message: Message::of(&lines),
        locations: report.map(Location::of_handler).into_iter().collect(),
    }
}

fn note(kind: usize, sentence: &str) -> Notification {
    Notification {
        descriptor: rules::of_kind(kind),
        level: "note",
        message: Message::of(&[sentence.to_owned()]),
        locations: Vec::new(),
    }
}

const fn level(gap: DiagnosticId) -> &'static str {
    match gap.effect() {
        Effect::Note => "note",
        Effect::Inconclusive => "warning",
        Effect::NoResponse | Effect::Usage | Effect::Internal | Effect::Interrupted => "error",
    }
}
