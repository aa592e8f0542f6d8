//! The commands.

use clap::{Parser, Subcommand};
use clap_complete::Shell;

use crate::cli::{DiffArgs, ExplainArgs, InitArgs, MergeArgs, ReplayArgs, RunArgs};

/// Runs a serverless handler for real, and says which tasks, timers and sockets were still pending
/// when the response was sent, grouped by what they would do under each completion mode.
#[derive(Debug, Parser)]
#[command(name = "loopcheck", version, max_term_width = 100, after_help = EXIT_CODES)]
pub struct Cli {
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

/// The exit codes, at the end of the help.
pub(super) const EXIT_CODES: &str = "\
Exit codes:
  0    nothing unexpected was pending, and that was proved
  1    something unexpected was pending
  2    wrong usage or configuration
  3    the handler did not get to a response
  4    inconclusive: something could not be seen
  5    internal error
  130  interrupted";

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run a handler and report what it left pending at its response
    Run(Box<RunArgs>),
    /// Judge a recording again
    Replay(ReplayArgs),
    /// Join the reports of several runs, such as the shards of a repository, into one
    Merge(MergeArgs),
    /// Say what a change added, removed and worsened: two reports, before and after it
    Diff(DiffArgs),
    /// Say what an id of a report means: a rule, mode, policy, fate, gap or exit code
    Explain(ExplainArgs),
    /// Write a commented loopcheck.toml
    Init(InitArgs),
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// End a handler when the loopcheck that started it is gone; loopcheck starts this by itself
    #[command(hide = true)]
    Guard,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }
}
