//! `loopcheck completions`.

use std::io::Write;
use std::process::ExitCode;

use clap::CommandFactory;
use clap_complete::Shell;

use crate::cli::Cli;
use crate::exit;

/// Prints a completion script.
pub(crate) fn completions(shell: Shell) -> ExitCode {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "loopcheck", &mut script);
    match std::io::stdout().write_all(&script) {
        Ok(()) => ExitCode::from(exit::PASS),
        Err(_) => ExitCode::from(exit::INTERNAL),
    }
}
