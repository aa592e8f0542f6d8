//! Attaching to the feed that a handler serves.
//!
//! A peer that offers the typed feed is followed through it; every other one through tokio-console's
//! protocol.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tonic::Code;
use tonic::transport::Endpoint;

use crate::host::clock::Clock;
use crate::host::feed::console::ConsoleFeed;
use crate::host::feed::signal::{FeedSignal, Round};
use crate::host::feed::typed::TypedFeed;

/// How long to wait between two attempts to connect.
const RETRY: Duration = Duration::from_millis(2);

/// An attached feed. Dropping it closes every stream.
pub(crate) enum AttachedFeed {
    /// The typed feed.
    Typed(TypedFeed),
    /// tokio-console's, as console-subscriber serves it.
    Console(ConsoleFeed),
}

/// Why the feed could not be attached.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AttachError {
    /// What listens there speaks neither protocol.
    #[error("what listens at {addr} does not serve a console feed: {reason}")]
    NotAConsole {
        /// The address.
        addr: SocketAddr,
        /// What the transport said.
        reason: String,
    },
}

/// Waits until something listens at this address. Never returns otherwise.
pub(crate) async fn listening(addr: SocketAddr) {
    while TcpStream::connect(addr).await.is_err() {
        tokio::time::sleep(RETRY).await;
    }
}

impl AttachedFeed {
    /// Attaches to the feed that is served at this address.
    pub(crate) async fn attach(
        addr: SocketAddr,
        clock: Clock,
        signals: mpsc::UnboundedSender<FeedSignal>,
    ) -> Result<Self, AttachError> {
        let error = |reason: String| AttachError::NotAConsole { addr, reason };
        let endpoint = Endpoint::from_shared(format!("http://{addr}"))
            .map_err(|e| error(e.to_string()))?
            .tcp_nodelay(true);
        let channel = endpoint.connect().await.map_err(|e| error(crate::error::chain(&e)))?;
        match TypedFeed::attach(channel.clone(), clock, signals.clone()).await {
            Ok(feed) => return Ok(Self::Typed(feed)),
            Err(status) if status.code() == Code::Unimplemented => {}
            Err(status) => return Err(error(status.to_string())),
        }
        match ConsoleFeed::attach(channel, clock, signals).await {
            Ok(feed) => Ok(Self::Console(feed)),
            Err(status) => Err(error(status.to_string())),
        }
    }

    /// Asks whether the feed is complete; its last signal is [`FeedSignal::RoundDone`].
    pub(crate) async fn round(&mut self, round: Round) {
        match self {
            Self::Typed(feed) => feed.flush().await,
            Self::Console(feed) => feed.round(round).await,
        }
    }
}
