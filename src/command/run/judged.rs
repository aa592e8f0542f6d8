//! The judgement of one handler, before anything is expected or known.

use std::path::Path;

use jiff::civil::Date;

use crate::command::observed::Observed;
use crate::command::run::request::Request;
use crate::error::CommandError;
use crate::gate::{self, Gate};
use crate::report::Report;

/// A report without a gate.
pub(crate) struct Judged {
    report: Report,
    /// The day of the run, if it got to an invocation.
    day: Option<Date>,
    /// The reason why there was no run.
    pub(crate) error: Option<CommandError>,
}

impl Judged {
    /// Judges the observations, or the error that prevented them.
    pub(crate) fn of(request: &Request, result: Result<Observed, CommandError>) -> Self {
        let (observed, error) = match result {
            Ok(observed) => (observed, None),
            Err(error) => (of_error(&error), Some(error)),
        };
        let mut report = observed.report();
        report.handler.path.clone_from(&request.named);
        report.handler.name.clone_from(&request.name);
        Self { report, day: observed.day(), error }
    }

    /// Judges a handler that was never tried.
    pub(crate) fn refused(handler: &Path, error: &CommandError) -> Self {
        let mut report = of_error(error).report();
        report.handler.path = handler.display().to_string();
        report.handler.name.clone_from(&report.handler.path);
        Self { report, day: None, error: Some(error.clone()) }
    }

    /// The report under a gate.
    pub(crate) fn under(&self, gate: &Gate) -> Report {
        let mut report = self.report.clone();
        gate::apply(&mut report, gate, self.day);
        report
    }
}

fn of_error(error: &CommandError) -> Observed {
    let mut observed = Observed::default();
    error.diagnostics().for_each(|one| observed.evidence.store.note(one.clone()));
    observed
}
