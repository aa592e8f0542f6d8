//! Setting a live run up: ports, environment, process.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use tokio::sync::mpsc;

use crate::model::gap::{Gap, GapId};
use crate::model::time::Timestamp;
use crate::observation::{ObservationKind, RunStarted};
use crate::session::driver::{Phase, Session};
use crate::session::environment;
use crate::session::feed_link::{FeedLink, attach};
use crate::session::journal::Journal;
use crate::session::plan::{INIT_TIMEOUT, Plan};
use crate::source::clock::Clock;
use crate::source::console::FeedSignal;
use crate::source::output::{self, OutputLine};
use crate::source::process;
use crate::source::runtime_api::{ApiSignal, RuntimeApi};
use crate::source::sockets;
use crate::source::terminal::Terminal;

impl Session {
    /// Opens the Runtime API and starts the handler.
    pub(super) async fn start(
        plan: Plan,
        clock: Clock,
        journal: &mut Journal,
        api_signals: mpsc::UnboundedSender<ApiSignal>,
        feed_signals: mpsc::UnboundedSender<FeedSignal>,
        terminal: Arc<Terminal>,
    ) -> Result<Self, Gap> {
        let internal = |what: &str, error: std::io::Error| {
            Gap::new(GapId::InternalError, format!("could not {what}: {error}"))
        };
        let api = RuntimeApi::bind(clock, api_signals)
            .await
            .map_err(|error| internal("open a port for the Runtime API", error))?;
        let console = match plan.console {
            Some(addr) => addr,
            None => free_port().map_err(|error| internal("find a free port", error))?,
        };
        journal.observe(clock.now(), run_started(&plan, api.addr(), console));
        let inherited = sockets::inherited();
        let (lines, from_handler) = output::channel();
        let launch = environment::complete(&plan, api.addr(), console);
        let handler = process::start(launch, lines).map_err(|error| {
            let id = if error.is_usage() { GapId::BadInput } else { GapId::HandlerNotStarted };
            let gap = Gap::new(id, crate::error::chain(&error));
            gap.hint(error.hint())
        })?;
        let pid = handler.pid();
        journal.observe(clock.now(), ObservationKind::ProcessStarted { pid });
        tokio::spawn(show_output(from_handler, Arc::clone(&terminal)));
        terminal.progress("starting the handler");
        let attaching = tokio::spawn(attach(console, pid, clock, feed_signals));
        let until = clock.now().plus(INIT_TIMEOUT);
        Ok(Self {
            plan,
            clock,
            terminal,
            api,
            handler,
            inherited,
            console,
            feed: FeedLink::Expected,
            attaching,
            phase: Phase::Init { until },
            exited: None,
            proving: false,
            last_scan: Timestamp::default(),
            lost_feed: None,
        })
    }
}

fn run_started(plan: &Plan, runtime_api: SocketAddr, console: SocketAddr) -> ObservationKind {
    ObservationKind::RunStarted(RunStarted {
        handler: plan.handler.clone(),
        detail: plan.detail.clone(),
        invocations: u32::try_from(plan.events.len()).unwrap_or(u32::MAX),
        timeout: plan.timeout,
        settle: plan.settle,
        modes: plan.modes.clone(),
        runtime_api,
        console,
        workspace: plan.workspace.clone(),
    })
}

/// A port that was free a moment ago. Somebody else may take it meanwhile, which is why the feed
/// is checked to be the handler's own.
fn free_port() -> std::io::Result<SocketAddr> {
    std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()
}

async fn show_output(mut lines: mpsc::Receiver<OutputLine>, terminal: Arc<Terminal>) {
    while let Some(line) = lines.recv().await {
        terminal.handler_line(&line.text);
    }
}
