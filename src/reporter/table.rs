//! The report for a person at a terminal: the answer first, what to do about it next, and what
//! needs no attention last.
//!
//! Only the order is decided here. Each part is a file of its own, the words come from `text` and
//! `sentence`, and `layout` puts them on the page.

use std::io::{self, Write};

use crate::model::gap::Effect;
use crate::report::Report;
use crate::reporter::layout::{Page, Row, Style};
use crate::reporter::{pending, quiet, sentence, verdict_line};

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

/// Writes the report as text.
pub fn write(report: &Report, style: TableStyle, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::new(style.width, style.color);
    verdict_line::write(report, &mut page);
    gaps(report, &mut page);
    pending::write(report, &mut page);
    quiet::write(report, &mut page);
    out.write_all(page.into_string().as_bytes())
}

/// The gaps that decide the verdict.
fn gaps(report: &Report, page: &mut Page) {
    for gap in &report.gaps {
        if sentence::effect(gap) == Some(Effect::Note) {
            continue;
        }
        page.blank();
        page.rows(0, 2, &[Row::new("✗", sentence::gap(gap)).styled(Style::Red, Style::Bold)]);
        if let Some(hint) = sentence::hint(gap) {
            page.paragraph(2, &hint, Style::Plain);
        }
    }
}
