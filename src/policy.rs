//! Completion modes, and what the platform does under each.

use serde::Serialize;

/// What the platform does once the handler has completed.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
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

/// How a handler completes, as its author wrote it.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Mode {
    /// The stable id.
    pub id: &'static str,
    /// What the platform does under it.
    pub policy: Policy,
    /// In words.
    pub title: &'static str,
}

/// A handler future of `lambda_runtime` that is ready.
pub const RUST: Mode =
    Mode { id: "rust", policy: Policy::Freeze, title: "lambda_runtime handler returned" };

/// A streamed response of `lambda_runtime` whose body has ended.
pub const RUST_STREAM: Mode =
    Mode { id: "rust-stream", policy: Policy::Freeze, title: "lambda_runtime stream ended" };

/// An environment of Lambda Managed Instances, which is not frozen between invocations.
pub const MANAGED_INSTANCES: Mode =
    Mode { id: "managed-instances", policy: Policy::RunOn, title: "Lambda Managed Instances" };

/// The modes that a tokio handler can complete in.
pub const TOKIO_MODES: &[Mode] = &[RUST, RUST_STREAM, MANAGED_INSTANCES];

/// The mode of a tokio handler with this id.
pub fn tokio_mode(id: &str) -> Option<Mode> {
    TOKIO_MODES.iter().copied().find(|mode| mode.id == id)
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
}
