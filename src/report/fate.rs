//! The fate of a pending item under a policy.

use serde::{Deserialize, Serialize};

/// The fate of a finding under a policy.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct ReportedFate {
    /// The fate.
    pub fate: Fate,
    /// For how long, or after how long; `None` when that is not known.
    pub ms: Option<f64>,
    /// The modifiers.
    pub modifiers: Vec<Modifier>,
}

/// The fate of an item under a policy.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// It holds the response until the function times out.
    HoldsUntilTimeout,
    /// It holds the environment until the function times out.
    EnvHoldsUntilTimeout,
    /// It holds the response.
    Holds,
    /// The response is out; it holds the environment.
    EnvHolds,
    /// It is frozen, and due meanwhile: it fires when the environment thaws.
    FrozenOverdue,
    /// It is frozen; it resumes in a later invocation, or never.
    Frozen,
    /// It goes on running between invocations.
    RunsOn,
    /// It ran before the environment was frozen.
    CompletesEarly,
    /// It holds nothing.
    Ignored,
}

/// A modifier of a fate.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Modifier {
    /// The peer may have dropped the connection meanwhile.
    StaleRisk,
    /// An error in it is blamed on a later invocation.
    LateError,
    /// It is lost when the environment is shut down, without notice.
    LostAtShutdown,
    /// All ticks that were missed come at once.
    Burst,
    /// Every invocation adds one.
    Accumulates,
}
