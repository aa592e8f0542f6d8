//! Which command was asked for.

use std::process::ExitCode;

use crate::cli::{Cli, Command};
use crate::command::{completions, replay, run};

/// Runs the command that was asked for.
pub(crate) fn dispatch(cli: Cli) -> ExitCode {
    match cli.command {
        Command::Run(args) => run::run(&args),
        Command::Replay(args) => replay::replay(args),
        Command::Completions { shell } => completions::completions(shell),
    }
}
