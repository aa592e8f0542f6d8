//! Runs the command of the command line.

use std::process::ExitCode;

use crate::cli::{Cli, Command};
use crate::command::{completions, diff, explain, guard, init, merge, replay, run};

/// Runs the command of the command line.
pub(crate) fn dispatch(cli: Cli) -> ExitCode {
    match cli.command {
        Command::Run(args) => run::run(&args),
        Command::Replay(args) => replay::replay(&args),
        Command::Merge(args) => merge::merge(&args),
        Command::Diff(args) => diff::diff(&args),
        Command::Explain(args) => explain::explain(&args),
        Command::Init(args) => init::init(&args),
        Command::Completions { shell } => completions::completions(shell),
        Command::Guard => guard::guard(),
    }
}
