//! The validated request for a live run, and its time limits.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;

use crate::host::runtimes::Program;
use crate::observation::{BrokenPeer, Enforced, Identity, ObservationKind, Policy, RunStarted};

/// A run that has been validated.
#[derive(Clone)]
pub(crate) struct Plan {
    /// The handler as the user named it.
    pub(crate) handler: String,
    /// A description of the resolved handler.
    pub(crate) detail: String,
    /// The launch; the environment of the Runtime API is added.
    pub(crate) program: Program,
    /// One event for each invocation.
    pub(crate) events: Vec<Bytes>,
    /// The number of different ones: each is delivered equally often, one after the other.
    pub(crate) different_events: u32,
    /// The function's timeout.
    pub(crate) timeout: Duration,
    /// The longest watch after each response.
    pub(crate) settle: Duration,
    /// Completion modes to gate on; empty: all that apply.
    pub(crate) modes: Vec<String>,
    /// Where the console feed is to be served; `None`: on a free loopback port.
    pub(crate) console: Option<SocketAddr>,
    /// The root of the handler's workspace, if it is known.
    pub(crate) workspace: String,
    /// `LAMBDA_TASK_ROOT`: the folder that the handler was deployed from.
    pub(crate) task_root: String,
    /// `AWS_LAMBDA_FUNCTION_NAME`.
    pub(crate) function_name: String,
    /// The identity of the handler in its repository.
    pub(crate) identity: Identity,
    /// The enforced policy; `None` if the handler is left to itself.
    pub(crate) enforced: Option<Enforced>,
    /// The peer whose connections are broken during each freeze.
    pub(crate) broken: Option<BrokenPeer>,
}

impl Plan {
    /// Returns `true` if this policy is enforced on the handler.
    pub(crate) fn enforces(&self, policy: Policy) -> bool {
        self.enforced.is_some_and(|enforced| enforced.policy == policy)
    }

    /// The first observation of a run of this plan.
    pub(super) fn started(&self, runtime_api: SocketAddr, console: SocketAddr) -> ObservationKind {
        ObservationKind::RunStarted(Box::new(RunStarted {
            handler: self.handler.clone(),
            detail: self.detail.clone(),
            runtime: self.program.runtime(),
            invocations: u32::try_from(self.events.len()).unwrap_or(u32::MAX),
            events: self.different_events,
            timeout: self.timeout,
            settle: self.settle,
            modes: self.modes.clone(),
            runtime_api,
            console,
            workspace: if self.program.reports_relative_paths() {
                String::new()
            } else {
                self.workspace.clone()
            },
            identity: self.identity.clone(),
            enforced: self.enforced,
            broken: self.broken.clone(),
        }))
    }
}

/// The longest init phase that Lambda allows (on demand; AWS Lambda developer guide,
/// lambda-runtime-environment).
pub(crate) const INIT_TIMEOUT: Duration = Duration::from_secs(10);

/// The time for which an event is held back until the feed has come up.
pub(crate) const FEED_TIMEOUT: Duration = Duration::from_secs(5);

/// The time limit for the feed to be complete up to a response.
pub(crate) const COMPLETENESS_TIMEOUT: Duration = Duration::from_secs(10);

/// The interval of scans while sockets or child processes are pending.
pub(crate) const RESCAN: Duration = Duration::from_millis(50);

/// The time in which the remaining signals of an exited process are received.
pub(crate) const EXIT_DRAIN: Duration = Duration::from_millis(200);

/// Rows in the feed's full state above which it is not asked for: console-subscriber sends
/// nothing above 4 MiB and loses its count of lost events over it.
pub(crate) const AUDIT_ROWS: usize = 6_000;

/// How long the environment is left awake once nothing keeps it so. How long it is on Lambda is not
/// documented; what is ready by then runs.
pub(crate) const GRACE: Duration = Duration::from_millis(5);

/// The time that a handler has after SIGTERM, if it has only internal extensions (AWS Lambda developer
/// guide, lambda-runtime-environment).
pub(crate) const SHUTDOWN_TIME: Duration = Duration::from_millis(500);
