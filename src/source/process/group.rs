//! Ending a process with everything that descends from it.

use std::io;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use crate::source::family::{self, Leader, Process};

/// How often it is looked whether every process stands still.
const STOP_LOOKS: u32 = 2_000;

/// A stop takes some ten microseconds, if no system call is in the way.
const STOP_LOOK_AGAIN: Duration = Duration::from_micros(100);

/// A process group that we have started; it is killed when this is dropped.
#[derive(Debug)]
pub(crate) struct ProcessGroup {
    leader: Leader,
    armed: bool,
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
        Self { leader, armed: true }
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
                signal(process.pid, Signal::STOP);
            }
            stopped.extend(found);
        }
        for process in &stopped {
            signal(process.pid, Signal::KILL);
        }
        if self.is_group_ours() {
            signal_group(self.leader.pid, Signal::KILL);
        }
    }

    /// Stops every process of the group and every descendant that left it, and waits until all of
    /// them stand still; how many there are.
    pub(crate) fn stop(&self) -> io::Result<usize> {
        for _ in 0..STOP_LOOKS {
            let mut members = family::members(&self.leader)?;
            members.retain(Process::is_running);
            let moving: Vec<&Process> = members.iter().filter(|one| !one.stopped).collect();
            if moving.is_empty() {
                return Ok(members.len());
            }
            moving.into_iter().for_each(|process| signal(process.pid, Signal::STOP));
            std::thread::sleep(STOP_LOOK_AGAIN);
        }
        self.resume();
        Err(io::Error::new(io::ErrorKind::TimedOut, "its processes do not stop"))
    }

    /// Lets every process that was stopped go on.
    pub(crate) fn resume(&self) {
        // None of them can have forked or ended meanwhile.
        for process in family::members(&self.leader).unwrap_or_default() {
            signal(process.pid, Signal::CONT);
        }
    }

    /// Asks the leader to end.
    pub(crate) fn terminate(&self) {
        if self.is_group_ours() {
            signal(self.leader.pid, Signal::TERM);
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

    fn others_than(&self, known: &[Process]) -> Vec<Process> {
        let mut members = family::members(&self.leader).unwrap_or_default();
        members.retain(|process| {
            process.is_running()
                && !known.iter().any(|other| {
                    other.pid == process.pid && other.start_ticks == process.start_ticks
                })
        });
        members
    }

    /// Whether the number can only mean our group: a process that was waited for gives its number
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
        }
    }
}

// Errors mean that the process is gone already, or that it runs as somebody else now and is out
// of our reach; there is nothing left to try in either case.

fn signal(pid: u32, signal: Signal) {
    if let Some(pid) = target(pid) {
        let _ = kill_process(pid, signal);
    }
}

fn signal_group(pid: u32, signal: Signal) {
    if let Some(pid) = target(pid) {
        let _ = kill_process_group(pid, signal);
    }
}

/// Numbers up to 1 mean "everything" to the kernel, or the first process.
fn target(pid: u32) -> Option<Pid> {
    i32::try_from(pid).ok().filter(|pid| *pid > 1).and_then(Pid::from_raw)
}
