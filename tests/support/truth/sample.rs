//! A row of the table: a sample handler, how it is run, and what a run must report.

use std::fmt;
use std::path::PathBuf;

use super::finding::Finding;
use crate::support::node::{FOLDER, VERSIONS};

/// A runtime that samples are run on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Runtime {
    Tokio,
    /// Node.js of this release line.
    Node(u32),
}

impl fmt::Display for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tokio => f.write_str("tokio"),
            Self::Node(version) => write!(f, "node{version}"),
        }
    }
}

impl Runtime {
    /// Its id in a report.
    pub fn id(self) -> &'static str {
        match self {
            Self::Tokio => "tokio",
            Self::Node(_) => "node",
        }
    }
}

/// The server that a sample talks to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Needs {
    Nothing,
    /// A PostgreSQL server, as `DATABASE_URL`.
    Postgres,
    /// A Redis server, as `REDIS_URL`.
    Redis,
    /// A server that accepts connections and leaves them open, as `PEER_ADDR`.
    SilentPeer,
    /// An HTTP server that keeps connections alive, as `PEER_URL`.
    Website,
    /// `testdata/node/samples/peer.cjs`, as `PEER_ADDR` and `PEER_URL`.
    Peer,
}

/// A sample handler under given circumstances.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// For tokio also the name of its recording; for Node.js the file and the export in `samples`.
    pub name: &'static str,
    /// The behaviour that it shows, for the name of its test.
    pub shows: &'static str,
    pub needs: Needs,
    /// Variables that are set with `--env`.
    pub env: &'static [(&'static str, &'static str)],
    /// More options of `loopcheck run`; by default there are two invocations.
    pub flags: &'static [&'static str],
    /// It takes all of a machine, and its feed may be complete too late on a busy one, which is then
    /// a gap `feed-lag`.
    pub heavy: bool,
    /// The name of the recording in `testdata/recordings` and the runtime that it was made on.
    pub recorded: Option<(&'static str, Runtime)>,
    pub truths: Truths,
}

/// The truth on each runtime that a sample is for.
#[derive(Clone, Copy, Debug)]
pub enum Truths {
    /// A package of `testdata/handlers`.
    Tokio { package: &'static str, truth: Truth },
    /// A file of `testdata/node/samples`.
    Node {
        /// The oldest Node.js that can run it.
        since: u32,
        /// By the rules of runtime client 3: before Node.js 24.
        callbacks: Truth,
        /// By those of client 4: from Node.js 24 on.
        promises: Truth,
    },
}

/// The expected result of a run.
#[derive(Clone, Copy, Debug)]
pub struct Truth {
    /// The completion mode that the verdict follows, if it gets that far.
    pub mode: Option<&'static str>,
    pub exit_code: u8,
    /// The id of each gap, and a part of its message.
    pub gaps: &'static [(&'static str, &'static str)],
    /// The outcome of each invocation.
    pub outcomes: &'static [&'static str],
    pub findings: &'static [Finding],
}

impl Truth {
    /// The verdict that goes with the exit code.
    pub fn verdict(&self) -> &'static str {
        match self.exit_code {
            0 => "pass",
            1 => "fail",
            3 => "error",
            4 => "inconclusive",
            code => panic!("no report of a sample has exit code {code}"),
        }
    }
}

pub const RESPONSES: &[&str] = &["response", "response"];
pub const ERRORS: &[&str] = &["error", "error"];

/// Two responses, and nothing unexpected.
pub const fn pass(mode: &'static str, findings: &'static [Finding]) -> Truth {
    Truth { mode: Some(mode), exit_code: 0, gaps: &[], outcomes: RESPONSES, findings }
}

/// Two responses, and something unexpected.
pub const fn fail(mode: &'static str, findings: &'static [Finding]) -> Truth {
    Truth { exit_code: 1, ..pass(mode, findings) }
}

/// The same with two errors in place of the responses.
pub const fn answers_error(truth: Truth) -> Truth {
    Truth { outcomes: ERRORS, ..truth }
}

impl Sample {
    /// Every runtime that it is run on.
    pub fn runtimes(&self) -> Vec<Runtime> {
        match self.truths {
            Truths::Tokio { .. } => vec![Runtime::Tokio],
            Truths::Node { since, .. } => {
                let able = VERSIONS.iter().filter(|version| **version >= since);
                able.map(|version| Runtime::Node(*version)).collect()
            }
        }
    }

    /// The expected result on this runtime.
    pub fn truth(&self, runtime: Runtime) -> Truth {
        match (self.truths, runtime) {
            (Truths::Tokio { truth, .. }, Runtime::Tokio) => truth,
            (Truths::Node { callbacks, .. }, Runtime::Node(version)) if version < 24 => callbacks,
            (Truths::Node { promises, .. }, Runtime::Node(_)) => promises,
            _ => panic!("{} is not for {runtime}", self.name),
        }
    }

    /// The source file, as a report names it: relative to `testdata/handlers` or to `testdata/node`.
    pub fn file(&self) -> String {
        match self.truths {
            Truths::Tokio { package, .. } => format!("{package}/src/main.rs"),
            Truths::Node { .. } => format!("samples/{}", self.script()),
        }
    }

    /// The folder that [`Sample::file`] is relative to, relative to the root of the package.
    pub fn folder(&self) -> &'static str {
        match self.truths {
            Truths::Tokio { .. } => "testdata/handlers",
            Truths::Node { .. } => FOLDER,
        }
    }

    /// HANDLER of a Node.js sample without its export.
    fn script(&self) -> &'static str {
        self.name.split_once(':').map_or(self.name, |(file, _)| file)
    }

    /// The options and the variables of a run of it.
    pub fn options(&self) -> Vec<String> {
        self.with_environment(self.flags)
    }

    /// The same without the durations, which a test sets by itself.
    pub fn options_without_durations(&self) -> Vec<String> {
        let pairs = self.flags.chunks(2);
        let kept = pairs.filter(|pair| !["--timeout", "--settle"].contains(&pair[0]));
        self.with_environment(&kept.flatten().copied().collect::<Vec<_>>())
    }

    fn with_environment(&self, flags: &[&str]) -> Vec<String> {
        let set = self.env.iter().map(|(name, value)| format!("{name}={value}"));
        let set = set.flat_map(|variable| ["--env".to_owned(), variable]);
        flags.iter().map(|flag| (*flag).to_owned()).chain(set).collect()
    }

    /// The file name of a recording on this runtime.
    pub fn recording_name(&self, runtime: Runtime) -> PathBuf {
        PathBuf::from(format!("{runtime}-{}.loopcheck", self.name.replace(['/', ':'], "-")))
    }
}
