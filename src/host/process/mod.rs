//! The handler's process: checked, started in a group of its own, and ended with everything that
//! descends from it.
//!
//! The session decides what the end of a handler means.

mod cgroup;
mod cgroup_path;
mod error;
mod format;
#[cfg(test)]
mod freeze_tests;
mod group;
mod guard;
mod handler;
mod inspect;
mod signal;
#[cfg(test)]
mod tests;

pub(crate) use cgroup::Cgroup;
pub(crate) use group::{Freeze, ProcessGroup};
pub(crate) use guard::{Guard, guard};
pub(crate) use handler::{ChildFd, Handler, Launch, start};
pub(crate) use inspect::check;
