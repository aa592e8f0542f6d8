//! A running handler.

use std::ffi::OsString;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};

use command_fds::{CommandFdExt as _, FdMapping};
use tokio::process::{Child, Command};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::host::family::{Leader, MARK};
use crate::host::output::{self, Lines, Stream};
use crate::observation::ExitedWith;

use super::cgroup::Cgroup;
use super::error::StartError;
use super::group::{Freeze, ProcessGroup};
use super::inspect;

/// A program and the way to start it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Launch {
    /// The executable; a bare name is a file in the current directory.
    pub(crate) program: PathBuf,
    /// Its arguments.
    pub(crate) args: Vec<OsString>,
    /// Environment variables to add or to override.
    pub(crate) env: Vec<(String, String)>,
    /// Environment variables to take away from what is inherited.
    pub(crate) env_remove: Vec<String>,
    /// The folder to start it in; `None`: this one.
    pub(crate) current_dir: Option<PathBuf>,
}

/// A file descriptor for a handler.
#[derive(Debug)]
pub(crate) struct ChildFd {
    /// The number that it has in the handler's process.
    pub(crate) number: i32,
    /// The descriptor; closed here once the handler has been started.
    pub(crate) fd: OwnedFd,
}

/// A handler that was started.
///
/// When it is dropped, its whole family is killed.
#[derive(Debug)]
pub(crate) struct Handler {
    pid: u32,
    child: Child,
    group: ProcessGroup,
    readers: Vec<JoinHandle<io::Result<()>>>,
    finish: watch::Sender<bool>,
}

/// Starts a handler in a process group of its own.
///
/// It reads nothing from standard input; what it prints goes to `lines`, line by line. It gets
/// `fds` beside the standard streams.
pub(crate) fn start(
    launch: Launch,
    lines: Lines,
    fds: Vec<ChildFd>,
) -> Result<Handler, StartError> {
    inspect::check(&launch.program)?;
    if let Some(directory) = &launch.current_dir {
        check_directory(directory)?;
    }
    let mark = Uuid::new_v4().simple().to_string();
    let other = |source| StartError::Other { path: launch.program.clone(), source };
    let mut command = command(&launch, &mark)?;
    if !fds.is_empty() {
        let mappings = fds
            .into_iter()
            .map(|ChildFd { number, fd }| FdMapping { parent_fd: fd, child_fd: number });
        command.fd_mappings(mappings.collect()).map_err(|error| other(io::Error::other(error)))?;
    }
    let mut child = command.spawn().map_err(|source| inspect::explain(&launch.program, source))?;
    // The descriptors for the handler are the command's, and are closed with it.
    drop(command);
    let pid = child.id().ok_or_else(|| other(io::ErrorKind::NotFound.into()))?;
    let group = ProcessGroup::new(pid, Some(mark));
    let (finish, finished) = watch::channel(false);
    let pipes = pipes(&mut child).map_err(other)?;
    let readers = pipes
        .into_iter()
        .map(|(stream, pipe)| {
            tokio::spawn(output::forward(pipe, stream, lines.clone(), finished.clone()))
        })
        .collect();
    Ok(Handler { pid, child, group, readers, finish })
}

impl Handler {
    /// Its process id, also the id of its process group.
    pub(crate) fn pid(&self) -> u32 {
        self.pid
    }

    /// Waits until the handler itself has ended; others of its family may live on.
    ///
    /// Can be dropped and called again.
    pub(crate) async fn wait(&mut self) -> io::Result<ExitedWith> {
        self.child.wait().await.map(exited_with)
    }

    /// Kills the handler and its whole family, at once and without waiting.
    pub(crate) fn kill_group(&mut self) {
        self.group.kill();
    }

    /// Puts the handler into a cgroup, where that can be done; soon after its start, for what it has
    /// started before is not in there.
    pub(crate) fn enclose(&mut self, cgroup: Cgroup) {
        self.group.enclose(cgroup);
    }

    /// Freezes the handler and its whole family.
    pub(crate) fn stop(&mut self) -> io::Result<Freeze> {
        self.group.stop()
    }

    /// Lets a family that was frozen go on.
    pub(crate) fn resume(&mut self) {
        self.group.resume();
    }

    /// Asks the handler to end, by SIGTERM.
    pub(crate) fn terminate(&self) {
        self.group.terminate();
    }

    /// The process that its family is named after.
    pub(crate) fn leader(&self) -> &Leader {
        self.group.leader()
    }

    /// Kills what is left of the family, waits for the handler and for the last of its output.
    ///
    /// When it returns, every line has been sent.
    pub(crate) async fn reap(&mut self) -> io::Result<ExitedWith> {
        self.group.kill();
        let status = self.wait().await;
        self.group.leave_no_cgroup();
        self.finish.send_replace(true);
        for reader in self.readers.drain(..) {
            // A reader that panicked has nothing more to say.
            let _ = reader.await;
        }
        status
    }
}

fn command(launch: &Launch, mark: &str) -> Result<Command, StartError> {
    let mut command = Command::new(inspect::absolute(&launch.program)?);
    command
        .args(&launch.args)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0);
    for name in &launch.env_remove {
        command.env_remove(name);
    }
    command.envs(launch.env.iter().map(|(name, value)| (name, value)));
    command.env(MARK, mark);
    if let Some(directory) = &launch.current_dir {
        command.current_dir(directory);
    }
    Ok(command)
}

fn check_directory(path: &PathBuf) -> Result<(), StartError> {
    let error = |source| StartError::CurrentDirectory { path: path.clone(), source };
    if !std::fs::metadata(path).map_err(error)?.is_dir() {
        return Err(error(io::ErrorKind::NotADirectory.into()));
    }
    rustix::fs::access(path, rustix::fs::Access::EXEC_OK).map_err(|errno| error(errno.into()))
}

fn pipes(child: &mut Child) -> io::Result<Vec<(Stream, OwnedFd)>> {
    let mut pipes = Vec::new();
    if let Some(pipe) = child.stdout.take() {
        pipes.push((Stream::Stdout, pipe.into_owned_fd()?));
    }
    if let Some(pipe) = child.stderr.take() {
        pipes.push((Stream::Stderr, pipe.into_owned_fd()?));
    }
    Ok(pipes)
}

fn exited_with(status: ExitStatus) -> ExitedWith {
    match (status.code(), status.signal()) {
        (Some(code), _) => ExitedWith::Code(code),
        (None, Some(signal)) => ExitedWith::Signal(signal),
        // Neither an exit nor a signal: the kernel's number as it is.
        (None, None) => ExitedWith::Code(status.into_raw()),
    }
}
