//! A run as a whole: its settings, and how its process ended.

use std::net::SocketAddr;
use std::time::Duration;

use crate::model::enforced::Enforced;
use crate::model::peer::BrokenPeer;
use crate::runtime::Runtime;

/// The settings that a judgement depends on.
#[derive(Clone, Debug, PartialEq)]
pub struct RunStarted {
    /// The handler as the user named it.
    pub handler: String,
    /// The program that it was resolved to, for example the package and the binary.
    pub detail: String,
    /// The rules by which it is run.
    pub runtime: Runtime,
    /// The number of invocations, over all events.
    pub invocations: u32,
    /// The number of different events they are of, each delivered equally often, one event after the
    /// other; 0 where that is not known.
    pub events: u32,
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
    /// The identity of the handler in its repository.
    pub identity: Identity,
    /// The enforced policy; `None` in the run that predicts.
    pub enforced: Option<Enforced>,
    /// The peer whose connections are broken during each freeze; `None` in every other run.
    pub broken: Option<BrokenPeer>,
}

/// The identity of a handler in its repository: the same on every machine.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Identity {
    /// Its unique name: from the configuration, or its path.
    pub name: String,
    /// The folder that its own source paths are relative to; empty for the root of the repository,
    /// `None` where it is not in one.
    pub sources: Option<String>,
    /// The file that stands for it where nothing has a place of its own.
    pub file: Option<String>,
}

/// Why the watch after a response ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SettledReason {
    /// Everything that was pending has ended.
    AllEnded,
    /// Everything that is left cannot end before the function's deadline.
    NothingWillEnd,
    /// The settle time is over.
    TimeOver,
    /// The process, the feed or the user ended the watch.
    CutShort,
}

/// The end of a process.
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
    /// The handler completed, and the platform would withhold its answer until the deadline.
    Withheld,
    /// The environment is shut down, as Lambda does it.
    Shutdown,
}

/// A failure that nobody awaited.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct UncaughtError {
    /// The kind of failure.
    pub kind: UncaughtKind,
    /// The invocation whose code left it, from 1, and 0 for the init phase; where that is reported.
    pub left_by: Option<u32>,
    /// The source file, where it is reported.
    pub file: Option<String>,
    /// The line in it, from 1.
    pub line: Option<u32>,
    /// The column in it, from 1.
    pub column: Option<u32>,
}

/// The kinds of failures.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum UncaughtKind {
    /// It threw, and nobody caught that.
    Exception,
    /// Its promise was rejected, and nobody handled that.
    Rejection,
    /// It panicked.
    Panic,
    /// It ended the process.
    Exit,
}
