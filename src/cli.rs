//! The command line: flags as they are typed, with their help. What they come to is decided in
//! `command`.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueHint};
use clap_complete::Shell;

use crate::config;
use crate::observation::Peer;
use crate::report::Shard;
use crate::runtime::{self, all_modes};

/// Runs a serverless handler for real, and says which tasks, timers and sockets were still pending
/// when the response was sent, grouped by what they would do under each completion mode.
#[derive(Debug, Parser)]
#[command(name = "loopcheck", version, max_term_width = 100, after_help = EXIT_CODES)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const EXIT_CODES: &str = "\
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

/// `loopcheck run`.
#[derive(Args, Debug)]
#[command(after_help = EXIT_CODES)]
pub struct RunArgs {
    /// An executable; a directory with a Cargo.toml, which is built as it must be; or for Node.js
    /// FILE.js, .cjs, .mjs or .ts, and :EXPORT behind it if that is not `handler`. Without it,
    /// every [[handler]] of loopcheck.toml is run
    #[arg(value_name = "HANDLER", value_hint = ValueHint::AnyPath)]
    pub handler: Option<PathBuf>,

    /// Arguments for the handler
    #[arg(last = true, value_name = "ARGS", requires = "handler")]
    pub args: Vec<OsString>,

    /// An event: a file, JSON itself, or - for stdin; repeatable [default: {}]
    #[arg(short, long = "event", value_name = "FILE|JSON|-", requires = "handler")]
    pub events: Vec<OsString>,

    /// How often each event is delivered: the first invocation is cold, the next are warm
    /// [default: 2]
    #[arg(
        short = 'n',
        long,
        value_name = "N",
        value_parser = clap::value_parser!(u32).range(1..=i64::from(config::MOST_INVOCATIONS))
    )]
    pub invocations: Option<u32>,

    /// The function's timeout [default: 3s]
    #[arg(long, value_name = "DUR", value_parser = config::timeout)]
    pub timeout: Option<Duration>,

    /// The longest watch after each response [default: 1s]
    #[arg(long, value_name = "DUR", value_parser = config::duration)]
    pub settle: Option<Duration>,

    /// Gate on this completion mode only; repeatable [default: all that apply]
    #[arg(long = "mode", value_name = "MODE", value_parser = mode(), requires = "handler")]
    pub modes: Vec<String>,

    /// Run again under each policy, enforced, and compare with what was predicted
    #[arg(long)]
    pub prove: bool,

    /// For how long --prove freezes the environment between two invocations [default: 1s]
    #[arg(long, value_name = "DUR", value_parser = config::duration)]
    pub freeze_for: Option<Duration>,

    /// With --prove: break the connections to this peer during the freeze, by a reset and by
    /// silence, and see what the next invocation does; repeatable
    #[arg(long, value_name = "HOST:PORT", requires_all = ["prove", "handler"])]
    pub proxy: Vec<Peer>,

    /// Set an environment variable of the handler; repeatable
    #[arg(long, value_name = "K=V", value_parser = key_value)]
    pub env: Vec<(String, String)>,

    /// Of a directory with several binaries: the one to run
    #[arg(long, value_name = "NAME", requires = "handler")]
    pub bin: Option<String>,

    /// Build a directory in release mode
    #[arg(long)]
    pub release: bool,

    /// For Node.js: the managed runtime to run as [default: by the version of node]
    #[arg(long, value_name = "RUNTIME", value_parser = runtime(), conflicts_with = "ric", requires = "handler")]
    pub runtime: Option<String>,

    /// For Node.js: run with the aws-lambda-ric that is installed in this folder, or in its
    /// node_modules
    #[arg(long, value_name = "PATH", value_hint = ValueHint::DirPath, requires = "handler")]
    pub ric: Option<PathBuf>,

    /// Keep everything that was observed (no payloads, no environment values)
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "handler")]
    pub record: Option<PathBuf>,

    /// Where the handler is to serve its console feed [default: a free loopback port]
    #[arg(long, value_name = "HOST:PORT", requires = "handler")]
    pub console: Option<SocketAddr>,

    /// Which handlers of the configuration are run, and how many at once.
    #[command(flatten)]
    pub select: SelectArgs,

    /// What the run is judged by.
    #[command(flatten)]
    pub gate: GateArgs,

    /// Write what is unexpected now into the file of --baseline
    #[arg(
        long,
        requires = "baseline",
        conflicts_with = "shard",
        help_heading = "What is expected, and what is known"
    )]
    pub write_baseline: bool,

    /// Let --write-baseline replace a file that is there
    #[arg(long, requires = "write_baseline", help_heading = "What is expected, and what is known")]
    pub force: bool,

    /// Where the report goes and how.
    #[command(flatten)]
    pub output: OutputArgs,
}

