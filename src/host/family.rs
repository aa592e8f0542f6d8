//! The family of a process that we started: the processes that belong to it.
//!
//! A handler's family is its process group, every descendant (a child that calls `setsid` leaves
//! the group but stays a descendant), and every process that carries its mark: a daemon that
//! forked twice is neither in the group nor a descendant, but it has inherited the environment.
//! `sockets` reads what the family holds open, and `process` ends it.

use std::collections::BTreeSet;
use std::io;

/// Name of the environment variable that marks everything that descends from one handler.
pub(crate) const MARK: &str = "LOOPCHECK_RUN";

/// The process that a family is named after.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Leader {
    /// Process id, also the id of its process group.
    pub(crate) pid: u32,
    /// Its start time; with the pid it is unique. `None`: not known.
    pub(crate) start_ticks: Option<u64>,
    /// The value of [`MARK`] in its environment.
    pub(crate) mark: Option<String>,
}

/// A process, as the kernel lists it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Process {
    pub(crate) pid: u32,
    pub(crate) parent: u32,
    pub(crate) group: u32,
    pub(crate) start_ticks: u64,
    pub(crate) threads: u64,
    /// Its main thread has ended.
    pub(crate) zombie: bool,
    /// It has been stopped by a signal.
    pub(crate) stopped: bool,
    pub(crate) name: String,
}

impl Process {
    /// Returns whether any of its threads still runs.
    pub(crate) fn is_running(&self) -> bool {
        !self.zombie || self.threads > 1
    }
}

/// Every process of the family, the leader first, then by process id; zombies are among them.
///
/// A process that ends meanwhile is left out. The caller itself is never part of a family.
pub(crate) fn members(leader: &Leader) -> io::Result<Vec<Process>> {
    Ok(select(leader, &system::processes()?, system::mark_of))
}

/// One process as it is now; `None` when it is gone.
pub(crate) fn process(pid: u32) -> io::Result<Option<Process>> {
    system::process(pid)
}

/// Every thread of a process, as if it were one itself; none when it is gone.
pub(crate) fn threads(pid: u32) -> io::Result<Vec<Process>> {
    system::threads(pid)
}

/// The identity of a process that leads a group: its start time and its mark.
pub(crate) fn leader(pid: u32) -> Leader {
    Leader {
        pid,
        start_ticks: process(pid).ok().flatten().map(|process| process.start_ticks),
        mark: system::mark_of(pid),
    }
}

fn select(
    leader: &Leader,
    all: &[Process],
    mark_of: impl Fn(u32) -> Option<String>,
) -> Vec<Process> {
    let ourselves = std::process::id();
    let mut family: BTreeSet<u32> =
        all.iter().filter(|process| is_root(leader, all, process)).map(|p| p.pid).collect();
    add_descendants(&mut family, all);
    // The environments of other processes are read only where nothing else decides.
    if let (Some(mark), Some(start)) = (&leader.mark, leader.start_ticks) {
        let marked = all
            .iter()
            .filter(|p| p.start_ticks >= start && !family.contains(&p.pid) && p.pid != ourselves)
            .filter(|p| mark_of(p.pid).as_ref() == Some(mark))
            .map(|p| p.pid)
            .collect::<Vec<_>>();
        family.extend(marked);
        add_descendants(&mut family, all);
    }
    family.remove(&ourselves);
    let mut members: Vec<Process> =
        all.iter().filter(|p| family.contains(&p.pid)).cloned().collect();
    members.sort_by_key(|p| (p.pid != leader.pid, p.pid));
    members
}

/// The leader itself and the members of its group, unless the number belongs to another process
/// by now.
fn is_root(leader: &Leader, all: &[Process], process: &Process) -> bool {
    let reused = leader.start_ticks.is_some_and(|start| {
        all.iter().any(|other| other.pid == leader.pid && other.start_ticks != start)
    });
    !reused && (process.pid == leader.pid || process.group == leader.pid)
}

fn add_descendants(family: &mut BTreeSet<u32>, all: &[Process]) {
    loop {
        let before = family.len();
        for process in all {
            if family.contains(&process.parent) {
                family.insert(process.pid);
            }
        }
        if family.len() == before {
            return;
        }
    }
}

#[cfg(target_os = "linux")]
mod system {
    use std::ffi::OsStr;
    use std::fs::{self, File};
    use std::io::{self, Read};
    use std::os::unix::ffi::OsStrExt;

    use super::{MARK, Process};

    /// Every process on the machine that can be seen.
    pub(super) fn processes() -> io::Result<Vec<Process>> {
        listed_in("/proc")
    }

    /// Every thread of a process.
    pub(super) fn threads(pid: u32) -> io::Result<Vec<Process>> {
        match listed_in(&format!("/proc/{pid}/task")) {
            Err(error) if super::is_gone(&error) => Ok(Vec::new()),
            threads => threads,
        }
    }

    fn listed_in(directory: &str) -> io::Result<Vec<Process>> {
        let mut all = Vec::new();
        for entry in fs::read_dir(directory)? {
            let name = entry?.file_name();
            let Some(pid) = name.to_str().and_then(|name| name.parse().ok()) else { continue };
            all.extend(read(pid, &format!("{directory}/{pid}/stat"))?);
        }
        Ok(all)
    }

    /// One process; `None` when it is gone.
    pub(super) fn process(pid: u32) -> io::Result<Option<Process>> {
        read(pid, &format!("/proc/{pid}/stat"))
    }

