//! What a command cannot get over, with a hint and an exit code.

use crate::model::diagnostic::{Diagnostic, DiagnosticId, FailureId};

/// An error that ends a command before there is a report of a run.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{}", gap.message)]
pub(crate) struct CommandError {
    /// What is wrong, as it also stands in a report.
    pub(crate) gap: Diagnostic,
    /// What else is wrong: a file is told all its errors at once.
    pub(crate) more: Vec<Diagnostic>,
}

impl CommandError {
    /// Something that the user named is not there or cannot be used.
    pub(crate) fn input(message: impl Into<String>, hint: Option<String>) -> Self {
        Self::other(FailureId::BadInput, message, hint)
    }

    /// Something else.
    pub(crate) fn other(
        id: impl Into<DiagnosticId>,
        message: impl Into<String>,
        hint: Option<String>,
    ) -> Self {
        Self::from(Diagnostic { id: id.into(), message: message.into(), hint })
    }

    /// All that is wrong.
    pub(crate) fn gaps(&self) -> impl Iterator<Item = &Diagnostic> {
        std::iter::once(&self.gap).chain(&self.more)
    }
}

impl From<Diagnostic> for CommandError {
    fn from(gap: Diagnostic) -> Self {
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