/// Which handlers are run.
#[derive(Args, Debug)]
#[command(next_help_heading = "Several handlers")]
pub struct SelectArgs {
    /// Run the functions of this SAM or CloudFormation template
    #[arg(long, value_name = "FILE", conflicts_with = "handler", value_hint = ValueHint::FilePath)]
    pub template: Option<PathBuf>,

    /// Run only the handlers whose name matches
    #[arg(long, value_name = "GLOB", conflicts_with = "handler")]
    pub filter: Option<String>,

    /// Run the I-th of N parts of the handlers, for a CI system with N machines
    #[arg(long, value_name = "I/N", conflicts_with = "handler", value_parser = shard)]
    pub shard: Option<Shard>,

    /// How many handlers run at once [default: 1]
    #[arg(
        long,
        value_name = "N",
        conflicts_with = "handler",
        value_parser = clap::value_parser!(u16).range(1..=256)
    )]
    pub jobs: Option<u16>,
}

/// What a run is judged by.
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

/// `loopcheck replay`.
#[derive(Args, Debug)]
#[command(after_help = EXIT_CODES)]
pub struct ReplayArgs {
    /// A file that `run --record` wrote
    #[arg(value_name = "RECORDING", value_hint = ValueHint::FilePath)]
    pub recording: PathBuf,

    /// What it is judged by.
    #[command(flatten)]
    pub gate: GateArgs,

    /// Where the report goes and how.
    #[command(flatten)]
    pub output: OutputArgs,
}

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
    #[arg(short, long = "format", value_name = "FORMAT[=FILE]", value_parser = diff_format)]
    pub formats: Vec<DiffFormatArg>,
}

const DIFF_EXIT_CODES: &str = "\
Exit codes:
  0  nothing was added and nothing got worse
  1  something was added or got worse
  2  wrong usage, or a file that is no report
  4  inconclusive: a handler of the new report could not be judged
  5  internal error";

/// One `--format` of `loopcheck diff`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DiffFormatArg {
    /// The form.
    pub format: DiffFormat,
    /// The file; `None`: stdout.
    pub file: Option<PathBuf>,
}

/// The forms of a comparison.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum DiffFormat {
    /// For people, in a terminal.
    Table,
    /// `loopcheck.diff/v1`.
    Json,
    /// For a pull request's comment, or a job's summary.
    Markdown,
}

impl DiffFormat {
    const ALL: &'static [(&'static str, Self)] =
        &[("table", Self::Table), ("json", Self::Json), ("markdown", Self::Markdown)];
}

fn diff_format(text: &str) -> Result<DiffFormatArg, String> {
    let (name, file) = match text.split_once('=') {
        Some((_, "")) => return Err("there is no file name after `=`".into()),
        Some((name, file)) => (name, Some(PathBuf::from(file))),
        None => (text, None),
    };
    let known = DiffFormat::ALL.iter().find(|(known, _)| *known == name);
    match known {
        Some((_, format)) => Ok(DiffFormatArg { format: *format, file }),
        None => {
            let names: Vec<&str> = DiffFormat::ALL.iter().map(|(name, _)| *name).collect();
            Err(format!("no such format for a comparison; there are: {}", names.join(", ")))
        }
    }
}

/// `loopcheck explain`.
#[derive(Args, Debug)]
pub struct ExplainArgs {
    /// The id; without it, all ids are listed
    #[arg(value_name = "ID")]
    pub id: Option<String>,
}

