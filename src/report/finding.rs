//! A finding of the report: a pending item or several alike, with what becomes of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::policy::Policy;
use crate::report::fate::{Fate, ReportedFate};
use crate::report::mode::ReportedMode;
use crate::rule::{Level, RuleId};

/// A pending item, or several alike.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Finding {
    /// Unique in this report.
    pub id: String,
    /// The same for the same finding in another run.
    pub fingerprint: String,
    /// The rule that it falls under.
    pub rule: RuleId,
    /// The kind of item.
    pub kind: Kind,
    /// If the kind is `other`: what it is.
    pub handle: Option<HandleKind>,
    /// Its name, if it has one.
    pub name: Option<String>,
    /// Its status.
    pub status: Status,
    /// The level of its rule.
    pub level: Level,
    /// Where it was started.
    pub location: Option<Place>,
    /// Whose code started it.
    pub origin: Option<Origin>,
    /// The package that started it.
    pub package: Option<String>,
    /// In which phase it was started.
    pub created: Option<Created>,
    /// The invocation whose code started it, from 1; `None` for the init phase, and where that is
    /// not reported.
    pub invocation: Option<u32>,
    /// The number pending at the response of each invocation.
    pub counts: Vec<usize>,
    /// The trend of the counts; `None` after a single invocation.
    pub growth: Option<Growth>,
    /// Its scheduling state.
    pub state: Option<State>,
    /// When the last one ended, from the response of the invocation that it was last pending in.
    pub ended_ms: Option<f64>,
    /// If it is a timer; or that of a connection, which ends it for being idle.
    pub timer: Option<Timer>,
    /// If it is a socket.
    pub socket: Option<Socket>,
    /// The resource that it waits on.
    pub waits_on: Option<WaitsOn>,
    /// The expectation that it matches.
    pub expectation: Option<Expectation>,
    /// The number of them that the baseline knows; `None` where there is no baseline, or the finding needs
    /// none.
    pub known: Option<usize>,
    /// The remedy.
    pub help: String,
    /// Its fate under each policy; `None` where that is not known.
    pub fates: BTreeMap<Policy, Option<ReportedFate>>,
}

impl Finding {
    /// The number of items that it stands for: the most that were pending at one response.
    pub fn items(&self) -> usize {
        self.counts.iter().copied().max().unwrap_or(0).max(1)
    }

    /// Returns true if the reader has to look at it: it is unexpected, and its rule not allowed.
    pub fn matters(&self) -> bool {
        self.status == Status::Unexpected && self.level != Level::Allow
    }

    /// Returns true if it fails the run.
    pub fn is_denied(&self) -> bool {
        self.status == Status::Unexpected && self.level == Level::Deny
    }

    /// Returns true if it is shown and does not fail the run.
    pub fn is_warning(&self) -> bool {
        self.status == Status::Unexpected && self.level == Level::Warn
    }

    /// Returns true if an expectation or the baseline covers it.
    pub fn is_covered(&self) -> bool {
        matches!(self.status, Status::Expected | Status::Baseline)
    }

    /// Its fate under a policy, where that is known.
    pub fn fate_under(&self, policy: Policy) -> Option<&ReportedFate> {
        self.fates.get(&policy)?.as_ref()
    }

    /// The worst that becomes of it under the modes that the verdict follows.
    pub fn worst_fate(&self, modes: &[ReportedMode]) -> Option<Fate> {
        let gated = modes.iter().filter(|mode| mode.gated);
        let fates = gated.filter_map(|mode| self.fates.get(&mode.policy)?.as_ref());
        fates.map(|fate| fate.fate).min()
    }

    /// Returns true if it makes the function time out under these modes.
    pub fn times_out(&self, modes: &[ReportedMode]) -> bool {
        matches!(self.worst_fate(modes), Some(Fate::HoldsUntilTimeout | Fate::EnvHoldsUntilTimeout))
    }
}

/// The kind of item.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// An async task.
    Task,
    /// A blocking task.
    Blocking,
    /// A timer that no task waits on.
    Timer,
    /// A socket.
    Socket,
    /// Any other handle.
    Other,
}

