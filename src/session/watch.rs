//! The watch after a response: pending items are followed until they have ended, or until further
//! observation cannot change the report.

use crate::analysis::{self, Withheld};
use crate::model::time::Timestamp;
use crate::observation::{KillReason, ObservationKind, SettledReason};
use crate::policy::Policy;
use crate::session::failure;
use crate::session::journal::Journal;
use crate::session::plan::{AUDIT_ROWS, COMPLETENESS_TIMEOUT, RESCAN};
use crate::session::state::Session;

impl Session {
    pub(super) fn watch(&mut self, now: Timestamp, since: Timestamp, journal: &mut Journal) {
        let Some(last) = journal.evidence.store.last_invocation() else { return };
        let (next, deadline, index) = (last.idle_at.is_some(), last.deadline, last.index);
        let runtime = self.plan.program.runtime();
        let mode = last.mode.as_deref().and_then(|id| runtime.mode(id));
        let stays_awake = mode.is_some_and(|mode| mode.policy == Policy::HoldEnv);
        let held = last.posted_at.is_none() || stays_awake;
        let is_complete = last.complete_at.is_some();
        if !is_complete && now < since.plus(COMPLETENESS_TIMEOUT) && self.ask_completeness(journal)
        {
            return;
        }
        self.terminal.progress(format!("watching what is pending after response {index}"));
        let time_over = now >= since.plus(self.plan.settle);
        let reason = analysis::may_end(&journal.evidence.store)
            .or(time_over.then_some(SettledReason::TimeOver));
        match reason {
            // The platform would withhold the answer, or stay awake, until the deadline.
            Some(reason) if !next && held && self.is_withheld(now, deadline, journal) => {
                self.scan(journal);
                self.settle_if_watching(reason, journal);
                self.kill(KillReason::Withheld, journal);
            }
            Some(_) if !next && now >= deadline => {
                journal.observe(now, ObservationKind::Diagnostic(failure::never_next(index)));
                self.settle_if_watching(SettledReason::CutShort, journal);
                self.kill(KillReason::Abandoned, journal);
            }
            Some(reason) if next && self.is_complete_until_next(now, journal) => {
                self.scan(journal);
                self.settle_if_watching(reason, journal);
                self.deliver(journal);
            }
            _ if now >= self.process.last_scan.plus(RESCAN) => self.scan(journal),
            _ => {}
        }
    }

    /// Returns whether the feed is complete up to the runtime's request for the next event, where it can be
    /// flushed. What ended before that is often what the answer has waited for.
    fn is_complete_until_next(&mut self, now: Timestamp, journal: &Journal) -> bool {
        let store = &journal.evidence.store;
        let Some(next) = store.last_invocation().and_then(|last| last.next_at) else { return true };
        if store.feed.flushed.is_none_or(|flushed| flushed >= next)
            || now >= next.plus(COMPLETENESS_TIMEOUT)
        {
            return true;
        }
        // Nothing can be asked of a feed that is lost.
        !self.ask_completeness(journal)
    }

    fn is_withheld(&self, now: Timestamp, deadline: Timestamp, journal: &Journal) -> bool {
        now >= deadline || analysis::withheld(&journal.evidence.store) == Withheld::Certainly
    }

    /// Asks whether the feed is complete. Returns whether it can still become complete.
    pub(super) fn ask_completeness(&mut self, journal: &Journal) -> bool {
        let audit = journal.evidence.store.feed_rows(self.clock.now()) < AUDIT_ROWS;
        self.feed.ask(audit)
    }

    /// Reads the process group.
    pub(super) fn scan(&mut self, journal: &mut Journal) {
        self.scan_as_of(self.clock.now(), journal);
    }

    /// Reads the process group, for an instant that has just passed.
    pub(super) fn scan_as_of(&mut self, at: Timestamp, journal: &mut Journal) {
        if let Some(kind) = self.process.scan(self.clock) {
            journal.observe(at, kind);
        }
    }
}
