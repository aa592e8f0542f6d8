//! The user's own Node.js: its location and version.

use std::ffi::OsStr;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use rustix::fs::Access;
use thiserror::Error;
use tokio::io::AsyncReadExt;
use tokio::process::Command;

use crate::host::process::ProcessGroup;

use crate::host::runtimes::node::program::runtime::NodeRuntime;

/// The time limit for `node --version`; a version manager in its place may be slow at first.
const PATIENCE: Duration = Duration::from_secs(10);

/// The largest part of the answer that is read, in bytes.
const LONGEST_ANSWER: u64 = 1024;

/// A Node.js that can be started.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Node {
    /// The executable, absolute.
    pub(crate) program: PathBuf,
    /// Its version.
    pub(crate) version: NodeVersion,
}

/// A version of Node.js.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct NodeVersion {
    /// The first number.
    pub(crate) major: u32,
    /// The second.
    pub(crate) minor: u32,
    /// The third.
    pub(crate) patch: u32,
}

/// There is no Node.js that can be used.
#[derive(Debug, Error)]
pub(crate) enum NodeError {
    /// None in `PATH`.
    #[error("a Node.js handler needs node, and there is none in PATH")]
    NotFound,
    /// Too old for the agent.
    #[error("{} is Node.js {version}, which is too old", .program.display())]
    TooOld {
        /// The executable.
        program: PathBuf,
        /// Its version.
        version: NodeVersion,
    },
    /// It did not answer in time.
    #[error("{} --version did not answer within {} s", .0.display(), PATIENCE.as_secs())]
    Silent(PathBuf),
    /// It did not print a version.
    #[error("{} --version did not tell a version of Node.js, but {answer:?}", .program.display())]
    Answer {
        /// The executable.
        program: PathBuf,
        /// The beginning of its output.
        answer: String,
    },
    /// It could not be started.
    #[error("{} could not be started", .program.display())]
    Start {
        /// The executable.
        program: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
}

impl NodeError {
    /// A hint with the remedy.
    pub(crate) fn hint(&self) -> String {
        let oldest = NodeRuntime::OLDEST.major();
        match self {
            Self::NotFound => {
                format!("install Node.js {oldest} or newer, or add the folder of node to PATH")
            }
            Self::TooOld { .. } => {
                format!(
                    "put Node.js {oldest} or newer first in PATH; Lambda itself has no older one"
                )
            }
            Self::Silent(program) | Self::Answer { program, .. } | Self::Start { program, .. } => {
                format!("run `{} --version` by hand to see what is wrong", program.display())
            }
        }
    }
}

impl NodeVersion {
    /// Reads `v20.20.2`, as `node --version` prints it; a suffix as in `v25.0.0-nightly` is left
    /// out.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim().strip_prefix('v')?;
        let numbers = text.split(['-', '+']).next()?;
        let mut numbers = numbers.split('.').map(|number| number.parse().ok());
        let version =
            Self { major: numbers.next()??, minor: numbers.next()??, patch: numbers.next()?? };
        numbers.next().is_none().then_some(version)
    }

    /// Returns `true` if it runs TypeScript without a flag: since 22.18 and 23.6 (Node.js
    /// documentation, Modules: TypeScript, history of type stripping).
    pub(crate) fn strips_types(self) -> bool {
        match self.major {
            ..22 => false,
            22 => self.minor >= 18,
            23 => self.minor >= 6,
            24.. => true,
        }
    }
}

impl fmt::Display for NodeVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

/// Finds `node` in the user's `PATH` and asks for its version in `folder`, where it will run,
/// because a version manager in its place may depend on the folder.
pub(crate) async fn find(folder: &Path) -> Result<Node, NodeError> {
    #[expect(clippy::disallowed_methods, reason = "node is looked for as a shell does it")]
    let path = std::env::var_os("PATH");
    find_in(path.as_deref().unwrap_or_default(), folder, PATIENCE).await
}

