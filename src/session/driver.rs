//! The one select loop of a live run.
//!
//! It starts the handler, lets the Runtime API, the console feed, the process and the clock report
//! to it in one order, keeps every observation, and decides what happens next from the evidence.
//! It does not interpret the evidence.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use crate::host::clock::Clock;
use crate::host::feed::{AttachedFeed, FeedSignal};
use crate::host::process::{Guard, Handler};
use crate::host::proxy::{Proxy, ProxySignal};
use crate::host::runtime_api::{ApiSignal, RuntimeApi};
use crate::host::runtimes::Link;
use crate::host::sockets::{self, InheritedSockets};
use crate::host::terminal::Terminal;
use crate::ingest::Evidence;
use crate::model::diagnostic::{Diagnostic, FailureId, GapId};
use crate::model::time::Timestamp;
use crate::observation::{
    ApiMoment, ExitedWith, KillReason, Observation, ObservationKind, Policy, SettledReason,
    UncaughtError,
};
use crate::session::feed_link::{FeedLink, Unattached};
use crate::session::journal::Journal;
use crate::session::plan::{EXIT_DRAIN, FEED_TIMEOUT, GRACE, INIT_TIMEOUT, Plan, RESCAN};
use crate::session::start::run_started;
use crate::session::{Recorder, failure};

/// Runs the handler and returns what was observed.
pub(crate) async fn run(
    plan: Plan,
    recorder: Option<Recorder>,
    terminal: Arc<Terminal>,
    mut interrupted: watch::Receiver<bool>,
) -> (Evidence, Option<Recorder>) {
    let clock = Clock::start();
    let (api_signals, mut from_api) = mpsc::unbounded_channel();
    let (feed_signals, mut from_feed) = mpsc::unbounded_channel();
    let mut journal = Journal { evidence: Evidence::default(), recorder };
    let nowhere = SocketAddr::from(([0, 0, 0, 0], 0));
    let unstarted = run_started(&plan, nowhere, nowhere);
    let mut session = match Session::start(
        plan,
        clock,
        &mut journal,
        api_signals,
        feed_signals,
        Arc::clone(&terminal),
    )
    .await
    {
        Ok(session) => session,
        Err(gap) => {
            if journal.evidence.store.run.is_none() {
                // The failure belongs to this run, not to the one before.
                journal.observe(clock.now(), unstarted);
            }
            journal.observe(clock.now(), ObservationKind::Diagnostic(gap));
            return (journal.evidence, journal.recorder);
        }
    };
    while session.phase != Phase::Over {
        let wake = session.wake_in();
        // In this order: a response that was received counts before the exit that followed it.
        tokio::select! {
            biased;
            Ok(()) = interrupted.changed() => session.interrupt(&mut journal),
            Some(signal) = from_api.recv() => session.on_api(signal, &mut journal),
            Some(signal) = from_feed.recv() => session.on_feed(signal, &mut journal),
            Some((at, error)) = session.panics.recv() => {
                journal.observe(at, ObservationKind::Uncaught(error));
            }
            Some(signal) = proxied(&mut session.proxy) => session.on_proxy(signal, &mut journal),
            attached = &mut session.attaching, if !session.feed.is_settled() => {
                session.on_attached(attached);
            }
            status = session.handler.wait(), if session.exited.is_none() => {
                session.on_exit(status, &mut journal);
            }
            () = tokio::time::sleep(wake) => {}
        }
        session.advance(&mut journal);
    }
    session.end(&mut journal).await;
    (journal.evidence, journal.recorder)
}

/// Where the run is.
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

pub(super) struct Session {
    pub(super) plan: Plan,
    pub(super) clock: Clock,
    pub(super) terminal: Arc<Terminal>,
    pub(super) api: RuntimeApi,
    pub(super) handler: Handler,
    /// It ends the handler if we cannot.
    pub(super) guard: Guard,
    pub(super) inherited: InheritedSockets,
    pub(super) console: SocketAddr,
    pub(super) feed: FeedLink,
    pub(super) attaching: JoinHandle<Result<AttachedFeed, Unattached>>,
    pub(super) phase: Phase,
    /// The process has ended; its last words may still be on their way.
    pub(super) exited: Option<(Timestamp, ExitedWith)>,
    /// A round has been asked for since the last response.
    pub(super) asking: bool,
    pub(super) last_scan: Timestamp,
    /// The feed has ended, or was never to be had, and it is not known yet whether the process has
    /// ended as well.
    pub(super) lost_feed: Option<Observation>,
    /// Panics that the handler's output reports, if a policy is enforced.
    pub(super) panics: mpsc::UnboundedReceiver<(Timestamp, UncaughtError)>,
    /// Our side of what links the handler to loopcheck.
    pub(super) link: Link,
    /// What the connections that are to be broken go through.
    pub(super) proxy: Option<Proxy>,
}

