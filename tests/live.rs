//! The real binary with real handlers: every way to fail before there is a report worth reading, and
//! what is left behind when a run ends or is interrupted.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use std::fs::{self, Permissions};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use loopcheck::observation::{ApiMoment, ObservationKind};
use rustix::process::Signal;
use serde_json::Value;
use support::handlers::{executable, plain_clean};
use support::loopcheck::{Finished, Running, loopcheck, run};
use support::runs::check_replay;
use support::servers::{Postgres, free_addr};
use support::truth::report::{brief, handlers_own};
use support::truth::sample::Runtime;
use support::truth::{compare, table};

#[test]
fn a_pool_over_a_unix_socket() {
    let sample = table::sample("pooled-socket");
    let Some(database) = Postgres::start() else { return };
    let call = run(executable(sample.name)).env("DATABASE_URL", database.unix_url());
    let report = call.finish().report();
    let found: Vec<&Value> = handlers_own(&report).collect();
    assert_eq!(found.len(), 1, "{:#}", brief(&report));
    assert_eq!(found[0]["socket"]["protocol"], "unix", "{:#}", brief(&report));
    assert_eq!(found[0]["level"], "warn", "{:#}", brief(&report));
    assert_eq!(report["exit_code"], 0, "{:#}", brief(&report));
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
    compare::check(table::sample("clean"), Runtime::Tokio, &call.finish().report());
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
fn a_directory_with_several_binaries_requires_a_choice() {
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
