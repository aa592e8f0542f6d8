//! Real processes that are frozen: by signals alone, and by a cgroup where there can be one.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tokio::sync::mpsc;

use crate::host::family;
use crate::host::output::OutputLine;
use crate::host::scratch::Scratch;
use crate::policy::FrozenBy;

use super::cgroup::Cgroup;
use super::tests::{daemon, gone, line, run, runs};
use super::*;

/// A shell in a cgroup, which goes on only when it is there, and where the cgroup is.
struct Enclosed {
    handler: Handler,
    received: mpsc::Receiver<OutputLine>,
    folder: PathBuf,
    pids: Vec<u32>,
    _scratch: Scratch,
}

/// Runs `before`, which says so many process ids, and the rest once it is in a cgroup. `None` where
/// there can be none.
async fn enclosed(before: &str, pids: usize, script: &str) -> Option<Enclosed> {
    let scratch = Scratch::new();
    let go = scratch.path().join("go");
    let waits = format!("while [ ! -e '{}' ]; do :; done", go.display());
    let (mut handler, mut received) = run(&format!("{before} {waits}; {script}"));
    let mut said = Vec::new();
    for _ in 0..pids {
        said.push(line(&mut received).await.parse().unwrap());
    }
    let cgroup = Cgroup::planned()?;
    let folder = cgroup.path().to_owned();
    handler.enclose(cgroup);
    fs::write(go, "").unwrap();
    // Gone soon, if it is there at all: read while the handler is alive.
    if !folder.exists() {
        // What the macros print is hidden where a test passes.
        let notice = format!("SKIPPED: no cgroup can be made here, at {}\n", folder.display());
        io::stderr().write_all(notice.as_bytes()).unwrap();
        return None;
    }
    Some(Enclosed { handler, received, folder, pids: said, _scratch: scratch })
}

impl Enclosed {
    async fn next_pid(&mut self) -> u32 {
        line(&mut self.received).await.parse().unwrap()
    }

    fn has(&self, pid: u32) -> bool {
        let list = fs::read_to_string(self.folder.join("cgroup.procs")).unwrap();
        list.lines().any(|line| line.parse() == Ok(pid))
    }

    fn is_frozen(&self) -> bool {
        let events = fs::read_to_string(self.folder.join("cgroup.events")).unwrap();
        events.lines().any(|line| line == "frozen 1")
    }
}

fn is_stopped(pid: u32) -> bool {
    family::process(pid).unwrap().unwrap().stopped
}

#[tokio::test]
async fn without_a_cgroup_every_process_gets_a_signal() {
    let (mut handler, mut received) = run("sleep 600 & echo $!; sleep 600 & echo $!; wait");
    let children: Vec<u32> = [line(&mut received).await, line(&mut received).await]
        .map(|pid| pid.parse().unwrap())
        .into();
    // Where none can be made there is none.
    let scratch = Scratch::new();
    for impossible in [scratch.path().join("x"), scratch.path().join("x/y")] {
        handler.enclose(Cgroup::at(impossible));
        assert!(!scratch.path().join("x").exists());
        let frozen = handler.stop().unwrap();
        assert_eq!(frozen, Freeze { processes: 3, by: FrozenBy::Sigstop });
        let all = || children.iter().copied().chain([handler.pid()]);
        assert!(all().all(is_stopped));
        handler.resume();
        let all = || children.iter().copied().chain([handler.pid()]);
        while all().any(is_stopped) {
            tokio::task::yield_now().await;
        }
    }
    handler.stop().unwrap();
    handler.reap().await.unwrap();
    for child in children {
        gone(child).await;
    }
}

#[tokio::test]
async fn in_a_cgroup_nobody_notices_the_freeze_but_who_was_started_before() {
    let script = "sleep 600 & echo $!; echo $$ in the cgroup; wait";
    let Some(mut enclosed) = enclosed("sleep 600 & echo $!;", 1, script).await else { return };
    let (before, after) = (enclosed.pids[0], enclosed.next_pid().await);
    line(&mut enclosed.received).await;
    let pid = enclosed.handler.pid();
    assert!(enclosed.has(pid) && enclosed.has(after) && !enclosed.has(before));
    for _ in 0..3 {
        let frozen = enclosed.handler.stop().unwrap();
        assert_eq!(frozen, Freeze { processes: 3, by: FrozenBy::Cgroup });
        assert!(enclosed.is_frozen());
        assert_eq!([pid, after, before].map(is_stopped), [false, false, true]);
        enclosed.handler.resume();
        assert!(!enclosed.is_frozen());
        while is_stopped(before) {
            tokio::task::yield_now().await;
        }
    }
    // Frozen, and killed so.
    enclosed.handler.stop().unwrap();
    enclosed.handler.reap().await.unwrap();
    assert!(!enclosed.folder.exists());
    gone(before).await;
    gone(after).await;
}

