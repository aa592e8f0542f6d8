//! What `--prove` came to, as a table in Markdown.

use crate::report::{Proved, Report};
use crate::reporter::markdown_room::{Draft, Rank};
use crate::reporter::markdown_text::prose;
use crate::reporter::proof;

const HEADING: &str = "\
    | policy | what | predicted | observed |\n\
    | :-- | :-- | :-- | :-- |\n";

/// Adds the table, if anything was proved.
pub(super) fn write(report: &Report, draft: &mut Draft) {
    let Some(proved) = &report.proof else { return };
    draft.section(format!("{}\n\n{HEADING}", prose(&proof::heading(proved))), "\n");
    for tried in proof::tried(report, proved) {
        let (mark, rank) = match tried.verdict {
            Proved::Confirmed => ("✓", Rank::Quiet),
            Proved::NotShown => ("–", Rank::Quiet),
            Proved::Contradicted => ("**✗**", Rank::Deciding),
        };
        let cells = [tried.policy, &tried.what, &tried.predicted, &tried.observed].map(prose);
        draft.part(rank, "row of the proof", format!("| {mark} {} |\n", cells.join(" | ")));
    }
    draft.section("", "\n");
    for (label, remark) in proof::remarks(report, proved) {
        let label = label.trim_start_matches("✗ ");
        draft.part(Rank::Warned, "remark of the proof", format!("- {label}: {}\n", prose(&remark)));
    }
}
