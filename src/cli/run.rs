//! `loopcheck run`.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueHint};

use crate::cli::top::EXIT_CODES;
use crate::cli::values::{RuntimeName, key_value, mode, shard};
use crate::cli::{GateArgs, OutputArgs};
use crate::config::{self, RunOptions};
use crate::observation::Peer;
use crate::report::Shard;

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
    #[arg(long, value_name = "RUNTIME", value_parser = RuntimeName, conflicts_with = "ric", requires = "handler")]
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

    /// The selection of handlers.
    #[command(flatten)]
    pub select: SelectArgs,

    /// The gate.
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

    /// The targets of the report.
    #[command(flatten)]
    pub output: OutputArgs,
}

impl RunArgs {
    /// The options of the run that the command line decides.
    pub fn options(&self) -> RunOptions {
        RunOptions {
            invocations: self.invocations,
            timeout: self.timeout,
            settle: self.settle,
            prove: self.prove.then_some(true),
            freeze_for: self.freeze_for,
        }
    }
}

/// The selection of handlers.
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
