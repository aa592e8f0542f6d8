//! The handler's processes, from the session's side: started, guarded, read and ended.

use std::sync::Arc;

use tokio::sync::mpsc;

use crate::host::clock::Clock;
use crate::host::output::{self, OutputLine, Stream};
use crate::host::process::{self, Cgroup, ChildFd, Guard, Handler, Launch};
use crate::host::sockets::{self, InheritedSockets, ScanError};
use crate::host::terminal::Terminal;
use crate::model::diagnostic::{Diagnostic, FailureId, GapId};
use crate::model::time::Timestamp;
use crate::observation::{ExitedWith, ObservationKind, UncaughtError};
use crate::session::failure::internal;
use crate::session::panic;

/// The handler's process group.
pub(super) struct Process {
    pub(super) handler: Handler,
    /// A process that ends the handler when loopcheck cannot.
    guard: Guard,
    /// The sockets that the handler inherits from loopcheck, which are not its own.
    inherited: InheritedSockets,
    /// Panics in the handler's output, where a policy is enforced.
    pub(super) panics: mpsc::UnboundedReceiver<(Timestamp, UncaughtError)>,
    /// The end of the process, whose last output may still be on its way.
    pub(super) exited: Option<(Timestamp, ExitedWith)>,
    /// The instant of the last reading of its sockets.
    pub(super) last_scan: Timestamp,
}

/// The settings of a start.
pub(super) struct Start {
    pub(super) launch: Launch,
    pub(super) fds: Vec<ChildFd>,
    /// The processes are to be frozen, which is most exact in a cgroup.
    pub(super) freezes: bool,
    /// Panics in the output are to be reported.
    pub(super) reports_panics: bool,
}

/// A guard that is ready, before there is anything to guard.
pub(super) struct Guarded {
    guard: Guard,
    inherited: InheritedSockets,
}

impl Guarded {
    /// Starts the guard.
    pub(super) fn start() -> Result<Self, Diagnostic> {
        let inherited = sockets::inherited();
        let guard =
            Guard::start().map_err(|error| internal("start a guard for the handler", &error))?;
        Ok(Self { guard, inherited })
    }

    /// Starts the handler.
    pub(super) async fn handler(
        self,
        start: Start,
        clock: Clock,
        terminal: &Arc<Terminal>,
    ) -> Result<Process, Diagnostic> {
        let Self { mut guard, inherited } = self;
        let (lines, from_handler) = output::channel();
        let cgroup = if start.freezes { Cgroup::planned() } else { None };
        if let Some(cgroup) = &cgroup {
            guard.watch_cgroup(cgroup).await.map_err(|error| unregistered(&error))?;
        }
        let mut handler = process::start(start.launch, lines, start.fds).map_err(|error| {
            let id =
                if error.is_usage() { FailureId::BadInput } else { FailureId::HandlerNotStarted };
            Diagnostic::new(id, crate::error::chain(&error)).hint(error.hint())
        })?;
        if let Some(cgroup) = cgroup {
            handler.enclose(cgroup);
        }
        let (panicked, panics) = mpsc::unbounded_channel();
        let reported = start.reports_panics.then_some(panicked);
        tokio::spawn(show_output(from_handler, Arc::clone(terminal), clock, reported));
        Ok(Process {
            handler,
            guard,
            inherited,
            panics,
            exited: None,
            last_scan: Timestamp::default(),
        })
    }
}

impl Process {
    /// Registers the handler with the guard.
    pub(super) async fn register(&mut self) -> Result<(), Diagnostic> {
        let leader = self.handler.leader();
        self.guard.watch(leader).await.map_err(|error| unregistered(&error))
    }

    /// Reads the sockets and child processes of the group, unless it has ended.
    pub(super) fn scan(&mut self, clock: Clock) -> Option<ObservationKind> {
        if self.exited.is_some() {
            return None;
        }
        let scanned = sockets::scan(self.handler.pid(), &self.inherited);
        self.last_scan = clock.now();
        match scanned {
            Ok(scan) => Some(ObservationKind::Sockets(scan)),
            // That nothing was read is in the evidence already.
            Err(ScanError::NotObserved) => None,
            Err(error) => {
                let gap = Diagnostic::new(GapId::SocketsUnreadable, crate::error::chain(&error));
                Some(ObservationKind::Diagnostic(gap.hint(error.hint())))
            }
        }
    }

    /// Ends it for good.
    pub(super) async fn end(mut self) {
        self.handler.kill_group();
        // It has been killed; how it ended is of no interest.
        let _ = self.handler.reap().await;
        self.guard.dismiss().await;
    }
}

fn unregistered(error: &std::io::Error) -> Diagnostic {
    internal("register the handler with its guard", error)
}

async fn show_output(
    mut lines: mpsc::Receiver<OutputLine>,
    terminal: Arc<Terminal>,
    clock: Clock,
    panicked: Option<mpsc::UnboundedSender<(Timestamp, UncaughtError)>>,
) {
    while let Some(OutputLine { stream, text }) = lines.recv().await {
        if stream == Stream::Stderr
            && let Some(panicked) = &panicked
            && let Some(error) = panic::parse(&text)
        {
            // Nobody receives it once the run is over.
            let _ = panicked.send((clock.now(), error));
        }
        terminal.handler_line(&text);
    }
}
