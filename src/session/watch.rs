//! The watch after a response: what is pending is followed until it has ended, or until that no
//! longer tells anything.

use crate::analysis::{self, Withheld};
use crate::host::sockets::{self, ScanError};
use crate::model::diagnostic::{Diagnostic, GapId};
use crate::model::time::Timestamp;
use crate::observation::{KillReason, ObservationKind, SettledReason};
use crate::policy::Policy;
use crate::session::driver::Session;
use crate::session::failure;
use crate::session::feed_link::{Asked, FeedLink};
use crate::session::journal::Journal;
use crate::session::plan::{AUDIT_ROWS, PROOF_TIMEOUT, RESCAN};

impl Session {
    pub(super) fn watch(&mut self, now: Timestamp, since: Timestamp, journal: &mut Journal) {
        let Some(last) = journal.evidence.store.last_invocation() else { return };
        let (next, deadline, index) = (last.idle_at.is_some(), last.deadline, last.index);
        let runtime = self.plan.program.runtime();
        let mode = last.mode.as_deref().and_then(|id| runtime.mode(id));
        let stays_awake = mode.is_some_and(|mode| mode.policy == Policy::HoldEnv);
        let held = last.posted_at.is_none() || stays_awake;
        let proved = last.caught_up_at.is_some();
        if !proved && now < since.plus(PROOF_TIMEOUT) && self.prove(journal) {
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
            Some(reason) if next && self.has_heard_until_next(now, journal) => {
                self.scan(journal);
                self.settle_if_watching(reason, journal);
                self.deliver(journal);
            }
            _ if now >= self.last_scan.plus(RESCAN) => self.scan(journal),
            _ => {}
        }
    }

    /// Whether the feed has told what ended before the runtime asked for the next event. In Node.js
    /// that is often what the answer has waited for.
    fn has_heard_until_next(&self, now: Timestamp, journal: &Journal) -> bool {
        let store = &journal.evidence.store;
        let next = store.last_invocation().and_then(|last| last.next_at);
        let told = |next| store.feed.last_now.is_some_and(|told| told > next);
        self.node.is_none()
            || matches!(self.feed, FeedLink::Absent)
            || next.is_none_or(|next| told(next) || now >= next.plus(PROOF_TIMEOUT))
    }

    fn is_withheld(&self, now: Timestamp, deadline: Timestamp, journal: &Journal) -> bool {
        now >= deadline || analysis::withheld(&journal.evidence.store) == Withheld::Certainly
    }

    /// Asks for a round of draining; whether the proof can still come.
    pub(super) fn prove(&mut self, journal: &Journal) -> bool {
        let audit = journal.evidence.store.feed_rows(self.clock.now()) < AUDIT_ROWS;
        let asked = self.feed.ask(!self.proving, audit);
        // A round that was asked for before this response counts nothing for it.
        self.proving |= asked == Asked::Now;
        asked != Asked::InVain
    }

    pub(super) fn scan(&mut self, journal: &mut Journal) {
        self.scan_as_of(self.clock.now(), journal);
    }

    pub(super) fn scan_as_of(&mut self, at: Timestamp, journal: &mut Journal) {
        if self.exited.is_some() {
            return;
        }
        match sockets::scan(self.handler.pid(), &self.inherited) {
            Ok(scan) => journal.observe(at, ObservationKind::Sockets(scan)),
            // That nothing was read is in the evidence already.
            Err(ScanError::NotObserved) => {}
            Err(error) => {
                let gap = Diagnostic::new(GapId::SocketsUnreadable, crate::error::chain(&error));
                journal.observe(at, ObservationKind::Diagnostic(gap.hint(error.hint())));
            }
        }
        self.last_scan = self.clock.now();
    }
}
