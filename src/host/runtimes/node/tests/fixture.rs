//! A bridge under test, with a client of its feed that keeps the evidence as a session does.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use serde_json::json;
use tokio::sync::mpsc;

use crate::host::clock::Clock;
use crate::host::feed::{AttachedFeed, FeedSignal, Round};
use crate::host::runtime_api::{Asks, Invocation, RuntimeApi};
use crate::host::runtimes::node::bridge::{Bridge, Setup};
use crate::host::runtimes::node::pipes::open as open_pipes;
use crate::host::runtimes::node::tests::agent::Agent;
use crate::ingest::Evidence;
use crate::model::diagnostic::{Diagnostic, DiagnosticId};
use crate::model::resource::Resource;
use crate::model::time::Timestamp;
use crate::observation::{ApiMoment, Observation, ObservationKind};

/// For a round that is not to end.
pub(super) const SHORT: Duration = Duration::from_millis(400);

pub(super) struct Fixture {
    pub(super) agent: Agent,
    pub(super) bridge: Bridge,
    pub(super) api: RuntimeApi,
    pub(super) evidence: Evidence,
    pub(super) moments: Vec<ApiMoment>,
    pub(super) clock: Clock,
    /// How long a round may take before it is taken for one that never ends.
    pub(super) patience: Duration,
    /// Gaps that have been observed and not been looked at.
    gaps: VecDeque<Diagnostic>,
    /// Observations; `None`: a round is over.
    observations: mpsc::UnboundedReceiver<Option<Observation>>,
    rounds: usize,
    feed: AttachedFeed,
}

