//! Setting a live run up: ports, environment, process.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::sync::mpsc;

use crate::host::clock::Clock;
use crate::host::feed::FeedSignal;
use crate::host::output::{self, OutputLine, Stream};
use crate::host::process::{self, Cgroup, Guard};
use crate::host::proxy::Proxy;
use crate::host::runtime_api::{ApiSignal, RuntimeApi};
use crate::host::runtimes::{LinkRequest, Linked};
use crate::host::sockets;
use crate::host::terminal::Terminal;
use crate::model::diagnostic::{Diagnostic, FailureId};
use crate::model::time::Timestamp;
use crate::observation::{ObservationKind, Policy, RunStarted, UncaughtError};
use crate::session::driver::{Phase, Session};
use crate::session::environment;
use crate::session::feed_link::{FeedLink, attach};
use crate::session::journal::Journal;
use crate::session::panic;
use crate::session::plan::{INIT_TIMEOUT, Plan};
use crate::session::together;

impl Session {
    /// Opens the Runtime API and starts the handler.
    pub(super) async fn start(
        plan: Plan,
        clock: Clock,
        journal: &mut Journal,
        api_signals: mpsc::UnboundedSender<ApiSignal>,
        feed_signals: mpsc::UnboundedSender<FeedSignal>,
        terminal: Arc<Terminal>,
    ) -> Result<Self, Diagnostic> {
        let internal = |what: &str, error: std::io::Error| {
            Diagnostic::new(FailureId::InternalError, format!("could not {what}: {error}"))
        };
        let api = RuntimeApi::bind(clock, api_signals, together::asks(&plan))
            .await
            .map_err(|error| internal("open a port for the Runtime API", error))?;
        let proxy = match &plan.broken {
            Some(broken) => Some(
                Proxy::bind(broken.clone(), clock)
                    .await
                    .map_err(|error| internal("open a port for the proxy", error))?,
            ),
            None => None,
        };
        let request = LinkRequest {
            clock,
            api: &api,
            console: plan.console,
            workspace: &plan.workspace,
            // Where a peer is broken it completes as it does: what it waits for may be that peer.
            completes: plan
                .enforced
                .filter(|_| plan.broken.is_none())
                .map(|enforced| enforced.policy),
            reports_errors: plan.enforced.is_some(),
            inherited: &environment::inherited,
        };
        let Linked { launch, fds, console, link } = plan
            .program
            .link(request)
            .await
            .map_err(|error| internal("set up the link to the handler", error))?;
        journal.observe(clock.now(), run_started(&plan, api.addr(), console));
        let inherited = sockets::inherited();
        let mut guard =
            Guard::start().map_err(|error| internal("start a guard for the handler", error))?;
        let (lines, from_handler) = output::channel();
        let mut launch = environment::complete(&plan, launch, api.addr());
        if let Some((proxy, broken)) = proxy.as_ref().zip(plan.broken.as_ref()) {
            let inherited = environment::all_inherited();
            plan.program.reroute(&mut launch, inherited, &broken.peer, proxy.addr());
        }
        let unregistered = |error| internal("register the handler with the guard", error);
        let cgroup = if plan.enforces(Policy::Freeze) { Cgroup::planned() } else { None };
        if let Some(cgroup) = &cgroup {
            guard.watch_cgroup(cgroup).await.map_err(unregistered)?;
        }
        let mut handler = process::start(launch, lines, fds).map_err(|error| {
            let id =
                if error.is_usage() { FailureId::BadInput } else { FailureId::HandlerNotStarted };
            let gap = Diagnostic::new(id, crate::error::chain(&error));
            gap.hint(error.hint())
        })?;
        if let Some(cgroup) = cgroup {
            handler.enclose(cgroup);
        }
        let pid = handler.pid();
        journal.observe(clock.now(), ObservationKind::ProcessStarted { pid });
        guard.watch(handler.leader()).await.map_err(unregistered)?;
        let (panicked, panics) = mpsc::unbounded_channel();
        let heard = plan.enforced.is_some().then_some(panicked);
        tokio::spawn(show_output(from_handler, Arc::clone(&terminal), clock, heard));
        terminal.progress("starting the handler");
        let server = (!link.serves_feed()).then_some(pid);
        let attaching = tokio::spawn(attach(console, server, clock, feed_signals));
        let until = clock.now().plus(INIT_TIMEOUT);
        Ok(Self {
            plan,
            clock,
            terminal,
            api,
            handler,
            guard,
            inherited,
            console,
            feed: FeedLink::Expected,
            attaching,
            phase: Phase::Init { until },
            exited: None,
            asking: false,
            last_scan: Timestamp::default(),
            lost_feed: None,
            panics,
            link,
            proxy,
        })
    }
}

pub(super) fn run_started(
    plan: &Plan,
    runtime_api: SocketAddr,
    console: SocketAddr,
) -> ObservationKind {
    ObservationKind::RunStarted(Box::new(RunStarted {
        handler: plan.handler.clone(),
        detail: plan.detail.clone(),
        runtime: plan.program.runtime(),
        invocations: u32::try_from(plan.events.len()).unwrap_or(u32::MAX),
        events: plan.different_events,
        timeout: plan.timeout,
        settle: plan.settle,
        modes: plan.modes.clone(),
        runtime_api,
        console,
        workspace: if plan.program.reports_relative_paths() {
            String::new()
        } else {
            plan.workspace.clone()
        },
        identity: plan.identity.clone(),
        enforced: plan.enforced,
        broken: plan.broken.clone(),
    }))
}

async fn show_output(
    mut lines: mpsc::Receiver<OutputLine>,
    terminal: Arc<Terminal>,
    clock: Clock,
    panicked: Option<mpsc::UnboundedSender<(Timestamp, UncaughtError)>>,
) {
    while let Some(OutputLine { stream, text }) = lines.recv().await {
        if stream == Stream::Stderr
            && let Some(panicked) = &panicked
            && let Some(error) = panic::parse(&text)
        {
            // Nobody wants to know once the run is over.
            let _ = panicked.send((clock.now(), error));
        }
        terminal.handler_line(&text);
    }
}
