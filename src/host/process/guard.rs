//! Whoever ends loopcheck, nothing of a handler is left behind, and above all nothing that stands
//! still: a process of our own program waits for our end and then ends the handler's family.
//!
//! It is needed for the ends that a program cannot answer, such as SIGKILL. It is in a process
//! group of its own, so that what is sent to ours does not reach it.

use std::io::{self, BufRead};
use std::process::Stdio;

use tokio::io::AsyncWriteExt as _;
use tokio::process::{Child, ChildStdin, Command};

use crate::host::family::Leader;

use super::cgroup::Cgroup;
use super::group::ProcessGroup;

/// The command, which is nobody's but ours, by which our program becomes a guard.
const GUARD_COMMAND: &str = "guard";

/// The line that informs the guard that nothing is left to end.
const DONE: &str = "done";

/// The prefix of a line with the path of a cgroup.
const CGROUP: &str = "cgroup ";

/// A guard, from our side. When it is dropped, the guard ends what is registered with it.
#[derive(Debug)]
pub(crate) struct Guard {
    // Reaped by the runtime when it ends.
    _process: Child,
    pipe: ChildStdin,
}

impl Guard {
    /// Starts a guard, with nothing to watch over yet.
    pub(crate) fn start() -> io::Result<Self> {
        let mut process = Command::new(own_program()?)
            .arg(GUARD_COMMAND)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .current_dir("/")
            .process_group(0)
            .spawn()?;
        let pipe = process.stdin.take().ok_or(io::ErrorKind::BrokenPipe)?;
        Ok(Self { _process: process, pipe })
    }

    /// Tells the guard whom it is to end when we are gone.
    pub(crate) async fn watch(&mut self, leader: &Leader) -> io::Result<()> {
        self.pipe.write_all(line(leader).as_bytes()).await
    }

    /// Tells the guard of the cgroup that the handler is about to be put into, before it exists: so
    /// there is no moment at which it would be left behind.
    pub(crate) async fn watch_cgroup(&mut self, cgroup: &Cgroup) -> io::Result<()> {
        self.pipe.write_all(cgroup_line(cgroup).as_bytes()).await
    }

    /// Tells the guard that there is nothing left to end.
    pub(crate) async fn dismiss(mut self) {
        // A guard that is gone needs no telling.
        let _ = self.pipe.write_all(format!("{DONE}\n").as_bytes()).await;
    }
}

/// Our own program, even if its file has been replaced since it was started.
fn own_program() -> io::Result<std::path::PathBuf> {
    if cfg!(target_os = "linux") { Ok("/proc/self/exe".into()) } else { std::env::current_exe() }
}

/// Watches over what `input` registers until the input ends, and then ends that.
pub(crate) fn guard(input: impl BufRead) {
    let (mut watched, mut cgroup) = (None, None);
    // A line that cannot be read is the end as well.
    for line in input.lines().map_while(Result::ok) {
        if line == DONE {
            // What the kernel was slow to let go of is tried once more.
            watched = None;
            break;
        }
        match read_cgroup(&line) {
            None => watched = read(&line).or(watched),
            registered => cgroup = registered,
        }
    }
    match (watched, cgroup) {
        // Dropped, it kills.
        (Some(leader), cgroup) => drop(ProcessGroup::of(leader).within(cgroup)),
        (None, Some(cgroup)) => cgroup.remove(),
        (None, None) => {}
    }
}

fn cgroup_line(cgroup: &Cgroup) -> String {
    format!("{CGROUP}{}\n", cgroup.path().display())
}

fn read_cgroup(line: &str) -> Option<Cgroup> {
    line.strip_prefix(CGROUP).map(|path| Cgroup::at(path.into()))
}

fn line(leader: &Leader) -> String {
    let Leader { pid, start_ticks, mark } = leader;
    let start = start_ticks.map(|ticks| ticks.to_string()).unwrap_or_default();
    format!("{pid},{start},{}\n", mark.as_deref().unwrap_or_default())
}

fn read(line: &str) -> Option<Leader> {
    let mut parts = line.splitn(3, ',');
    let pid = parts.next()?.parse().ok()?;
    let start_ticks = parts.next()?.parse().ok();
    let mark = parts.next().filter(|mark| !mark.is_empty()).map(str::to_owned);
    Some(Leader { pid, start_ticks, mark })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registered_process_is_understood() {
        for leader in [
            Leader { pid: 300, start_ticks: Some(7), mark: Some("m".into()) },
            Leader { pid: 300, start_ticks: None, mark: None },
        ] {
            assert_eq!(read(line(&leader).trim_end()), Some(leader));
        }
        assert_eq!(read(""), None);
        assert_eq!(read("x,,"), None);
    }

    #[test]
    fn a_registered_cgroup_is_understood() {
        let cgroup = Cgroup::at("/sys/fs/cgroup/a, b/loopcheck-1-2".into());
        let line = cgroup_line(&cgroup);
        assert_eq!(read_cgroup(line.trim_end()), Some(cgroup));
        assert_eq!(read(line.trim_end()), None);
        assert_eq!(read_cgroup(DONE), None);
        assert_eq!(read_cgroup("300,7,m"), None);
    }

    #[test]
    fn a_guard_that_knows_of_nobody_ends_nobody() {
        guard(&b""[..]);
        guard(&b"done\n"[..]);
        guard(&b"\xff\n"[..]);
    }
}
