//! Capabilities of a runtime, one field for each question that the code asks.

use crate::policy::Policy;
use crate::runtime::rules::Runtime;

/// The capabilities of a runtime.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Capabilities {
    /// The platform waits for an empty event loop in at least one completion mode.
    pub waits_for_event_loop: bool,
    /// The runtime reports the completion of its handler, and in which mode. Otherwise a handler has
    /// completed when its response has been received, in the mode that its response implies.
    pub reports_completion: bool,
    /// The runtime reports the first turn of its event loop after a response. Nothing is frozen
    /// before that, and what ends in the turn is safe under every policy.
    pub reports_turn: bool,
    /// The runtime's own client keeps a response, or the environment, waiting. Otherwise loopcheck
    /// emulates that part of the platform.
    pub holds_by_itself: bool,
    /// A handler can easily be changed to complete in another mode, so that findings are predicted
    /// for all of them.
    pub predicts_other_modes: bool,
    /// The feed reports the end of every task. Otherwise the counters of a task may prove that it
    /// had finished before its span was closed.
    pub reports_task_ends: bool,
    /// The feed reports which task waits on which timer, for the whole life of both. Otherwise the
    /// creator of a timer has to be inferred.
    pub reports_timer_owner: bool,
    /// The runtime's own tasks are in the feed, so that a feed without any task sees nothing.
    pub shows_own_tasks: bool,
    /// An agent of loopcheck is inside of the handler: it can be flushed, and it leads connections
    /// to the proxy. Otherwise the handler serves a console feed, and is configured through its
    /// environment.
    pub has_agent: bool,
    /// The policies that loopcheck can enforce on a handler, in the order of reports.
    pub enforceable: &'static [Policy],
}

const TOKIO: Capabilities = Capabilities {
    waits_for_event_loop: false,
    reports_completion: false,
    reports_turn: false,
    holds_by_itself: false,
    predicts_other_modes: false,
    reports_task_ends: false,
    reports_timer_owner: false,
    shows_own_tasks: true,
    has_agent: false,
    enforceable: Policy::ALL,
};

const NODE: Capabilities = Capabilities {
    waits_for_event_loop: true,
    reports_completion: true,
    reports_turn: true,
    holds_by_itself: true,
    predicts_other_modes: true,
    reports_task_ends: true,
    reports_timer_owner: true,
    shows_own_tasks: false,
    has_agent: true,
    enforceable: Policy::ALL,
};

const NODE_WITH_PROMISES: Capabilities = Capabilities {
    waits_for_event_loop: false,
    enforceable: &[Policy::Freeze, Policy::RunOn],
    ..NODE
};

impl Runtime {
    /// Its capabilities.
    pub const fn capabilities(self) -> &'static Capabilities {
        match self {
            Self::Tokio => &TOKIO,
            Self::NodeWithCallbacks => &NODE,
            Self::NodeWithPromises => &NODE_WITH_PROMISES,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capabilities_agree_with_the_modes_of_a_runtime() {
        for runtime in Runtime::ALL {
            let Capabilities { waits_for_event_loop, reports_completion, enforceable, .. } =
                *runtime.capabilities();
            let holds = runtime.modes().iter().any(|mode| mode.policy.holds());
            assert_eq!(waits_for_event_loop, holds, "{runtime:?}");
            assert_eq!(reports_completion, runtime.implied_mode(false).is_none(), "{runtime:?}");
            for mode in runtime.modes() {
                assert!(enforceable.contains(&mode.policy), "{runtime:?}: {}", mode.id);
            }
        }
    }
}