impl Session {
    /// The time until the session has to act if no signal arrives.
    fn wake_in(&self) -> Duration {
        let now = self.clock.now();
        let at = match self.phase {
            Phase::Init { until }
            | Phase::AwaitFeed { until }
            | Phase::Together { until }
            | Phase::Frozen { until }
            | Phase::ShuttingDown { until } => until,
            Phase::Invoking { since } => self.end_of_invocation(since),
            Phase::Watching { .. } if self.plan.enforces(Policy::Freeze) => now.plus(GRACE),
            Phase::Watching { .. } => now.plus(RESCAN),
            Phase::Over => now,
        };
        let wake = at.saturating_since(now);
        let soon = self.exited.is_some() || self.lost_feed.is_some();
        if soon { wake.min(Duration::from_millis(5)) } else { wake }
    }

    fn on_api(&mut self, signal: ApiSignal, journal: &mut Journal) {
        let ApiSignal { at, moment, release } = signal;
        let responded = matches!(
            moment,
            ApiMoment::HandlerCompleted { .. }
                | ApiMoment::ResponseReceived { .. }
                | ApiMoment::ErrorReceived { .. }
                | ApiMoment::ResponseTooLarge { .. }
        );
        let next = moment == ApiMoment::NextRequested;
        let init_error = matches!(moment, ApiMoment::InitErrorReceived { .. });
        journal.observe(at, ObservationKind::RuntimeApi(moment));
        let completed = journal
            .evidence
            .store
            .last_invocation()
            .is_some_and(|last| last.responded_at.is_some());
        if responded && completed && matches!(self.phase, Phase::Invoking { .. }) {
            // The runtime is held while its sockets are read: this is the response moment.
            self.scan(journal);
            self.phase = Phase::Watching { since: at };
            self.asking = false;
        }
        if let Some(release) = release {
            // The client may be gone; then nobody waits for the answer.
            let _ = release.send(());
        }
        match self.phase {
            Phase::Init { .. } if next => {
                self.phase = Phase::AwaitFeed { until: self.clock.now().plus(FEED_TIMEOUT) };
            }
            // What is gone by now was gone when the runtime asked.
            Phase::Watching { .. } if next => self.scan_as_of(at, journal),
            Phase::Init { .. } if init_error => self.kill(KillReason::Abandoned, journal),
            _ => {}
        }
    }

    fn on_feed(&mut self, signal: FeedSignal, journal: &mut Journal) {
        match signal {
            FeedSignal::Observed(observation) => {
                let Observation { at, kind } = *observation;
                if matches!(kind, ObservationKind::FeedLost { .. }) {
                    self.feed = FeedLink::Absent;
                    // The feed may have gone with its process, whose end is reported next.
                    self.lost_feed = Some(Observation { at, kind });
                    return;
                }
                journal.observe(at, kind);
            }
            FeedSignal::RoundDone => self.feed.round_done(),
            FeedSignal::Incomplete => self.feed.give_up(),
        }
    }

    fn on_exit(&mut self, status: std::io::Result<ExitedWith>, journal: &mut Journal) {
        let now = self.clock.now();
        match status {
            Ok(status) => self.exited = Some((now, status)),
            Err(error) => {
                let message = format!("could not wait for the handler: {error}");
                let gap = Diagnostic::new(FailureId::InternalError, message);
                journal.observe(now, ObservationKind::Diagnostic(gap));
                self.kill(KillReason::Abandoned, journal);
            }
        }
    }

    fn on_attached(
        &mut self,
        attached: Result<Result<AttachedFeed, Unattached>, tokio::task::JoinError>,
    ) {
        let gap = match attached {
            Ok(Ok(feed)) => {
                self.feed = FeedLink::to(feed);
                return;
            }
            Ok(Err(Unattached::Foreign)) => Diagnostic::new(
                GapId::ForeignConsole,
                format!("what listens at {} is not the handler", self.console),
            )
            .hint("end the other program, or give another address with --console HOST:PORT"),
            Ok(Err(Unattached::Failed(error))) => {
                Diagnostic::new(GapId::NotInstrumented, error.to_string())
            }
            Err(error) => Diagnostic::new(FailureId::InternalError, error.to_string()),
        };
        self.feed = FeedLink::Absent;
        // What could not be attached to may have been a process that was ending.
        self.lost_feed =
            Some(Observation { at: self.clock.now(), kind: ObservationKind::Diagnostic(gap) });
    }

    /// Does what the evidence now allows.
    fn advance(&mut self, journal: &mut Journal) {
        let now = self.clock.now();
        if self.note_exit(now, journal) {
            return;
        }
        if let Some(lost) = &self.lost_feed
            && now < lost.at.plus(EXIT_DRAIN)
        {
            // Nothing is concluded before it is known whether the process went with it.
            return;
        }
        if let Some(lost) = self.lost_feed.take() {
            journal.observe(lost.at, lost.kind);
        }
        match self.phase {
            Phase::Init { until } if now >= until => {
                journal.observe(
                    now,
                    ObservationKind::Diagnostic(failure::never_ready(
                        self.plan.program.runtime(),
                        INIT_TIMEOUT,
                    )),
                );
                self.kill(KillReason::InitTimeout, journal);
            }
            Phase::AwaitFeed { until } => self.await_feed(now, until, journal),
            Phase::Invoking { since } => self.watch_deadline(now, since, journal),
            Phase::Watching { since } => match self.plan.enforced {
                Some(enforced) => self.enforce(now, since, enforced, journal),
                None => self.watch(now, since, journal),
            },
            Phase::Together { until } => self.watch_together(now, until, journal),
            Phase::Frozen { until } if now >= until && self.is_broken() => self.thaw(journal),
            Phase::ShuttingDown { until } if now >= until => {
                self.kill(KillReason::Shutdown, journal);
            }
            Phase::Init { .. }
            | Phase::Frozen { .. }
            | Phase::ShuttingDown { .. }
            | Phase::Over => {}
        }
    }

