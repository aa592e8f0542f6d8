//! The build of a handler that is given as a Cargo directory.
//!
//! The user's own build is not affected: same flags plus one, same toolchain, but a separate target
//! folder. `process` runs the result.

mod cargo;
mod error;
mod flags;
mod select;
mod steps;
#[cfg(test)]
mod tests;

pub(crate) use steps::{BuildRequest, build};
