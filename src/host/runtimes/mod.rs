//! The impure part of each runtime, one folder for each: how a handler is started, and what links it
//! to loopcheck.
//!
//! The rest of loopcheck knows [`Program`], which starts a handler of any runtime, and [`Link`].

pub(crate) mod node;
mod program;
pub(crate) mod tokio;

pub(crate) use program::{Link, LinkRequest, Linked, Program};
