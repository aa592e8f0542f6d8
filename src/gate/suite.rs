//! The reports of several handlers as one: what they come to together.

use std::collections::BTreeMap;

use crate::exit;
use crate::gate::Gate;
use crate::gate::apply::{concerns, summarize, used_expectation};
use crate::model::diagnostic::Effect;
use crate::report::{
    ExpectationState, Finding, Report, ReportedDiagnostic, SUITE_SCHEMA, Selection, Suite, Summary,
    Tool, UsedBaseline, UsedExpectation,
};
use crate::rule::Level;

/// Joins the reports of the handlers of a configuration, which the gate has been applied to.
pub fn suite(
    reports: Vec<Report>,
    selection: Selection,
    gaps: Vec<ReportedDiagnostic>,
    gate: &Gate,
) -> Suite {
    // Nothing is known of them before the reports are looked at.
    let level = gate.stale_level();
    let expectations =
        gate.expected.iter().map(|known| used_expectation(known, 0, false, level, None)).collect();
    // A filter may have left out those that the baseline knows of.
    let baseline = gate.baseline.as_ref().map(|known| UsedBaseline {
        file: gate.baseline_file.clone(),
        gone: match selection.filtered {
            0 => known.of_others(&selection.handlers),
            _ => Vec::new(),
        },
    });
    let selection = Selection { rules: gate.levels.clone(), ..selection };
    join(reports, selection, gaps, expectations, baseline)
}

/// Joins reports, in the order of the selection, with what concerns no single one.
pub(super) fn join(
    mut reports: Vec<Report>,
    selection: Selection,
    mut gaps: Vec<ReportedDiagnostic>,
    mut expectations: Vec<UsedExpectation>,
    baseline: Option<UsedBaseline>,
) -> Suite {
    let place: BTreeMap<&str, usize> =
        selection.handlers.iter().enumerate().map(|(at, name)| (name.as_str(), at)).collect();
    reports.sort_by_key(|report| place.get(report.handler.name.as_str()).copied());
    // Stale expectations are decided over all of them.
    reports.iter_mut().for_each(|report| summarize(report, false));
    gaps.sort_by_key(|gap| std::cmp::Reverse(gap.id.effect()));
    let judged = Judged::of(&reports);
    for known in &mut expectations {
        judged.settle(known, &selection);
    }
    let mut suite = Suite {
        schema: SUITE_SCHEMA.to_owned(),
        tool: Tool::this(),
        verdict: exit::verdict(exit::INTERNAL),
        exit_code: exit::INTERNAL,
        selection,
        gaps,
        expectations,
        baseline,
        summary: Summary::default(),
        reports,
    };
    suite.exit_code = exit_code(&suite);
    suite.verdict = exit::verdict(suite.exit_code);
    suite.summary = summary(&suite);
    suite
}

/// The results of one expectation, by the name of the handler: the number of matches there.
type OfHandlers<'a> = BTreeMap<&'a str, (usize, ExpectationState)>;

/// The results of every expectation, by its place.
struct Judged<'a>(BTreeMap<(&'a str, u32), OfHandlers<'a>>);

impl<'a> Judged<'a> {
    fn of(reports: &'a [Report]) -> Self {
        let mut said: BTreeMap<_, OfHandlers<'a>> = BTreeMap::new();
        for report in reports {
            for known in &report.expectations {
                let of_known = said.entry((known.file.as_str(), known.line)).or_default();
                of_known.insert(report.handler.name.as_str(), (known.matched, known.state));
            }
        }
        Self(said)
    }

    /// Sets the result of an expectation: it is unused only if every handler that it may apply to was
    /// run and seen.
    fn settle(&self, known: &mut UsedExpectation, selection: &Selection) {
        let nothing = BTreeMap::new();
        let said = self.0.get(&(known.file.as_str(), known.line)).unwrap_or(&nothing);
        known.matched = said.values().map(|(matched, _)| matched).sum();
        let is = |wanted| said.values().any(|(_, state)| *state == wanted);
        let unused = |name: &String| {
            said.get(name.as_str()).is_some_and(|(_, state)| *state == ExpectationState::Unused)
        };
        let all_seen = selection.filtered == 0
            && selection.handlers.iter().filter(|name| concerns(known, name)).all(unused);
        known.state = if is(ExpectationState::Expired) {
            ExpectationState::Expired
        } else if known.matched > 0 {
            ExpectationState::Used
        } else if all_seen {
            ExpectationState::Unused
        } else {
            ExpectationState::Unjudged
        };
    }
}

/// The exit code of a suite: that of all its gaps and findings.
pub(crate) fn exit_code(suite: &Suite) -> u8 {
    let own = suite.reports.iter().flat_map(|report| &report.gaps);
    let effects: Vec<Effect> = own.chain(&suite.gaps).map(|gap| gap.id.effect()).collect();
    let mut findings = suite.reports.iter().flat_map(|report| &report.findings);
    let denied = findings.any(Finding::is_denied);
    let mut stale = suite.expectations.iter().filter(|known| known.is_reported_stale());
    exit::code(&effects, denied || stale.any(|known| known.level == Level::Deny))
}

fn summary(suite: &Suite) -> Summary {
    let stale = suite.expectations.iter().filter(|known| known.is_reported_stale()).count();
    let gone = suite.baseline.as_ref().map_or(0, |baseline| baseline.gone.len());
    let start = Summary { stale, gone, ..Summary::default() };
    suite.reports.iter().fold(start, |sum, report| Summary {
        unexpected: sum.unexpected + report.summary.unexpected,
        expected: sum.expected + report.summary.expected,
        baseline: sum.baseline + report.summary.baseline,
        runtime: sum.runtime + report.summary.runtime,
        safe: sum.safe + report.summary.safe,
        stale: sum.stale,
        gone: sum.gone + report.summary.gone,
    })
}
