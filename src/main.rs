//! The `loopcheck` command.

use std::process::ExitCode;

use clap::Parser;
use loopcheck::cli::Cli;

fn main() -> ExitCode {
    loopcheck::run(Cli::parse())
}
