//! The real binary, run as a user does, and watched: what it prints, how it ends, what it leaves.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc::{self, Receiver};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use jsonschema::Validator;
use loopcheck::observation::ObservationKind;
use loopcheck::recording::reader::RecordingReader;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;

use super::handlers::ROOT;

/// After this a test fails instead of waiting on. Nothing takes nearly as long, not even a build.
const PATIENCE: Duration = Duration::from_secs(900);

/// For what a run has killed: shorter than what a sample's child process lives by itself.
const SHORT_PATIENCE: Duration = Duration::from_secs(15);

/// How often something is looked at that gives no notice of its change.
const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// Marks every process that descends from one run.
const MARK: &str = "LOOPCHECK_TEST";

/// A call of loopcheck, in the root of the package and not in a terminal.
#[derive(Debug)]
pub struct Call {
    command: Command,
    mark: String,
    scratch: TempDir,
}

/// `loopcheck ARGS…`
pub fn loopcheck<A: AsRef<OsStr>>(args: impl IntoIterator<Item = A>) -> Call {
    let scratch = tempfile::tempdir().unwrap();
    let mark = scratch.path().file_name().unwrap().to_str().unwrap().to_owned();
    let mut command = Command::new(env!("CARGO_BIN_EXE_loopcheck"));
    command
        .args(args)
        .current_dir(ROOT)
        .env(MARK, &mark)
        .env_remove("RUST_BACKTRACE")
        .env_remove("NO_COLOR")
        .env_remove("COLUMNS")
        .stdin(Stdio::null());
    Call { command, mark, scratch }
}

/// `loopcheck run HANDLER -f json --record …`
pub fn run(handler: impl AsRef<OsStr>) -> Call {
    let mut call = loopcheck(["run"]).arg(handler).args(["-f", "json", "--record"]);
    let recording = call.recording();
    call.command.arg(recording);
    call
}

impl Call {
    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.command.arg(arg);
        self
    }

    pub fn args<A: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.command.args(args);
        self
    }

    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// What `env` has set a variable to.
    pub fn variable(&self, name: &str) -> Option<&str> {
        let mut set = self.command.get_envs();
        set.find(|(key, _)| *key == name).and_then(|(_, value)| value?.to_str())
    }

    pub fn current_dir(mut self, folder: impl AsRef<Path>) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// A file as standard input.
    pub fn stdin(mut self, path: impl AsRef<Path>) -> Self {
        self.command.stdin(File::open(path).unwrap());
        self
    }

    /// A folder that is there until the run has been looked at.
    pub fn scratch(&self) -> &Path {
        self.scratch.path()
    }

    fn recording(&self) -> PathBuf {
        self.scratch().join("recording")
    }

    /// Starts it.
    pub fn start(mut self) -> Running {
        let mut child = self.command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut out = child.stdout.take().unwrap();
        let stdout = thread::spawn(move || {
            let mut text = String::new();
            out.read_to_string(&mut text).unwrap();
            text
        });
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let (said, stderr) = mpsc::channel();
        thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                // Nobody may be left who listens.
                let _ = said.send(line);
            }
        });
        Running { call: self, child, stdout, stderr, heard: Vec::new() }
    }

    /// Runs it to its end, and fails if it leaves a process behind.
    pub fn finish(self) -> Finished {
        self.start().finish()
    }
}

/// A run that goes on.
#[derive(Debug)]
pub struct Running {
    call: Call,
    child: Child,
    stdout: JoinHandle<String>,
    stderr: Receiver<String>,
    heard: Vec<String>,
}

impl Running {
    /// Waits until it has printed a line with this text to stderr.
    pub fn hear(&mut self, text: &str) {
        while !self.heard.last().is_some_and(|line| line.contains(text)) {
            match self.stderr.recv_timeout(PATIENCE) {
                Ok(line) => self.heard.push(line),
                Err(error) => panic!("{text:?} was not heard ({error}), but {:#?}", self.heard),
            }
        }
    }

