//! The real binary with real handlers: every sample against the table of truth, every way to fail,
//! and what is left behind when a run ends or is interrupted.
//!
//! `UPDATE_RECORDINGS=1 cargo test --test live` also keeps a recording of every sample in
//! `testdata/recordings`, which `tests/replay.rs` replays.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use std::fs::{self, Permissions};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use loopcheck::observation::{ApiMoment, ObservationKind};
use rustix::process::Signal;
use serde_json::Value;
use support::handlers::{ROOT, executable, plain_clean};
use support::loopcheck::{Call, Finished, Running, loopcheck, run};
use support::servers::{Postgres, Server, free_addr};
use support::truth::{self, Needs, Sample, brief, handlers_own};

/// Held for writing by tests that take all the machine has, so that the samples' own times hold
/// in the others.
static MACHINE: RwLock<()> = RwLock::new(());

fn shared() -> RwLockReadGuard<'static, ()> {
    MACHINE.read().unwrap_or_else(PoisonError::into_inner)
}

fn alone() -> RwLockWriteGuard<'static, ()> {
    MACHINE.write().unwrap_or_else(PoisonError::into_inner)
}

macro_rules! samples {
    ($($test:ident: $name:literal;)+) => {
        $(
            #[test]
            fn $test() {
                check_live($name);
            }
        )+

        #[test]
        fn every_sample_of_the_table_is_run() {
            let mut run = [$($name),+];
            let mut table: Vec<&str> = truth::SAMPLES.iter().map(|sample| sample.name).collect();
            run.sort_unstable();
            table.sort_unstable();
            assert_eq!(run.as_slice(), table);
        }
    };
}

// The numbers are those of the traps in `tests/traps.rs`.
samples! {
    trap_9_a_clean_handler_is_not_empty: "clean";
    a_runtime_with_several_loops_left_alone_is_sequential: "run-concurrent";
    trap_7_the_timer_of_a_task_is_part_of_it: "finite-task";
    trap_7_a_timer_made_before_its_task_is_part_of_it: "moved-timer";
    trap_6_a_task_that_nothing_can_wake_is_stuck: "never-woken";
    trap_13_a_plain_thread_is_told_from_tokios: "plain-thread";
    trap_7_an_interval_is_one_timer_and_part_of_its_task: "interval";
    a_blocking_task: "blocking-task";
    trap_8_a_channel_is_not_tied_to_its_consumer_which_is_not_stuck: "channel-consumer";
    trap_5_a_finished_task_whose_blocking_child_goes_on: "detached-span";
    trap_5_a_finished_task_whose_span_a_child_carries_on: "instrumented-child";
    a_lock_that_is_never_released: "lock-waiter";
    trap_7_timers_that_no_task_waits_on: "two-timers";
    a_pool_drives_its_connections_itself: "pooled-socket";
    a_connection_that_the_handler_drives: "spawned-connection";
    trap_8_sockets_are_in_no_feed: "socket-leak";
    trap_9_an_http_pool_at_the_line_of_the_runtimes_own: "http-pool";
    trap_9_an_http_client_for_each_invocation: "http-client-per-invocation";
    trap_8_a_listening_server: "listening-server";
    trap_13_a_child_process_is_in_no_feed: "child-process";
    a_task_of_the_init_phase: "init-task";
    a_streamed_response_ends_with_its_body: "streaming";
    what_ends_before_next_is_safe: "current-thread";
    an_error_is_a_response: "error-response";
    a_small_burst: "burst";
    a_lambda_http_handler: "lambda-http";
    an_axum_router_on_a_clean_route: "axum-router";
    an_axum_router_on_a_leaking_route: "axum-router-leak";
    trap_9_an_extension_of_the_runtimes: "graceful-shutdown";
    trap_10_the_root_of_the_runtime_is_seen_and_no_finding: "subscriber-first";
    trap_14_without_a_feed_nothing_is_proved: "uninstrumented";
    fail_exit_at_once: "failing-exit-at-once";
    fail_init_panic: "failing-init-panic";
    fail_panic: "failing-panic";
    fail_abort: "failing-abort";
    fail_exit: "failing-exit";
    fail_exit_zero: "failing-exit-zero";
    fail_hang: "failing-hang";
    fail_late: "failing-late";
    fail_late_but_in_time: "failing-late-in-time";
    fail_too_large: "failing-too-large";
    fail_exit_after_response: "failing-exit-after-response";
    fail_abort_after_response: "failing-abort-after-response";
    fail_panic_after_response: "failing-panic-after-response";
}

