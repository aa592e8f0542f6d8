//! The handler's process: checked, started in a group of its own, and ended with everything that
//! descends from it.
//!
//! What it means that a handler ended is the session's business.

mod error;
mod format;
mod group;
mod guard;
mod handler;
mod inspect;
#[cfg(test)]
mod tests;

pub(crate) use group::ProcessGroup;
pub(crate) use guard::{Guard, guard};
pub(crate) use handler::{ChildFd, Handler, Launch, start};
pub(crate) use inspect::check;
