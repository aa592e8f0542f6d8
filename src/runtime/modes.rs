//! Completion modes: the ways in which a handler completes, by runtime.

use crate::policy::Policy;
use crate::runtime::rules::Runtime;

/// A way in which a handler completes, as its author wrote it.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Mode {
    /// The stable id.
    pub id: &'static str,
    /// What the platform does once it has completed so.
    pub policy: Policy,
    /// A title in words.
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
const TOKIO_MODES: &[Mode] = &[RUST, RUST_STREAM, MANAGED_INSTANCES];

/// The modes that a Node.js handler can complete in under runtime client 3, those that hold something
/// first.
const NODE_CALLBACK_MODES: &[Mode] = &[
    Mode {
        id: "callback-wait",
        policy: Policy::HoldResponse,
        title: "callback(null, result), callbackWaitsForEmptyEventLoop is true",
    },
    Mode { id: "implicit", policy: Policy::HoldResponse, title: "returned without an answer" },
    Mode { id: "stream-wait", policy: Policy::HoldEnv, title: "streamifyResponse, stream ended" },
    Mode { id: "async", policy: Policy::Freeze, title: "async handler, promise settled" },
    Mode { id: "done", policy: Policy::Freeze, title: "context.succeed, fail or done" },
    Mode {
        id: "callback-nowait",
        policy: Policy::Freeze,
        title: "callback(null, result), callbackWaitsForEmptyEventLoop is false",
    },
    Mode { id: "callback-error", policy: Policy::Freeze, title: "callback(error), or a throw" },
    Mode {
        id: "stream-nowait",
        policy: Policy::Freeze,
        title: "streamifyResponse, callbackWaitsForEmptyEventLoop is false",
    },
];

/// The modes that a Node.js handler can complete in under runtime client 4.
const NODE_PROMISE_MODES: &[Mode] = &[
    Mode { id: "async-24", policy: Policy::Freeze, title: "Node.js 24: promise settled" },
    Mode { id: "stream-24", policy: Policy::Freeze, title: "Node.js 24: stream ended" },
];

impl Runtime {
    /// The modes that a handler can complete in.
    pub const fn modes(self) -> &'static [Mode] {
        match self {
            Self::Tokio => TOKIO_MODES,
            Self::NodeWithCallbacks => NODE_CALLBACK_MODES,
            Self::NodeWithPromises => NODE_PROMISE_MODES,
        }
    }

    /// The mode with this id that a handler can complete in.
    pub fn mode(self, id: &str) -> Option<Mode> {
        self.modes().iter().copied().find(|mode| mode.id == id)
    }

    /// The mode that a response implies, for a runtime that does not report its mode.
    pub const fn implied_mode(self, is_streamed: bool) -> Option<Mode> {
        match self {
            Self::Tokio if is_streamed => Some(RUST_STREAM),
            Self::Tokio => Some(RUST),
            Self::NodeWithCallbacks | Self::NodeWithPromises => None,
        }
    }
}

/// Every mode, by runtime.
pub fn all_modes() -> impl Iterator<Item = Mode> {
    Runtime::ALL.iter().flat_map(|runtime| runtime.modes()).copied()
}
