//! The report for a person at a terminal: the answer first, what to do about it next, and what
//! needs no attention last.
//!
//! Only the order is decided here. Each part is a file of its own, the words come from `text` and
//! `sentence`, and `layout` puts them on the page.

use std::io::{self, Write};

use crate::model::gap::Effect;
use crate::report::{ReportedGap, Results};
use crate::reporter::layout::{Page, Row, Style};
use crate::reporter::{leftover, pending, proof, quiet, sentence, suite, verdict_line};

/// How the table may look. Whoever calls knows the terminal.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct TableStyle {
    /// The columns that there are; fewer than 40 are taken for 40.
    pub width: u16,
    /// Whether to colour. Without it not one escape byte is written.
    pub color: bool,
}

impl Default for TableStyle {
    fn default() -> Self {
        Self { width: 80, color: false }
    }
}

/// Writes the results as text.
pub fn write(results: &Results<'_>, style: TableStyle, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::new(style.width, style.color);
    match (results.selection, results.reports) {
        (None, [report]) => {
            verdict_line::write(report, &report.handler.path, &mut page);
            gaps(&report.gaps, &mut page);
            pending::write(report, &mut page);
            proof::write(report, &mut page);
            leftover::stale(results, &mut page);
            quiet::write(report, leftover::gone(results, false), &mut page);
        }
        _ => suite::write(results, &mut page),
    }
    out.write_all(page.into_string().as_bytes())
}

/// The gaps that decide the verdict.
pub(super) fn gaps(gaps: &[ReportedGap], page: &mut Page) {
    for gap in gaps.iter().filter(|gap| gap.id.effect() != Effect::Note) {
        page.blank();
        page.rows(0, 2, &[Row::new("✗", sentence::gap(gap)).styled(Style::Red, Style::Bold)]);
        if let Some(hint) = sentence::hint(gap) {
            page.paragraph(2, &hint, Style::Plain);
        }
    }
}
