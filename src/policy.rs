//! Policies: what the platform does once a handler has completed, and how loopcheck enforces it.

use serde::{Deserialize, Serialize};

/// The action of the platform once a handler has completed.
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

    /// Returns true for a policy under which something waits for what is pending.
    pub const fn holds(self) -> bool {
        matches!(self, Self::HoldResponse | Self::HoldEnv)
    }
}

/// The means by which an environment was frozen.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FrozenBy {
    /// Each process was sent a SIGSTOP.
    Sigstop,
    /// The kernel has frozen the cgroup that they are in. What was not in there got a SIGSTOP.
    Cgroup,
}

/// The fate of the connections to a peer during a freeze.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Break {
    /// The peer resets them: the handler's kernel knows, and says so at the next use.
    Reset,
    /// Something in between forgets them: whatever is sent is never answered, and nobody says so.
    Drop,
}

impl Break {
    /// Both, in the order of reports.
    pub const ALL: &'static [Self] = &[Self::Reset, Self::Drop];

    /// A participle for sentences about a connection.
    pub const fn done(self) -> &'static str {
        match self {
            Self::Reset => "reset",
            Self::Drop => "silently dropped",
        }
    }
}
