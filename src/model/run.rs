//! A run as a whole: its settings, and how its process ended.

use std::net::SocketAddr;
use std::time::Duration;

/// The settings that a judgement depends on.
#[derive(Clone, Debug, PartialEq)]
pub struct RunStarted {
    /// The handler as the user named it.
    pub handler: String,
    /// What it was resolved to, for example the package and the binary.
    pub detail: String,
    /// How many invocations are asked for, over all events.
    pub invocations: u32,
    /// The function's timeout.
    pub timeout: Duration,
    /// The longest watch after each response.
    pub settle: Duration,
    /// Completion modes to gate on; empty: all that apply.
    pub modes: Vec<String>,
    /// Where our Runtime API listens.
    pub runtime_api: SocketAddr,
    /// Where the console feed is expected.
    pub console: SocketAddr,
    /// The directory that paths in the report are relative to, as the user would write them.
    pub workspace: String,
}

/// Why the watch after a response ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SettledReason {
    /// Everything that was pending has ended.
    AllEnded,
    /// What is left cannot end before the function's deadline.
    NothingWillEnd,
    /// The settle time is over.
    TimeOver,
    /// The process, the feed or the user ended the watch.
    CutShort,
}

/// How a process ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ExitedWith {
    /// With an exit code.
    Code(i32),
    /// By a signal.
    Signal(i32),
}

/// Why loopcheck ended the handler's process group.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum KillReason {
    /// All invocations are done.
    Finished,
    /// The function's deadline passed without a response.
    Deadline,
    /// It never asked for an event.
    InitTimeout,
    /// The user interrupted loopcheck.
    Interrupted,
    /// Going on makes no sense, for example after an init error.
    Abandoned,
}
