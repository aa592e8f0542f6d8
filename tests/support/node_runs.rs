//! Runs of Node.js handlers: on a Node of a given release line, with the servers that samples talk
//! to, several at a time.

use std::ffi::OsString;
use std::fs;
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::thread;

use serde_json::Value;

use super::handlers::ROOT;
use super::loopcheck::{Call, Finished, loopcheck, run};
use super::node::{self, Peer, Redis, VERSIONS};
use super::node_truth::{self, Needs, Sample};
use super::servers::Postgres;
use super::truth::{brief, handlers_own};

/// Runs at a time in one test. They wait most of the time.
const AT_ONCE: usize = 4;

/// What the samples talk to. Tests that run at the same time share it, and the last one ends it.
#[derive(Debug, Default)]
pub struct Servers {
    peer: OnceLock<Option<Peer>>,
    postgres: OnceLock<Option<Postgres>>,
    redis: OnceLock<Option<Redis>>,
}

impl Servers {
    pub fn shared() -> Arc<Self> {
        static SHARED: Mutex<Weak<Servers>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        shared.upgrade().unwrap_or_else(|| {
            let servers = Arc::new(Self::default());
            *shared = Arc::downgrade(&servers);
            servers
        })
    }

    /// The call with the address of what the sample needs; `None` where that is not installed.
    fn given_to(&self, call: Call, needs: Needs) -> Option<Call> {
        Some(match needs {
            Needs::Nothing => call,
            Needs::Peer => {
                let peer = self.peer.get_or_init(Peer::start).as_ref()?;
                call.env("PEER_ADDR", peer.addr()).env("PEER_URL", peer.url())
            }
            Needs::Postgres => {
                let postgres = self.postgres.get_or_init(Postgres::start).as_ref()?;
                call.env("DATABASE_URL", postgres.url())
            }
            Needs::Redis => {
                call.env("REDIS_URL", self.redis.get_or_init(Redis::start).as_ref()?.url())
            }
        })
    }
}

/// `PATH` with this folder first.
pub fn path_with(folder: &Path) -> OsString {
    #[expect(clippy::disallowed_methods, reason = "as the user who runs the test has it")]
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = [folder.to_owned()].into_iter().chain(std::env::split_paths(&path));
    std::env::join_paths(folders).unwrap()
}

/// `loopcheck run HANDLER` on a Node of this release line; `None` where it cannot be installed.
pub fn run_on(version: u32, handler: impl AsRef<Path>) -> Option<Call> {
    let node = node::node(version)?;
    let call = run(handler.as_ref()).env("PATH", path_with(node.parent().unwrap()));
    Some(call.env("NODE_OPTIONS", ""))
}

/// The same for a file and export in `samples`, without the flags of the table.
pub fn run_sample(version: u32, handler: &str, needs: Needs, servers: &Servers) -> Option<Call> {
    servers.given_to(run_on(version, node::sample(handler)?)?, needs)
}

/// Runs a sample as the table says; `None` where something that it needs is not there.
pub fn finish(sample: &Sample, version: u32, servers: &Servers) -> Option<Finished> {
    let call = run_sample(version, sample.handler, sample.needs, servers)?;
    Some(call.args(sample.flags).finish())
}

/// Runs a sample and compares its report with the truth, and with that of its recording.
pub fn check(sample: &Sample, version: u32, servers: &Servers) -> Option<Finished> {
    let finished = finish(sample, version, servers)?;
    keep_recording(sample, version, &finished);
    node_truth::check(sample, version, &finished.report());
    check_replay(&finished);
    Some(finished)
}

/// Does it for all of these, several at a time, and fails with every failure at once.
pub fn check_all(runs: &[(&Sample, u32)]) {
    let servers = Servers::shared();
    in_parallel(runs, |(sample, version)| {
        check(sample, *version, &servers);
    });
}

/// Does it for each of the Nodes that can run the sample.
pub fn check_everywhere(handler: &str) {
    let sample = node_truth::sample_of(handler);
    let versions = VERSIONS.iter().filter(|version| **version >= sample.since);
    check_all(&versions.map(|version| (sample, *version)).collect::<Vec<_>>());
}

/// Does something with each, several at a time, and fails with every failure at once.
pub fn in_parallel<T: Sync>(all: &[T], one: impl Fn(&T) + Sync) {
    let next = AtomicUsize::new(0);
    let failures = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..AT_ONCE.min(all.len()) {
            scope.spawn(|| {
                while let Some(item) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
                    // What has failed is printed by the panic itself.
                    if panic::catch_unwind(AssertUnwindSafe(|| one(item))).is_err() {
                        failures.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    let failures = failures.into_inner();
    assert_eq!(failures, 0, "{failures} of {} failed, see above", all.len());
}

/// The recording of a run comes to the very same report, byte for byte.
pub fn check_replay(finished: &Finished) {
    let replayed = loopcheck(["replay", "-f", "json"]).arg(finished.recording()).finish();
    assert_eq!(replayed.stdout, finished.stdout);
    assert_eq!(replayed.code(), finished.code());
}

/// Keeps the recording, so that it can be looked at when the test fails.
fn keep_recording(sample: &Sample, version: u32, finished: &Finished) {
    let last_runs = Path::new(env!("CARGO_TARGET_TMPDIR")).join("node");
    fs::create_dir_all(&last_runs).unwrap();
    let name = sample.handler.replace(['/', ':'], "-");
    fs::copy(finished.recording(), last_runs.join(format!("{name}-{version}.loopcheck"))).unwrap();
    #[expect(clippy::disallowed_methods, reason = "the person who runs the test asks for it")]
    let update = std::env::var_os("UPDATE_RECORDINGS").is_some();
    let kept = node_truth::RECORDED
        .iter()
        .filter(|(_, handler, on)| (*handler, *on) == (sample.handler, version));
    for (name, ..) in kept.filter(|_| update) {
        let folder = Path::new(ROOT).join("testdata/recordings");
        fs::copy(finished.recording(), folder.join(format!("{name}.loopcheck"))).unwrap();
    }
}

/// The one finding that is not the runtime's.
pub fn only(report: &Value) -> &Value {
    let found: Vec<&Value> = handlers_own(report).collect();
    assert_eq!(found.len(), 1, "{:#}", brief(report));
    found[0]
}

pub fn mode<'a>(report: &'a Value, id: &str) -> &'a Value {
    let mut modes = report["modes"].as_array().unwrap().iter();
    modes.find(|mode| mode["id"] == id).unwrap_or_else(|| panic!("no {id} in {report:#}"))
}

pub fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

/// The one gap of a run that did not get anywhere: with a message that has this part, and a hint.
pub fn check_refused(finished: &Finished, code: i32, id: &str, message: &str) {
    let report = finished.report();
    let seen = format!("{:#} {}", brief(&report), finished.stderr);
    assert_eq!(finished.code(), code, "{seen}");
    assert_eq!(report["gaps"].as_array().unwrap().len(), 1, "{seen}");
    let gap = &report["gaps"][0];
    assert_eq!(gap["id"], id, "{seen}");
    assert!(gap["message"].as_str().unwrap().contains(message), "{seen}");
    assert!(gap["hint"].as_str().is_some_and(|hint| !hint.is_empty()), "{seen}");
}
