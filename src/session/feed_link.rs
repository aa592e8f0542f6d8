//! The session's side of the feed: attaching to it, and asking whether it is complete.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::{JoinError, JoinHandle};

use crate::host::clock::Clock;
use crate::host::feed::{self, AttachError, AttachedFeed, FeedSignal, Round};
use crate::host::sockets;
use crate::model::diagnostic::{Diagnostic, FailureId, GapId};
use crate::model::time::Timestamp;
use crate::observation::{Observation, ObservationKind};
use crate::session::plan::EXIT_DRAIN;

/// The number of lookups of the listener at the console's address before it counts as foreign.
const FOREIGN_LOOKS: u32 = 10;

/// The time between two lookups.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// The state of the link to the feed.
enum State {
    /// Nothing listens there yet.
    Expected,
    /// Attached.
    Attached {
        /// Where rounds are asked for.
        rounds: mpsc::UnboundedSender<Round>,
        /// A round is under way.
        busy: bool,
        /// No round can show completeness any more; the feed is still followed.
        incomplete: bool,
    },
    /// There is none, or it is lost.
    Absent,
}

/// The feed, from the session's side.
pub(super) struct FeedLink {
    /// The address at which it is served.
    pub(super) console: SocketAddr,
    /// A round has been asked for since the last response.
    asked: bool,
    state: State,
    attaching: JoinHandle<Result<AttachedFeed, Unattached>>,
    /// The loss of the feed, or the reason why it is unreachable, while it is not known yet whether
    /// the process has ended as well.
    lost: Option<Observation>,
}

impl FeedLink {
    /// Begins to attach to the feed at an address. `server` is the process that is to serve it;
    /// `None`: loopcheck does.
    pub(super) fn open(
        console: SocketAddr,
        server: Option<u32>,
        clock: Clock,
        signals: mpsc::UnboundedSender<FeedSignal>,
    ) -> Self {
        let attaching = tokio::spawn(attach(console, server, clock, signals));
        Self { console, asked: false, state: State::Expected, attaching, lost: None }
    }

    /// Waits until it is attached, or certainly never will be. Can be dropped and called again.
    pub(super) async fn attach(&mut self) -> Attached {
        Attached((&mut self.attaching).await)
    }

    /// Takes over the result of attaching.
    pub(super) fn on_attached(&mut self, Attached(result): Attached, now: Timestamp) {
        let diagnostic = match result {
            Ok(Ok(feed)) => {
                let (rounds, asked) = mpsc::unbounded_channel();
                tokio::spawn(serve_rounds(feed, asked));
                self.state = State::Attached { rounds, busy: false, incomplete: false };
                return;
            }
            Ok(Err(Unattached::Foreign)) => Diagnostic::new(
                GapId::ForeignConsole,
                format!("the process that listens at {} is not the handler", self.console),
            )
            .hint("end the other program, or give another address with --console HOST:PORT"),
            Ok(Err(Unattached::Failed(error))) => {
                Diagnostic::new(GapId::NotInstrumented, error.to_string())
            }
            Err(error) => Diagnostic::new(FailureId::InternalError, error.to_string()),
        };
        // The address may have been that of a process that was ending.
        self.on_lost(Observation { at: now, kind: ObservationKind::Diagnostic(diagnostic) });
    }

    /// Takes over the loss of the feed, which may have gone with its process.
    pub(super) fn on_lost(&mut self, lost: Observation) {
        self.state = State::Absent;
        self.lost = Some(lost);
    }

    /// Returns whether the feed is lost and the process may have gone with it.
    pub(super) fn is_losing(&self) -> bool {
        self.lost.is_some()
    }

    /// Returns the loss of the feed once the process has had time to end, too.
    pub(super) fn take_lost(&mut self, now: Timestamp) -> Option<Observation> {
        self.lost.take_if(|lost| now >= lost.at.plus(EXIT_DRAIN))
    }

    /// Stops waiting for a feed that does not come up.
    pub(super) fn give_up(&mut self) {
        self.attaching.abort();
        self.state = State::Absent;
    }

    /// Returns whether nothing listens there yet.
    pub(super) fn is_expected(&self) -> bool {
        matches!(self.state, State::Expected)
    }

    /// Returns whether there is no feed, or no longer.
    pub(super) fn is_absent(&self) -> bool {
        matches!(self.state, State::Absent)
    }

    /// Notes a response: rounds that were asked for before say nothing about it.
    pub(super) fn on_response(&mut self) {
        self.asked = false;
    }

    /// Asks for a round, unless one is under way, and returns whether the feed can still become
    /// complete.
    pub(super) fn ask(&mut self, audit: bool) -> bool {
        let State::Attached { rounds, busy, incomplete: false } = &mut self.state else {
            return false;
        };
        if *busy {
            // It may have been asked for before this response.
            return true;
        }
        *busy = rounds.send(Round { fresh: !self.asked, audit }).is_ok();
        self.asked |= *busy;
        *busy
    }

    /// Notes that the feed can never be complete again.
    pub(super) fn on_incomplete(&mut self) {
        if let State::Attached { incomplete, .. } = &mut self.state {
            *incomplete = true;
        }
    }

    /// Notes that the round that was asked for is over.
    pub(super) fn on_round_done(&mut self) {
        if let State::Attached { busy, .. } = &mut self.state {
            *busy = false;
        }
    }
}

impl Drop for FeedLink {
    fn drop(&mut self) {
        self.attaching.abort();
    }
}

/// The result of attaching to the feed.
pub(super) struct Attached(Result<Result<AttachedFeed, Unattached>, JoinError>);

/// The reason why there is no feed.
enum Unattached {
    /// Another program serves the address.
    Foreign,
    /// It serves no feed.
    Failed(AttachError),
}

/// Waits until the feed is served, and attaches to it.
async fn attach(
    addr: SocketAddr,
    pid: Option<u32>,
    clock: Clock,
    signals: mpsc::UnboundedSender<FeedSignal>,
) -> Result<AttachedFeed, Unattached> {
    for _ in 0..FOREIGN_LOOKS {
        feed::listening(addr).await;
        if pid.is_none_or(|pid| sockets::listens(pid, addr) != Some(false)) {
            return AttachedFeed::attach(addr, clock, signals).await.map_err(Unattached::Failed);
        }
        // A handler that is just ending has let go of its port already.
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    Err(Unattached::Foreign)
}

async fn serve_rounds(mut feed: AttachedFeed, mut asked: mpsc::UnboundedReceiver<Round>) {
    while let Some(round) = asked.recv().await {
        feed.round(round).await;
    }
}
