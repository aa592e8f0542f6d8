//! What a command cannot get over, with a hint and an exit code.

use crate::model::gap::{Gap, GapId};

/// An error that ends a command before there is a report of a run.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{}", gap.message)]
pub(crate) struct CommandError {
    /// What is wrong, as it also stands in a report.
    pub(crate) gap: Gap,
    /// What else is wrong: a file is told all its errors at once.
    pub(crate) more: Vec<Gap>,
}

impl CommandError {
    /// Something that the user named is not there or cannot be used.
    pub(crate) fn input(message: impl Into<String>, hint: Option<String>) -> Self {
        Self::other(GapId::BadInput, message, hint)
    }

    /// Something else.
    pub(crate) fn other(id: GapId, message: impl Into<String>, hint: Option<String>) -> Self {
        Self::from(Gap { id, message: message.into(), hint })
    }

    /// All that is wrong.
    pub(crate) fn gaps(&self) -> impl Iterator<Item = &Gap> {
        std::iter::once(&self.gap).chain(&self.more)
    }
}

impl From<Gap> for CommandError {
    fn from(gap: Gap) -> Self {
        Self { gap, more: Vec::new() }
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
