//! Cgroups, by means of their own: whether one can be made here, and which ones a run has.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};

/// The folder of the cgroup that the tests are in, and loopcheck with them; `None`, and said so,
/// where none can be made below it.
pub fn usable() -> Option<PathBuf> {
    let found = own().filter(|folder| is_usable(folder));
    if found.is_none() {
        // What the macros print is hidden where a test passes.
        let note = b"SKIPPED: no cgroup can be made here, so nothing is frozen by one\n";
        io::stderr().write_all(note).unwrap();
    }
    found
}

fn own() -> Option<PathBuf> {
    let mounts = fs::read_to_string("/proc/self/mounts").ok()?;
    let is_v2 = |line: &&str| line.split(' ').nth(2) == Some("cgroup2");
    let mount_point = mounts.lines().find(is_v2)?.split(' ').nth(1)?;
    let memberships = fs::read_to_string("/proc/self/cgroup").ok()?;
    let inside = memberships.lines().find_map(|line| line.strip_prefix("0::/"))?;
    Some(Path::new(mount_point).join(inside))
}

fn is_usable(folder: &Path) -> bool {
    let scratch = tempfile::tempdir().unwrap();
    let name = scratch.path().file_name().unwrap().to_str().unwrap();
    let probe = folder.join(format!("probe-{name}"));
    if fs::create_dir(&probe).is_err() {
        return false;
    }
    let mut process = Command::new("sleep").arg("60").spawn().unwrap();
    let frozen = freeze(&probe, &process);
    process.kill().unwrap();
    process.wait().unwrap();
    fs::remove_dir(&probe).unwrap();
    frozen
}

fn freeze(probe: &Path, process: &Child) -> bool {
    let moved = fs::write(probe.join("cgroup.procs"), process.id().to_string());
    moved.is_ok() && fs::write(probe.join("cgroup.freeze"), "1").is_ok()
}

/// The cgroups that a run of loopcheck has now.
pub fn of_run(folder: &Path, loopcheck: u32) -> Vec<PathBuf> {
    let begins = format!("loopcheck-{loopcheck}-");
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let is_ours = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str());
        name.is_some_and(|name| name.starts_with(&begins))
    };
    names.filter(is_ours).collect()
}
