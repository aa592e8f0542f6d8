//! The baseline that a report was compared with, and the part of it that is gone.

use serde::{Deserialize, Serialize};

use crate::report::finding::Kind;
use crate::rule::RuleId;

/// A baseline, and what of it has gone away.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct UsedBaseline {
    /// The file, as the user named it.
    pub file: String,
    /// The known findings that have gone away, or of which there are fewer.
    pub gone: Vec<GoneFinding>,
}

/// A finding of the baseline that has gone away, or of which there are fewer.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct GoneFinding {
    /// The name of its handler.
    pub handler: String,
    /// Its fingerprint.
    pub fingerprint: String,
    /// Its rule.
    pub rule: RuleId,
    /// The kind of item.
    pub kind: Kind,
    /// Its name, if it had one.
    pub name: Option<String>,
    /// Its file, if it had one.
    pub file: Option<String>,
    /// The number known.
    pub known: usize,
    /// The number left.
    pub left: usize,
}
