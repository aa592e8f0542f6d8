//! The report as a comment on a pull request, or as the summary of a job.
//!
//! It begins with a marker, so that whoever posts it finds the comment again, and it stays under
//! the limit of a comment. Foreign text goes through `escape`, so the only HTML is ours.

use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::model::diagnostic::Effect;
use crate::report::{Finding, Report, ReportedDiagnostic, Results, Status, Verdict};
use crate::reporter::markdown::budget::{Draft, Rank};
use crate::reporter::markdown::escape::{advice, code, prose};
use crate::reporter::markdown::{finding, verification};
use crate::reporter::sentence::verdict::{self, Counts};
use crate::reporter::sentence::{self, coverage, deciding};
use crate::reporter::text;
use crate::rule::Level;

/// The first line, hidden, by which a comment of ours is found again.
const MARKER: &str = "<!-- loopcheck -->";
/// A comment on GitHub has at most 65,536 characters; whoever posts it may add to it.
const LONGEST: usize = 60_000;
/// Handlers' names and paths are cut off after so many characters.
const LONGEST_NAME: usize = 200;

/// Writes the results as Markdown.
pub fn write(results: &Results<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut draft = Draft::default();
    let several = results.selection.is_some();
    title(results, &mut draft);
    draft.note_here();
    if several {
        handlers(results.reports, &mut draft);
    }
    draft.section("", "\n");
    gaps(results.gaps, &mut draft);
    for report in results.reports {
        handler(report, several, &mut draft);
    }
    stale(results, &mut draft);
    gone(results, several, &mut draft);
    meant(results, several, &mut draft);
    notes(results, several, &mut draft);
    let page = draft.finish(LONGEST, left_out);
    writeln!(out, "{}", page.trim_end())
}

fn title(results: &Results<'_>, draft: &mut Draft) {
    let mark = if results.verdict == Verdict::Pass { "" } else { "✗ " };
    draft.always(format!("{MARKER}\n\n"));
    draft.always(format!("## {mark}loopcheck: {}\n\n", verdict::word(results.verdict)));
    match (results.selection, results.reports) {
        (None, [report]) => {
            let path = code(&text::clip(&report.handler.path, LONGEST_NAME));
            draft.always(format!("{path}: {}\n\n", numbers(report)));
        }
        _ => {
            let below = [deciding::sentence(results), verdict::selected(results)];
            let sentences = [Some(verdict::totals(results))].into_iter().chain(below);
            for sentence in sentences.flatten() {
                draft.always(format!("{}\n\n", prose(&sentence)));
            }
        }
    }
}

/// The numbers behind a verdict.
fn numbers(report: &Report) -> String {
    prose(&(verdict::numbers(report) + &verdict::invocations(report)))
}

/// A row for each handler.
fn handlers(reports: &[Report], draft: &mut Draft) {
    const HEADING: &str = "\
        | verdict | handler | unexpected | warnings | expected | baseline | invoked |\n\
        | :-- | :-- | --: | --: | --: | --: | --: |\n";
    draft.section(HEADING, "\n");
    for report in reports {
        let rank = if report.verdict == Verdict::Pass { Rank::Quiet } else { Rank::Deciding };
        let counts = Counts::of(report);
        let numbers = [
            counts.unexpected,
            counts.warnings,
            counts.expected,
            counts.baseline,
            report.invocations.len(),
        ];
        let numbers: Vec<String> = numbers.iter().map(usize::to_string).collect();
        let word = verdict::word(report.verdict);
        let row =
            format!("| {word} | {} | {} |\n", name(&report.handler.name), numbers.join(" | "));
        draft.part(rank, "row of the table of handlers", row);
    }
}

fn name(handler: &str) -> String {
    code(&text::clip(handler, LONGEST_NAME))
}

/// Adds the gaps of one handler that decide, and a row for each finding that matters.
fn handler(report: &Report, several: bool, draft: &mut Draft) {
    let heading = match several {
        true => {
            let word = verdict::word(report.verdict);
            format!("### {word} {}\n\n{}\n\n", name(&report.handler.name), numbers(report))
        }
        false => String::new(),
    };
    // Gaps are more important than findings: where these have room, those and the heading have.
    let has_gaps = report.gaps.iter().any(decides);
    let (of_gaps, of_findings) =
        if has_gaps { (heading, String::new()) } else { (String::new(), heading) };
    draft.section(of_gaps, "\n");
    gaps(&report.gaps, draft);
    draft.section(of_findings + finding::HEADING, "\n");
    let (denied, others): (Vec<_>, Vec<_>) =
        report.findings.iter().filter(|known| known.matters()).partition(|known| known.is_denied());
    for known in denied.into_iter().chain(others) {
        let rank = if known.is_denied() { Rank::Denied } else { Rank::Warned };
        draft.part(rank, "finding", finding::row(report, known));
    }
    verification::write(report, draft);
}