#[tokio::test]
async fn in_a_cgroup_a_daemon_without_an_environment_is_frozen_and_ended() {
    let Some(mut enclosed) = enclosed("", 0, &daemon("env -i")).await else { return };
    let stranger = enclosed.next_pid().await;
    let family = family::members(enclosed.handler.leader()).unwrap();
    assert!(family.iter().all(|process| process.pid != stranger) && enclosed.has(stranger));
    let frozen = enclosed.handler.stop().unwrap();
    assert_eq!(frozen, Freeze { processes: family.len() + 1, by: FrozenBy::Cgroup });
    assert!(enclosed.is_frozen());
    enclosed.handler.resume();
    enclosed.handler.reap().await.unwrap();
    gone(stranger).await;
    assert!(!enclosed.folder.exists());
}

#[tokio::test]
async fn cgroups_that_the_handler_has_made_itself_are_frozen_and_removed() {
    let script = "here=$(sed -n s/^0:://p /proc/self/cgroup); \
                  mkdir -p \"$ROOT$here/inner/most\" && echo $$ > \"$ROOT$here/inner/most/cgroup.procs\"; \
                  echo done; exec sleep 600";
    // Where it is mounted: our folder without the path that the kernel reports.
    let root = Cgroup::planned().and_then(|planned| {
        let own = fs::read_to_string("/proc/self/cgroup").unwrap();
        let own = own.lines().find_map(|line| line.strip_prefix("0::"))?.to_owned();
        let parent = planned.path().parent()?.to_str()?.to_owned();
        Some(parent.strip_suffix(own.trim_end_matches('/'))?.to_owned())
    });
    let Some(root) = root else { return };
    let script = format!("ROOT='{root}'; {script}");
    let Some(mut enclosed) = enclosed("", 0, &script).await else { return };
    line(&mut enclosed.received).await;
    let most = enclosed.folder.join("inner/most");
    assert!(most.exists() && !enclosed.has(enclosed.handler.pid()));
    let frozen = enclosed.handler.stop().unwrap();
    assert_eq!(frozen, Freeze { processes: 1, by: FrozenBy::Cgroup });
    assert!(!is_stopped(enclosed.handler.pid()));
    let Enclosed { handler, folder, .. } = enclosed;
    let pid = handler.pid();
    drop(handler);
    gone(pid).await;
    assert!(!folder.exists());
}

/// The registrations that a guard reads, as lines.
fn registrations(handler: &Handler, folder: &Path) -> String {
    let family::Leader { pid, start_ticks, mark } = handler.leader();
    let (ticks, mark) = (start_ticks.unwrap(), mark.as_deref().unwrap());
    format!("cgroup {}\n{pid},{ticks},{mark}\n", folder.display())
}

#[tokio::test]
async fn a_guard_ends_what_is_frozen_and_removes_the_cgroup() {
    for knows_the_handler in [true, false] {
        let script = daemon("env -i");
        let Some(mut enclosed) = enclosed("", 0, &script).await else { return };
        let stranger = enclosed.next_pid().await;
        enclosed.handler.stop().unwrap();
        let lines = registrations(&enclosed.handler, &enclosed.folder);
        let lines = if knows_the_handler { &lines } else { lines.lines().next().unwrap() };
        guard(lines.as_bytes());
        assert!(!enclosed.folder.exists());
        gone(stranger).await;
        assert!(!runs(enclosed.handler.pid()));
        // Nothing is left for it to do.
        enclosed.handler.reap().await.unwrap();
    }
}

#[test]
fn a_cgroup_that_was_never_made_is_no_trouble() {
    let scratch = Scratch::new();
    let never = scratch.path().join("never");
    guard(format!("cgroup {}\n", never.display()).as_bytes());
    guard(format!("cgroup {}\ndone\n", never.display()).as_bytes());
    assert!(!never.exists());
}
