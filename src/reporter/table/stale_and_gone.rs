//! The parts of the table for stale expectations, and for findings that are gone from the baseline.

use crate::report::Results;
use crate::reporter::sentence::coverage;
use crate::reporter::text::layout::{Page, Row, Style};
use crate::rule::Level;

/// So many findings that went away are named.
const GONE_NAMED: usize = 5;

/// Writes the stale expectations.
pub(super) fn stale(results: &Results<'_>, page: &mut Page) {
    let mut rows: Vec<Row> = results
        .stale()
        .map(|known| {
            let (label, color) = match known.level {
                Level::Deny => ("✗ stale", Style::Red),
                Level::Warn | Level::Allow => ("! stale", Style::Yellow),
            };
            Row::new(label, coverage::stale(known)).styled(color, Style::Plain)
        })
        .collect();
    if rows.is_empty() {
        return;
    }
    rows.push(Row::new("  fix", coverage::stale_help()).styled(Style::Green, Style::Plain));
    page.blank();
    page.rows(2, 10, &rows);
}

/// Footer lines for findings that are gone: some of them by name, and the remedy. With several handlers
/// each line names its own.
pub(super) fn gone(results: &Results<'_>, several: bool) -> Vec<Row> {
    let line = |text: String| Row::new("gone", text).styled(Style::Dim, Style::Dim);
    let mut rows: Vec<Row> = results
        .gone()
        .take(GONE_NAMED)
        .map(|known| match several {
            true => coverage::gone_in_handler(known),
            false => coverage::gone(known),
        })
        .map(line)
        .collect();
    let number = results.gone().count();
    if number > GONE_NAMED {
        rows.push(line(format!("and {} more", number - GONE_NAMED)));
    }
    rows.extend(coverage::gone_in_all(results).map(line));
    rows
}
