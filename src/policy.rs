//! Completion modes, and what the platform does under each.

pub use crate::model::enforced::{FrozenBy, Policy};
pub use crate::model::peer::Break;
use crate::model::run::Runtime;

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

/// The modes that a Node.js handler can complete in under runtime client 3 (Lambda's nodejs22.x
/// and older), those that hold something first.
pub const NODE_CALLBACK_MODES: &[Mode] = &[
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

/// The modes that a Node.js handler can complete in under runtime client 4 (Lambda's nodejs24.x).
pub const NODE_PROMISE_MODES: &[Mode] = &[
    Mode { id: "async-24", policy: Policy::Freeze, title: "Node.js 24: promise settled" },
    Mode { id: "stream-24", policy: Policy::Freeze, title: "Node.js 24: stream ended" },
];

/// Every mode, by runtime.
pub const ALL_MODES: [&[Mode]; 3] = [TOKIO_MODES, NODE_CALLBACK_MODES, NODE_PROMISE_MODES];

/// The modes that a handler of this runtime can complete in.
pub const fn modes(runtime: Runtime) -> &'static [Mode] {
    match runtime {
        Runtime::Tokio => TOKIO_MODES,
        Runtime::NodeWithCallbacks => NODE_CALLBACK_MODES,
        Runtime::NodeWithPromises => NODE_PROMISE_MODES,
    }
}

/// The mode with this id that a handler of this runtime can complete in.
pub fn mode(runtime: Runtime, id: &str) -> Option<Mode> {
    modes(runtime).iter().copied().find(|mode| mode.id == id)
}
