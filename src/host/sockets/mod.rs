//! The sockets and child processes that a handler's processes hold open at an instant.
//!
//! Reading it is all that happens here; which socket is ours and what an open one means is the
//! analysis' job. A process that may not be read is an error: no permission must never look like
//! no sockets.

mod error;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
mod table;
#[cfg(all(test, target_os = "linux"))]
mod tests;
#[cfg(not(target_os = "linux"))]
mod unobserved;

pub(crate) use error::ScanError;
#[cfg(target_os = "linux")]
pub(crate) use linux::{InheritedSockets, inherited, listening, listens, scan};
#[cfg(not(target_os = "linux"))]
pub(crate) use unobserved::{InheritedSockets, inherited, listening, listens, scan};
