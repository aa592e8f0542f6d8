//! `--prove` by the real binary: how the environment is frozen and shut down, and that nothing is left
//! frozen, whatever ends loopcheck.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use std::cell::Cell;
use std::fs;

use loopcheck::observation::{FrozenBy, ObservationKind};
use rustix::process::Signal;
use serde_json::Value;
use support::cgroup;
use support::handlers::executable;
use support::loopcheck::{loopcheck, run};
use support::node_runs::number;
use support::runs::in_parallel;
use support::verification::{prove, proved};

#[test]
fn an_internal_extension_keeps_the_environment_awake() {
    let report = prove(run(executable("internal-extension"))).finish().report();
    let freeze = proved(&report, "freeze");
    let flush = freeze["findings"].as_array().unwrap().iter();
    let flush = flush.clone().find(|one| one["predicted"] == "completes-early");
    let flush = flush.unwrap_or_else(|| panic!("{freeze:#}"));
    assert_eq!(flush["observed"], "ended-before-freeze", "{freeze:#}");
    assert!(number(&freeze["invocations"][0]["awake_ms"]) >= 199.0, "{freeze:#}");
    // SIGTERM comes where an extension is registered.
    assert_eq!(freeze["shutdown"]["notice"], true, "{freeze:#}");
    assert!(number(&freeze["shutdown"]["ended_ms"]) < 500.0, "{freeze:#}");
}

#[test]
fn a_graceful_shutdown_has_its_time() {
    let finished = prove(run(executable("graceful-shutdown"))).finish();
    let freeze = proved(&finished.report(), "freeze").clone();
    assert_eq!(freeze["shutdown"]["notice"], true, "{freeze:#}");
    assert!(freeze["shutdown"]["ended_ms"].is_number(), "{freeze:#}");
    assert!(finished.stderr.contains("goodbye"), "{}", finished.stderr);
}

#[test]
fn where_there_can_be_a_cgroup_the_kernel_freezes_the_handler_in_it() {
    let Some(folder) = cgroup::usable() else { return };
    let call = run(executable("child-process"));
    // Long enough to look at it, on a busy machine too.
    let mut running = call.args(["--prove", "--freeze-for", "5s", "--mode", "rust"]).start();
    let handler = Cell::new(0);
    running.see(|kind| {
        if let ObservationKind::ProcessStarted { pid } = kind {
            handler.set(*pid);
        }
        let ObservationKind::Frozen { processes, by } = kind else { return false };
        assert_eq!((*by, *processes > 1), (FrozenBy::Cgroup, true));
        true
    });
    let pid = running.pid();
    let [ours] = &cgroup::of_run(&folder, pid)[..] else { panic!("not one cgroup") };
    let read = |file: &str| fs::read_to_string(file).unwrap();
    let events = read(&format!("{}/cgroup.events", ours.display()));
    assert!(events.lines().any(|line| line == "frozen 1"), "{events}");
    let membership = read(&format!("/proc/{}/cgroup", handler.get()));
    let name = ours.file_name().unwrap().to_str().unwrap();
    assert!(membership.lines().any(|line| line.starts_with("0::") && line.ends_with(name)));
    // It sleeps, and nobody has stopped it.
    let status = read(&format!("/proc/{}/status", handler.get()));
    assert!(status.lines().any(|line| line.starts_with("State:\tS")), "{status}");
    let finished = running.finish();
    assert!(cgroup::of_run(&folder, pid).is_empty());
    let invocations = proved(&finished.report(), "freeze")["invocations"].clone();
    assert_eq!(invocations[0]["frozen_by"], "cgroup", "{invocations:#}");
    assert!(number(&invocations[0]["frozen_ms"]) >= 4999.0, "{invocations:#}");
    // After the last one the environment is shut down.
    assert_eq!(invocations[1]["frozen_by"], Value::Null, "{invocations:#}");
    let table = loopcheck(["replay"]).arg(finished.recording()).finish().stdout;
    assert!(table.contains("freeze: by the cgroup freezer"), "{table}");
}

#[test]
fn nothing_is_left_standing_still_whatever_ends_loopcheck() {
    let folder = cgroup::usable();
    let signals = [Signal::KILL, Signal::INT, Signal::TERM, Signal::HUP];
    in_parallel(&signals, |signal| {
        // With a child process, so that there is more than one to thaw or to end.
        let call = run(executable("child-process")).args(["--prove", "--freeze-for", "60s"]);
        let mut running = call.start();
        running.see(
            |kind| matches!(kind, ObservationKind::Frozen { processes, .. } if *processes > 1),
        );
        let pid = running.pid();
        let cgroups = || folder.as_ref().map(|folder| cgroup::of_run(folder, pid).len());
        assert!(cgroups().is_none_or(|count| count == 1), "{signal:?}");
        running.signal(*signal);
        // It waits until no process of the run is left, the guard included.
        let finished = running.finish();
        assert!(cgroups().is_none_or(|count| count == 0), "{signal:?}");
        if *signal != Signal::KILL {
            assert_eq!(finished.code(), 130, "{finished:#?}");
            assert_eq!(finished.report()["gaps"][0]["id"], "interrupted");
        }
    });
}

#[test]
fn a_killed_loopcheck_leaves_nothing_of_an_ordinary_run_either() {
    let mut running = run(executable("child-process")).args(["--settle", "60s"]).start();
    running.see(|kind| matches!(kind, ObservationKind::Sockets(scan) if !scan.children.is_empty()));
    // Nothing is to be frozen.
    let cgroups = cgroup::usable().map(|folder| cgroup::of_run(&folder, running.pid()));
    assert!(cgroups.is_none_or(|cgroups| cgroups.is_empty()));
    running.signal(Signal::KILL);
    running.finish();
}