    /// Returns `true` if the process has ended, after its exit drain.
    fn note_exit(&mut self, now: Timestamp, journal: &mut Journal) -> bool {
        let Some((at, status)) = self.exited else { return false };
        if self.phase == Phase::Over {
            return true;
        }
        let open =
            |connection: &crate::model::store::ApiConnection| connection.life.ended.is_none();
        let silent = !journal.evidence.store.connections.iter().any(open)
            && (!self.link.serves_feed() || matches!(self.feed, FeedLink::Absent));
        if let Phase::ShuttingDown { .. } = self.phase {
            // The exit follows the shutdown notice.
            journal.observe(at, ObservationKind::ProcessExited { status });
            self.kill(KillReason::Shutdown, journal);
        } else if silent || now >= at.plus(EXIT_DRAIN) {
            let lines = self.terminal.last_handler_lines();
            let gap = failure::exited(&journal.evidence.store, status, &lines);
            journal.observe(at, ObservationKind::Diagnostic(gap));
            self.settle_if_watching(SettledReason::CutShort, journal);
            journal.observe(at, ObservationKind::ProcessExited { status });
            self.phase = Phase::Over;
        }
        true
    }

    fn await_feed(&mut self, now: Timestamp, until: Timestamp, journal: &mut Journal) {
        let full_state = journal.evidence.store.feed.updates > 0;
        let ready = match self.feed {
            FeedLink::Attached { .. } => full_state,
            FeedLink::Absent => true,
            FeedLink::Expected => false,
        };
        if ready {
            self.scan(journal);
            self.deliver(journal);
        } else if now >= until {
            if self.link.serves_feed() {
                // Without a feed the analysis says what is missing.
                self.attaching.abort();
                self.feed = FeedLink::Absent;
            } else if let FeedLink::Expected = self.feed {
                self.attaching.abort();
                self.feed = FeedLink::Absent;
                if let Some(gap) = self.other_console() {
                    journal.observe(now, ObservationKind::Diagnostic(gap));
                }
            }
            self.scan(journal);
            self.deliver(journal);
        } else {
            self.terminal.progress("waiting for the handler's console feed");
        }
    }

    /// A handler may serve its console at an address of its own choice.
    fn other_console(&self) -> Option<Diagnostic> {
        let api_port = self.api.addr().port();
        let listeners = sockets::listening(self.handler.pid());
        let other = listeners.into_iter().find(|addr| addr.port() != api_port)?;
        let message = format!(
            "the handler serves no console feed at {}, so its tasks and timers were not seen",
            self.console
        );
        Some(Diagnostic::new(GapId::NotInstrumented, message).hint(format!(
            "it listens at {other}: if that is its console, give --console {other}; console_subscriber::init() obeys TOKIO_CONSOLE_BIND by itself"
        )))
    }

    pub(super) fn settle_if_watching(&self, reason: SettledReason, journal: &mut Journal) {
        if let Phase::Watching { .. } = self.phase {
            journal.observe(self.clock.now(), ObservationKind::Settled { reason });
        }
    }

    fn interrupt(&mut self, journal: &mut Journal) {
        let gap = Diagnostic::new(FailureId::Interrupted, "the run was interrupted");
        journal.observe(self.clock.now(), ObservationKind::Diagnostic(gap));
        self.settle_if_watching(SettledReason::CutShort, journal);
        self.kill(KillReason::Interrupted, journal);
    }

    pub(super) fn kill(&mut self, reason: KillReason, journal: &mut Journal) {
        journal.observe(self.clock.now(), ObservationKind::ProcessKilled { reason });
        self.handler.kill_group();
        self.phase = Phase::Over;
    }

    async fn end(mut self, journal: &mut Journal) {
        self.attaching.abort();
        self.handler.kill_group();
        // It has been killed; how it ended is of no interest.
        let _ = self.handler.reap().await;
        self.guard.dismiss().await;
        let drift = self.clock.drift();
        if drift > Duration::from_millis(50) {
            let message = format!("the machine's clock was stepped by {} ms", drift.as_millis());
            let gap = Diagnostic::new(GapId::ClockStepped, message).hint("run again");
            journal.observe(self.clock.now(), ObservationKind::Diagnostic(gap));
        }
    }
}

/// The next signal of the proxy; `None` if there is none.
async fn proxied(proxy: &mut Option<Proxy>) -> Option<ProxySignal> {
    proxy.as_mut()?.signal().await
}
