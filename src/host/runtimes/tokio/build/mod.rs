//! Building a handler that was named by its Cargo directory.
//!
//! The user's own build stays as it is: same flags plus one, same toolchain, but a target folder
//! apart. Running what was built is `process`' job.

mod cargo;
mod error;
mod flags;
mod select;
mod steps;
#[cfg(test)]
mod tests;

pub(crate) use steps::{BuildRequest, build};
