//! What a command cannot get over, with a hint and an exit code.

use crate::model::gap::{Gap, GapId};

/// An error that ends a command before there is a report of a run.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{}", gap.message)]
pub(crate) struct CommandError {
    /// What is wrong, as it also stands in a report.
    pub(crate) gap: Gap,
}

impl CommandError {
    /// Something that the user named is not there or cannot be used.
    pub(crate) fn input(message: impl Into<String>, hint: Option<String>) -> Self {
        Self { gap: Gap { id: GapId::BadInput, message: message.into(), hint } }
    }

    /// Something else.
    pub(crate) fn other(id: GapId, message: impl Into<String>, hint: Option<String>) -> Self {
        Self { gap: Gap { id, message: message.into(), hint } }
    }
}

/// An error with all its causes, in one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
