//! Every line of the agent, in its order, to where it belongs: what it has seen and what has gone
//! wrong to the feed, what its runtime asks and answers to the Runtime API.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use bytes::Bytes;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::host::clock::Clock;
use crate::host::runtime_api::{LocalRuntime, LocalStream};
use crate::host::runtimes::node::feed::server::Listener;
use crate::host::runtimes::node::feed::shared::Feed;
use crate::host::runtimes::node::message::{
    Completes, Events, FromAgent, Hello, LineError, ToAgent,
};
use crate::host::runtimes::node::pipes::{self, OurEnds, Writer};
use crate::host::runtimes::node::place::site::Sites;
use crate::host::runtimes::node::place::source_map::SourceMaps;
use crate::observation::Policy;

/// The version of the protocol that we speak.
const VERSION: u64 = 1;

/// What a bridge is made of.
pub(crate) struct Setup {
    /// Our ends of the pipes.
    pub(crate) ends: OurEnds,
    /// The clock of the run.
    pub(crate) clock: Clock,
    /// The Runtime API, for a handler that speaks to it through the pipes.
    pub(crate) runtime: LocalRuntime,
    /// Where to serve the feed; `None`: on a free loopback port.
    pub(crate) console: Option<SocketAddr>,
    /// The folder that paths of the handler's files are relative to.
    pub(crate) workspace: PathBuf,
    /// The folder of the agent's own files, which are nobody's code.
    pub(crate) scripts: Option<PathBuf>,
    /// The policy that is enforced on the handler; `None`: it completes as it does.
    pub(crate) enforced: Option<Policy>,
}

/// The link to the agent in a handler. Dropping it closes the pipes and the feed.
#[derive(Debug)]
pub(crate) struct Bridge {
    addr: SocketAddr,
    feed: Feed,
    // Aborted when dropped.
    _tasks: JoinSet<()>,
}

impl Bridge {
    /// Serves the feed, and listens to the agent from now on.
    pub(crate) async fn start(setup: Setup) -> io::Result<Self> {
        let Setup { ends, clock, runtime, console, workspace, scripts, enforced } = setup;
        let listener = Listener::bind(console).await?;
        let addr = listener.addr();
        let feed = Feed::new(clock);
        let mut sites = Sites::new(Box::new(SourceMaps::default()), scripts).seen_from(&workspace);
        let lines = pipes::read(ends.up, move |message| {
            if let FromAgent::Events(events) = message {
                events.new.iter_mut().for_each(|record| sites.resolve(record));
            }
        })?;
        let conversation = Conversation {
            feed: feed.clone(),
            runtime,
            acks: Writer::start(ends.acks)?,
            events: Writer::start(ends.events)?,
            stream: None,
            completes: enforced.map(Completes::under),
            asking: JoinSet::new(),
        };
        let mut tasks = JoinSet::new();
        tasks.spawn(listener.serve(feed.clone()));
        tasks.spawn(feed.clone().serve_flushes(Writer::start(ends.probe)?));
        tasks.spawn(conversation.hold(lines));
        Ok(Self { addr, feed, _tasks: tasks })
    }

    /// Where the feed is served.
    pub(crate) const fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// An invocation is about to begin. To be called before its event is delivered.
    pub(crate) fn begin(&self, request_id: &str) {
        self.feed.begin(request_id);
    }
}

struct Conversation {
    feed: Feed,
    runtime: LocalRuntime,
    acks: Writer,
    events: Writer,
    /// The answer that is being streamed.
    stream: Option<LocalStream>,
    /// How every invocation is to complete; `None`: as the handler has it.
    completes: Option<Completes>,
    /// Requests for an event.
    asking: JoinSet<()>,
}

impl Conversation {
    async fn hold(mut self, mut lines: mpsc::Receiver<Result<FromAgent, LineError>>) {
        while let Some(line) = lines.recv().await {
            match line {
                Ok(message) => self.take(message).await,
                Err(error) => self.not_understood(&error),
            }
        }
        self.feed.close();
    }

    async fn take(&mut self, message: FromAgent) {
        match message {
            FromAgent::Hello(hello) => self.hello(&hello),
            FromAgent::Events(events) => self.seen(*events),
            FromAgent::Completed { request_id, mode } => {
                self.runtime.completed(request_id, mode).await;
                self.acknowledge(None);
            }
            FromAgent::Next => self.next(),
            FromAgent::Answer { request_id, body } => {
                let status = self.runtime.respond(&request_id, Bytes::from(body)).await;
                self.acknowledge(Some(status));
            }
            FromAgent::TooLarge { request_id, bytes } => {
                let status = self.runtime.respond_too_large(&request_id, bytes).await;
                self.acknowledge(Some(status));
            }
            FromAgent::Error { request_id, body } => {
                let status = self.runtime.error(&request_id, body.to_string().into_bytes()).await;
                self.acknowledge(Some(status));
            }
            FromAgent::InitError { body } => {
                let status = self.runtime.init_error(body.to_string().into_bytes()).await;
                self.acknowledge(Some(status));
            }
            FromAgent::StreamStart { request_id } => {
                self.stream = Some(self.runtime.stream(request_id));
            }
            FromAgent::StreamChunk { bytes } => {
                if let Some(stream) = &self.stream {
                    stream.chunk(bytes);
                }
            }
            FromAgent::StreamEnd { error_type } => {
                let status = match self.stream.take() {
                    Some(stream) => stream.end(error_type).await,
                    None => 400,
                };
                self.acknowledge(Some(status));
            }
            FromAgent::StreamCut => {
                if let Some(stream) = self.stream.take() {
                    stream.cut().await;
                }
            }
            FromAgent::Uncaught { kind, invocation } => self.feed.uncaught(kind, invocation),
            FromAgent::Fault { place, message } => {
                self.fault(format!("it failed in {place}: {message}"));
            }
        }
    }

    fn not_understood(&mut self, error: &LineError) {
        self.fault(error.to_string());
        if let LineError::Foreign { waits: true, .. } = error {
            // Else the handler would wait until its deadline.
            self.acknowledge(Some(400));
        }
    }

    fn hello(&mut self, hello: &Hello) {
        let zero = hello.t0.parse().ok().filter(|_| hello.v == VERSION);
        if !zero.is_some_and(|zero| self.feed.introduce(zero)) {
            self.fault("it introduced itself in a way that is not understood".to_owned());
        }
    }

    fn seen(&mut self, events: Events) {
        if !self.feed.apply(events) {
            self.fault("it did not say who it is".to_owned());
        }
    }

    /// The answer may take until the end of the run, so nobody waits for it here.
    fn next(&mut self) {
        while self.asking.try_join_next().is_some() {}
        let (runtime, feed, events) =
            (self.runtime.clone(), self.feed.clone(), self.events.clone());
        let completes = self.completes;
        self.asking.spawn(async move {
            // A refused request has been observed; its runtime waits in vain, as it should not have
            // asked.
            let Ok(event) = runtime.next().await else { return };
            let invocation = feed.begin(&event.request_id);
            let line = ToAgent::Event {
                request_id: &event.request_id,
                invocation,
                body: &String::from_utf8_lossy(&event.body),
                deadline_ms: event.deadline_ms,
                arn: &event.function_arn,
                trace: &event.trace_id,
                completes,
            };
            events.send(line.line());
        });
    }

    fn acknowledge(&self, status: Option<u16>) {
        self.acks.send(ToAgent::Ack { status }.line());
    }

    fn fault(&self, message: String) {
        self.feed.fail(message);
    }
}
