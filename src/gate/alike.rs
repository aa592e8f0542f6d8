//! Findings of one report that are alike, and which of another report they belong to.

use std::collections::BTreeMap;

use crate::gate::evidence::most_at_once;
use crate::report::{Change, Fate, Finding, Growth, Reason, Report, Seen, Status};
use crate::rule::Level;

/// The findings of a handler that have one fingerprint and one line. What distinguishes them
/// apart beyond that, such as the state of a socket, may be another one in the next run.
#[derive(Clone, Debug)]
pub(super) struct Alike<'a> {
    /// The place of the first one in the report.
    pub(super) at: usize,
    line: Option<u32>,
    findings: Vec<&'a Finding>,
    seen: Seen,
}

impl Alike<'_> {
    /// Returns true if it counts.
    pub(super) fn is_there(&self) -> bool {
        self.seen.status == Status::Unexpected && self.seen.level != Level::Allow
    }
}

/// By fingerprint, in the order of their lines.
type Groups<'a> = BTreeMap<&'a str, Vec<Alike<'a>>>;

/// By fingerprint and line, each with its place in the report.
type Lines<'a> = BTreeMap<(&'a str, Option<u32>), Vec<(usize, &'a Finding)>>;

/// The findings of a report by fingerprint, those of the runtime left out.
pub(super) fn group(report: &Report) -> Groups<'_> {
    let mut alike = Lines::new();
    for (at, finding) in report.findings.iter().enumerate() {
        if finding.status != Status::Runtime {
            let line = finding.location.as_ref().and_then(|place| place.line);
            alike.entry((&finding.fingerprint, line)).or_default().push((at, finding));
        }
    }
    let mut groups = Groups::new();
    for ((fingerprint, line), findings) in alike {
        groups.entry(fingerprint).or_default().push(one(report, line, &findings));
    }
    groups
}

fn one<'a>(report: &Report, line: Option<u32>, found: &[(usize, &'a Finding)]) -> Alike<'a> {
    let all: Vec<&Finding> = found.iter().map(|(_, finding)| *finding).collect();
    let counted: Vec<&Finding> = all.iter().copied().filter(|finding| finding.matters()).collect();
    // If any of them counts, the others do not matter.
    let findings = if counted.is_empty() { all } else { counted };
    let at = found.first().map_or(0, |(at, _)| *at);
    let seen = seen(report, &findings);
    Alike { at, line, findings, seen }
}

fn seen(report: &Report, findings: &[&Finding]) -> Seen {
    let all = || findings.iter();
    let fates = all().flat_map(|finding| finding.worst_fate(&report.modes));
    Seen {
        ids: all().map(|finding| finding.id.clone()).collect(),
        status: all().map(|finding| finding.status).min().unwrap_or(Status::Unexpected),
        level: all().map(|finding| finding.level).max().unwrap_or(Level::Allow),
        items: most_at_once(findings.iter().copied()).max(1),
        invocations: all().map(|finding| finding.counts.len()).max().unwrap_or(0),
        growth: growth(findings),
        fate: fates.min(),
        ended: all().all(|finding| finding.ended_ms.is_some()),
        expectation: all().find_map(|finding| finding.expectation.clone()),
    }
}

fn growth(findings: &[&Finding]) -> Option<Growth> {
    let known: Vec<Growth> = findings.iter().filter_map(|finding| finding.growth).collect();
    known.iter().copied().find(|growth| *growth == Growth::Grows).or(known.first().copied())
}

type Pair<'a> = (Option<Alike<'a>>, Option<Alike<'a>>);

/// Puts together what belongs together: what has the same fingerprint, and then the same line, or
/// else the same place in the order.
pub(super) fn pair<'a>(old: Groups<'a>, mut new: Groups<'a>) -> Vec<Pair<'a>> {
    let mut pairs = Vec::new();
    for (fingerprint, old) in old {
        let new = new.remove(fingerprint).unwrap_or_default();
        pair_one_kind(old, new, &mut pairs);
    }
    pairs.extend(new.into_values().flatten().map(|new| (None, Some(new))));
    pairs
}