/// `loopcheck merge`.
#[derive(Args, Debug)]
#[command(after_help = EXIT_CODES)]
pub struct MergeArgs {
    /// Files that `run -f json=FILE` wrote, or - for stdin
    #[arg(value_name = "REPORT.json", required = true, value_hint = ValueHint::FilePath)]
    pub reports: Vec<PathBuf>,

    /// Where the report goes and how.
    #[command(flatten)]
    pub output: OutputArgs,
}

/// `loopcheck init`.
#[derive(Args, Debug)]
pub struct InitArgs {
    /// The file to write
    #[arg(value_name = "FILE", default_value = "loopcheck.toml", value_hint = ValueHint::FilePath)]
    pub file: PathBuf,

    /// Replace a file that is there
    #[arg(long)]
    pub force: bool,
}

/// Where reports go.
#[derive(Args, Debug)]
pub struct OutputArgs {
    /// A form of the report, to stdout or to a file; repeatable: table, json, sarif, junit, github,
    /// markdown [default: table]
    #[arg(short, long = "format", value_name = "FORMAT[=FILE]", value_parser = format)]
    pub formats: Vec<FormatArg>,
}

/// One `--format`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FormatArg {
    /// The form.
    pub format: Format,
    /// The file; `None`: stdout.
    pub file: Option<PathBuf>,
}

/// The forms of a report.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
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

impl Format {
    const ALL: &'static [(&'static str, Self)] = &[
        ("table", Self::Table),
        ("json", Self::Json),
        ("sarif", Self::Sarif),
        ("junit", Self::Junit),
        ("github", Self::Github),
        ("markdown", Self::Markdown),
    ];
}

fn format(text: &str) -> Result<FormatArg, String> {
    let (name, file) = match text.split_once('=') {
        Some((_, "")) => return Err("there is no file name after `=`".into()),
        Some((name, file)) => (name, Some(PathBuf::from(file))),
        None => (text, None),
    };
    let known = Format::ALL.iter().find(|(known, _)| *known == name);
    match known {
        Some((_, format)) => Ok(FormatArg { format: *format, file }),
        None => {
            let names: Vec<&str> = Format::ALL.iter().map(|(name, _)| *name).collect();
            Err(format!("no such format; there are: {}", names.join(", ")))
        }
    }
}

fn shard(text: &str) -> Result<Shard, String> {
    let number = |text: &str| text.parse::<u32>().ok();
    let parts =
        text.split_once('/').and_then(|(index, count)| Some((number(index)?, number(count)?)));
    match parts {
        Some((index, count)) if index >= 1 && index <= count && count <= 10_000 => {
            Ok(Shard { index, count })
        }
        Some(_) => Err("I is at least 1 and at most N, and N at most 10000".into()),
        None => Err("write it as I/N: the second of four is 2/4".into()),
    }
}

fn mode() -> clap::builder::PossibleValuesParser {
    all_modes().map(|mode| clap::builder::PossibleValue::new(mode.id).help(mode.title)).into()
}

fn runtime() -> clap::builder::PossibleValuesParser {
    runtime::versions().map(|version| version.name).into()
}

fn key_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("write it as NAME=VALUE".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_format_may_name_a_file() {
        let arg = |format, file: Option<&str>| FormatArg { format, file: file.map(PathBuf::from) };
        assert_eq!(format("json"), Ok(arg(Format::Json, None)));
        assert_eq!(format("table=a=b"), Ok(arg(Format::Table, Some("a=b"))));
        assert!(format("json=").is_err());
        assert!(format("xml").is_err_and(|error| error.contains("table, json")));
    }

    #[test]
    fn a_shard_is_one_of_so_many() {
        assert_eq!(shard("2/4"), Ok(Shard { index: 2, count: 4 }));
        for wrong in ["0/4", "5/4", "1/0", "1", "/", "a/b", "1/4/2", "-1/4"] {
            assert!(shard(wrong).is_err(), "{wrong}");
        }
    }
}
