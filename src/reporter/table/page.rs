//! The report for a person at a terminal: the answer first, what to do about it next, and what
//! needs no attention last.
//!
//! Only the order is decided here. Each part is a file of its own, the words come from `text` and
//! `sentence`, and `layout` puts them on the page.

use std::io::{self, Write};

use crate::report::Results;
use crate::reporter::table::gaps::gaps;
use crate::reporter::table::{
    footer, handlers, pending, stale_and_gone, verdict_line, verification,
};
use crate::reporter::text::layout::Page;

/// The appearance of the table. The caller knows the terminal.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct TableStyle {
    /// The columns that there are; fewer than 40 are taken for 40.
    pub width: u16,
    /// True for colour. Without it not one escape byte is written.
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
            verification::write(report, &mut page);
            stale_and_gone::stale(results, &mut page);
            footer::write(report, stale_and_gone::gone(results, false), &mut page);
        }
        _ => handlers::write(results, &mut page),
    }
    out.write_all(page.into_string().as_bytes())
}
