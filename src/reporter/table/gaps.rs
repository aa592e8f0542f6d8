//! The part of the table for gaps that decide the verdict.

use crate::model::diagnostic::Effect;
use crate::report::ReportedDiagnostic;
use crate::reporter::sentence;
use crate::reporter::text::layout::{Page, Row, Style};

/// The gaps that decide the verdict.
pub(super) fn gaps(gaps: &[ReportedDiagnostic], page: &mut Page) {
    for gap in gaps.iter().filter(|gap| gap.id.effect() != Effect::Note) {
        page.blank();
        page.rows(0, 2, &[Row::new("✗", sentence::gap(gap)).styled(Style::Red, Style::Bold)]);
        if let Some(hint) = sentence::hint(gap) {
            page.paragraph(2, &hint, Style::Plain);
        }
    }
}
