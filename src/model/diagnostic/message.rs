//! A gap or a failure of a run, with its message.

use crate::model::diagnostic::table::DiagnosticId;

/// One gap in the evidence, or one failure.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Diagnostic {
    /// The kind of gap or failure.
    pub id: DiagnosticId,
    /// What was not seen or what failed, in one sentence.
    pub message: String,
    /// The remedy.
    pub hint: Option<String>,
}

impl Diagnostic {
    /// A diagnostic with a message and no hint.
    pub fn new(id: impl Into<DiagnosticId>, message: impl Into<String>) -> Self {
        Self { id: id.into(), message: message.into(), hint: None }
    }

    /// The same diagnostic with a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}
