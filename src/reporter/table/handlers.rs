//! The table for several handlers: each that needs attention in full, then a line for every one.

use crate::report::{Report, Results, Verdict};
use crate::reporter::sentence::deciding;
use crate::reporter::sentence::verdict::{self, Counts};
use crate::reporter::table::gaps::gaps;
use crate::reporter::table::{footer, pending, stale_and_gone, verdict_line, verification};
use crate::reporter::text;
use crate::reporter::text::layout::{Page, Style};

/// A line between two handlers: as wide as the narrowest page.
const LINE: usize = 40;

/// Writes the results.
pub(super) fn write(results: &Results<'_>, page: &mut Page) {
    let shown = results.reports.iter().filter(|report| verdict::needs_attention(report));
    for (index, report) in shown.enumerate() {
        if index > 0 {
            line(page);
            page.blank();
        }
        in_full(report, page);
    }
    let any = results.reports.iter().any(verdict::needs_attention);
    if any {
        line(page);
    }
    gaps(results.gaps, page);
    stale_and_gone::stale(results, page);
    let mut rows = stale_and_gone::gone(results, true);
    rows.extend(footer::notes(results.gaps));
    if !rows.is_empty() {
        page.blank();
        page.rows(2, 10, &rows);
    }
    all(results, page);
    page.blank();
    verdict_line::answer(results.verdict, verdict::totals(results), page);
    let below = [deciding::sentence(results), verdict::selected(results)];
    for sentence in below.into_iter().flatten() {
        page.paragraph(verdict_line::lead(results.verdict), &sentence, Style::Dim);
    }
}

/// Writes the table of a single handler; the parts that concern all handlers come later.
fn in_full(report: &Report, page: &mut Page) {
    verdict_line::write(report, &report.handler.name, page);
    gaps(&report.gaps, page);
    pending::write(report, page);
    verification::write(report, page);
    footer::write(report, Vec::new(), page);
}

fn line(page: &mut Page) {
    page.blank();
    page.paragraph(0, &"─".repeat(LINE), Style::Dim);
}

/// A column, and the number of a handler that stands in it.
type Column = (&'static str, fn(&Counts) -> usize);

/// The columns that are there if one of the handlers has something in them.
const OPTIONAL: [Column; 3] = [
    ("warnings", |counts| counts.warnings),
    ("expected", |counts| counts.expected),
    ("baseline", |counts| counts.baseline),
];

/// A line for every handler.
fn all(results: &Results<'_>, page: &mut Page) {
    if results.reports.is_empty() {
        return;
    }
    let counts: Vec<Counts> = results.reports.iter().map(Counts::of).collect();
    let filled = |(_, number): &Column| counts.iter().any(|counts| number(counts) > 0);
    let optional: Vec<Column> = OPTIONAL.into_iter().filter(filled).collect();
    let mut heading = vec!["verdict", "handler", "unexpected"];
    heading.extend(optional.iter().map(|(name, _)| *name));
    heading.push("invoked");
    let handlers = results.reports.iter().zip(&counts);
    let rows: Vec<_> = handlers.map(|(report, counts)| row(report, counts, &optional)).collect();
    let numbers: Vec<usize> = (2..heading.len()).collect();
    page.blank();
    page.grid(2, &heading, &rows, &numbers);
}

fn row(report: &Report, counts: &Counts, optional: &[Column]) -> (Vec<String>, Style) {
    let name = text::clip(&report.handler.name, 200).into_owned();
    let mut cells = vec![verdict::word(report.verdict).to_owned(), name];
    cells.push(counts.unexpected.to_string());
    cells.extend(optional.iter().map(|(_, number)| number(counts).to_string()));
    cells.push(report.invocations.len().to_string());
    let style = match report.verdict {
        Verdict::Pass => Style::Plain,
        other => verdict_line::style(other),
    };
    (cells, style)
}
