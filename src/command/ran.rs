//! Everything that was run, and the report that it makes under a gate.

use std::path::Path;

use crate::command::one::{self, Judged};
use crate::error::CommandError;
use crate::gate::{self, Gate};
use crate::model::diagnostic::Effect;
use crate::report::{Document, Report, ReportedDiagnostic, Selection};

/// What was run, before anything is expected or known.
pub(crate) enum Ran {
    /// The handler that was asked for.
    One {
        judged: Box<Judged>,
        /// The names of the others that the configuration knows.
        others: Vec<String>,
    },
    /// The handlers of a configuration.
    Many {
        judged: Vec<Judged>,
        selection: Selection,
        /// What concerns no single one.
        gaps: Vec<ReportedDiagnostic>,
    },
}

impl Ran {
    /// Whether there is more to tell than why nothing was run.
    pub(crate) fn has_run(&self) -> bool {
        match self {
            Self::One { judged, .. } => judged.error.is_none(),
            Self::Many { .. } => true,
        }
    }

    /// Whether these are all handlers that the configuration knows.
    pub(crate) fn is_all(&self) -> bool {
        match self {
            Self::One { .. } => false,
            Self::Many { judged, selection, .. } => {
                selection.filtered == 0 && selection.handlers.len() == judged.len()
            }
        }
    }

    /// Whether nothing is missing beyond what the reports say: neither a handler, because the user
    /// ended the run before it, nor a function of a template that should have been run.
    pub(crate) fn is_whole(&self) -> bool {
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

    /// What is reported under a gate.
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

/// The report of a command that got to no run: whoever reads it finds the reason there, and not
/// what an earlier run has left.
pub(crate) fn failed(handler: Option<&Path>, error: &CommandError) -> Document {
    let ran = match handler {
        Some(handler) => {
            Ran::One { judged: Box::new(one::refused(handler, error)), others: Vec::new() }
        }
        None => Ran::Many {
            judged: Vec::new(),
            selection: Selection::default(),
            gaps: error.gaps().map(ReportedDiagnostic::from).collect(),
        },
    };
    ran.document(&Gate::default())
}