/// Runs a sample, compares its report with the truth, and replays its recording.
fn check_live(name: &str) {
    let sample = truth::sample(name);
    let call = run(executable(sample.package)).sample(sample);
    let _machine = shared();
    let finished = match sample.needs {
        Needs::Nothing => call.finish(),
        Needs::Peer => {
            let peer = Server::peer();
            finish_with_peer(call.env("PEER_ADDR", peer.addr().to_string()), &peer)
        }
        Needs::Website => {
            let website = Server::website();
            finish_with_peer(call.env("PEER_URL", format!("http://{}/", website.addr())), &website)
        }
        Needs::Database => {
            let Some(database) = Postgres::start() else { return };
            call.env("DATABASE_URL", database.url()).finish()
        }
    };
    keep_recording(sample, &finished);
    check_replay(&finished);
    truth::check(sample, &finished.report());
}

/// Every socket that is reported is one to this peer.
fn finish_with_peer(call: Call, peer: &Server) -> Finished {
    let finished = call.finish();
    let report = finished.report();
    check_replay(&finished);
    let address = peer.addr().to_string();
    assert!(
        handlers_own(&report).all(|found| found["socket"]["peer"] == address),
        "{:#}",
        brief(&report)
    );
    finished
}

/// The recording of a run comes to the very same report.
fn check_replay(finished: &Finished) {
    let replayed = loopcheck(["replay", "-f", "json"]).arg(finished.recording()).finish();
    assert_eq!(replayed.stdout, finished.stdout);
    assert_eq!(replayed.code(), finished.code());
}

/// Keeps the recording, so that it can be looked at when the test fails.
fn keep_recording(sample: &Sample, finished: &Finished) {
    let name = format!("{}.loopcheck", sample.name);
    let last_runs = Path::new(env!("CARGO_TARGET_TMPDIR")).join("live");
    fs::create_dir_all(&last_runs).unwrap();
    fs::copy(finished.recording(), last_runs.join(&name)).unwrap();
    #[expect(clippy::disallowed_methods, reason = "the person who runs the test asks for it")]
    let update = std::env::var_os("UPDATE_RECORDINGS").is_some();
    if update {
        let folder = Path::new(ROOT).join("testdata/recordings");
        fs::create_dir_all(&folder).unwrap();
        fs::copy(finished.recording(), folder.join(name)).unwrap();
    }
}

#[test]
fn a_pool_over_a_unix_socket() {
    let sample = truth::sample("pooled-socket");
    let _machine = shared();
    let Some(database) = Postgres::start() else { return };
    let call = run(executable(sample.package)).env("DATABASE_URL", database.unix_url());
    let report = call.finish().report();
    let found: Vec<&Value> = handlers_own(&report).collect();
    assert_eq!(found.len(), 1, "{:#}", brief(&report));
    assert_eq!(found[0]["socket"]["protocol"], "unix", "{:#}", brief(&report));
    assert_eq!(found[0]["level"], "warn", "{:#}", brief(&report));
    assert_eq!(report["exit_code"], 0, "{:#}", brief(&report));
}

#[test]
fn traps_1_3_and_12_ten_thousand_tasks_are_all_counted() {
    let call = run(executable("burst")).args(["-n", "1", "--timeout", "30s"]);
    let _machine = alone();
    let finished = call.args(["--env", "BURST=10000"]).finish();
    let report = finished.report();
    check_replay(&finished);
    let found: Vec<&Value> = handlers_own(&report).collect();
    assert_eq!(found.len(), 1, "{:#}", brief(&report));
    assert_eq!(found[0]["counts"], Value::from([10_000]), "{:#}", brief(&report));
    assert_eq!(found[0]["rule"], "pending-task", "{:#}", brief(&report));
    assert_eq!(report["gaps"], Value::Array(Vec::new()), "{:#}", brief(&report));
    assert_eq!(report["exit_code"], 1, "{:#}", brief(&report));
}

#[test]
fn trap_4_twenty_thousand_tasks_that_came_and_went_are_not_pending() {
    let call = run(executable("burst")).args(["-n", "1", "--timeout", "30s"]);
    let _machine = alone();
    let report = call.args(["--env", "BURST=10", "--env", "CHURN=20000"]).finish().report();
    let found: Vec<&Value> = handlers_own(&report).collect();
    assert_eq!(found.len(), 1, "{:#}", brief(&report));
    assert_eq!(found[0]["counts"], Value::from([10]), "{:#}", brief(&report));
    assert_eq!(report["gaps"], Value::Array(Vec::new()), "{:#}", brief(&report));
    assert_eq!(report["exit_code"], 1, "{:#}", brief(&report));
}

#[test]
fn trap_2_events_that_the_feed_lost_are_a_gap() {
    let call = run(executable("burst")).args(["-n", "1", "--timeout", "30s"]);
    let _machine = alone();
    let small_queue = "TOKIO_CONSOLE_BUFFER_CAPACITY=256";
    let report = call
        .args(["--env", "BURST=0", "--env", "CHURN=20000", "--env", small_queue])
        .finish()
        .report();
    assert_eq!(report["gaps"][0]["id"], "events-dropped", "{:#}", brief(&report));
    assert_eq!(report["verdict"], "inconclusive", "{:#}", brief(&report));
}

