//! The feed on a loopback port: the typed feed, and tokio-console's protocol beside it.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;

use console_api::instrument::instrument_server::{Instrument, InstrumentServer};
use console_api::instrument::{
    InstrumentRequest, PauseRequest, PauseResponse, ResumeRequest, ResumeResponse, State,
    StateRequest, TaskDetailsRequest, Temporality, Update,
};
use console_api::tasks::TaskDetails;
use futures_util::stream::{self, Stream, StreamExt as _};
use tokio::net::TcpListener;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status};

use crate::feed::generated as wire;
use crate::host::feed::generated::feed_server::{Feed as TypedFeed, FeedServer};
use crate::host::runtimes::node::feed::shared::{Feed, Watched};

/// Where the feed is served.
#[derive(Debug)]
pub(in crate::host::runtimes::node) struct Listener {
    listener: TcpListener,
    addr: SocketAddr,
}

impl Listener {
    /// Binds this address, or a free loopback port.
    pub(in crate::host::runtimes::node) async fn bind(
        addr: Option<SocketAddr>,
    ) -> io::Result<Self> {
        let addr = addr.unwrap_or((Ipv4Addr::LOCALHOST, 0).into());
        let listener = TcpListener::bind(addr).await?;
        let addr = listener.local_addr()?;
        Ok(Self { listener, addr })
    }

    /// Where it listens.
    pub(in crate::host::runtimes::node) const fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Serves the feed, for as long as it is polled.
    pub(in crate::host::runtimes::node) async fn serve(self, feed: Feed) {
        let connections = TcpIncoming::from(self.listener).with_nodelay(Some(true));
        // A server that cannot go on closes its connections, which is how its clients learn of it.
        let _ = Server::builder()
            .add_service(FeedServer::new(Service { feed: feed.clone() }))
            .add_service(InstrumentServer::new(Service { feed }))
            .serve_with_incoming(connections)
            .await;
    }
}

struct Service {
    feed: Feed,
}

type Messages<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

#[tonic::async_trait]
impl TypedFeed for Service {
    type WatchStream = Messages<wire::Update>;

    async fn watch(
        &self,
        _: Request<wire::WatchRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        self.feed.watch().map(messages)
    }

    async fn flush(
        &self,
        _: Request<wire::FlushRequest>,
    ) -> Result<Response<wire::FlushResponse>, Status> {
        let flushed = self.feed.flush()?;
        let failed = |_| Status::unavailable("the agent has failed or is gone");
        let sequence = flushed.await.map_err(failed)?;
        Ok(Response::new(wire::FlushResponse { sequence }))
    }
}

#[tonic::async_trait]
impl Instrument for Service {
    type WatchUpdatesStream = Messages<Update>;
    type WatchTaskDetailsStream = Messages<TaskDetails>;
    type WatchStateStream = Messages<State>;

    async fn watch_updates(
        &self,
        _: Request<InstrumentRequest>,
    ) -> Result<Response<Self::WatchUpdatesStream>, Status> {
        self.feed.watch_console().map(messages)
    }

    async fn watch_task_details(
        &self,
        request: Request<TaskDetailsRequest>,
    ) -> Result<Response<Self::WatchTaskDetailsStream>, Status> {
        let id = request.into_inner().id.ok_or(Status::invalid_argument("the id is missing"))?;
        self.feed.watch_details(id.id).map(messages)
    }

    async fn watch_state(
        &self,
        _: Request<StateRequest>,
    ) -> Result<Response<Self::WatchStateStream>, Status> {
        // It is always live, which is all that a state can say.
        let live = State { temporality: Temporality::Live.into() };
        let states = stream::once(async move { Ok(live) }).chain(stream::pending());
        Ok(Response::new(Box::pin(states)))
    }

    // The feed cannot be paused; somebody else may be reading it.
    async fn pause(&self, _: Request<PauseRequest>) -> Result<Response<PauseResponse>, Status> {
        Ok(Response::new(PauseResponse {}))
    }

    async fn resume(&self, _: Request<ResumeRequest>) -> Result<Response<ResumeResponse>, Status> {
        Ok(Response::new(ResumeResponse {}))
    }
}

fn messages<T: Send + 'static>(mut watched: Watched<T>) -> Response<Messages<T>> {
    Response::new(Box::pin(stream::poll_fn(move |context| watched.poll_recv(context))))
}
