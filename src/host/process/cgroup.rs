//! A cgroup below our own, for one handler: everything in it is frozen, thawed and killed by the
//! kernel, whoever its parent is and whatever its environment holds.
//!
//! Only cgroup v2 is used, and only where we may: it takes rights that most users do not have in
//! most places. What else belongs to a handler, and what is done where there is no cgroup, is
//! [`super::group`]'s business.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::time::Timespec;
use uuid::Uuid;

use super::cgroup_path;
use super::signal;

/// The prefix of the names of our cgroups.
const NAME: &str = "loopcheck";

/// The number of reads of its state before it is given up: half a second, where nothing changes.
const LOOKS: u32 = 250;

/// The kernel notifies of a change, but not of two within a hundredth of a second.
const LOOK_AGAIN: Timespec = Timespec { tv_sec: 0, tv_nsec: 2_000_000 };

/// The number of attempts to end the processes in it and to remove it.
const REMOVALS: u32 = 4;

/// A cgroup of ours. Whether it exists is seen when it is used.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Cgroup {
    path: PathBuf,
}

impl Cgroup {
    /// One that does not exist yet, and that nobody else makes; `None` where there can be none.
    pub(crate) fn planned() -> Option<Self> {
        let mounts = fs::read("/proc/self/mountinfo").ok()?;
        let memberships = fs::read("/proc/self/cgroup").ok()?;
        let parent = cgroup_path::own(
            &String::from_utf8_lossy(&mounts),
            &String::from_utf8_lossy(&memberships),
        )?;
        // Process ids come again, and in other namespaces they are the same.
        let number = Uuid::new_v4().simple();
        Some(Self { path: parent.join(format!("{NAME}-{}-{number}", std::process::id())) })
    }

    /// The cgroup at a path that [`Cgroup::path`] returned.
    pub(super) fn at(path: PathBuf) -> Self {
        Self { path }
    }

    /// Its path.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Makes it, and moves a process into it. If that fails, nothing of it is left.
    pub(super) fn make_for(&self, pid: u32) -> io::Result<()> {
        fs::create_dir(&self.path)?;
        // Older kernels have cgroups without a freezer, and what is no cgroup has neither.
        let usable = fs::metadata(self.path.join("cgroup.freeze"));
        let moved = usable.and_then(|_| self.write("cgroup.procs", &pid.to_string()));
        if moved.is_err() {
            let _ = fs::remove_dir(&self.path);
        }
        moved
    }

    /// Freezes everything in it, waits until it stands still, and returns what that is. If that
    /// fails, nothing is frozen.
    pub(super) fn freeze(&self) -> io::Result<BTreeSet<u32>> {
        let frozen = self.write("cgroup.freeze", "1").and_then(|()| self.await_event("frozen 1"));
        let frozen = frozen.and_then(|()| self.pids());
        if frozen.is_err() {
            self.thaw();
        }
        frozen
    }

    /// Lets everything in it go on.
    pub(super) fn thaw(&self) {
        // If it is not there any more, nothing is frozen in it.
        let _ = self.write("cgroup.freeze", "0");
    }

    /// The processes in it and below it.
    pub(super) fn pids(&self) -> io::Result<BTreeSet<u32>> {
        let mut pids = BTreeSet::new();
        for folder in with_children(&self.path)? {
            match fs::read_to_string(folder.join("cgroup.procs")) {
                Ok(list) => pids.extend(list.lines().filter_map(|pid| pid.parse::<u32>().ok())),
                // One that the handler had made, and that is gone; or that lists threads, which
                // the one above it lists as processes.
                Err(_) if folder != self.path => {}
                Err(error) => return Err(error),
            }
        }
        Ok(pids)
    }

    /// Kills everything in it, frozen or not. It does not wait until that is gone.
    pub(super) fn kill(&self) {
        if self.write("cgroup.kill", "1").is_err() {
            // Before Linux 5.14. What is frozen cannot fork while it is listed, and dies all the
            // same.
            let pids = self.freeze().or_else(|_| self.pids());
            pids.unwrap_or_default().into_iter().for_each(signal::kill);
        }
        self.thaw();
    }

    /// Kills what is in it, and removes it. Best effort: what the kernel does not let go of in
    /// some seconds stays.
    pub(super) fn remove(&self) {
        for _ in 0..REMOVALS {
            let folders = with_children(&self.path).unwrap_or_default();
            // From the inside out. What has ended but was not waited for does not count.
            for folder in folders.iter().rev() {
                let _ = fs::remove_dir(folder);
            }
            if !self.path.exists() {
                return;
            }
            self.kill();
            let _ = self.await_event("populated 0");
        }
    }

    /// Waits until the kernel says so.
    fn await_event(&self, wanted: &str) -> io::Result<()> {
        let events = File::open(self.path.join("cgroup.events"))?;
        for _ in 0..LOOKS {
            let mut text = [0; 256];
            let length = events.read_at(&mut text, 0)?;
            if text[..length].split(|byte| *byte == b'\n').any(|line| line == wanted.as_bytes()) {
                return Ok(());
            }
            // It also ends by a signal to us, or when the time is over.
            let _ = poll(&mut [PollFd::new(&events, PollFlags::PRI)], Some(&LOOK_AGAIN));
        }
        Err(io::Error::new(io::ErrorKind::TimedOut, "the cgroup is slow"))
    }

    fn write(&self, file: &str, text: &str) -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).open(self.path.join(file))?;
        file.write_all(text.as_bytes())
    }
}

/// A cgroup and all below it, each before its children.
fn with_children(path: &Path) -> io::Result<Vec<PathBuf>> {
    let mut folders = vec![path.to_owned()];
    let mut next = 0;
    while let Some(folder) = folders.get(next) {
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) if next == 0 => return Err(error),
            // The handler may have removed one that it had made.
            Err(_) => {
                next += 1;
                continue;
            }
        };
        let inner = entries.flatten().filter(|entry| entry.file_type().is_ok_and(|f| f.is_dir()));
        let inner: Vec<PathBuf> = inner.map(|entry| entry.path()).collect();
        folders.extend(inner);
        next += 1;
    }
    Ok(folders)
}
