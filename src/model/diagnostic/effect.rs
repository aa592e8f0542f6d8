//! The effect of a gap or a failure on the verdict.

/// The effect of a diagnostic on the verdict.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Effect {
    /// A gap that the verdict does not depend on.
    Note,
    /// A gap that may hide something: never a pass (exit code 4).
    Inconclusive,
    /// The handler did not get to a response (exit code 3).
    NoResponse,
    /// The user asked for something impossible (exit code 2).
    Usage,
    /// A defect in loopcheck (exit code 5).
    Internal,
    /// The user interrupted the run (exit code 130).
    Interrupted,
}
