//! The part of the table for `--prove`: each prediction beside what was observed, then the peers
//! whose connections were broken, then remarks.

use crate::report::{Agreement, PeerEffect, Report, Verification};
use crate::reporter::sentence::peers::{Broken, HEADING, broken};
use crate::reporter::sentence::verification::{Tried, heading, remarks, tried};
use crate::reporter::text::layout::{Page, Row, Style};

/// Writes the table, if anything was proved.
pub(super) fn write(report: &Report, page: &mut Page) {
    let Some(verification) = &report.verification else { return };
    page.blank();
    page.paragraph(0, &heading(verification), Style::Bold);
    let rows: Vec<_> = tried(report, verification).into_iter().map(row).collect();
    if !rows.is_empty() {
        page.blank();
        page.grid(2, &["policy", "what", "predicted", "observed"], &rows, &[]);
    }
    write_peers(verification, page);
    let remarks = remarks(report, verification);
    if !remarks.is_empty() {
        page.blank();
        let rows: Vec<Row> =
            remarks.into_iter().map(|(label, remark)| Row::new(label, remark)).collect();
        page.rows(2, 10, &rows);
    }
}

fn row(tried: Tried) -> (Vec<String>, Style) {
    let (mark, style) = match tried.verdict {
        Agreement::Confirmed => ("✓", Style::Plain),
        Agreement::NotShown => ("–", Style::Dim),
        Agreement::Contradicted => ("✗", Style::Red),
    };
    let policy = format!("{mark}\u{a0}{}", tried.policy);
    (vec![policy, tried.what, tried.predicted, tried.observed], style)
}

/// Writes the table, if any peer was broken.
fn write_peers(verification: &Verification, page: &mut Page) {
    let rows: Vec<_> = broken(verification).into_iter().map(peer_row).collect();
    if !rows.is_empty() {
        page.blank();
        page.grid(2, &HEADING, &rows, &[]);
    }
}

fn peer_row(broken: Broken) -> (Vec<String>, Style) {
    let (mark, style) = match broken.effect {
        Some(PeerEffect::Fails | PeerEffect::Hangs) => ("✗", Style::Red),
        Some(PeerEffect::Retries | PeerEffect::Answers) => ("✓", Style::Plain),
        Some(PeerEffect::AnswersOtherwise) => ("!", Style::Plain),
        None => ("–", Style::Dim),
    };
    (vec![format!("{mark}\u{a0}{}", broken.peer), broken.how, broken.then], style)
}
