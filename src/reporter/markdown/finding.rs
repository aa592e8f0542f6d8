//! A finding as a row of a table in Markdown: what, where, since when, what will happen, and how to
//! mend it.

use crate::report::{Facts, Finding, Report};
use crate::reporter::markdown::escape::{advice, prose};
use crate::reporter::sentence;
use crate::reporter::sentence::lines::{Aspect, Line, lines};
use crate::reporter::text;

/// The heading of the table.
pub(super) const HEADING: &str = "\
    | what | where | since | what will happen | how to mend it |\n\
    | :-- | :-- | :-- | :-- | :-- |\n";

/// A new line in a cell, which can have none.
const BREAK: &str = "<br>";
/// A sentence is cut off after so many characters, so that no row takes the room of all others.
const LONGEST: usize = 2000;

/// The row.
pub(super) fn row(report: &Report, finding: &Finding) -> String {
    let mark = if finding.is_denied() { "✗" } else { "!" };
    let id = prose(&text::clip(&finding.id, 200));
    let mut cells = Cells::default();
    cells.what.push(format!("**{mark}** {id}: {}", sentence_of(&sentence::subject(finding))));
    let facts = Facts::of(report, finding);
    let several = facts.outcomes.len() > 1;
    lines(&facts).into_iter().for_each(|line| cells.add(line, several));
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
    /// Adds a line where it belongs. Lines without a column of their own keep their label. The modes
    /// of an outcome are named where there are several.
    fn add(&mut self, line: Line, several: bool) {
        let label = line.aspect.label();
        match line.aspect {
            Aspect::Place => self.place.push(sentence_of(&line.text)),
            Aspect::Since => self.since.push(sentence_of(&line.text)),
            Aspect::Outcome => self.then.push(match line.under.filter(|_| several) {
                Some(modes) => sentence_of(&format!("under {modes}: {}", line.text)),
                None => sentence_of(&line.text),
            }),
            Aspect::Risk => self.then.push(format!("{label}: {}", sentence_of(&line.text))),
            Aspect::Fix => self.fix.push(advice(&text::clip(&line.text, LONGEST))),
            Aspect::Socket
            | Aspect::Timer
            | Aspect::State
            | Aspect::Expectation
            | Aspect::Baseline => self.what.push(format!("{label}: {}", sentence_of(&line.text))),
        }
    }
}

fn sentence_of(text: &str) -> String {
    prose(&text::clip(text, LONGEST))
}
