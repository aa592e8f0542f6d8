//! The one select loop of a live run.
//!
//! It starts the handler, lets the Runtime API, the console feed, the process and the clock report
//! to it in one order, keeps every observation, and decides what happens next from the evidence.
//! Other layers decide what the evidence means.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};

use crate::host::clock::Clock;
use crate::host::feed::FeedSignal;
use crate::host::proxy::{Proxy, ProxySignal};
use crate::host::runtime_api::ApiSignal;
use crate::host::sockets;
use crate::host::terminal::Terminal;
use crate::ingest::Evidence;
use crate::model::diagnostic::{Diagnostic, FailureId, GapId};
use crate::model::store::ApiConnection;
use crate::model::time::Timestamp;
use crate::observation::{
    ApiMoment, ExitedWith, KillReason, Observation, ObservationKind, Policy, SettledReason,
};
use crate::session::failure;
use crate::session::journal::Journal;
use crate::session::plan::{EXIT_DRAIN, FEED_TIMEOUT, GRACE, INIT_TIMEOUT, Plan, RESCAN};
use crate::session::recorder::Recorder;
use crate::session::start::{Senders, start};
use crate::session::state::{Phase, Session};

/// Runs the handler and returns the evidence.
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
    let unstarted = plan.started(nowhere, nowhere);
    let senders = Senders { api: api_signals, feed: feed_signals };
    let started = start(plan, clock, &mut journal, senders, Arc::clone(&terminal)).await;
    let mut session = match started {
        Ok(session) => session,
        Err(failure) => {
            if journal.evidence.store.run.is_none() {
                // The failure belongs to this run, not to the one before.
                journal.observe(clock.now(), unstarted);
            }
            journal.observe(clock.now(), ObservationKind::Diagnostic(failure));
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
            Some((at, error)) = session.process.panics.recv() => {
                journal.observe(at, ObservationKind::Uncaught(error));
            }
            Some(signal) = proxied(&mut session.proxy) => session.on_proxy(signal, &mut journal),
            attached = session.feed.attach(), if session.feed.is_expected() => {
                session.feed.on_attached(attached, clock.now());
            }
            status = session.process.handler.wait(), if session.process.exited.is_none() => {
                session.on_exit(status, &mut journal);
            }
            () = tokio::time::sleep(wake) => {}
        }
        session.advance(&mut journal);
    }
    session.end(&mut journal).await;
    (journal.evidence, journal.recorder)
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
        let soon = self.process.exited.is_some() || self.feed.is_losing();
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
            self.feed.on_response();
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
                    self.feed.on_lost(Observation { at, kind });
                    return;
                }
                journal.observe(at, kind);
            }
            FeedSignal::RoundDone => self.feed.on_round_done(),
            FeedSignal::Incomplete => self.feed.on_incomplete(),
        }
    }

    fn on_exit(&mut self, status: std::io::Result<ExitedWith>, journal: &mut Journal) {
        let now = self.clock.now();
        match status {
            Ok(status) => self.process.exited = Some((now, status)),
            Err(error) => {
                let message = format!("could not wait for the handler: {error}");
                let gap = Diagnostic::new(FailureId::InternalError, message);
                journal.observe(now, ObservationKind::Diagnostic(gap));
                self.kill(KillReason::Abandoned, journal);
            }
        }
    }

    /// Does what the evidence now allows.
    fn advance(&mut self, journal: &mut Journal) {
        let now = self.clock.now();
        if self.note_exit(now, journal) {
            return;
        }
        if let Some(lost) = self.feed.take_lost(now) {
            journal.observe(lost.at, lost.kind);
        } else if self.feed.is_losing() {
            // Nothing is concluded before it is known whether the process went with it.
            return;
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
        let Some((at, status)) = self.process.exited else { return false };
        if self.phase == Phase::Over {
            return true;
        }
        let open = |connection: &ApiConnection| connection.life.ended.is_none();
        let silent = !journal.evidence.store.connections.iter().any(open)
            && (!self.link.serves_feed() || self.feed.is_absent());
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
        let ready = self.feed.is_absent() || (!self.feed.is_expected() && full_state);
        if ready {
            self.scan(journal);
            self.deliver(journal);
        } else if now >= until {
            let serves_none = !self.link.serves_feed() && self.feed.is_expected();
            if self.link.serves_feed() || serves_none {
                // Without a feed the analysis reports what is missing.
                self.feed.give_up();
            }
            if serves_none && let Some(gap) = self.other_console() {
                journal.observe(now, ObservationKind::Diagnostic(gap));
            }
            self.scan(journal);
            self.deliver(journal);
        } else {
            self.terminal.progress("waiting for the handler's console feed");
        }
    }

    /// Returns the gap of a handler that may serve its console at an address of its own choice.
    fn other_console(&self) -> Option<Diagnostic> {
        let api_port = self.api.addr().port();
        let listeners = sockets::listening(self.process.handler.pid());
        let other = listeners.into_iter().find(|addr| addr.port() != api_port)?;
        let message = format!(
            "the handler serves no console feed at {}, so its tasks and timers were not seen",
            self.feed.console
        );
        Some(Diagnostic::new(GapId::NotInstrumented, message).hint(format!(
            "it listens at {other}: if that is its console, give --console {other}; console_subscriber::init() obeys TOKIO_CONSOLE_BIND by itself"
        )))
    }

    fn interrupt(&mut self, journal: &mut Journal) {
        let gap = Diagnostic::new(FailureId::Interrupted, "the run was interrupted");
        journal.observe(self.clock.now(), ObservationKind::Diagnostic(gap));
        self.settle_if_watching(SettledReason::CutShort, journal);
        self.kill(KillReason::Interrupted, journal);
    }

    async fn end(self, journal: &mut Journal) {
        let Self { clock, process, feed, .. } = self;
        drop(feed);
        process.end().await;
        let drift = clock.drift();
        if drift > Duration::from_millis(50) {
            let message = format!("the machine's clock was stepped by {} ms", drift.as_millis());
            let gap = Diagnostic::new(GapId::ClockStepped, message).hint("run again");
            journal.observe(clock.now(), ObservationKind::Diagnostic(gap));
        }
    }
}

/// The next signal of the proxy; `None` if there is none.
async fn proxied(proxy: &mut Option<Proxy>) -> Option<ProxySignal> {
    proxy.as_mut()?.signal().await
}
