//! The topics of completion modes, and the texts of policies.

use crate::explain::{Family, Topic};
use crate::policy::Policy;
use crate::runtime::{Mode, all_modes};

pub(super) fn topics() -> Vec<Topic> {
    let topic = |mode: Mode| Topic {
        family: Family::Mode,
        id: mode.id,
        title: mode.title,
        text: mode.text.to_owned(),
        code: Some(mode.code),
    };
    all_modes().map(topic).collect()
}

pub(super) fn policies() -> Vec<Topic> {
    let topic = |policy: &Policy| {
        let (title, text) = policy_text(*policy);
        let text = format!("{text} {}", modes_under(*policy));
        Topic { family: Family::Policy, id: policy.as_str(), title, text, code: None }
    };
    Policy::ALL.iter().map(topic).collect()
}

/// The modes that lead to a policy.
fn modes_under(policy: Policy) -> String {
    let modes = all_modes().filter(|mode| mode.policy == policy);
    let names: Vec<String> = modes.map(|mode| format!("`{}`", mode.id)).collect();
    match names.split_last() {
        None => "No mode leads to it.".to_owned(),
        Some((one, [])) => format!("The mode {one} leads to it."),
        Some((last, others)) => format!("The modes {} and {last} lead to it.", others.join(", ")),
    }
}

const fn policy_text(policy: Policy) -> (&'static str, &'static str) {
    match policy {
        Policy::Freeze => (
            "the response leaves at once, then the environment is frozen",
            "The runtime sends the response and asks for the next event; some milliseconds later the environment is frozen, with everything that is pending in it. It thaws with the next event, or never: an unused environment is shut down, without notice unless an extension is registered. Clocks continue meanwhile, so timers fire late, and peers may drop their connections.",
        ),
        Policy::HoldResponse => (
            "the response is held until the event loop is empty",
            "The handler has completed, and the response leaves when the event loop is empty. The caller waits for whatever keeps the loop alive. If that does not end before the function's timeout, the caller gets an error, the environment is killed, and the response is lost.",
        ),
        Policy::HoldEnv => (
            "the response leaves at once, and the environment stays awake until the event loop is empty",
            "The caller has the response. The environment stays awake, and billed, until the event loop is empty; the function's timeout continues as well. If it is not empty by then, the environment is killed, and what was pending is lost.",
        ),
        Policy::RunOn => (
            "the environment keeps running between invocations",
            "Nothing is frozen, so pending work continues to its end. Work that never ends remains for as long as the environment lives, and each invocation may add to it. `--prove` leaves the handler alone between two invocations; it sets AWS_LAMBDA_MAX_CONCURRENCY for a tokio handler, and afterwards delivers several events at once, if its runtime asks for several (run_concurrent). If an invocation fails only then, look for shared state. Node.js is tried one invocation at a time.",
        ),
    }
}
