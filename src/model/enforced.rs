//! What the platform does once a handler has completed, and what of it loopcheck enforces.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What the platform does once the handler has completed.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Policy {
    /// The response goes out and the environment is frozen.
    Freeze,
    /// The response is kept back until nothing holds it.
    HoldResponse,
    /// The response goes out; the environment stays awake, and billed, until nothing holds it.
    HoldEnv,
    /// The environment goes on running between invocations.
    RunOn,
}

impl Policy {
    /// Every policy, in the order of reports.
    pub const ALL: &'static [Self] =
        &[Self::Freeze, Self::HoldResponse, Self::HoldEnv, Self::RunOn];

    /// The id in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Freeze => "freeze",
            Self::HoldResponse => "hold-response",
            Self::HoldEnv => "hold-env",
            Self::RunOn => "run-on",
        }
    }

    /// Whether something waits for what is pending.
    pub const fn holds(self) -> bool {
        matches!(self, Self::HoldResponse | Self::HoldEnv)
    }
}

/// A policy that a run enforces on the handler, whatever the handler does by itself.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Enforced {
    /// The policy.
    pub policy: Policy,
    /// For how long the environment is frozen between two invocations, or left alone if it is not.
    pub pause: Duration,
}

/// By what means an environment was frozen.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FrozenBy {
    /// Each process was sent a SIGSTOP.
    Sigstop,
    /// The kernel has frozen the cgroup that they are in. What was not in there got a SIGSTOP.
    Cgroup,
}
