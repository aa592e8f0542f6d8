//! The start of a live run: ports, environment, process.

use std::sync::Arc;

use tokio::sync::mpsc;

use crate::host::clock::Clock;
use crate::host::feed::FeedSignal;
use crate::host::proxy::Proxy;
use crate::host::runtime_api::{ApiSignal, RuntimeApi};
use crate::host::runtimes::{LinkRequest, Linked};
use crate::host::terminal::Terminal;
use crate::model::diagnostic::Diagnostic;
use crate::observation::{ObservationKind, Policy};
use crate::session::failure::internal;
use crate::session::feed_link::FeedLink;
use crate::session::journal::Journal;
use crate::session::plan::{INIT_TIMEOUT, Plan};
use crate::session::process::{Guarded, Start};
use crate::session::state::{Phase, Session};
use crate::session::{concurrency, environment};

/// The senders of the signals that a run receives.
pub(super) struct Senders {
    pub(super) api: mpsc::UnboundedSender<ApiSignal>,
    pub(super) feed: mpsc::UnboundedSender<FeedSignal>,
}

/// Opens the Runtime API and starts the handler.
pub(super) async fn start(
    plan: Plan,
    clock: Clock,
    journal: &mut Journal,
    senders: Senders,
    terminal: Arc<Terminal>,
) -> Result<Session, Diagnostic> {
    let api = RuntimeApi::bind(clock, senders.api, concurrency::asks(&plan))
        .await
        .map_err(|error| internal("open a port for the Runtime API", &error))?;
    let proxy = open_proxy(&plan, clock).await?;
    let Linked { launch, fds, console, link } = plan
        .program
        .link(link_request(&plan, clock, &api))
        .await
        .map_err(|error| internal("set up the link to the handler", &error))?;
    journal.observe(clock.now(), plan.started(api.addr(), console));
    let guarded = Guarded::start()?;
    let mut launch = environment::complete(&plan, launch, api.addr());
    if let Some((proxy, broken)) = proxy.as_ref().zip(plan.broken.as_ref()) {
        let inherited = environment::all_inherited();
        plan.program.reroute(&mut launch, inherited, &broken.peer, proxy.addr());
    }
    let start = Start {
        launch,
        fds,
        freezes: plan.enforces(Policy::Freeze),
        reports_panics: plan.enforced.is_some(),
    };
    let mut process = guarded.handler(start, clock, &terminal).await?;
    let pid = process.handler.pid();
    journal.observe(clock.now(), ObservationKind::ProcessStarted { pid });
    process.register().await?;
    terminal.progress("starting the handler");
    let server = (!link.serves_feed()).then_some(pid);
    Ok(Session {
        plan,
        clock,
        terminal,
        phase: Phase::Init { until: clock.now().plus(INIT_TIMEOUT) },
        api,
        process,
        feed: FeedLink::open(console, server, clock, senders.feed),
        link,
        proxy,
    })
}

async fn open_proxy(plan: &Plan, clock: Clock) -> Result<Option<Proxy>, Diagnostic> {
    let Some(broken) = &plan.broken else { return Ok(None) };
    let proxy = Proxy::bind(broken.clone(), clock).await;
    proxy.map(Some).map_err(|error| internal("open a port for the proxy", &error))
}

fn link_request<'a>(plan: &'a Plan, clock: Clock, api: &'a RuntimeApi) -> LinkRequest<'a> {
    LinkRequest {
        clock,
        api,
        console: plan.console,
        workspace: &plan.workspace,
        // Where a peer is broken it completes as it does: what it waits for may be that peer.
        completes: plan.enforced.filter(|_| plan.broken.is_none()).map(|enforced| enforced.policy),
        reports_errors: plan.enforced.is_some(),
        inherited: &environment::inherited,
    }
}
