//! A finding as a row of a table in Markdown: what, where, since when, what will happen, and how to
//! mend it.

use crate::report::{Finding, Report};
use crate::reporter::markdown::escape::{advice, prose};
use crate::reporter::sentence::verdict::is_denied;
use crate::reporter::sentence::{by_policy, finding as sentence};
use crate::reporter::text;

/// What stands above the rows.
pub(super) const HEADING: &str = "\
    | what | where | since | what will happen | how to mend it |\n\
    | :-- | :-- | :-- | :-- | :-- |\n";

/// A new line in a cell, which can have none.
const BREAK: &str = "<br>";
/// A sentence is cut off after so many characters, so that no row takes the room of all others.
const LONGEST: usize = 2000;

/// The row.
pub(super) fn row(report: &Report, finding: &Finding) -> String {
    let mark = if is_denied(finding) { "✗" } else { "!" };
    let id = prose(&text::clip(&finding.id, 200));
    let mut cells = Cells::default();
    cells.what.push(format!("**{mark}** {id}: {}", sentence_of(&sentence::what(finding))));
    for (label, fact) in by_policy::facts(report, finding) {
        let told = match label {
            "fix" => advice(&text::clip(&fact, LONGEST)),
            _ => sentence_of(&fact),
        };
        cells.add(label, &told);
    }
    let Cells { what, place, since, then, fix } = cells;
    let cells = [what, place, since, then, fix].map(|cell| cell.join(BREAK));
    format!("| {} |\n", cells.join(" | "))
}

/// The cells of a row, each a few sentences.
#[derive(Default)]
struct Cells {
    what: Vec<String>,
    place: Vec<String>,
    since: Vec<String>,
    then: Vec<String>,
    fix: Vec<String>,
}

impl Cells {
    /// Adds a fact where it belongs. Facts that a column has no heading for keep their label.
    fn add(&mut self, label: &str, sentence: &str) {
        match label {
            "where" => self.place.push(sentence.to_owned()),
            "since" => self.since.push(sentence.to_owned()),
            "then" => self.then.push(sentence.to_owned()),
            "risk" => self.then.push(format!("risk: {sentence}")),
            "fix" => self.fix.push(sentence.to_owned()),
            _ => self.what.push(format!("{label}: {sentence}")),
        }
    }
}

fn sentence_of(text: &str) -> String {
    prose(&text::clip(text, LONGEST))
}