    fn read(pid: u32, path: &str) -> io::Result<Option<Process>> {
        // One line of some 300 bytes; the name in it is at most 64 bytes long.
        let mut line = [0; 1024];
        match File::open(path).and_then(|mut file| file.read(&mut line)) {
            Ok(length) => Ok(parse(pid, &line[..length])),
            Err(error) if super::is_gone(&error) => Ok(None),
            // Mounted with hidepid: the process belongs to somebody else.
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The value of the mark in the environment of a process, when it can be read.
    pub(super) fn mark_of(pid: u32) -> Option<String> {
        let environment = fs::read(format!("/proc/{pid}/environ")).ok()?;
        let value = environment
            .split(|byte| *byte == 0)
            .find_map(|entry| entry.strip_prefix(MARK.as_bytes())?.strip_prefix(b"="))?;
        OsStr::from_bytes(value).to_str().map(str::to_owned)
    }

    /// `pid (name) state ppid pgrp …`; the name may hold anything, even parentheses.
    pub(super) fn parse(pid: u32, line: &[u8]) -> Option<Process> {
        let open = line.iter().position(|byte| *byte == b'(')?;
        let close = line.iter().rposition(|byte| *byte == b')')?;
        let rest = str::from_utf8(line.get(close + 1..)?).ok()?;
        let fields: Vec<&str> = rest.split_ascii_whitespace().collect();
        Some(Process {
            pid,
            parent: fields.get(1)?.parse().ok()?,
            // 0 in a process whose group is of another pid namespace, never a group of ours.
            group: fields.get(2)?.parse().ok()?,
            start_ticks: fields.get(19)?.parse().ok()?,
            threads: fields.get(17)?.parse().ok()?,
            zombie: matches!(*fields.first()?, "Z" | "X" | "x"),
            stopped: *fields.first()? == "T",
            name: String::from_utf8_lossy(line.get(open + 1..close)?).into_owned(),
        })
    }
}

/// Returns whether an error says that the process has ended meanwhile.
#[cfg(target_os = "linux")]
pub(crate) fn is_gone(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::NotFound
        || error.raw_os_error() == Some(rustix::io::Errno::SRCH.raw_os_error())
}

#[cfg(not(target_os = "linux"))]
mod system {
    use std::io;

    use super::Process;

    pub(super) fn processes() -> io::Result<Vec<Process>> {
        Ok(Vec::new())
    }

    pub(super) fn process(_pid: u32) -> io::Result<Option<Process>> {
        Ok(None)
    }

    pub(super) fn threads(_pid: u32) -> io::Result<Vec<Process>> {
        Ok(Vec::new())
    }

    pub(super) fn mark_of(_pid: u32) -> Option<String> {
        None
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    fn process(pid: u32, parent: u32, group: u32, start_ticks: u64) -> Process {
        Process {
            pid,
            parent,
            group,
            start_ticks,
            threads: 1,
            zombie: false,
            stopped: false,
            name: format!("p{pid}"),
        }
    }

    fn leader() -> Leader {
        // Far above any pid that this test could have itself.
        Leader { pid: 5_000_010, start_ticks: Some(100), mark: Some("ours".into()) }
    }

    fn pids(members: &[Process]) -> Vec<u32> {
        members.iter().map(|p| p.pid - 5_000_000).collect()
    }

    #[test]
    fn group_descendants_and_marked_daemons_belong_to_the_family() {
        let n = 5_000_000;
        let all = [
            process(n + 1, 1, n + 1, 5),
            process(n + 9, n + 12, n + 9, 130), // descendant that left the group
            process(n + 10, n + 1, n + 10, 100), // leader
            process(n + 11, 1, n + 10, 110),    // orphan in the group
            process(n + 12, n + 10, n + 10, 120), // child
            process(n + 13, 1, n + 13, 140),    // daemon with our mark
            process(n + 14, n + 13, n + 13, 150), // its child, which cleared its environment
            process(n + 15, 1, n + 15, 160),    // a stranger
            process(n + 16, 1, n + 16, 99),     // older than the leader
        ];
        let mark = |pid: u32| (pid == n + 13 || pid == n + 16).then(|| "ours".to_owned());
        assert_eq!(pids(&select(&leader(), &all, mark)), [10, 9, 11, 12, 13, 14]);
    }

    #[test]
    fn a_reused_pid_is_not_the_leader() {
        let n = 5_000_000;
        let all = [process(n + 10, 1, n + 10, 500), process(n + 11, n + 10, n + 10, 501)];
        assert!(select(&leader(), &all, |_| None).is_empty());
    }

    #[test]
    fn we_are_never_part_of_a_family() {
        let us = std::process::id();
        let all = [process(us, 5_000_010, 5_000_010, 200)];
        assert!(select(&leader(), &all, |_| Some("ours".into())).is_empty());
    }

    #[test]
    fn a_name_may_hold_parentheses_and_spaces() {
        let line = b"7 (a) R 1 (b) S 3 4 4 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 2 0 99 1 1";
        let parsed = system::parse(7, line).unwrap();
        assert_eq!(parsed.name, "a) R 1 (b");
        assert_eq!((parsed.parent, parsed.group), (3, 4));
        assert_eq!((parsed.threads, parsed.start_ticks), (2, 99));
        assert!(parsed.is_running());
        assert_eq!(system::parse(7, b"7 (a) S 3"), None);
        assert_eq!(system::parse(7, b""), None);
    }

    #[test]
    fn this_process_is_found() {
        let us = std::process::id();
        let ours = system::process(us).unwrap().unwrap();
        assert!(system::processes().unwrap().iter().any(|p| p.pid == us));
        assert_eq!(super::leader(us).start_ticks, Some(ours.start_ticks));
    }
}
