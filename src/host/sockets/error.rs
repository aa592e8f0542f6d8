//! The reasons why the sockets could not be read.

use std::io;

use thiserror::Error;

/// The sockets of a handler could not be read.
#[derive(Debug, Error)]
pub(crate) enum ScanError {
    /// This system has no way to list them.
    #[cfg_attr(target_os = "linux", expect(dead_code, reason = "made on other systems only"))]
    #[error("sockets cannot be listed on this system")]
    NotObserved,
    /// The list of processes could not be read.
    #[error("the list of processes could not be read")]
    Processes(#[source] io::Error),
    /// A process that runs could not be read.
    #[error("what process {pid} ({name}) holds open could not be read")]
    Unreadable {
        /// The process.
        pid: u32,
        /// Its name.
        name: String,
        /// The kernel's message.
        source: io::Error,
    },
}

impl ScanError {
    /// The remedy.
    pub(crate) fn hint(&self) -> &'static str {
        match self {
            Self::NotObserved => "run loopcheck on Linux to see sockets and child processes",
            Self::Processes(_) => "loopcheck needs /proc: mount it in the container",
            Self::Unreadable { .. } => {
                "run loopcheck as the same user as the handler, without setuid programs in between"
            }
        }
    }
}
