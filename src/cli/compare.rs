//! `loopcheck diff` and `loopcheck merge`.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

use crate::cli::OutputArgs;
use crate::cli::format::{self, FormatArg};
use crate::cli::top::EXIT_CODES;

/// `loopcheck diff`.
#[derive(Args, Debug)]
#[command(after_help = DIFF_EXIT_CODES)]
pub struct DiffArgs {
    /// The report from before the change: a file that `-f json=FILE` wrote, or - for stdin
    #[arg(value_name = "OLD.json", value_hint = ValueHint::FilePath)]
    pub old: PathBuf,

    /// The report from after the change
    #[arg(value_name = "NEW.json", value_hint = ValueHint::FilePath)]
    pub new: PathBuf,

    /// A form of the comparison, to stdout or to a file; repeatable: table, json, markdown
    /// [default: table]
    #[arg(short, long = "format", value_name = "FORMAT[=FILE]", value_parser = format::parse::<DiffFormat>)]
    pub formats: Vec<FormatArg<DiffFormat>>,
}

const DIFF_EXIT_CODES: &str = "\
Exit codes:
  0  nothing was added and nothing got worse
  1  something was added or got worse
  2  wrong usage, or a file that is no report
  4  inconclusive: a handler of the new report could not be judged
  5  internal error";

/// The forms of a comparison.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum DiffFormat {
    /// For people, in a terminal.
    Table,
    /// `loopcheck.diff/v1`.
    Json,
    /// For a pull request's comment, or a job's summary.
    Markdown,
}

/// `loopcheck merge`.
#[derive(Args, Debug)]
#[command(after_help = EXIT_CODES)]
pub struct MergeArgs {
    /// Files that `run -f json=FILE` wrote, or - for stdin
    #[arg(value_name = "REPORT.json", required = true, value_hint = ValueHint::FilePath)]
    pub reports: Vec<PathBuf>,

    /// The targets of the report.
    #[command(flatten)]
    pub output: OutputArgs,
}