impl Fixture {
    /// A bridge whose agent has not said anything.
    pub(super) async fn silent() -> Self {
        let clock = Clock::start();
        let (api_signals, mut from_api) = mpsc::unbounded_channel();
        let api = RuntimeApi::bind(clock, api_signals, Asks::InTurn).await.unwrap();
        let (ends, fds) = open_pipes().unwrap();
        let bridge = Bridge::start(Setup {
            ends,
            clock,
            runtime: api.local(),
            console: None,
            workspace: "/elsewhere".into(),
            scripts: None,
            enforced: None,
        })
        .await
        .unwrap();
        let (observed, observations) = mpsc::unbounded_channel();
        let (feed_signals, mut from_feed) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            // One order for all, as in the session.
            loop {
                let observation = tokio::select! {
                    biased;
                    Some(signal) = from_api.recv() => {
                        let kind = ObservationKind::RuntimeApi(signal.moment);
                        Observation { at: signal.at, kind }
                    }
                    Some(signal) = from_feed.recv() => match signal {
                        FeedSignal::Observed(observation) => *observation,
                        FeedSignal::RoundDone => {
                            let _ = observed.send(None);
                            continue;
                        }
                        FeedSignal::Incomplete => continue,
                    },
                    else => return,
                };
                let _ = observed.send(Some(observation));
            }
        });
        let feed = AttachedFeed::attach(bridge.addr(), clock, feed_signals).await.unwrap();
        let agent = Agent::new(fds);
        Self {
            agent,
            bridge,
            api,
            evidence: Evidence::default(),
            moments: Vec::new(),
            clock,
            patience: Duration::from_secs(10),
            gaps: VecDeque::new(),
            observations,
            rounds: 0,
            feed,
        }
    }

    /// A bridge whose agent is there and answers probes.
    pub(super) async fn ready() -> Self {
        let mut fixture = Self::silent().await;
        fixture.agent.answer_probes();
        fixture.agent.hello().await;
        fixture.until(|fixture| fixture.evidence.store.feed.updates > 0).await;
        fixture
    }

    /// Sends an event; the handler has it when this returns.
    pub(super) async fn invoke(&mut self, request_id: &str) {
        self.agent.say(json!({"t": "next"})).await;
        self.until(|fixture| fixture.moments.last() == Some(&ApiMoment::NextRequested)).await;
        self.bridge.begin(request_id);
        self.api.deliver(Invocation {
            request_id: request_id.to_owned(),
            event: Bytes::from_static(b"{\"key\":\"\\u00e4\"}"),
            deadline: self.clock.now().plus(Duration::from_secs(3)),
            function_arn: "arn:aws:lambda:us-east-1:000000000000:function:orders".to_owned(),
        });
        let event = self.agent.event().await.unwrap();
        assert_eq!(event["req"], request_id);
    }

    /// The handler completes and answers, without a turn of the loop.
    pub(super) async fn respond(&mut self, request_id: &str) {
        self.agent.ev("response", json!({"req": request_id})).await;
        let at = self.agent.ms();
        let completed = json!({"t": "completed", "req": request_id, "mode": "async", "at": at});
        self.agent.say(completed).await;
        assert_eq!(self.agent.ack().await, json!({"t": "ack"}));
        self.agent.say(json!({"t": "answer", "req": request_id, "body": "null"})).await;
        assert_eq!(self.agent.ack().await, json!({"t": "ack", "status": 202}));
    }

    /// Flushes the feed as the session does; whether it is complete up to the response.
    pub(super) async fn is_complete(&mut self) -> bool {
        self.round().await.is_some() && self.has_complete_response()
    }

    /// Whether a flush leaves the feed incomplete. One that does not end is given up soon.
    pub(super) async fn stays_incomplete(&mut self) -> bool {
        let patience = std::mem::replace(&mut self.patience, SHORT);
        let is_complete = self.is_complete().await;
        self.patience = patience;
        !is_complete
    }

    /// One round; `None` when it does not end.
    pub(super) async fn round(&mut self) -> Option<()> {
        let round = Round { fresh: true, audit: true };
        let rounds = self.rounds;
        let done = tokio::time::timeout(self.patience, self.feed.round(round)).await;
        self.look();
        done.ok()?;
        // What it showed is still on its way.
        self.until(|fixture| fixture.rounds > rounds).await;
        Some(())
    }

    pub(super) fn has_complete_response(&self) -> bool {
        self.evidence.store.last_invocation().is_some_and(|last| last.complete_at.is_some())
    }

    /// Takes over what has been observed so far.
    pub(super) fn look(&mut self) {
        while let Ok(observation) = self.observations.try_recv() {
            let Some(observation) = observation else {
                self.rounds += 1;
                continue;
            };
            if let ObservationKind::RuntimeApi(moment) = &observation.kind {
                self.moments.push(moment.clone());
            }
            if let ObservationKind::Diagnostic(gap) = &observation.kind {
                self.gaps.push_back(gap.clone());
            }
            self.evidence.observe(&observation);
        }
    }

    /// Observes until something is so.
    pub(super) async fn until(&mut self, is_so: impl Fn(&Self) -> bool) {
        let patience = Duration::from_secs(5);
        let wait = async {
            loop {
                self.look();
                if is_so(self) {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        assert!(tokio::time::timeout(patience, wait).await.is_ok(), "it never came");
    }

    /// The next gap that the feed reports.
    pub(super) async fn gap(&mut self) -> (DiagnosticId, String) {
        self.until(|fixture| !fixture.gaps.is_empty()).await;
        let gap = self.gaps.pop_front().unwrap();
        (gap.id, gap.message)
    }

    /// Whether every gap that has been observed has been looked at.
    pub(super) fn has_no_gap(&mut self) -> bool {
        self.look();
        self.gaps.is_empty()
    }

    pub(super) fn resource(&self, id: u64) -> Option<&Resource> {
        self.evidence.store.resources.iter().find(|resource| resource.span == id)
    }

    pub(super) fn responded_at(&self) -> Timestamp {
        self.evidence.store.last_invocation().unwrap().responded_at.unwrap()
    }
}

/// A timer of the handler's.
pub(super) fn timer(id: u64, at: f64) -> serde_json::Value {
    json!({"id": id, "k": "timer", "type": "Timeout", "at": at, "inv": 1, "name": "tick",
        "api": "setTimeout", "frames": [["/srv/handler.js", 4, 7, "handler"]],
        "f": {"holds": true, "ref": true, "ms": 5000, "repeat": false, "due": at + 5000.0}})
}
