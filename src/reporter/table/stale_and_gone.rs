//! The parts of the table for what is left over: expectations that expect nothing any more, and
//! what the baseline knows and is gone.

use crate::report::Results;
use crate::reporter::sentence::coverage;
use crate::reporter::text::layout::{Page, Row, Style};
use crate::rule::Level;

/// So many findings that went away are named.
const GONE_NAMED: usize = 5;

/// Writes the expectations that expect nothing any more.
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

/// The quiet lines for what is gone: some of it by name, and what to do about it. With several
/// handlers each line says whose it was.
pub(super) fn gone(results: &Results<'_>, several: bool) -> Vec<Row> {
    let quiet = |text: String| Row::new("gone", text).styled(Style::Dim, Style::Dim);
    let mut rows: Vec<Row> = results
        .gone()
        .take(GONE_NAMED)
        .map(|known| match several {
            true => coverage::gone_in_handler(known),
            false => coverage::gone(known),
        })
        .map(quiet)
        .collect();
    let number = results.gone().count();
    if number > GONE_NAMED {
        rows.push(quiet(format!("and {} more", number - GONE_NAMED)));
    }
    rows.extend(coverage::gone_in_all(results).map(quiet));
    rows
}
