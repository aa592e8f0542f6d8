//! Ending a process with everything that descends from it, and letting it stand still.
//!
//! What is in a cgroup of ours is frozen by the kernel, which the processes do not notice. What is
//! not is stopped by SIGSTOP, of which a parent may hear.

use std::collections::BTreeSet;
use std::io;
use std::time::Duration;

use rustix::process::Signal;

use crate::host::family::{self, Leader, Process};
use crate::policy::FrozenBy;

use super::cgroup::Cgroup;
use super::signal;

/// The number of checks whether every process stands still.
const STOP_LOOKS: u32 = 2_000;

/// A stop takes some ten microseconds, if no system call is in the way.
const STOP_LOOK_AGAIN: Duration = Duration::from_micros(100);

/// A process group that we have started; it is killed when this is dropped.
#[derive(Debug)]
pub(crate) struct ProcessGroup {
    leader: Leader,
    /// The cgroup in which it is frozen as a whole.
    cgroup: Option<Cgroup>,
    /// Whom a SIGSTOP of ours has stopped.
    stopped: BTreeSet<u32>,
    armed: bool,
}

/// The result of a freeze.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Freeze {
    /// The number of processes that stand still.
    pub(crate) processes: usize,
    /// By what means.
    pub(crate) by: FrozenBy,
}

impl ProcessGroup {
    /// The group of a child that has just been started as the leader of a group, and has not been
    /// waited for.
    pub(crate) fn new(pid: u32, mark: Option<String>) -> Self {
        let start_ticks = family::process(pid).ok().flatten().map(|process| process.start_ticks);
        Self::of(Leader { pid, start_ticks, mark })
    }

    /// The group of a process that is known.
    pub(super) fn of(leader: Leader) -> Self {
        Self { leader, cgroup: None, stopped: BTreeSet::new(), armed: true }
    }

    /// Makes the cgroup and moves the leader into it, and with it whatever it starts from now on.
    /// There is none where that is not possible.
    pub(super) fn enclose(&mut self, cgroup: Cgroup) {
        self.cgroup = cgroup.make_for(self.leader.pid).is_ok().then_some(cgroup);
    }

    /// The same group, some of which may be in a cgroup.
    pub(super) fn within(mut self, cgroup: Option<Cgroup>) -> Self {
        self.cgroup = cgroup;
        self
    }

    /// Kills every process of the group and every descendant that left it. Best effort: it does
    /// not wait until they are gone.
    pub(crate) fn kill(&self) {
        // A stopped process cannot fork or lose its parent while the family is being listed: stop
        // until nobody new is found, then kill all of them.
        const ROUNDS: usize = 16;
        let mut stopped: Vec<Process> = Vec::new();
        for _ in 0..ROUNDS {
            let found = self.others_than(&stopped);
            if found.is_empty() {
                break;
            }
            for process in &found {
                signal::send(process.pid, Signal::STOP);
            }
            stopped.extend(found);
        }
        if let Some(cgroup) = &self.cgroup {
            cgroup.kill();
        }
        for process in &stopped {
            signal::kill(process.pid);
        }
        if self.is_group_ours() {
            signal::send_group(self.leader.pid, Signal::KILL);
        }
    }

    /// Freezes every process of the group and every descendant that left it, and waits until all of
    /// them stand still.
    pub(crate) fn stop(&mut self) -> io::Result<Freeze> {
        // Without one, or if it does not work this time, signals have to do.
        let frozen = self.cgroup.as_ref().and_then(|cgroup| cgroup.freeze().ok());
        let by = if frozen.is_some() { FrozenBy::Cgroup } else { FrozenBy::Sigstop };
        let stopped = self.stop_others_than(&frozen.unwrap_or_default());
        if stopped.is_err() {
            self.resume();
        }
        stopped.map(|processes| Freeze { processes, by })
    }

    /// Stops what is not frozen by its cgroup: what the leader had started before it was moved
    /// there, or what has left it; how many there are, with those that are frozen.
    fn stop_others_than(&mut self, frozen: &BTreeSet<u32>) -> io::Result<usize> {
        for _ in 0..STOP_LOOKS {
            let mut members = self.members()?;
            members.retain(Process::is_running);
            let moving = members.iter().filter(|one| !one.stopped && !frozen.contains(&one.pid));
            let moving: Vec<u32> = moving.map(|process| process.pid).collect();
            if moving.is_empty() {
                return Ok(members.len());
            }
            moving.iter().for_each(|pid| signal::send(*pid, Signal::STOP));
            self.stopped.extend(moving);
            std::thread::sleep(STOP_LOOK_AGAIN);
        }
        Err(io::Error::new(io::ErrorKind::TimedOut, "its processes do not stop"))
    }

    /// Lets every process that was frozen go on.
    pub(crate) fn resume(&mut self) {
        if let Some(cgroup) = &self.cgroup {
            cgroup.thaw();
        }
        // None of them can have forked or ended meanwhile.
        for pid in std::mem::take(&mut self.stopped) {
            signal::send(pid, Signal::CONT);
        }
    }

    /// Removes its cgroup, if it has one, with all that is left in it.
    pub(super) fn leave_no_cgroup(&mut self) {
        if let Some(cgroup) = self.cgroup.take() {
            cgroup.remove();
        }
    }

    /// Asks the leader to end.
    pub(crate) fn terminate(&self) {
        if self.is_group_ours() {
            signal::send(self.leader.pid, Signal::TERM);
        }
    }

    /// The process that the group is named after.
    pub(crate) fn leader(&self) -> &Leader {
        &self.leader
    }

    /// Lets the group live on when this is dropped.
    pub(crate) fn release(&mut self) {
        self.armed = false;
    }

    /// The family, and what else is in the cgroup: a daemon whose environment has no mark.
    fn members(&self) -> io::Result<Vec<Process>> {
        let mut members = family::members(&self.leader)?;
        let inside = self.cgroup.as_ref().and_then(|cgroup| cgroup.pids().ok());
        let known: BTreeSet<u32> = members.iter().map(|process| process.pid).collect();
        for pid in inside.unwrap_or_default().difference(&known) {
            members.extend(family::process(*pid)?);
        }
        Ok(members)
    }

    fn others_than(&self, known: &[Process]) -> Vec<Process> {
        let mut members = self.members().unwrap_or_default();
        members.retain(|process| {
            process.is_running()
                && !known.iter().any(|other| {
                    other.pid == process.pid && other.start_ticks == process.start_ticks
                })
        });
        members
    }

    /// Returns whether the number can only mean our group: a process that was waited for gives its number
    /// back, but not as long as a member of its group is left.
    fn is_group_ours(&self) -> bool {
        match family::process(self.leader.pid) {
            Ok(Some(process)) => {
                self.leader.start_ticks.is_none_or(|start| start == process.start_ticks)
            }
            Ok(None) => !cfg!(target_os = "linux"),
            Err(_) => true,
        }
    }
}

impl Drop for ProcessGroup {
    fn drop(&mut self) {
        if self.armed {
            self.kill();
            self.leave_no_cgroup();
        }
    }
}
