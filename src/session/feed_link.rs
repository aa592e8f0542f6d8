//! The session's link to the console feed: attaching to it, and asking it for rounds of draining.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::sync::mpsc;

use crate::host::clock::Clock;
use crate::host::console::{self, AttachError, ConsoleFeed, FeedSignal, Round};
use crate::host::sockets;

/// How often it is looked who listens at the console's address before it is taken for a stranger.
const FOREIGN_LOOKS: u32 = 10;

/// How long to wait between two looks.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// Drains in the first round of a proof; enough unless the queue is long.
const FIRST_ROUND: usize = 3;

/// Drains in every further round.
const NEXT_ROUND: usize = 64;

/// The console feed, from the session's side.
pub(super) enum FeedLink {
    /// Nothing listens there yet.
    Expected,
    /// Attached: rounds can be asked for.
    Attached { rounds: mpsc::UnboundedSender<Round>, busy: bool },
    /// There is none, or it is lost.
    Absent,
}

impl FeedLink {
    /// The link to a feed that is attached.
    pub(super) fn to(feed: ConsoleFeed) -> Self {
        let (rounds, asked) = mpsc::unbounded_channel();
        tokio::spawn(serve_rounds(feed, asked));
        Self::Attached { rounds, busy: false }
    }

    /// Whether it is known if there is a feed.
    pub(super) fn is_settled(&self) -> bool {
        !matches!(self, Self::Expected)
    }

    /// Asks for a round, unless one is under way.
    pub(super) fn ask(&mut self, fresh: bool, audit: bool) -> Asked {
        let Self::Attached { rounds, busy } = self else { return Asked::InVain };
        if *busy {
            return Asked::Before;
        }
        let drains = if fresh { FIRST_ROUND } else { NEXT_ROUND };
        *busy = rounds.send(Round { fresh, drains, audit }).is_ok();
        if *busy { Asked::Now } else { Asked::InVain }
    }

    /// The round that was asked for is over.
    pub(super) fn round_done(&mut self) {
        if let Self::Attached { busy, .. } = self {
            *busy = false;
        }
    }
}

/// What became of asking for a round.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Asked {
    /// It was asked for.
    Now,
    /// Another one is under way, perhaps for an earlier response.
    Before,
    /// There is no feed to ask.
    InVain,
}

/// Why there is no feed.
pub(super) enum Unattached {
    /// Another program serves the address.
    Foreign,
    /// It is no console feed.
    Failed(AttachError),
}

/// Waits until the feed is served, and attaches to it. `pid` is the process that is to serve it;
/// `None`: we do.
pub(super) async fn attach(
    addr: SocketAddr,
    pid: Option<u32>,
    clock: Clock,
    signals: mpsc::UnboundedSender<FeedSignal>,
) -> Result<ConsoleFeed, Unattached> {
    for _ in 0..FOREIGN_LOOKS {
        console::listening(addr).await;
        if pid.is_none_or(|pid| sockets::listens(pid, addr) != Some(false)) {
            return ConsoleFeed::attach(addr, clock, signals).await.map_err(Unattached::Failed);
        }
        // A handler that is just ending has let go of its port already.
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    Err(Unattached::Foreign)
}

async fn serve_rounds(mut feed: ConsoleFeed, mut asked: mpsc::UnboundedReceiver<Round>) {
    while let Some(round) = asked.recv().await {
        feed.round(round).await;
    }
}