fn pair_one_kind<'a>(old: Vec<Alike<'a>>, new: Vec<Alike<'a>>, pairs: &mut Vec<Pair<'a>>) {
    let mut at_line: BTreeMap<Option<u32>, Alike<'a>> =
        new.into_iter().map(|alike| (alike.line, alike)).collect();
    let mut moved = Vec::new();
    for alike in old {
        match at_line.remove(&alike.line) {
            Some(same) => pairs.push((Some(alike), Some(same))),
            None => moved.push(alike),
        }
    }
    // Unexpected findings are paired with unexpected ones first: a line that has moved is no change.
    let (old_there, old_other): (Vec<_>, Vec<_>) = moved.into_iter().partition(Alike::is_there);
    let (new_there, new_other): (Vec<_>, Vec<_>) = at_line.into_values().partition(Alike::is_there);
    let (old_there, new_there) = pair_in_order(old_there, new_there, pairs);
    let (old_other, new_other) = pair_in_order(old_other, new_other, pairs);
    let (gone, came_to) = pair_in_order(old_there, new_other, pairs);
    let (came_from, added) = pair_in_order(old_other, new_there, pairs);
    pairs.extend(gone.into_iter().chain(came_from).map(|old| (Some(old), None)));
    pairs.extend(added.into_iter().chain(came_to).map(|new| (None, Some(new))));
}

/// Pairs the first with the first, and gives back what is left.
fn pair_in_order<'a>(
    mut old: Vec<Alike<'a>>,
    mut new: Vec<Alike<'a>>,
    pairs: &mut Vec<Pair<'a>>,
) -> (Vec<Alike<'a>>, Vec<Alike<'a>>) {
    let common = old.len().min(new.len());
    let both = old.drain(..common).zip(new.drain(..common));
    pairs.extend(both.map(|(old, new)| (Some(old), Some(new))));
    (old, new)
}

/// The reason why a finding counts now: its old status.
pub(super) fn was(old: Option<&Alike<'_>>) -> Reason {
    match old.map(|alike| alike.seen.status) {
        None | Some(Status::Runtime) => Reason::New,
        Some(Status::Unexpected) => Reason::WasAllowed,
        Some(Status::Expected) => Reason::WasExpected,
        Some(Status::Baseline) => Reason::WasBaseline,
        Some(Status::Safe) => Reason::WasSafe,
    }
}

/// The reason why a finding no longer counts: its new status.
pub(super) fn is_now(new: Option<&Alike<'_>>) -> Reason {
    match new.map(|alike| alike.seen.status) {
        None | Some(Status::Runtime) => Reason::Gone,
        Some(Status::Unexpected) => Reason::NowAllowed,
        Some(Status::Expected) => Reason::NowExpected,
        Some(Status::Baseline) => Reason::NowBaseline,
        Some(Status::Safe) => Reason::NowSafe,
    }
}

/// In what it is worse than it was.
pub(super) fn worse(old: Option<&Alike<'_>>, new: Option<&Alike<'_>>) -> Vec<Reason> {
    let Some((old, new)) = old.zip(new) else { return Vec::new() };
    let (old, new) = (&old.seen, &new.seen);
    let grows = |seen: &Seen| seen.growth == Some(Growth::Grows);
    let fates = old.fate.zip(new.fate);
    [
        (new.items > allowed(old, new.invocations), Reason::MoreItems),
        (grows(new) && !grows(old), Reason::Grows),
        (new.level > old.level, Reason::HigherLevel),
        (fates.is_some_and(|(old, new)| severity(new) < severity(old)), Reason::WorseFate),
        (old.ended && !new.ended, Reason::NoEnd),
    ]
    .into_iter()
    .filter_map(|(is, reason)| is.then_some(reason))
    .collect()
}

/// The number that is no more than before. A growing number is scaled to the invocations.
fn allowed(old: &Seen, invocations: usize) -> usize {
    if old.growth == Some(Growth::Grows) && old.invocations > 0 {
        old.items.saturating_mul(invocations).div_ceil(old.invocations)
    } else {
        old.items
    }
}

/// The worst fate first. Whether a frozen item is overdue is a matter of
/// milliseconds, and no difference.
const fn severity(fate: Fate) -> Fate {
    match fate {
        Fate::FrozenOverdue => Fate::Frozen,
        other => other,
    }
}

/// The change, described by a representative finding; `None` if neither report has one.
pub(super) fn change(
    report: &Report,
    old: Option<&Alike<'_>>,
    new: Option<&Alike<'_>>,
    reasons: Vec<Reason>,
) -> Option<Change> {
    let representative = new.or(old)?.findings.first()?;
    let seen = |alike: Option<&Alike<'_>>| alike.map(|alike| alike.seen.clone());
    Some(Change {
        handler: report.handler.name.clone(),
        fingerprint: representative.fingerprint.clone(),
        rule: representative.rule,
        kind: representative.kind,
        handle: representative.handle,
        name: representative.name.clone(),
        location: representative.location.clone(),
        package: representative.package.clone(),
        reasons,
        old: seen(old),
        new: seen(new),
    })
}
