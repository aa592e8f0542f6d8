//! The result of `--prove` as a table in Markdown.

use crate::report::{Agreement, PeerEffect, Report, Verification};
use crate::reporter::markdown::budget::{Draft, Rank};
use crate::reporter::markdown::escape::prose;
use crate::reporter::sentence::{peers, verification};

const HEADING: &str = "\
    | policy | what | predicted | observed |\n\
    | :-- | :-- | :-- | :-- |\n";

/// Adds the table, if anything was proved.
pub(super) fn write(report: &Report, draft: &mut Draft) {
    let Some(proved) = &report.verification else { return };
    draft.section(format!("{}\n\n{HEADING}", prose(&verification::heading(proved))), "\n");
    for tried in verification::tried(report, proved) {
        let (mark, rank) = match tried.verdict {
            Agreement::Confirmed => ("✓", Rank::Quiet),
            Agreement::NotShown => ("–", Rank::Quiet),
            Agreement::Contradicted => ("**✗**", Rank::Deciding),
        };
        let cells = [tried.policy, &tried.what, &tried.predicted, &tried.observed].map(prose);
        draft.part(rank, "row of the verification", format!("| {mark} {} |\n", cells.join(" | ")));
    }
    draft.section("", "\n");
    write_peers(proved, draft);
    for (label, remark) in verification::remarks(report, proved) {
        let label = label.trim_start_matches("✗ ");
        draft.part(
            Rank::Warned,
            "remark of the verification",
            format!("- {label}: {}\n", prose(&remark)),
        );
    }
}

/// Adds the table of the peers, if any was broken.
fn write_peers(proved: &Verification, draft: &mut Draft) {
    let broken = peers::broken(proved);
    if broken.is_empty() {
        return;
    }
    let heading = peers::HEADING.join(" | ");
    draft.section(format!("| {heading} |\n| :-- | :-- | :-- |\n"), "\n");
    for broken in broken {
        let (mark, rank) = match broken.effect {
            Some(PeerEffect::Fails | PeerEffect::Hangs) => ("**✗**", Rank::Deciding),
            Some(PeerEffect::Retries | PeerEffect::Answers) => ("✓", Rank::Quiet),
            Some(PeerEffect::AnswersOtherwise) => ("!", Rank::Warned),
            None => ("–", Rank::Quiet),
        };
        let cells = [&broken.peer, &broken.how, &broken.then].map(|cell| prose(cell));
        draft.part(rank, "row of the verification", format!("| {mark} {} |\n", cells.join(" | ")));
    }
    draft.section("", "\n");
}
