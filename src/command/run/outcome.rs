//! The outcome of a run of one or several handlers, and its report under a gate.

use std::path::Path;

use crate::command::run::judged::Judged;
use crate::error::CommandError;
use crate::gate::{self, Gate};
use crate::model::diagnostic::Effect;
use crate::report::{Document, Report, ReportedDiagnostic, Selection};

/// The judgement of what was run, before anything is expected or known.
pub(crate) enum RunOutcome {
    /// The handler that was asked for.
    One {
        judged: Box<Judged>,
        /// The names of the other handlers of the configuration.
        others: Vec<String>,
    },
    /// The handlers of a configuration.
    Many {
        judged: Vec<Judged>,
        selection: Selection,
        /// Diagnostics that concern no single handler.
        gaps: Vec<ReportedDiagnostic>,
    },
}

impl RunOutcome {
    /// Whether anything was run.
    pub(crate) fn has_run(&self) -> bool {
        match self {
            Self::One { judged, .. } => judged.error.is_none(),
            Self::Many { .. } => true,
        }
    }

    /// Whether these are all handlers of the configuration.
    pub(crate) fn is_all(&self) -> bool {
        match self {
            Self::One { .. } => false,
            Self::Many { judged, selection, .. } => {
                selection.filtered == 0 && selection.handlers.len() == judged.len()
            }
        }
    }

    /// Whether nothing is missing beyond what the reports say: neither a handler that the user
    /// interrupted, nor a function of a template that should have been run.
    pub(crate) fn is_complete(&self) -> bool {
        match self {
            Self::One { .. } => true,
            Self::Many { gaps, .. } => gaps.iter().all(|gap| gap.id.effect() == Effect::Note),
        }
    }

    /// The report of each handler under a gate.
    pub(crate) fn reports(&self, gate: &Gate) -> Vec<Report> {
        let judged = match self {
            Self::One { judged, .. } => std::slice::from_ref(&**judged),
            Self::Many { judged, .. } => judged,
        };
        judged.iter().map(|judged| judged.under(gate)).collect()
    }

    /// The document under a gate.
    pub(crate) fn document(&self, gate: &Gate) -> Document {
        match self {
            Self::One { judged, others } => {
                let mut report = judged.under(gate);
                gate::conclude(&mut report, others);
                Document::One(Box::new(report))
            }
            Self::Many { selection, gaps, .. } => {
                let reports = self.reports(gate);
                let suite = gate::suite(reports, selection.clone(), gaps.clone(), gate);
                Document::Many(Box::new(suite))
            }
        }
    }
}

/// The report of a command that failed before a run: its reader finds the reason, and not the
/// report of an earlier run.
pub(crate) fn failed(handler: Option<&Path>, error: &CommandError) -> Document {
    let outcome = match handler {
        Some(handler) => RunOutcome::One {
            judged: Box::new(Judged::refused(handler, error)),
            others: Vec::new(),
        },
        None => RunOutcome::Many {
            judged: Vec::new(),
            selection: Selection::default(),
            gaps: error.diagnostics().map(ReportedDiagnostic::from).collect(),
        },
    };
    outcome.document(&Gate::default())
}
