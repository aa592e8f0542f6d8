//! The terms of a feed and the session: what is asked, and what is signalled.

use crate::observation::Observation;

/// A full state of a busy handler exceeds tonic's limit of 4 MiB by far; changes of 6 MB were seen.
pub(super) const MESSAGE_LIMIT: usize = 1 << 30;

/// What a feed has to say to the session.
#[derive(Debug)]
pub(crate) enum FeedSignal {
    /// Something was observed.
    Observed(Box<Observation>),
    /// A round is over; everything that it showed has been sent.
    RoundDone,
    /// The feed can never be complete again.
    Incomplete,
}

/// A question whether the feed is complete.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Round {
    /// Whether it is the first for an instant.
    pub(crate) fresh: bool,
    /// Whether to compare with the full state afterwards; only tokio-console's feed has one.
    pub(crate) audit: bool,
}
