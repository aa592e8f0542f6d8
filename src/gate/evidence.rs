//! The parts of a report that decide whether its evidence is complete, and whether it fails.

use std::collections::BTreeSet;

use crate::exit;
use crate::model::diagnostic::{DiagnosticId, Effect};
use crate::report::{Finding, Report, ReportedDiagnostic};

/// Returns true if everything was seen: only then is what the report lacks not there.
pub(crate) fn is_complete(report: &Report) -> bool {
    matches!(report.exit_code, exit::PASS | exit::FAIL) && deciding(&report.gaps).is_empty()
}

/// The diagnostics that the verdict depends on, each once.
pub(super) fn deciding(gaps: &[ReportedDiagnostic]) -> Vec<DiagnosticId> {
    let deciding = gaps.iter().map(|gap| gap.id).filter(|id| id.effect() != Effect::Note);
    deciding.collect::<BTreeSet<DiagnosticId>>().into_iter().collect()
}

/// The most that were pending at one response, of all these findings together.
pub(super) fn most_at_once<'a>(findings: impl Iterator<Item = &'a Finding>) -> usize {
    let mut sums: Vec<usize> = Vec::new();
    for finding in findings {
        sums.resize(sums.len().max(finding.counts.len()), 0);
        sums.iter_mut().zip(&finding.counts).for_each(|(sum, count)| *sum += count);
    }
    sums.into_iter().max().unwrap_or(0)
}
