//! The command line: flags as they are typed, with their help. What they come to is decided in
//! `command`.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueHint};
use clap_complete::Shell;

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
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
}

/// `loopcheck run`.
#[derive(Args, Debug)]
#[command(after_help = EXIT_CODES)]
pub struct RunArgs {
    /// An executable, or a directory with a Cargo.toml, which is built as it must be
    #[arg(value_name = "HANDLER", value_hint = ValueHint::AnyPath)]
    pub handler: PathBuf,

    /// Arguments for the handler
    #[arg(last = true, value_name = "ARGS")]
    pub args: Vec<OsString>,

    /// An event: a file, JSON itself, or - for stdin; repeatable [default: {}]
    #[arg(short, long = "event", value_name = "FILE|JSON|-")]
    pub events: Vec<OsString>,

    /// How often each event is delivered: the first invocation is cold, the next are warm
    #[arg(
        short = 'n',
        long,
        value_name = "N",
        default_value_t = 2,
        value_parser = clap::value_parser!(u32).range(1..=10_000)
    )]
    pub invocations: u32,

    /// The function's timeout
    #[arg(long, value_name = "DUR", default_value = "3s", value_parser = timeout)]
    pub timeout: Duration,

    /// The longest watch after each response
    #[arg(long, value_name = "DUR", default_value = "1s", value_parser = duration)]
    pub settle: Duration,

    /// Gate on this completion mode only; repeatable [default: all that apply]
    #[arg(long = "mode", value_name = "MODE", value_parser = mode())]
    pub modes: Vec<String>,

    /// Set an environment variable of the handler; repeatable
    #[arg(long, value_name = "K=V", value_parser = key_value)]
    pub env: Vec<(String, String)>,

    /// Of a directory with several binaries: the one to run
    #[arg(long, value_name = "NAME")]
    pub bin: Option<String>,

    /// Build a directory in release mode
    #[arg(long)]
    pub release: bool,

    /// Keep everything that was observed (no payloads, no environment values)
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub record: Option<PathBuf>,

    /// Where the handler is to serve its console feed [default: a free loopback port]
    #[arg(long, value_name = "HOST:PORT")]
    pub console: Option<SocketAddr>,

    /// Where the report goes and how.
    #[command(flatten)]
    pub output: OutputArgs,
}

/// `loopcheck replay`.
#[derive(Args, Debug)]
#[command(after_help = EXIT_CODES)]
pub struct ReplayArgs {
    /// A file that `run --record` wrote
    #[arg(value_name = "RECORDING", value_hint = ValueHint::FilePath)]
    pub recording: PathBuf,

    /// Where the report goes and how.
    #[command(flatten)]
    pub output: OutputArgs,
}

/// Where reports go.
#[derive(Args, Debug)]
pub struct OutputArgs {
    /// A form of the report, to stdout or to a file; repeatable: table, json [default: table]
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
    /// `loopcheck.report/v1`.
    Json,
}

impl Format {
    const ALL: &'static [(&'static str, Self)] = &[("table", Self::Table), ("json", Self::Json)];
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

fn mode() -> clap::builder::PossibleValuesParser {
    let modes = crate::policy::TOKIO_MODES.iter();
    modes.map(|mode| clap::builder::PossibleValue::new(mode.id).help(mode.title)).into()
}

fn key_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("write it as NAME=VALUE".into()),
    }
}

/// Lambda's longest timeout (AWS Lambda developer guide, configuration-timeout).
const LONGEST_TIMEOUT: Duration = Duration::from_secs(900);

fn timeout(text: &str) -> Result<Duration, String> {
    let timeout = duration(text)?;
    if timeout.is_zero() || timeout > LONGEST_TIMEOUT {
        return Err("a function's timeout is between 1ms and 900s".into());
    }
    Ok(timeout)
}

fn duration(text: &str) -> Result<Duration, String> {
    let duration = humantime::parse_duration(text)
        .map_err(|error| format!("{error}; write it as 500ms, 3s or 1m"))?;
    if duration > LONGEST_TIMEOUT { Err("more than 900s".into()) } else { Ok(duration) }
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
    fn durations_have_units_and_bounds() {
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert!(duration("3").is_err_and(|error| error.contains("3s")));
        assert!(timeout("0s").is_err());
        assert!(timeout("901s").is_err());
    }
}
