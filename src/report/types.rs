//! The report: what a run comes to.
//!
//! These types are the JSON report `loopcheck.report/v1`, field for field and in this order; a
//! schema stands in `testdata/schema`. A fact that is not known is `None` and becomes `null`,
//! never a guess. Milliseconds are from the response, except `response_ms` and `next_ms`, which
//! are from the event.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::policy::Policy;
use crate::rule::{Level, RuleId};

/// The id of this form of the report.
pub const SCHEMA: &str = "loopcheck.report/v1";

/// A whole report.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// What made the report.
    pub tool: Tool,
    /// The answer.
    pub verdict: Verdict,
    /// The exit code of the run.
    pub exit_code: u8,
    /// What was run.
    pub handler: Handler,
    /// Holes in the evidence.
    pub gaps: Vec<ReportedGap>,
    /// Every invocation that began.
    pub invocations: Vec<ReportedInvocation>,
    /// What was pending.
    pub findings: Vec<Finding>,
    /// What it would do under each completion mode.
    pub modes: Vec<ReportedMode>,
    /// How many findings have each status.
    pub summary: Summary,
}

/// What made the report.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Tool {
    /// `loopcheck`.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
}

/// The answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Nothing unexpected was pending, and that was proved.
    Pass,
    /// Something unexpected was pending.
    Fail,
    /// There is no answer to give: the run did not get that far.
    Error,
    /// A hole in the evidence touches the answer.
    Inconclusive,
}

/// What was run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Handler {
    /// As the user named it.
    pub path: String,
    /// `tokio` or `node`.
    pub runtime: &'static str,
    /// What the path was resolved to.
    pub detail: Option<String>,
}

/// A hole in the evidence.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReportedGap {
    /// Which kind.
    pub id: &'static str,
    /// What was not seen.
    pub message: String,
    /// How to mend it.
    pub hint: Option<String>,
}

/// One invocation.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReportedInvocation {
    /// From 1.
    pub index: u32,
    /// The id that the runtime was given.
    pub request_id: String,
    /// How it ended; `None` when it was cut short by loopcheck.
    pub outcome: Option<ReportedOutcome>,
    /// From the event to the response.
    pub response_ms: Option<f64>,
    /// From the event to the request for the next one.
    pub next_ms: Option<f64>,
    /// From the response to the end of the watch.
    pub settled_ms: Option<f64>,
    /// How many items were pending at the response, those of the runtime left out.
    pub pending: Option<usize>,
}

/// How an invocation ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ReportedOutcome {
    /// A response was sent.
    Response,
    /// An error was sent, or the response was refused.
    Error,
    /// The platform withholds an answer that was given.
    Held,
    /// No answer came before the deadline.
    Timeout,
    /// The process crashed.
    Crash,
    /// The process exited.
    Exit,
}

/// A pending item, or several alike.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    /// Unique in this report.
    pub id: String,
    /// The same for the same finding in another run.
    pub fingerprint: String,
    /// The rule that it falls under.
    pub rule: RuleId,
    /// What kind of item.
    pub kind: Kind,
    /// Its name, if it has one.
    pub name: Option<String>,
    /// What it means for the run.
    pub status: Status,
    /// What the rule's level is.
    pub level: Level,
    /// Where it was started.
    pub location: Option<Place>,
    /// Whose code started it.
    pub origin: Option<Origin>,
    /// The package that started it.
    pub package: Option<String>,
    /// In which phase it was started.
    pub created: Option<Created>,
    /// How many were pending at the response of each invocation.
    pub counts: Vec<usize>,
    /// How the counts go on; `None` when one invocation cannot tell.
    pub growth: Option<Growth>,
    /// What it was doing.
    pub state: Option<State>,
    /// When the last one ended, from the response of the invocation that it was last pending in.
    pub ended_ms: Option<f64>,
    /// If it is a timer.
    pub timer: Option<Timer>,
    /// If it is a socket.
    pub socket: Option<Socket>,
    /// What it waits on.
    pub waits_on: Option<WaitsOn>,
    /// The expectation that it matches.
    pub expectation: Option<Expectation>,
    /// How to mend it.
    pub help: String,
    /// What becomes of it under each policy; `None` where that cannot be said.
    pub fates: BTreeMap<Policy, Option<ReportedFate>>,
}

/// What kind of item.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
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

