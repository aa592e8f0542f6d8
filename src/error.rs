//! The error of a command, with a hint and an exit code.

use crate::model::diagnostic::{Diagnostic, DiagnosticId, FailureId};

/// An error that ends a command before there is a report of a run.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{}", first.message)]
pub(crate) struct CommandError {
    /// The first error, as it also stands in a report.
    pub(crate) first: Diagnostic,
    /// Further errors: all errors of a file are reported at once.
    pub(crate) more: Vec<Diagnostic>,
}

impl CommandError {
    /// An error in what the user named: it is not there or cannot be used.
    pub(crate) fn input(message: impl Into<String>, hint: Option<String>) -> Self {
        Self::other(FailureId::BadInput, message, hint)
    }

    /// An error with another id.
    pub(crate) fn other(
        id: impl Into<DiagnosticId>,
        message: impl Into<String>,
        hint: Option<String>,
    ) -> Self {
        Self::from(Diagnostic { id: id.into(), message: message.into(), hint })
    }

    /// Several errors as one; there is at least one.
    pub(crate) fn all(errors: impl IntoIterator<Item = Diagnostic>) -> Self {
        let mut errors = errors.into_iter();
        let first = errors.next().unwrap_or_else(|| {
            Diagnostic::new(FailureId::InternalError, "a file was refused without a reason")
        });
        Self { first, more: errors.collect() }
    }

    /// Every error.
    pub(crate) fn diagnostics(&self) -> impl Iterator<Item = &Diagnostic> {
        std::iter::once(&self.first).chain(&self.more)
    }
}

impl From<Diagnostic> for CommandError {
    fn from(first: Diagnostic) -> Self {
        Self { first, more: Vec::new() }
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
