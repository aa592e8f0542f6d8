//! Two reports, before and after a change: what was added, what was removed, what got worse.
//!
//! Times, ports, ids and moved lines are noise and never count.

use std::collections::{BTreeMap, BTreeSet};

use crate::exit;
use crate::gate::alike::{self, Alike};
use crate::gate::evidence::{deciding, is_complete};
use crate::model::diagnostic::{Effect, GapId};
use crate::report::{
    Change, Compared, DIFF_SCHEMA, Diff, DiffSummary, Document, Report, Results, Side, Tool,
    Unjudged,
};

/// Compares two documents, each with the name of its file.
pub fn compare(old: (&str, &Document), new: (&str, &Document)) -> Diff {
    let (before, after) = (old.1.results(), new.1.results());
    let mut changes = Changes::default();
    let mut unjudged = Vec::new();
    let old_reports = by_name(&before);
    let new_names: BTreeSet<&str> = by_name(&after).into_keys().collect();
    for report in after.reports {
        let was = old_reports.get(report.handler.name.as_str()).copied();
        changes.of(was, report);
        unjudged.extend(was.and_then(|was| doubt(was, Side::Old, None)));
        unjudged.extend(doubt(report, Side::New, was));
    }
    let missing =
        before.reports.iter().filter(|was| !new_names.contains(was.handler.name.as_str()));
    let (not_run, removed): (Vec<&Report>, Vec<&Report>) =
        missing.partition(|was| may_be_there(&after, &was.handler.name));
    unjudged.extend(not_run.into_iter().map(|was| not_judged(&was.handler.name)));
    unjudged.extend(doubt_as_a_whole(&before, Side::Old));
    unjudged.extend(doubt_as_a_whole(&after, Side::New));
    let known = |report: &&Report| old_reports.contains_key(report.handler.name.as_str());
    let added = after.reports.iter().filter(|report| !known(report));
    conclude(Diff {
        schema: DIFF_SCHEMA.to_owned(),
        tool: Tool::this(),
        verdict: exit::verdict(exit::INTERNAL),
        exit_code: exit::INTERNAL,
        old: compared(old.0, &before),
        new: compared(new.0, &after),
        handlers_added: added.map(|report| report.handler.name.clone()).collect(),
        handlers_removed: removed.iter().map(|report| report.handler.name.clone()).collect(),
        unjudged,
        summary: DiffSummary { unchanged: changes.unchanged, ..DiffSummary::default() },
        added: changes.added,
        worsened: changes.worsened,
        removed: changes.removed,
    })
}

/// Counts, and decides.
fn conclude(mut diff: Diff) -> Diff {
    let worse = diff.unjudged.iter().filter(|one| one.worse).count();
    diff.summary.added = diff.added.len();
    diff.summary.worsened = diff.worsened.len() + worse;
    diff.summary.removed = diff.removed.len();
    diff.summary.unjudged = diff.unjudged.iter().filter(|one| one.side == Side::New).count();
    let unseen: &[Effect] = if diff.summary.unjudged > 0 { &[Effect::Inconclusive] } else { &[] };
    let worse = diff.summary.added + diff.summary.worsened > 0;
    diff.exit_code = exit::code(unseen, worse);
    diff.verdict = exit::verdict(diff.exit_code);
    diff
}

fn compared(file: &str, results: &Results<'_>) -> Compared {
    Compared { file: file.to_owned(), verdict: results.verdict, exit_code: results.exit_code }
}

fn by_name<'a>(results: &Results<'a>) -> BTreeMap<&'a str, &'a Report> {
    results.reports.iter().map(|report| (report.handler.name.as_str(), report)).collect()
}

/// An uncertainty about a handler. `was` is its old report, for one in the new report.
fn doubt(report: &Report, side: Side, was: Option<&Report>) -> Option<Unjudged> {
    if is_complete(report) {
        return None;
    }
    // A handler that no longer responds is worse; less evidence is not worse, but unknown.
    let responded =
        |was: &Report| matches!(was.exit_code, exit::PASS | exit::FAIL | exit::INCONCLUSIVE);
    Some(Unjudged {
        handler: Some(report.handler.name.clone()),
        side,
        verdict: Some(report.verdict),
        gaps: deciding(&report.gaps),
        worse: report.exit_code == exit::NO_RESPONSE && was.is_some_and(responded),
    })
}

fn doubt_as_a_whole(results: &Results<'_>, side: Side) -> Option<Unjudged> {
    let gaps = deciding(results.gaps);
    (!gaps.is_empty()).then_some(Unjudged {
        handler: None,
        side,
        verdict: Some(results.verdict),
        gaps,
        worse: false,
    })
}

/// Returns true if a handler that a report lacks was only not run: by its own list, or by a filter.
fn may_be_there(results: &Results<'_>, handler: &str) -> bool {
    results.selection.is_some_and(|selection| {
        selection.filtered > 0 || selection.handlers.iter().any(|name| name == handler)
    })
}

fn not_judged(handler: &str) -> Unjudged {
    Unjudged {
        handler: Some(handler.to_owned()),
        side: Side::New,
        verdict: None,
        gaps: vec![GapId::HandlersMissing.into()],
        worse: false,
    }
}

/// The changes found so far.
#[derive(Default)]
struct Changes {
    added: Vec<Change>,
    worsened: Vec<Change>,
    removed: Vec<Change>,
    unchanged: usize,
}

impl Changes {
    /// Compares the findings of one handler.
    fn of(&mut self, was: Option<&Report>, is: &Report) {
        let complete = is_complete(is);
        let old = was.map(alike::group).unwrap_or_default();
        let mut pairs = alike::pair(old, alike::group(is));
        pairs.sort_by_key(|(old, new)| {
            let at = |alike: &Option<Alike<'_>>| alike.as_ref().map(|alike| alike.at);
            (at(new).is_none(), at(new).or(at(old)))
        });
        for (old, new) in &pairs {
            // A finding that was not looked for is not known to be gone.
            if new.is_some() || complete {
                self.take(is, old.as_ref(), new.as_ref());
            }
        }
    }

    fn take(&mut self, report: &Report, old: Option<&Alike<'_>>, new: Option<&Alike<'_>>) {
        let there = |alike: Option<&Alike<'_>>| alike.is_some_and(Alike::is_there);
        match (there(old), there(new)) {
            (false, false) => {}
            (false, true) => {
                let reason = alike::was(old);
                self.added.extend(alike::change(report, old, new, vec![reason]));
            }
            (true, false) => {
                let reason = alike::is_now(new);
                self.removed.extend(alike::change(report, old, new, vec![reason]));
            }
            (true, true) => {
                let reasons = alike::worse(old, new);
                if reasons.is_empty() {
                    self.unchanged += 1;
                } else {
                    self.worsened.extend(alike::change(report, old, new, reasons));
                }
            }
        }
    }
}