/// The one gap of a run that did not get anywhere, with a message that has this part and a hint.
fn check_refused(finished: &Finished, code: i32, id: &str, message: &str) {
    let report = finished.report();
    assert_eq!(finished.code(), code, "{finished:#?}");
    assert_eq!(report["gaps"].as_array().unwrap().len(), 1, "{:#}", brief(&report));
    let gap = &report["gaps"][0];
    assert_eq!(gap["id"], id, "{:#}", brief(&report));
    assert!(gap["message"].as_str().unwrap().contains(message), "{:#}", brief(&report));
    assert!(!gap["hint"].as_str().unwrap().is_empty(), "{:#}", brief(&report));
    assert_eq!(report["findings"], Value::Array(Vec::new()), "{:#}", brief(&report));
}

#[test]
fn a_program_that_exits_is_no_handler() {
    let finished = run("/bin/true").finish();
    check_refused(&finished, 3, "handler-exited-early", "exited with code 0 before it asked");
}

#[test]
fn a_program_that_never_asks_for_an_event_is_no_handler() {
    let finished = run("/bin/sleep").args(["--", "60"]).finish();
    check_refused(&finished, 3, "init-timeout", "did not ask for an event within 10 s");
}

#[test]
fn a_device_is_no_handler() {
    check_refused(&run("/dev/null").finish(), 2, "bad-input", "is not a program but a device");
}

#[test]
fn a_handler_that_is_not_there() {
    check_refused(&run("/nonexistent").finish(), 2, "bad-input", "/nonexistent does not exist");
}

#[test]
fn a_directory_without_a_manifest() {
    let call = run(".");
    let folder = call.scratch().to_owned();
    check_refused(&call.current_dir(folder).finish(), 2, "bad-input", "has no Cargo.toml");
}

/// Runs a file with this content.
fn run_file(content: &[u8], mode: u32) -> Finished {
    let call = run("./handler");
    let folder = call.scratch().to_owned();
    let path = folder.join("handler");
    fs::write(&path, content).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
    call.current_dir(folder).finish()
}

#[test]
fn a_file_that_is_not_executable() {
    check_refused(&run_file(b"#!/bin/sh\n", 0o644), 2, "bad-input", "is not executable");
}

#[test]
fn a_program_for_another_machine() {
    // 64 bits, little-endian, an executable, for a machine that nobody has built.
    let mut elf = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\xed\xfe\x01\0\0\0".to_vec();
    elf.resize(64, 0);
    let finished = run_file(&elf, 0o755);
    check_refused(&finished, 3, "handler-not-started", "cannot run on this machine");
}

#[test]
fn a_script_without_its_interpreter() {
    let finished = run_file(b"#!/nonexistent/python\n", 0o755);
    check_refused(&finished, 3, "handler-not-started", "needs /nonexistent/python");
}

#[test]
fn trap_14_a_console_without_tokio_unstable() {
    let finished = run(plain_clean()).finish();
    check_refused(&finished, 3, "handler-exited-early", "exited with code 101 before it asked");
    let report = finished.report();
    let hint = report["gaps"][0]["hint"].as_str().unwrap();
    assert!(hint.contains("--cfg tokio_unstable"), "{hint}");
}

#[test]
fn a_console_address_that_is_taken() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let finished = run(executable("clean")).args(["--console", &address]).finish();
    check_refused(&finished, 2, "bad-input", &format!("address {address} cannot be used"));
}

#[test]
fn a_console_address_of_the_users_choice() {
    let call = run(executable("clean")).args(["--console", &free_addr().to_string()]);
    let _machine = shared();
    truth::check(truth::sample("clean"), &call.finish().report());
}

#[test]
fn a_directory_is_built_and_run() {
    let _machine = alone();
    let finished = run("testdata/handlers/clean").finish();
    let report = finished.report();
    truth::check(truth::sample("clean"), &report);
    assert_eq!(report["handler"]["detail"], "package clean, binary clean", "{:#}", brief(&report));
    check_replay(&finished);
}

/// A package with two binaries; `second` prints its arguments and exits.
fn two_binaries(folder: &Path) {
    let manifest =
        "[package]\nname = \"pair\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]";
    let second = "fn main() { println!(\"{:?}\", std::env::args().skip(1).collect::<Vec<_>>()) }";
    fs::create_dir_all(folder.join("src/bin")).unwrap();
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    fs::write(folder.join("src/bin/first.rs"), "fn main() {}").unwrap();
    fs::write(folder.join("src/bin/second.rs"), second).unwrap();
}

