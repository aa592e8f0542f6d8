//! The handler's process: checked, started in a group of its own, and ended with everything that
//! descends from it.
//!
//! What it means that a handler ended is the session's business.

mod error;
mod format;
mod group;
mod handler;
mod inspect;
#[cfg(test)]
mod tests;

pub(crate) use group::ProcessGroup;
pub(crate) use handler::{Handler, Launch, start};
pub(crate) use inspect::check;
