//! The session's side of the feed: attaching to it, and asking whether it is complete.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::sync::mpsc;

use crate::host::clock::Clock;
use crate::host::feed::{self, AttachError, AttachedFeed, FeedSignal, Round};
use crate::host::sockets;

/// The number of lookups of the listener at the console's address before it counts as foreign.
const FOREIGN_LOOKS: u32 = 10;

/// The time between two lookups.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// The feed, from the session's side.
pub(super) enum FeedLink {
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

impl FeedLink {
    /// The link to a feed that is attached.
    pub(super) fn to(feed: AttachedFeed) -> Self {
        let (rounds, asked) = mpsc::unbounded_channel();
        tokio::spawn(serve_rounds(feed, asked));
        Self::Attached { rounds, busy: false, incomplete: false }
    }

    /// Whether it is known if there is a feed.
    pub(super) fn is_settled(&self) -> bool {
        !matches!(self, Self::Expected)
    }

    /// Asks for a round, unless one is under way.
    pub(super) fn ask(&mut self, fresh: bool, audit: bool) -> Asked {
        let Self::Attached { rounds, busy, incomplete: false } = self else {
            return Asked::InVain;
        };
        if *busy {
            return Asked::Before;
        }
        *busy = rounds.send(Round { fresh, audit }).is_ok();
        if *busy { Asked::Now } else { Asked::InVain }
    }

    /// The feed can never be complete again.
    pub(super) fn give_up(&mut self) {
        if let Self::Attached { incomplete, .. } = self {
            *incomplete = true;
        }
    }

    /// The round that was asked for is over.
    pub(super) fn round_done(&mut self) {
        if let Self::Attached { busy, .. } = self {
            *busy = false;
        }
    }
}

/// The result of a request for a round.
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
    /// It serves no feed.
    Failed(AttachError),
}

/// Waits until the feed is served, and attaches to it. `pid` is the process that is to serve it;
/// `None`: we do.
pub(super) async fn attach(
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
