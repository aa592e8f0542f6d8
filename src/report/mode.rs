//! A completion mode of the report, with the fates of the findings under it.

use serde::{Deserialize, Serialize};

use crate::policy::Policy;
use crate::report::fate::Fate;

/// A completion mode, with what the findings do under it.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct ReportedMode {
    /// The mode's id.
    pub id: String,
    /// The action of the platform.
    pub policy: Policy,
    /// True if the verdict follows this mode.
    pub gated: bool,
    /// When the caller has the response.
    pub response: ResponseTime,
    /// For how long it is held; `None` when it is not, or when that is not known.
    pub held_ms: Option<f64>,
    /// The findings by what becomes of them.
    pub groups: Vec<FateGroup>,
}

/// When the caller has the response.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ResponseTime {
    /// At once.
    AtOnce,
    /// Later.
    Held,
    /// Never: the function times out.
    Timeout,
}

/// The findings that one fate befalls.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct FateGroup {
    /// The fate.
    pub fate: Fate,
    /// The ids of the findings.
    pub findings: Vec<String>,
}
