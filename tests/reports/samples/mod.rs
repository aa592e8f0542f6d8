//! Reports for tests: every shape that a report can have.

pub(crate) mod documents;
pub(crate) mod findings;
pub(crate) mod minimal;
pub(crate) mod reports;
pub(crate) mod suites;
pub(crate) mod verifications;
