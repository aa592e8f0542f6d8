//! Runs a serverless handler for real, and says what was still pending when the response left.
//!
//! ARCHITECTURE.md has the picture. The modules stand on floors, and imports go strictly down.

// Floor 0: what is known, and the vocabulary.
pub(crate) mod error;
pub mod model;
pub mod policy;
pub mod rule;
pub mod runtime;

// Floor 1: what can be seen, and what a run comes to.
pub mod feed;
pub mod observation;
pub mod report;

// Floor 2: observations into the store; observations into a file and back.
pub mod ingest;
pub mod recording;

// Floor 3: what was pending at an instant.
pub mod snapshot;

// Floor 4: what it means, and what of it is meant.
pub mod analysis;
pub mod exit;
pub mod explain;
pub mod gate;

// Floor 5: the outside world, on both sides.
pub mod config;
pub(crate) mod host;
pub mod reporter;
pub mod template;

// Floor 6: a live run.
pub(crate) mod session;

// Floor 7: the command line.
pub mod cli;

// Floor 8: the commands.
pub(crate) mod command;

use std::process::ExitCode;

/// Does what the command line asks for.
pub fn run(cli: cli::Cli) -> ExitCode {
    command::dispatch(cli)
}
