//! The settings by which a run is judged, beyond the evidence.

use std::collections::BTreeMap;

use crate::gate::{Baseline, Expected};
use crate::rule::{Level, RuleId};

/// Levels, expectations and the baseline.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gate {
    /// The levels that the configuration sets; the others are those of the rules.
    pub levels: BTreeMap<RuleId, Level>,
    /// The expectations, in the order of the file.
    pub expected: Vec<Expected>,
    /// The known findings.
    pub baseline: Option<Baseline>,
    /// The file of the baseline, as the user named it.
    pub baseline_file: String,
    /// True if a stale expectation fails the run.
    pub strict: bool,
}

impl Gate {
    /// The level of a stale expectation.
    pub fn stale_level(&self) -> Level {
        let rule = RuleId::StaleExpectation;
        let level = self.levels.get(&rule).copied().unwrap_or(rule.default_level());
        if self.strict { Level::Deny } else { level }
    }
}
