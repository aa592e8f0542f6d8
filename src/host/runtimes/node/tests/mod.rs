//! The bridge with an agent that is not there: lines in, a feed and a runtime out.

mod agent;
mod fixture;

mod completeness;
mod hostile;
mod picture;
#[cfg(target_os = "linux")]
mod process;
mod runtime;
