//! Several invocations in flight at the same time, where the runtime can: on Lambda Managed Instances
//! a runtime with several loops is given so many events at once.

use crate::host::runtime_api::Asks;
use crate::host::runtimes::Program;
use crate::model::time::Timestamp;
use crate::observation::{ObservationKind, Policy};
use crate::session::driver::{Phase, Session};
use crate::session::journal::Journal;
use crate::session::plan::Plan;

/// Tells a runtime how many events it is given at once (AWS Lambda developer guide,
/// lambda-managed-instances-runtimes).
pub(super) const VARIABLE: &str = "AWS_LAMBDA_MAX_CONCURRENCY";

/// So many, unless `--env` says otherwise: enough that two meet wherever two can.
const AT_ONCE: u32 = 4;

/// The number of events that the handler may get at once, if its environment is to name one.
pub(super) fn at_once(plan: &Plan) -> Option<u32> {
    // The runtime that we play for Node.js takes one at a time, and AWS' own has worker threads.
    let Program::Tokio(launch) = &plan.program else { return None };
    let set = launch.env.iter().rev().find(|(name, _)| name == VARIABLE);
    let runs_on = plan.enforces(Policy::RunOn);
    set.map_or(runs_on.then_some(AT_ONCE), |(_, value)| value.trim().parse().ok())
}

/// Returns `true` if its runtime may ask for an event while it works on another one.
pub(super) fn asks(plan: &Plan) -> Asks {
    if at_once(plan).is_some_and(|most| most > 1) { Asks::AtOnce } else { Asks::InTurn }
}

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
