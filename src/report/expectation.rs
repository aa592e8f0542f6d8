//! An expectation of the configuration, with its result for a run.

use serde::{Deserialize, Serialize};

use crate::rule::Level;

/// An expectation of the configuration, with its result.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct UsedExpectation {
    /// The configuration, as seen from the root of the repository.
    pub file: String,
    /// Line of the expectation, from 1.
    pub line: u32,
    /// The reason why the item is meant.
    pub reason: String,
    /// The handlers that it is for, as a glob; `None`: all.
    pub handler: Option<String>,
    /// Its last day, as `2027-06-01`.
    pub until: Option<String>,
    /// The number of findings that it matches.
    pub matched: usize,
    /// Its result.
    pub state: ExpectationState,
    /// Its effect on the run if it is stale.
    pub level: Level,
}

/// The result of an expectation.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExpectationState {
    /// Something matches it.
    Used,
    /// Nothing does: it is stale.
    Unused,
    /// Its last day is over: it is stale, whatever matches it.
    Expired,
    /// Nothing matches it, and not all that it may be meant for was run and seen.
    Unjudged,
}

impl UsedExpectation {
    /// Returns true if it is stale, and that is not allowed.
    pub fn is_reported_stale(&self) -> bool {
        self.state.is_stale() && self.level != Level::Allow
    }
}

impl ExpectationState {
    /// Returns true if it matches nothing or has expired.
    pub const fn is_stale(self) -> bool {
        matches!(self, Self::Unused | Self::Expired)
    }
}