#[test]
fn a_binary_of_a_directory_gets_its_arguments() {
    let call = run("pair").args(["--bin", "second", "--", "--flag", "two words"]);
    let folder = call.scratch().to_owned();
    two_binaries(&folder.join("pair"));
    let finished = call.current_dir(folder).finish();
    assert!(finished.stderr.contains(r#"handler | ["--flag", "two words"]"#), "{finished:#?}");
    check_refused(&finished, 3, "handler-exited-early", "exited with code 0 before it asked");
    assert_eq!(finished.report()["handler"]["detail"], "package pair, binary second");
}

#[test]
fn a_directory_with_several_binaries_needs_to_be_told_which() {
    let call = run("pair");
    let folder = call.scratch().to_owned();
    two_binaries(&folder.join("pair"));
    let finished = call.current_dir(folder).finish();
    check_refused(&finished, 2, "bad-input", "several binaries: first, second");
}

#[test]
fn a_build_that_fails() {
    let call = run("pair").args(["--bin", "first"]);
    let folder = call.scratch().to_owned();
    two_binaries(&folder.join("pair"));
    fs::write(folder.join("pair/src/bin/first.rs"), "fn main() { nonsense }").unwrap();
    let finished = call.current_dir(folder).finish();
    assert!(finished.stderr.contains("cannot find value `nonsense`"), "{finished:#?}");
    check_refused(&finished, 3, "build-failed", "could not build");
}

/// Interrupts a run and looks at what it makes of that.
fn interrupt(running: Running, signal: Signal) -> Finished {
    running.signal(signal);
    let finished = running.finish();
    let report = finished.report();
    assert_eq!(finished.code(), 130, "{finished:#?}");
    assert_eq!(report["verdict"], "error", "{:#}", brief(&report));
    assert_eq!(report["gaps"][0]["id"], "interrupted", "{:#}", brief(&report));
    finished
}

const SIGNALS: [Signal; 3] = [Signal::INT, Signal::TERM, Signal::HUP];

#[test]
fn interrupted_while_the_handler_starts() {
    for signal in SIGNALS {
        let mut running = run("/bin/sleep").args(["--", "60"]).start();
        running.see(|kind| matches!(kind, ObservationKind::ProcessStarted { .. }));
        check_replay(&interrupt(running, signal));
    }
}

#[test]
fn interrupted_in_an_invocation() {
    for signal in SIGNALS {
        let call = run(executable("failing")).args(["--env", "FAIL=hang", "--timeout", "900s"]);
        let mut running = call.start();
        running.see(|kind| {
            matches!(kind, ObservationKind::RuntimeApi(ApiMoment::EventDelivered { .. }))
        });
        check_replay(&interrupt(running, signal));
    }
}

#[test]
fn interrupted_in_the_watch() {
    for signal in SIGNALS {
        let mut running = run(executable("interval")).args(["--settle", "900s"]).start();
        running.see(|kind| {
            matches!(kind, ObservationKind::RuntimeApi(ApiMoment::ResponseReceived { .. }))
        });
        check_replay(&interrupt(running, signal));
    }
}

#[test]
fn interrupted_with_a_child_process_of_the_handlers() {
    let mut running = run(executable("child-process")).args(["--settle", "900s"]).start();
    running.see(|kind| {
        matches!(kind, ObservationKind::RuntimeApi(ApiMoment::ResponseReceived { .. }))
    });
    interrupt(running, Signal::INT);
}

#[test]
fn interrupted_in_the_build() {
    for signal in SIGNALS {
        let call = run("pair");
        let folder = call.scratch().to_owned();
        two_binaries(&folder.join("pair"));
        let cargo = folder.join("cargo");
        fs::write(&cargo, "#!/bin/sh\necho building for long >&2\nsleep 60\n").unwrap();
        fs::set_permissions(&cargo, Permissions::from_mode(0o755)).unwrap();
        let mut running = call.env("CARGO", cargo).current_dir(folder).start();
        running.hear("building for long");
        interrupt(running, signal);
    }
}

#[test]
fn a_report_in_a_file_is_there_whole_also_after_an_interruption() {
    let call = loopcheck(["run", "/bin/sleep", "-f", "json=report.json", "--record"]);
    let folder = call.scratch().to_owned();
    let mut running = call.arg("recording").args(["--", "60"]).current_dir(&folder).start();
    running.see(|kind| matches!(kind, ObservationKind::ProcessStarted { .. }));
    running.signal(Signal::INT);
    let finished = running.finish();
    assert_eq!(finished.stdout, "");
    let report = fs::read_to_string(folder.join("report.json")).unwrap();
    assert_eq!(support::loopcheck::parse_report(&report)["exit_code"], 130);
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 2, "something is left in {folder:?}");
}