    /// Waits until it has recorded something like this.
    pub fn see(&mut self, wanted: impl Fn(&ObservationKind) -> bool) {
        let recording = self.call.recording();
        let seen = || {
            let reader = File::open(&recording).ok().map(BufReader::new);
            // Half a recording: whatever comes after its last whole frame is not there yet.
            let reader = reader.and_then(|file| RecordingReader::new(file).ok());
            reader.is_some_and(|mut all| all.any(|one| one.is_ok_and(|one| wanted(&one.kind))))
        };
        wait_until("the recording has it", PATIENCE, seen);
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(i32::try_from(self.child.id()).unwrap()).unwrap();
        kill_process(pid, signal).unwrap();
    }

    /// Waits until it has ended, and fails if it leaves a process behind.
    pub fn finish(mut self) -> Finished {
        let child = &mut self.child;
        let mut status = None;
        wait_until("loopcheck ends", PATIENCE, || {
            status = child.try_wait().unwrap();
            status.is_some()
        });
        let stdout = self.stdout.join().unwrap();
        self.heard.extend(self.stderr.iter());
        // What was killed may still be on its way out.
        let nothing_left = || descendants(&self.call.mark).is_empty();
        wait_until("nothing of the run is left", SHORT_PATIENCE, nothing_left);
        Finished { call: self.call, status: status.unwrap(), stdout, stderr: self.heard.join("\n") }
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        // A test that failed must not leave what it blames loopcheck for leaving.
        for pid in descendants(&self.mark) {
            if let Some(pid) = Pid::from_raw(pid) {
                let _ = kill_process(pid, Signal::KILL);
            }
        }
    }
}

/// A run that has ended.
#[derive(Debug)]
pub struct Finished {
    call: Call,
    pub status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
}

impl Finished {
    /// The exit code; a run never ends by a signal.
    pub fn code(&self) -> i32 {
        self.status.code().unwrap_or_else(|| panic!("{self:#?}"))
    }

    /// The report from stdout: whole, valid, and of one mind with the exit code.
    pub fn report(&self) -> Value {
        let report = parse_report(&self.stdout);
        assert_eq!(report["exit_code"], self.code(), "{self:#?}");
        report
    }

    /// The recording of `run`.
    pub fn recording(&self) -> PathBuf {
        self.call.recording()
    }
}

/// A report as JSON, of one handler or of several: whole and valid.
pub fn parse_report(json: &str) -> Value {
    let report: Value =
        serde_json::from_str(json).unwrap_or_else(|error| panic!("{error}: {json:?}"));
    let (one, many) = schemas();
    let schema = if report["schema"] == "loopcheck.reports/v1" { many } else { one };
    let problems: Vec<String> =
        schema.iter_errors(&report).map(|problem| problem.to_string()).collect();
    assert!(problems.is_empty(), "{problems:#?}\n{report:#}");
    report
}

/// The schemas of a report and of several in one.
fn schemas() -> &'static (Validator, Validator) {
    static SCHEMAS: OnceLock<(Validator, Validator)> = OnceLock::new();
    SCHEMAS.get_or_init(|| {
        let one = include_str!("../../testdata/schema/report-v1.schema.json");
        let many = include_str!("../../testdata/schema/reports-v1.schema.json");
        let (one, many): (Value, Value) =
            (serde_json::from_str(one).unwrap(), serde_json::from_str(many).unwrap());
        let known = jsonschema::Registry::new().add("urn:loopcheck:report:v1", one.clone());
        let known = known.unwrap().prepare().unwrap();
        let many = jsonschema::options().with_registry(&known).build(&many).unwrap();
        (jsonschema::validator_for(&one).unwrap(), many)
    })
}

fn wait_until(what: &str, patience: Duration, mut done: impl FnMut() -> bool) {
    let looks = patience.as_millis() / LOOK_AGAIN.as_millis();
    for _ in 0..looks {
        if done() {
            return;
        }
        thread::sleep(LOOK_AGAIN);
    }
    panic!("waited in vain until {what}");
}

/// The processes that carry the mark of a run. One that is about to end has no environment any
/// more, and where there is no `/proc` none is found.
fn descendants(mark: &str) -> Vec<i32> {
    let entry = format!("{MARK}={mark}");
    let has_mark = |pid: &i32| {
        let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        environment.split(|byte| *byte == 0).any(|found| found == entry.as_bytes())
    };
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter(has_mark).collect()
}
