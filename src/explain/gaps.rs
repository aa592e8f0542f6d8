//! The topics of gaps and failures.

use crate::explain::{Family, Topic};
use crate::model::diagnostic::{DiagnosticId, Effect, Texts};

pub(super) fn topics() -> Vec<Topic> {
    let topic = |id: &DiagnosticId| {
        let Texts { title, unseen, remedy } = id.texts();
        let text = format!("{unseen} {} {remedy}", effect(id.effect()));
        Topic { family: Family::Gap, id: id.as_str(), title, text, code: None }
    };
    DiagnosticId::ALL.iter().map(topic).collect()
}

/// The effect on the verdict, in a sentence.
const fn effect(effect: Effect) -> &'static str {
    match effect {
        Effect::Note => "It is reported, and the verdict does not depend on it.",
        Effect::Inconclusive => {
            "The verdict is never a pass: it is `inconclusive` (exit code `4`), or `fail` if something that was seen fails the run anyway."
        }
        Effect::NoResponse => "The verdict is an error with exit code `3`.",
        Effect::Usage => "The verdict is an error with exit code `2`.",
        Effect::Internal => "The verdict is an error with exit code `5`.",
        Effect::Interrupted => "The verdict is an error with exit code `130`.",
    }
}
