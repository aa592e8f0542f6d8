//! What a command says when it cannot go on.

use std::io::Write;
use std::process::ExitCode;

use crate::exit;
use crate::model::gap::Gap;

/// Says on stderr what is wrong and how to mend it; the exit code goes with it.
pub(crate) fn report_error(gap: &Gap) -> ExitCode {
    let mut stderr = std::io::stderr().lock();
    // There is nowhere else to say that stderr is closed.
    let _ = writeln!(stderr, "error: {}", gap.message);
    if let Some(hint) = &gap.hint {
        let _ = writeln!(stderr, "hint: {hint}");
    }
    ExitCode::from(exit::code(&[gap.id.effect()], false))
}
