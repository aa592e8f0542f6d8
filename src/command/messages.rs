//! Messages of a command on stderr: errors with their hints, and notes.

use std::io::Write;
use std::process::ExitCode;

use crate::error::CommandError;
use crate::exit;
use crate::model::diagnostic::{Diagnostic, Effect};

/// Prints an error with its hints, and returns its exit code.
pub(crate) fn report_error(error: &CommandError) -> ExitCode {
    error.diagnostics().for_each(|one| print(one, ""));
    let effects: Vec<Effect> = error.diagnostics().map(|one| one.id.effect()).collect();
    ExitCode::from(exit::code(&effects, false))
}

/// Prints an error of one of several handlers.
pub(crate) fn report_error_of(handler: &str, error: &CommandError) {
    error.diagnostics().for_each(|one| print(one, &format!("{handler}: ")));
}

/// Prints a note.
pub(crate) fn note(text: &str) {
    // There is nowhere else to report that stderr is closed.
    let _ = writeln!(std::io::stderr().lock(), "loopcheck: {text}");
}

fn print(diagnostic: &Diagnostic, prefix: &str) {
    let mut stderr = std::io::stderr().lock();
    // As above.
    let _ = writeln!(stderr, "error: {prefix}{}", diagnostic.message);
    if let Some(hint) = &diagnostic.hint {
        let _ = writeln!(stderr, "hint: {hint}");
    }
}
