//! The number of events that a runtime may be given at once.

use crate::host::runtime_api::Asks;
use crate::host::runtimes::Program;
use crate::observation::Policy;
use crate::session::plan::Plan;

/// The variable with the number of events that a runtime is given at once (AWS Lambda developer guide,
/// lambda-managed-instances-runtimes).
pub(super) const VARIABLE: &str = "AWS_LAMBDA_MAX_CONCURRENCY";

/// The number unless `--env` sets it: enough that two meet wherever two can.
const AT_ONCE: u32 = 4;

/// The number of events that the handler may get at once, if its environment is to name one.
pub(super) fn at_once(plan: &Plan) -> Option<u32> {
    // The runtime that is emulated for Node.js takes one at a time, and AWS' own has worker threads.
    let Program::Tokio(launch) = &plan.program else { return None };
    let set = launch.env.iter().rev().find(|(name, _)| name == VARIABLE);
    let runs_on = plan.enforces(Policy::RunOn);
    set.map_or(runs_on.then_some(AT_ONCE), |(_, value)| value.trim().parse().ok())
}

/// Returns `true` if its runtime may ask for an event while it works on another one.
pub(super) fn asks(plan: &Plan) -> Asks {
    if at_once(plan).is_some_and(|most| most > 1) { Asks::AtOnce } else { Asks::InTurn }
}
