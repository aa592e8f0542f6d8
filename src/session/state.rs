//! The state of a live run: its phase and its parts.

use std::sync::Arc;

use crate::host::clock::Clock;
use crate::host::proxy::Proxy;
use crate::host::runtime_api::RuntimeApi;
use crate::host::runtimes::Link;
use crate::host::terminal::Terminal;
use crate::model::time::Timestamp;
use crate::observation::{KillReason, ObservationKind, SettledReason};
use crate::session::feed_link::FeedLink;
use crate::session::journal::Journal;
use crate::session::plan::Plan;
use crate::session::process::Process;

/// The phase of a run.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Phase {
    /// The handler starts up.
    Init { until: Timestamp },
    /// It asks for an event, which is kept back for the feed.
    AwaitFeed { until: Timestamp },
    /// An event is with it, or on its way to it.
    Invoking { since: Timestamp },
    /// It has responded; what is pending is watched.
    Watching { since: Timestamp },
    /// Several events are with it.
    Together { until: Timestamp },
    /// Every process of it is stopped.
    Frozen { until: Timestamp },
    /// It has received the notice that its environment is shut down.
    ShuttingDown { until: Timestamp },
    /// Nothing more will be observed.
    Over,
}

/// A live run, from the start of its handler to its end.
pub(super) struct Session {
    pub(super) plan: Plan,
    pub(super) clock: Clock,
    pub(super) terminal: Arc<Terminal>,
    pub(super) phase: Phase,
    pub(super) api: RuntimeApi,
    pub(super) process: Process,
    pub(super) feed: FeedLink,
    /// Our side of what links the handler to loopcheck.
    pub(super) link: Link,
    /// The way of the connections that are to be broken.
    pub(super) proxy: Option<Proxy>,
}

impl Session {
    /// Ends the watch after a response, if there is one.
    pub(super) fn settle_if_watching(&self, reason: SettledReason, journal: &mut Journal) {
        if let Phase::Watching { .. } = self.phase {
            journal.observe(self.clock.now(), ObservationKind::Settled { reason });
        }
    }

    /// Ends the handler, and with it the run.
    pub(super) fn kill(&mut self, reason: KillReason, journal: &mut Journal) {
        journal.observe(self.clock.now(), ObservationKind::ProcessKilled { reason });
        self.process.handler.kill_group();
        self.phase = Phase::Over;
    }
}
