//! Which command was asked for, and what all of them say when they cannot go on.

use std::io::Write;
use std::process::ExitCode;

use crate::cli::{Cli, Command};
use crate::command::{completions, replay, run};
use crate::exit;
use crate::model::gap::Gap;

/// Runs the command that was asked for.
pub(crate) fn dispatch(cli: Cli) -> ExitCode {
    match cli.command {
        Command::Run(args) => run::run(&args),
        Command::Replay(args) => replay::replay(args),
        Command::Completions { shell } => completions::completions(shell),
    }
}

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
