//! Running cargo: in a separate process group that is killed when its future is dropped.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};

use tokio::process::{Child, Command};
use tokio::sync::watch;

use crate::host::output::{self, Lines, Pipe, Stream};
use crate::host::process::ProcessGroup;

use super::error::BuildError;

/// The environment that cargo and the compiler run in.
pub(super) type Environment = BTreeMap<OsString, OsString>;

/// A call of cargo for one directory.
#[derive(Clone, Debug)]
pub(super) struct Cargo {
    program: PathBuf,
    directory: PathBuf,
    environment: Environment,
}

impl Cargo {
    /// The user's cargo. It runs in the package's directory, because that is where it
    /// looks for its configuration, and rustup for the toolchain.
    pub(super) fn new(directory: &Path, environment: Environment) -> Self {
        let named = environment.get(OsStr::new("CARGO")).filter(|program| !program.is_empty());
        let program = named.map_or_else(|| PathBuf::from("cargo"), PathBuf::from);
        let environment =
            environment.into_iter().filter(|(name, _)| !is_of_another_package(name)).collect();
        Self { program, directory: directory.to_owned(), environment }
    }

    /// The environment of cargo and its configuration.
    pub(super) fn environment(&self) -> Vec<(OsString, OsString)> {
        self.environment.iter().map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    /// Runs it to its end. Each line of its standard output is passed to `on_stdout`, and its
    /// standard error to `lines`.
    pub(super) async fn run(
        &self,
        args: &[OsString],
        env: &[(&str, &OsStr)],
        lines: Lines,
        on_stdout: impl FnMut(String),
    ) -> Result<ExitStatus, BuildError> {
        let failed = |source| BuildError::Cargo { program: self.program.clone(), source };
        let mut child = self.command(args, env).spawn().map_err(failed)?;
        let pid = child.id().ok_or_else(|| failed(io::ErrorKind::NotFound.into()))?;
        // Without a mark: a compiler cache that cargo starts is meant to outlive it.
        let mut group = ProcessGroup::new(pid, None);
        let status = follow(&mut child, lines, on_stdout).await.map_err(failed)?;
        group.release();
        Ok(status)
    }

    fn command(&self, args: &[OsString], env: &[(&str, &OsStr)]) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(args)
            .current_dir(&self.directory)
            .env_clear()
            .envs(&self.environment)
            .envs(env.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0);
        command
    }
}

/// Follows cargo until it has ended, even if another process keeps its output open after that.
async fn follow(
    child: &mut Child,
    lines: Lines,
    on_stdout: impl FnMut(String),
) -> io::Result<ExitStatus> {
    let (finish, finished) = watch::channel(false);
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let stdout = async {
        match stdout {
            Some(pipe) => messages(pipe.into_owned_fd()?, finished.clone(), on_stdout).await,
            None => Ok(()),
        }
    };
    let stderr = async {
        match stderr {
            Some(pipe) => {
                let finished = finished.clone();
                output::forward(pipe.into_owned_fd()?, Stream::Stderr, lines, finished).await
            }
            None => Ok(()),
        }
    };
    let status = async {
        let status = child.wait().await;
        finish.send_replace(true);
        status
    };
    let (stdout, stderr, status) = tokio::join!(stdout, stderr, status);
    stdout.and(stderr).and(status)
}

/// Messages are read completely, however long: one of them names the executable.
async fn messages(
    pipe: OwnedFd,
    finished: watch::Receiver<bool>,
    mut on: impl FnMut(String),
) -> io::Result<()> {
    let mut pipe = Pipe::new(pipe, finished)?;
    let mut open = Vec::new();
    let mut chunk = vec![0; 16 * 1024];
    while let Some(length) = pipe.read(&mut chunk).await {
        for part in chunk[..length].split_inclusive(|byte| *byte == b'\n') {
            open.extend_from_slice(part);
            if open.ends_with(b"\n") {
                on(String::from_utf8_lossy(&open).trim_end().to_owned());
                open.clear();
            }
        }
    }
    if !open.is_empty() {
        on(String::from_utf8_lossy(&open).into_owned());
    }
    Ok(())
}

/// Returns `true` if a variable describes the package from which cargo has run loopcheck itself.
///
/// Cargo sets them again for the packages that it builds, but a build script that watches one of
/// them would run again whenever loopcheck is started in another way.
fn is_of_another_package(name: &OsStr) -> bool {
    const NAMES: &[&str] = &[
        "CARGO_BIN_NAME",
        "CARGO_CRATE_NAME",
        "CARGO_MANIFEST_DIR",
        "CARGO_MANIFEST_LINKS",
        "CARGO_MANIFEST_PATH",
        "CARGO_PRIMARY_PACKAGE",
        "CARGO_TARGET_TMPDIR",
        "OUT_DIR",
    ];
    const PREFIXES: &[&str] = &["CARGO_PKG_", "CARGO_BIN_EXE_"];
    name.to_str().is_some_and(|name| {
        NAMES.contains(&name) || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_describes_another_package_is_removed() {
        for gone in ["CARGO_MANIFEST_DIR", "CARGO_PKG_NAME", "CARGO_BIN_EXE_loopcheck", "OUT_DIR"] {
            assert!(is_of_another_package(OsStr::new(gone)), "{gone}");
        }
        for kept in [
            "CARGO",
            "CARGO_HOME",
            "CARGO_TARGET_DIR",
            "CARGO_BUILD_TARGET",
            "CARGO_ENCODED_RUSTFLAGS",
            "CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUSTFLAGS",
            "RUSTFLAGS",
            "RUSTC_WRAPPER",
            "RUSTUP_TOOLCHAIN",
            "PATH",
        ] {
            assert!(!is_of_another_package(OsStr::new(kept)), "{kept}");
        }
    }
}