async fn find_in(path: &OsStr, folder: &Path, patience: Duration) -> Result<Node, NodeError> {
    let program = std::env::split_paths(path)
        .filter(|directory| directory.is_absolute())
        .map(|directory| directory.join("node"))
        .find(|program| program.is_file() && rustix::fs::access(program, Access::EXEC_OK).is_ok())
        .ok_or(NodeError::NotFound)?;
    let answer = match tokio::time::timeout(patience, ask(&program, folder)).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(source)) => return Err(NodeError::Start { program, source }),
        Err(_) => return Err(NodeError::Silent(program)),
    };
    let Some(version) = NodeVersion::parse(&answer) else {
        let answer = answer.trim().chars().take(80).collect();
        return Err(NodeError::Answer { program, answer });
    };
    if version.major < NodeRuntime::OLDEST.major() {
        return Err(NodeError::TooOld { program, version });
    }
    Ok(Node { program, version })
}

/// The standard output of `node --version`. The process is ended in any case.
async fn ask(program: &Path, folder: &Path) -> io::Result<String> {
    let mut child = Command::new(program)
        .arg("--version")
        .current_dir(folder)
        // An option in it that this Node does not know would end it.
        .env_remove("NODE_OPTIONS")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .process_group(0)
        .kill_on_drop(true)
        .spawn()?;
    let pid = child.id().ok_or(io::ErrorKind::NotFound)?;
    let _group = ProcessGroup::new(pid, None);
    let stdout = child.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
    let mut answer = Vec::new();
    stdout.take(LONGEST_ANSWER).read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::scratch::Scratch;

    #[test]
    fn versions_are_read_and_ordered() {
        let version = |text: &str| NodeVersion::parse(text).map(|version| version.to_string());
        assert_eq!(version("v20.20.2\n").as_deref(), Some("20.20.2"));
        assert_eq!(version("v25.0.0-nightly20250101abc").as_deref(), Some("25.0.0"));
        for nothing in ["", "20.20.2", "v20.20", "v20.20.2.1", "vx.1.2", "1.2.3 deno"] {
            assert_eq!(version(nothing), None, "{nothing}");
        }
        assert!(NodeVersion::parse("v9.9.9") < NodeVersion::parse("v10.0.0"));
    }

    #[test]
    fn types_are_stripped_since_22_18_and_23_6() {
        for (version, strips) in [
            ("v20.99.0", false),
            ("v22.17.1", false),
            ("v22.18.0", true),
            ("v23.5.0", false),
            ("v23.6.0", true),
            ("v24.0.0", true),
        ] {
            assert_eq!(NodeVersion::parse(version).unwrap().strips_types(), strips, "{version}");
        }
    }

    async fn found(scratch: &Scratch, script: &str) -> Result<Node, NodeError> {
        scratch.file("bin/node", format!("#!/bin/sh\n{script}\n"), 0o755);
        // Neither is a program that could be started.
        scratch.file("data/node", "v20.0.0", 0o644);
        scratch.file("folder/node/x", "", 0o644);
        let folders = ["data", "folder", "bin"].map(|name| scratch.path().join(name));
        let path = std::env::join_paths(folders).unwrap();
        find_in(&path, scratch.path(), Duration::from_secs(2)).await
    }

    #[tokio::test]
    async fn node_is_the_first_program_of_that_name_in_path() {
        let scratch = Scratch::new();
        let node = found(&scratch, "echo v20.1.2; pwd >&2").await.unwrap();
        assert_eq!(node.program, scratch.path().join("bin/node"));
        assert_eq!(node.version.to_string(), "20.1.2");
        // A newer one than all that is known is used.
        assert!(found(&scratch, "echo v99.0.0").await.is_ok());
    }

    #[tokio::test]
    async fn a_node_that_cannot_be_used_is_an_error_with_a_hint() {
        let scratch = Scratch::new();
        let nowhere = find_in(OsStr::new("relative:"), scratch.path(), PATIENCE).await;
        let error = nowhere.unwrap_err();
        assert!(error.to_string().contains("none in PATH"), "{error}");
        assert!(error.hint().contains("Node.js 18"), "{}", error.hint());
        for (script, message) in [
            ("echo v16.20.2", "is Node.js 16.20.2, which is too old"),
            ("echo hello", "did not tell a version of Node.js, but \"hello\""),
            ("exit 3", "but \"\""),
            ("sleep 60", "--version did not answer within"),
            ("yes", "did not tell a version"),
        ] {
            let error = found(&scratch, script).await.unwrap_err();
            assert!(error.to_string().contains(message), "{script}: {error}");
            assert!(!error.hint().is_empty());
        }
    }
}