fn decides(gap: &ReportedDiagnostic) -> bool {
    gap.id.effect() != Effect::Note
}

/// The gaps that decide the verdict.
fn gaps(gaps: &[ReportedDiagnostic], draft: &mut Draft) {
    for known in gaps.iter().filter(|known| decides(known)) {
        draft.part(Rank::Deciding, "gap", format!("- **✗** {}", gap(known)));
    }
}

fn gap(gap: &ReportedDiagnostic) -> String {
    let hint = sentence::hint(gap).map(|hint| format!("  - {}\n", advice(&hint)));
    format!("{}\n{}", advice(&sentence::gap(gap)), hint.unwrap_or_default())
}

fn stale(results: &Results<'_>, draft: &mut Draft) {
    let opening = format!("### Stale expectations\n\nfix: {}\n\n", advice(coverage::stale_help()));
    draft.section(opening, "\n");
    for known in results.stale() {
        let denied = known.level == Level::Deny;
        let (rank, mark) = if denied { (Rank::Denied, "✗") } else { (Rank::Warned, "!") };
        let item = format!("- **{mark}** {}\n", prose(&coverage::stale(known)));
        draft.part(rank, "stale expectation", item);
    }
}

fn gone(results: &Results<'_>, several: bool, draft: &mut Draft) {
    let Some(all) = coverage::gone_in_all(results) else { return };
    draft.section(format!("### Gone from the baseline\n\n{}\n\n", prose(&all)), "\n");
    for known in results.gone() {
        let item =
            format!("- {}{}\n", handler_of(&known.handler, several), prose(&coverage::gone(known)));
        draft.part(Rank::Gone, "finding that is gone", item);
    }
}

/// The handler in front of an item, where there are several.
fn handler_of(handler: &str, several: bool) -> String {
    if several { format!("{}: ", name(handler)) } else { String::new() }
}

/// Adds the findings that are expected or known, folded.
fn meant(results: &Results<'_>, several: bool, draft: &mut Draft) {
    let findings = || results.reports.iter().flat_map(|report| &report.findings);
    let number = |status| findings().filter(|known| known.status == status).count();
    let numbers = [
        (number(Status::Expected), "expected"),
        (number(Status::Baseline), "known from the baseline"),
    ];
    let words = numbers.iter().filter(|(number, _)| *number > 0);
    let words: Vec<String> = words.map(|(number, word)| format!("{number} {word}")).collect();
    let summary = format!("<summary>Pending and not counted: {}</summary>", words.join(", "));
    draft.section(format!("<details>\n{summary}\n\n"), "\n</details>\n\n");
    for report in results.reports {
        for (finding, why) in report.findings.iter().filter_map(not_counted) {
            let of = handler_of(&report.handler.name, several);
            let item = format!("- {of}{}: {why}\n", prose(&sentence::short(finding)));
            draft.part(Rank::Quiet, "finding that is expected or known", item);
        }
    }
}

/// A finding that does not count because of what the gate knows, and what that is.
fn not_counted(finding: &Finding) -> Option<(&Finding, String)> {
    let why = match (finding.status, &finding.expectation) {
        (Status::Expected, Some(known)) => prose(&coverage::expected(known)),
        (Status::Expected, None) => "expected".to_owned(),
        (Status::Baseline, _) => "known from the baseline".to_owned(),
        (Status::Unexpected | Status::Runtime | Status::Safe, _) => return None,
    };
    Some((finding, why))
}

fn notes(results: &Results<'_>, several: bool, draft: &mut Draft) {
    draft.section("### Notes\n\n", "\n");
    let own = results.reports.iter().flat_map(|report| {
        let of = handler_of(&report.handler.name, several);
        report.gaps.iter().map(move |gap| (of.clone(), gap))
    });
    let all = own.chain(results.gaps.iter().map(|gap| (String::new(), gap)));
    for (of, known) in all.filter(|(_, known)| !decides(known)) {
        draft.part(Rank::Quiet, "note", format!("- {of}{}", gap(known)));
    }
}

/// Says what there was no room for.
fn left_out(numbers: &BTreeMap<&'static str, usize>) -> String {
    let parts: Vec<String> =
        numbers.iter().map(|(noun, number)| format!("{number} × {noun}")).collect();
    format!(
        "**Not everything has room here.** Left out: {}. The verdict counts all of it, and the \
         JSON report has it: `--format json=report.json`.\n\n",
        parts.join(", ")
    )
}
