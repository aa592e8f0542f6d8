//! Signals to processes that may be gone.
//!
//! Errors mean that the process is gone already, or that it runs as somebody else now and is out of
//! our reach; there is nothing left to try in either case.

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

/// Ends a process.
pub(super) fn kill(pid: u32) {
    send(pid, Signal::KILL);
}

/// Sends a signal to a process.
pub(super) fn send(pid: u32, signal: Signal) {
    if let Some(pid) = target(pid) {
        let _ = kill_process(pid, signal);
    }
}

/// Sends a signal to every process of a group.
pub(super) fn send_group(pid: u32, signal: Signal) {
    if let Some(pid) = target(pid) {
        let _ = kill_process_group(pid, signal);
    }
}

/// Numbers up to 1 mean "everything" to the kernel, or the first process.
fn target(pid: u32) -> Option<Pid> {
    i32::try_from(pid).ok().filter(|pid| *pid > 1).and_then(Pid::from_raw)
}
