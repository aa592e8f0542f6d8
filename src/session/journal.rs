//! The journal of a live run: every observation goes through it, once.

use crate::ingest::Evidence;
use crate::model::time::Timestamp;
use crate::observation::{Observation, ObservationKind};
use crate::session::recorder::Recorder;

/// The evidence so far, and the recording of it.
pub(super) struct Journal {
    pub(super) evidence: Evidence,
    pub(super) recorder: Option<Recorder>,
}

impl Journal {
    /// Keeps an observation, and takes it over into the evidence.
    pub(super) fn observe(&mut self, at: Timestamp, kind: ObservationKind) {
        let observation = Observation { at, kind };
        if let Some(recorder) = &mut self.recorder {
            recorder.keep(&observation);
        }
        self.evidence.observe(&observation);
    }
}
