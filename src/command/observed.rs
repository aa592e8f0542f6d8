//! The observations of all runs of a handler, live or from a recording, and their report.

use jiff::civil::Date;
use jiff::tz::Offset;

use crate::analysis;
use crate::ingest::Evidence;
use crate::model::diagnostic::Diagnostic;
use crate::model::store::Store;
use crate::observation::{Observation, ObservationKind};
use crate::report::Report;

/// The evidence of a handler.
#[derive(Default)]
pub(crate) struct Observed {
    /// The evidence of the run that predicts.
    pub(crate) evidence: Evidence,
    /// The evidence of each run under an enforced policy; `None` without `--prove`.
    pub(crate) enforced: Option<Vec<Evidence>>,
}

impl Observed {
    /// Takes over a sequence of observations, which may be of several runs.
    pub(crate) fn of(
        observations: impl IntoIterator<Item = Result<Observation, Diagnostic>>,
    ) -> Self {
        let mut observed = Self::default();
        for observation in observations {
            if let Ok(Observation { kind: ObservationKind::RunStarted(run), .. }) = &observation
                && run.enforced.is_some()
            {
                observed.enforced.get_or_insert_default().push(Evidence::default());
            }
            let enforced = observed.enforced.as_mut().and_then(|runs| runs.last_mut());
            let current = enforced.unwrap_or(&mut observed.evidence);
            match observation {
                Ok(observation) => current.observe(&observation),
                Err(diagnostic) => observed.evidence.store.note(diagnostic),
            }
        }
        observed
    }

    /// The report, before a gate is applied.
    pub(crate) fn report(&self) -> Report {
        let mut report = analysis::judge(&self.evidence.store);
        if let Some(runs) = &self.enforced {
            let stores: Vec<&Store> = runs.iter().map(|run| &run.store).collect();
            analysis::verify(&mut report, &stores);
        }
        report
    }

    /// The day of the run, in UTC: that of its first event.
    pub(crate) fn day(&self) -> Option<Date> {
        let nanos = self.evidence.store.invocations.first()?.delivered_at.nanos();
        let instant = jiff::Timestamp::from_nanosecond(i128::from(nanos)).ok()?;
        Some(Offset::UTC.to_datetime(instant).date())
    }
}
