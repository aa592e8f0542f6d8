//! Several invocations in flight at the same time, where the runtime can: on Lambda Managed Instances
//! a runtime with several loops is given so many events at once.

use crate::model::time::Timestamp;
use crate::observation::{ObservationKind, Policy};
use crate::session::concurrency::at_once;
use crate::session::journal::Journal;
use crate::session::state::{Phase, Session};

impl Session {
    /// Delivers several events at once, if that is to be tried and the runtime waits for several.
    pub(super) fn deliver_together(&mut self, journal: &mut Journal) -> bool {
        let runs_on = self.plan.enforces(Policy::RunOn);
        let most = at_once(&self.plan).filter(|_| runs_on).map_or(0, |most| most as usize);
        if most < 2 {
            return false;
        }
        let now = self.clock.now();
        let deadline = now.plus(self.plan.timeout);
        let all = self.plan.events.iter().cycle().take(most);
        let all = all.map(|event| self.invocation(event.clone(), deadline));
        let count = self.api.deliver_together(all);
        // The observations of each of them follow this one.
        let events = u32::try_from(count).unwrap_or(u32::MAX);
        journal.observe(now, ObservationKind::DeliveredTogether { events });
        if count == 0 {
            return false;
        }
        self.terminal.progress(format!("proving run-on: {count} invocations at once"));
        self.phase = Phase::Together { until: deadline };
        true
    }

    /// They have all ended, or their time is over.
    pub(super) fn watch_together(
        &mut self,
        now: Timestamp,
        until: Timestamp,
        journal: &mut Journal,
    ) {
        let ended = journal.evidence.store.together.as_ref().is_none_or(|known| known.is_over());
        if ended || now >= until {
            self.shut_down(journal);
        }
    }
}
