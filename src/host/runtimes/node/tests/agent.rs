//! A scripted agent.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::net::unix::pipe::{self, Receiver, Sender};
use tokio::sync::Mutex;
use tokio::task::JoinHandle;

use crate::host::process::ChildFd;

pub(super) struct Agent {
    up: Arc<Mutex<Sender>>,
    acks: Lines<BufReader<Receiver>>,
    events: Lines<BufReader<Receiver>>,
    probe: Option<Receiver>,
    probes: Option<JoinHandle<()>>,
    zero: u64,
}

/// A line of the kind `ev`.
pub(super) fn ev(mark: &str, at: f64, more: &Value) -> Value {
    let mut line = json!({"t": "ev", "mark": mark, "at": at, "new": [], "chg": [], "end": [],
        "lost": 0, "bare": 0});
    let more = more.as_object().unwrap().clone();
    line.as_object_mut().unwrap().extend(more);
    line
}

impl Agent {
    pub(super) fn new(fds: Vec<ChildFd>) -> Self {
        let mut fds = fds.into_iter().map(|child| child.fd);
        let up = Sender::from_owned_fd(fds.next().unwrap()).unwrap();
        let mut receiver = || Receiver::from_owned_fd(fds.next().unwrap()).unwrap();
        let acks = BufReader::new(receiver()).lines();
        let probe = Some(receiver());
        let events = BufReader::new(receiver()).lines();
        Self { up: Arc::new(Mutex::new(up)), acks, events, probe, probes: None, zero: monotonic() }
    }

    /// The time on its clock, in milliseconds.
    pub(super) fn ms(&self) -> f64 {
        (monotonic() - self.zero) as f64 / 1e6
    }

    pub(super) async fn say(&self, line: Value) {
        self.raw(format!("{line}\n").as_bytes()).await;
    }

    pub(super) async fn raw(&self, bytes: &[u8]) {
        self.up.lock().await.write_all(bytes).await.unwrap();
    }

    pub(super) async fn hello(&self) {
        let zero = self.zero.to_string();
        self.say(json!({"t": "hello", "v": 1, "node": "20.20.2", "pid": 7, "t0": zero})).await;
        self.ev("ready", json!({})).await;
    }

    pub(super) async fn ev(&self, mark: &str, more: Value) {
        self.say(ev(mark, self.ms(), &more)).await;
    }

    pub(super) async fn ack(&mut self) -> Value {
        serde_json::from_str(&self.acks.next_line().await.unwrap().unwrap()).unwrap()
    }

    /// The next event; `None` when its pipe has ended.
    pub(super) async fn event(&mut self) -> Option<Value> {
        let line = self.events.next_line().await.unwrap()?;
        Some(serde_json::from_str(&line).unwrap())
    }

    /// Answers every probe, as a loop that turns freely does.
    pub(super) fn answer_probes(&mut self) {
        let (up, zero) = (Arc::clone(&self.up), self.zero);
        let mut probes = BufReader::new(self.probe.take().unwrap()).lines();
        self.probes = Some(tokio::spawn(async move {
            while let Ok(Some(line)) = probes.next_line().await {
                let probe: Value = serde_json::from_str(&line).unwrap();
                let at = (monotonic() - zero) as f64 / 1e6;
                let line = ev("probe", at, &json!({"seq": probe["seq"]}));
                let line = format!("{line}\n");
                if up.lock().await.write_all(line.as_bytes()).await.is_err() {
                    return;
                }
            }
        }));
    }

    /// Its process is gone.
    pub(super) async fn end(&mut self) {
        if let Some(probes) = self.probes.take() {
            probes.abort();
            // It holds the pipe as well.
            let _ = probes.await;
        }
        let (nowhere, _) = pipe::pipe().unwrap();
        *self.up.lock().await = nowhere;
    }
}

fn monotonic() -> u64 {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    u64::try_from(now.tv_sec).unwrap() * 1_000_000_000 + u64::try_from(now.tv_nsec).unwrap()
}
