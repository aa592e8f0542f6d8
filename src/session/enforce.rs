//! A run in which a policy is enforced on the handler from outside, so that what was predicted can
//! be compared with what happens.
//!
//! Nothing is asked of the feed between two invocations: its times are true, after a freeze as well.
//! Only at the end it has to be complete.

use crate::analysis;
use crate::host::process::Freeze;
use crate::model::diagnostic::{Diagnostic, GapId};
use crate::model::time::Timestamp;
use crate::observation::{Enforced, KillReason, ObservationKind, Policy, SettledReason};
use crate::session::failure;
use crate::session::journal::Journal;
use crate::session::plan::{COMPLETENESS_TIMEOUT, GRACE, RESCAN, SHUTDOWN_TIME};
use crate::session::state::{Phase, Session};

impl Session {
    /// The steps after a response under the policy.
    pub(super) fn enforce(
        &mut self,
        now: Timestamp,
        since: Timestamp,
        enforced: Enforced,
        journal: &mut Journal,
    ) {
        let Some(last) = journal.evidence.store.last_invocation() else { return };
        let (idle, deadline, index) = (last.idle_at, last.deadline, last.index);
        let Some(idle) = idle else {
            self.await_idle(now, deadline, index, enforced, journal);
            return;
        };
        self.terminal.progress(format!(
            "proving {}: after response {index} of {}",
            enforced.policy.as_str(),
            self.plan.events.len()
        ));
        let is_last = journal.evidence.store.invocations.len() >= self.plan.events.len();
        let pause_over = now >= idle.plus(enforced.pause);
        match enforced.policy {
            Policy::HoldResponse | Policy::HoldEnv if !self.holds_by_itself() => {
                self.hold(now, deadline, is_last, journal);
            }
            _ if is_last => self.wind_down(now, since, SettledReason::TimeOver, journal),
            Policy::Freeze if now >= idle.plus(GRACE) => self.freeze(enforced, journal),
            Policy::HoldResponse | Policy::HoldEnv => self.go_on(SettledReason::AllEnded, journal),
            Policy::RunOn if pause_over => self.go_on(SettledReason::TimeOver, journal),
            Policy::Freeze | Policy::RunOn => self.rescan(now, journal),
        }
    }

    /// The runtime, or an extension, still has something to do; or something holds the event loop.
    fn await_idle(
        &mut self,
        now: Timestamp,
        deadline: Timestamp,
        index: u32,
        enforced: Enforced,
        journal: &mut Journal,
    ) {
        if now < deadline {
            self.rescan(now, journal);
            return;
        }
        // With a broken peer the handler completes as it does, and may wait for an empty loop.
        let held = self.holds_by_itself()
            && journal
                .evidence
                .store
                .last_invocation()
                .is_some_and(|last| last.posted_at.is_none());
        if enforced.policy.holds() || held {
            self.withhold(journal);
        } else {
            self.scan(journal);
            journal.observe(now, ObservationKind::Diagnostic(failure::never_next(index)));
            self.settle_if_watching(SettledReason::CutShort, journal);
            self.kill(KillReason::Abandoned, journal);
        }
    }

    /// A tokio program has no loop that could be empty: the platform, which waits for what is pending,
    /// is emulated here.
    fn hold(&mut self, now: Timestamp, deadline: Timestamp, is_last: bool, journal: &mut Journal) {
        if self.complete_before(deadline, now, journal) {
            return;
        }
        let ended = analysis::is_let_go(&journal.evidence.store);
        if ended && is_last {
            self.scan(journal);
            self.settle_if_watching(SettledReason::AllEnded, journal);
            self.shut_down(journal);
        } else if ended {
            self.go_on(SettledReason::AllEnded, journal);
        } else if now >= deadline {
            self.withhold(journal);
        } else {
            self.rescan(now, journal);
        }
    }

    /// A pending item has not ended in time: the timeout is enforced.
    fn withhold(&mut self, journal: &mut Journal) {
        self.scan(journal);
        self.settle_if_watching(SettledReason::NothingWillEnd, journal);
        self.kill(KillReason::Withheld, journal);
    }

    /// Everything that the environment has stands still.
    fn freeze(&mut self, enforced: Enforced, journal: &mut Journal) {
        self.scan(journal);
        match self.process.handler.stop() {
            Ok(Freeze { processes, by }) => {
                let frozen_at = self.clock.now();
                let processes = u32::try_from(processes).unwrap_or(u32::MAX);
                journal.observe(frozen_at, ObservationKind::Frozen { processes, by });
                self.break_peer(journal);
                self.phase = Phase::Frozen { until: frozen_at.plus(enforced.pause) };
            }
            Err(error) => {
                let message = format!("the handler could not be frozen: {error}");
                let gap = Diagnostic::new(GapId::ProofIncomplete, message);
                journal.observe(self.clock.now(), ObservationKind::Diagnostic(gap));
                self.kill(KillReason::Abandoned, journal);
            }
        }
    }

    /// The next event wakes the environment up: what is overdue goes on in its time.
    pub(super) fn thaw(&mut self, journal: &mut Journal) {
        let thawed_at = self.clock.now();
        self.process.handler.resume();
        journal.observe(thawed_at, ObservationKind::Thawed);
        self.deliver(journal);
    }

    fn go_on(&mut self, reason: SettledReason, journal: &mut Journal) {
        self.scan(journal);
        self.settle_if_watching(reason, journal);
        self.deliver(journal);
    }

    /// After the last invocation the feed has to be complete.
    fn wind_down(
        &mut self,
        now: Timestamp,
        since: Timestamp,
        reason: SettledReason,
        journal: &mut Journal,
    ) {
        if self.complete_before(since.plus(COMPLETENESS_TIMEOUT), now, journal) {
            return;
        }
        self.scan(journal);
        self.settle_if_watching(reason, journal);
        if !self.deliver_together(journal) {
            self.shut_down(journal);
        }
    }

    /// Returns `true` while completeness of the feed is awaited.
    fn complete_before(&mut self, until: Timestamp, now: Timestamp, journal: &mut Journal) -> bool {
        let store = &journal.evidence.store;
        let is_complete = store.last_invocation().is_some_and(|last| last.complete_at.is_some());
        !is_complete && now < until && self.ask_completeness(journal)
    }

    fn holds_by_itself(&self) -> bool {
        self.plan.program.runtime().capabilities().holds_by_itself
    }

    fn rescan(&mut self, now: Timestamp, journal: &mut Journal) {
        if now >= self.process.last_scan.plus(RESCAN) {
            self.scan(journal);
        }
    }

    /// Lambda ends an environment without notice, unless an extension is registered (AWS Lambda
    /// developer guide, lambda-runtime-environment).
    pub(super) fn shut_down(&mut self, journal: &mut Journal) {
        if journal.evidence.store.extensions.is_empty() {
            self.kill(KillReason::Shutdown, journal);
            return;
        }
        let now = self.clock.now();
        journal.observe(now, ObservationKind::ShutdownNotice);
        self.process.handler.terminate();
        self.phase = Phase::ShuttingDown { until: now.plus(SHUTDOWN_TIME) };
    }
}