/// The kind of handle, if it is neither a task, a timer nor a socket.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum HandleKind {
    /// A child process.
    Process,
    /// A thread that no runtime accounts for.
    Thread,
    /// A worker thread of Node.js.
    Worker,
    /// A watcher of files.
    Watcher,
    /// A message port.
    MessagePort,
    /// Another handle of Node.js.
    Other,
}

/// The status of a finding.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Nobody said that it was meant.
    Unexpected,
    /// An expectation of the configuration covers it.
    Expected,
    /// The baseline knows it.
    Baseline,
    /// It belongs to the Lambda runtime or to loopcheck.
    Runtime,
    /// It ended before the runtime asked for the next event.
    Safe,
}

/// Where something was started.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub struct Place {
    /// The source file, shortened.
    pub file: String,
    /// The source file as seen from the root of the repository; `None` where it is not in it.
    pub path: Option<String>,
    /// Line, from 1.
    pub line: Option<u32>,
    /// Column, from 1.
    pub column: Option<u32>,
    /// The function that it is in, where that is reported.
    pub function: Option<String>,
}

/// Whose code started it.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// The handler's own workspace.
    Handler,
    /// A package that it depends on.
    Dependency,
    /// The Lambda runtime, tokio's own workers, or loopcheck.
    Runtime,
}

/// In which phase something was started.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Created {
    /// Before the first event.
    Init,
    /// During an invocation.
    Invocation,
}

/// The trend of the counts from invocation to invocation.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Growth {
    /// Pending at one response only.
    Once,
    /// As many at each response.
    Constant,
    /// More with every invocation.
    Grows,
}

/// The scheduling state of an item.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It waits to be woken, it is not known by what.
    Idle,
    /// It waits for something that is known.
    Waiting,
    /// It was woken and waits for its turn.
    Scheduled,
    /// It is running.
    Busy,
    /// It waits, and nothing can wake it.
    Stuck,
    /// The other side has closed it.
    Closing,
}

/// A timer.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub struct Timer {
    /// When it fires, from the response.
    pub due_ms: Option<f64>,
    /// True if it repeats.
    pub repeats: bool,
    /// True if it keeps an event loop alive; `None` where there is none.
    #[serde(rename = "ref")]
    pub keeps_loop: Option<bool>,
}

/// A socket.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Socket {
    /// `tcp`, `udp`, `unix` or `other`.
    pub protocol: String,
    /// Local address.
    pub local: Option<String>,
    /// Peer address.
    pub peer: Option<String>,
    /// The kernel's state of it.
    pub state: String,
    /// True if it keeps an event loop alive; `None` where there is none.
    #[serde(rename = "ref")]
    pub keeps_loop: Option<bool>,
    /// Method and host of the last request on it, where it is known to be HTTP.
    pub request: Option<String>,
    /// True if a request was in flight on it.
    pub in_flight: bool,
    /// The last invocation that used it, where that is reported.
    pub used_in: Option<u32>,
}

/// The resource that a task waits on.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct WaitsOn {
    /// The resource's type, for example `Sleep`, `Interval` or `Mutex`.
    pub resource: String,
    /// The operation on it, if the feed names one.
    pub operation: Option<String>,
    /// Where the resource was made.
    pub location: Option<Place>,
    /// If it is a timer: when it fires, from the response.
    pub due_ms: Option<f64>,
    /// True if the link was inferred from the times of polls, not reported by the feed.
    pub inferred: bool,
}

/// The expectation that a finding matches.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Expectation {
    /// The reason why it is meant.
    pub reason: String,
    /// The configuration, as seen from the root of the repository.
    pub file: String,
    /// The line in it, from 1.
    pub line: u32,
    /// The reason why it does not cover the finding; `None` if it does.
    pub refused: Option<Refusal>,
}

/// The reason why an expectation that matches a finding does not cover it.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Refusal {
    /// More were pending than it allows.
    OverMax,
    /// Its last day is over.
    UntilPassed,
    /// It is not for one of the modes that the verdict follows.
    OtherMode,
    /// The item makes the function time out, and it names no mode in which that is meant.
    TimesOut,
}
