//! What a command says on stderr by itself: mostly why it cannot go on.

use std::io::Write;
use std::process::ExitCode;

use crate::error::CommandError;
use crate::exit;
use crate::model::diagnostic::{Diagnostic, Effect};

/// Says on stderr what is wrong and how to mend it; the exit code goes with it.
pub(crate) fn report_error(error: &CommandError) -> ExitCode {
    error.gaps().for_each(|gap| say(gap, ""));
    let effects: Vec<Effect> = error.gaps().map(|gap| gap.id.effect()).collect();
    ExitCode::from(exit::code(&effects, false))
}

/// Says on stderr what is wrong with one of several handlers.
pub(crate) fn report_error_of(handler: &str, error: &CommandError) {
    error.gaps().for_each(|gap| say(gap, &format!("{handler}: ")));
}

/// Says on stderr what was done.
pub(crate) fn note(text: &str) {
    // There is nowhere else to say that stderr is closed.
    let _ = writeln!(std::io::stderr().lock(), "loopcheck: {text}");
}

fn say(gap: &Diagnostic, of_whom: &str) {
    let mut stderr = std::io::stderr().lock();
    // As above.
    let _ = writeln!(stderr, "error: {of_whom}{}", gap.message);
    if let Some(hint) = &gap.hint {
        let _ = writeln!(stderr, "hint: {hint}");
    }
}
