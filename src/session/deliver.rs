//! An event on its way to the handler, and the deadline that comes with it.

use bytes::Bytes;

use crate::host::runtime_api::Invocation;
use crate::model::time::Timestamp;
use crate::observation::{KillReason, ObservationKind};
use crate::session::failure;
use crate::session::journal::Journal;
use crate::session::state::{Phase, Session};

impl Session {
    /// The process group has just been read: what is open now was there before the event.
    pub(super) fn deliver(&mut self, journal: &mut Journal) {
        let done = journal.evidence.store.invocations.len();
        let Some(event) = self.plan.events.get(done).cloned() else {
            self.kill(KillReason::Finished, journal);
            return;
        };
        let now = self.clock.now();
        self.terminal.progress(format!("invocation {} of {}", done + 1, self.plan.events.len()));
        self.phase = Phase::Invoking { since: now };
        let request_id = uuid::Uuid::new_v4().to_string();
        self.link.begin(&request_id);
        let deadline = now.plus(self.plan.timeout);
        self.api.deliver(Invocation { request_id, ..self.invocation(event, deadline) });
    }

    /// An event with an id of its own.
    pub(super) fn invocation(&self, event: Bytes, deadline: Timestamp) -> Invocation {
        Invocation {
            request_id: uuid::Uuid::new_v4().to_string(),
            event,
            deadline,
            function_arn: format!(
                "arn:aws:lambda:us-east-1:123456789012:function:{}",
                self.plan.function_name
            ),
        }
    }

    /// The deadline that the event was delivered with.
    pub(super) fn end_of_invocation(&self, since: Timestamp) -> Timestamp {
        since.plus(self.plan.timeout)
    }

    pub(super) fn watch_deadline(
        &mut self,
        now: Timestamp,
        since: Timestamp,
        journal: &mut Journal,
    ) {
        if now < self.end_of_invocation(since) {
            return;
        }
        let store = &journal.evidence.store;
        let unanswered = store.last_invocation().filter(|last| last.responded_at.is_none());
        let (gap, reason) = match unanswered {
            Some(last) => (failure::timed_out(last.index, self.plan.timeout), KillReason::Deadline),
            None => (failure::never_took(store.invocations.len() + 1), KillReason::Abandoned),
        };
        journal.observe(now, ObservationKind::Diagnostic(gap));
        self.kill(reason, journal);
    }
}