/// What a finding means for the run.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
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
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub struct Place {
    /// The source file, shortened.
    pub file: String,
    /// Line, from 1.
    pub line: Option<u32>,
    /// Column, from 1.
    pub column: Option<u32>,
}

/// Whose code started it.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
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
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Created {
    /// Before the first event.
    Init,
    /// During an invocation.
    Invocation,
}

/// How the counts go on from invocation to invocation.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Growth {
    /// Pending at one response only.
    Once,
    /// As many at each response.
    Constant,
    /// More with every invocation.
    Grows,
}

/// What an item was doing.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
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
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Timer {
    /// When it fires, from the response.
    pub due_ms: Option<f64>,
    /// Whether it fires again and again.
    pub repeats: bool,
    /// Whether it keeps an event loop alive; `None` where there is none.
    #[serde(rename = "ref")]
    pub keeps_loop: Option<bool>,
}

/// A socket.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Socket {
    /// `tcp`, `udp`, `unix` or `other`.
    pub protocol: String,
    /// Local address.
    pub local: Option<String>,
    /// Peer address.
    pub peer: Option<String>,
    /// The kernel's state of it.
    pub state: String,
    /// Whether it keeps an event loop alive; `None` where there is none.
    #[serde(rename = "ref")]
    pub keeps_loop: Option<bool>,
}

/// What a task waits on.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WaitsOn {
    /// The resource's type, for example `Sleep`, `Interval` or `Mutex`.
    pub resource: String,
    /// The operation on it, if the feed names one.
    pub operation: Option<String>,
    /// Where the resource was made.
    pub location: Option<Place>,
    /// If it is a timer: when it fires, from the response.
    pub due_ms: Option<f64>,
    /// Whether the tie was inferred from the times of polls, not told by the feed.
    pub inferred: bool,
}

/// The expectation that a finding matches.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Expectation {
    /// Why it is meant.
    pub reason: String,
}

/// What becomes of a finding under a policy.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReportedFate {
    /// What becomes of it.
    pub fate: Fate,
    /// For how long, or after how long; `None` when that is not known.
    pub ms: Option<f64>,
    /// What makes it better or worse.
    pub modifiers: Vec<Modifier>,
}

/// What becomes of an item under a policy.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// It holds the response until the function times out.
    HoldsUntilTimeout,
    /// It holds the environment until the function times out.
    EnvHoldsUntilTimeout,
    /// It holds the response.
    Holds,
    /// The response is out; it holds the environment.
    EnvHolds,
    /// It is frozen, and due meanwhile: it fires when the environment thaws.
    FrozenOverdue,
    /// It is frozen; it resumes in a later invocation, or never.
    Frozen,
    /// It goes on running between invocations.
    RunsOn,
    /// It ran before the environment was frozen.
    CompletesEarly,
    /// It holds nothing.
    Ignored,
}

/// What makes a fate better or worse.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Modifier {
    /// The peer may have dropped the connection meanwhile.
    StaleRisk,
    /// An error in it is blamed on a later invocation.
    LateError,
    /// It is lost when the environment is shut down, without notice.
    LostAtShutdown,
    /// All ticks that were missed come at once.
    Burst,
    /// Every invocation adds one.
    Accumulates,
}

/// A completion mode, with what the findings do under it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReportedMode {
    /// The mode's id.
    pub id: &'static str,
    /// What the platform does.
    pub policy: Policy,
    /// When the caller has the response.
    pub response: ResponseTime,
    /// For how long it is held; `None` when it is not, or when that is not known.
    pub held_ms: Option<f64>,
    /// The findings by what becomes of them.
    pub groups: Vec<FateGroup>,
}

/// When the caller has the response.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ResponseTime {
    /// At once.
    AtOnce,
    /// Later.
    Held,
    /// Never: the function times out.
    Timeout,
}

/// The findings that one fate befalls.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FateGroup {
    /// The fate.
    pub fate: Fate,
    /// The ids of the findings.
    pub findings: Vec<String>,
}

/// How many findings have each status.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
pub struct Summary {
    /// Unexpected, of whatever level.
    pub unexpected: usize,
    /// Expected.
    pub expected: usize,
    /// Known from the baseline.
    pub baseline: usize,
    /// The runtime's.
    pub runtime: usize,
    /// Ended in time.
    pub safe: usize,
}
