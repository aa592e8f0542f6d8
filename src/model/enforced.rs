//! A policy that loopcheck enforces on a handler.

use std::time::Duration;

use crate::policy::Policy;

/// A policy that a run enforces on the handler, whatever the handler does by itself.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Enforced {
    /// The policy.
    pub policy: Policy,
    /// For how long the environment is frozen between two invocations, or left alone if it is not.
    pub pause: Duration,
}
