//! Runs of the samples of the table, with the servers that they talk to.

use std::fs;
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::thread;

use serde_json::Value;

use super::handlers::{ROOT, executable};
use super::loopcheck::{Call, Finished, loopcheck, run};
use super::node::{self, Peer, Redis};
use super::node_runs::run_on;
use super::servers::{Postgres, Server};
use super::truth::compare;
use super::truth::report::{brief, handlers_own};
use super::truth::sample::{Needs, Runtime, Sample, Truths};

/// Runs at a time in one test. They wait most of the time.
const AT_ONCE: usize = 4;

/// The servers that samples talk to, each started on first use on a port of its own. Tests that run
/// at the same time share them, and the last one ends them.
#[derive(Debug, Default)]
pub struct Servers {
    postgres: OnceLock<Option<Postgres>>,
    redis: OnceLock<Option<Redis>>,
    peer: OnceLock<Option<Peer>>,
    silent_peer: OnceLock<Server>,
    website: OnceLock<Server>,
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
    pub fn given_to(&self, call: Call, needs: Needs) -> Option<Call> {
        Some(match needs {
            Needs::Nothing => call,
            Needs::Postgres => {
                let postgres = self.postgres.get_or_init(Postgres::start).as_ref()?;
                call.env("DATABASE_URL", postgres.url())
            }
            Needs::Redis => {
                call.env("REDIS_URL", self.redis.get_or_init(Redis::start).as_ref()?.url())
            }
            Needs::Peer => {
                let peer = self.peer.get_or_init(Peer::start).as_ref()?;
                call.env("PEER_ADDR", peer.addr()).env("PEER_URL", peer.url())
            }
            Needs::SilentPeer => {
                let peer = self.silent_peer.get_or_init(Server::peer);
                call.env("PEER_ADDR", peer.addr().to_string())
            }
            Needs::Website => {
                let website = self.website.get_or_init(Server::website);
                call.env("PEER_URL", format!("http://{}/", website.addr()))
            }
        })
    }

    /// The only address that a sample may be connected to, if that is known.
    fn address(&self, needs: Needs) -> Option<String> {
        let server = match needs {
            Needs::SilentPeer => &self.silent_peer,
            Needs::Website => &self.website,
            Needs::Nothing | Needs::Postgres | Needs::Redis | Needs::Peer => return None,
        };
        server.get().map(|server| server.addr().to_string())
    }
}

/// A run of a sample without its options; `None` where something that it needs is not there.
pub fn call_of(sample: &Sample, runtime: Runtime, servers: &Servers) -> Option<Call> {
    let call = match (sample.truths, runtime) {
        (Truths::Tokio { package, .. }, Runtime::Tokio) => run(executable(package)),
        (Truths::Node { .. }, Runtime::Node(version)) => {
            run_on(version, node::sample(sample.name)?)?
        }
        _ => panic!("{} is not for {runtime}", sample.name),
    };
    servers.given_to(call, sample.needs)
}

/// Runs a sample and compares its report with the table, and with that of its recording.
pub fn check(sample: &Sample, runtime: Runtime) {
    let servers = Servers::shared();
    let Some(call) = call_of(sample, runtime, &servers) else { return };
    let finished = call.args(sample.options()).finish();
    keep_recording(sample, runtime, &finished);
    let report = finished.report();
    compare::check(sample, runtime, &report);
    check_peers(servers.address(sample.needs), &report);
    check_replay(&finished);
}

/// Every socket of the report is one to this address.
fn check_peers(address: Option<String>, report: &Value) {
    let Some(address) = address else { return };
    let mut found = handlers_own(report);
    assert!(found.all(|found| found["socket"]["peer"] == address), "{:#}", brief(report));
}

/// Applies a test to each, several at a time, and fails with every failure at once.
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

/// The replay of a recording prints the very same report, byte for byte.
pub fn check_replay(finished: &Finished) {
    let replayed = loopcheck(["replay", "-f", "json"]).arg(finished.recording()).finish();
    assert_eq!(replayed.stdout, finished.stdout);
    assert_eq!(replayed.code(), finished.code());
}

/// Keeps the recording, so that it can be looked at when the test fails.
fn keep_recording(sample: &Sample, runtime: Runtime, finished: &Finished) {
    let last_runs = Path::new(env!("CARGO_TARGET_TMPDIR")).join("samples");
    fs::create_dir_all(&last_runs).unwrap();
    fs::copy(finished.recording(), last_runs.join(sample.recording_name(runtime))).unwrap();
    #[expect(clippy::disallowed_methods, reason = "the person who runs the test asks for it")]
    let update = std::env::var_os("UPDATE_RECORDINGS").is_some();
    if let Some((name, on)) = sample.recorded
        && update
        && on == runtime
    {
        let folder = Path::new(ROOT).join("testdata/recordings");
        fs::create_dir_all(&folder).unwrap();
        fs::copy(finished.recording(), folder.join(format!("{name}.loopcheck"))).unwrap();
    }
}
