//! `loopcheck replay`, and the options of every command that judges.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

use crate::cli::format::{self, FormatArg};
use crate::cli::top::EXIT_CODES;

/// `loopcheck replay`.
#[derive(Args, Debug)]
#[command(after_help = EXIT_CODES)]
pub struct ReplayArgs {
    /// A file that `run --record` wrote
    #[arg(value_name = "RECORDING", value_hint = ValueHint::FilePath)]
    pub recording: PathBuf,

    /// The gate.
    #[command(flatten)]
    pub gate: GateArgs,

    /// The targets of the report.
    #[command(flatten)]
    pub output: OutputArgs,
}

/// The gate.
#[derive(Args, Debug)]
#[command(next_help_heading = "What is expected, and what is known")]
pub struct GateArgs {
    /// The configuration [default: loopcheck.toml beside the handler, or above it up to the root of
    /// the repository]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub config: Option<PathBuf>,

    /// Known findings: they do not fail the run
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub baseline: Option<PathBuf>,

    /// Fail if an expectation expects nothing any more
    #[arg(long)]
    pub strict: bool,
}

/// The targets of reports.
#[derive(Args, Debug)]
pub struct OutputArgs {
    /// A form of the report, to stdout or to a file; repeatable: table, json, sarif, junit, github,
    /// markdown [default: table]
    #[arg(short, long = "format", value_name = "FORMAT[=FILE]", value_parser = format::parse::<Format>)]
    pub formats: Vec<FormatArg<Format>>,
}

/// The forms of a report.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum Format {
    /// For people, in a terminal.
    Table,
    /// `loopcheck.report/v1`, or `loopcheck.reports/v1` of several handlers.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// JUnit XML, for the test reports of a CI system.
    Junit,
    /// Workflow commands of GitHub Actions.
    Github,
    /// For a pull request's comment, or a job's summary.
    Markdown,
}
