//! The listening socket and the connections of its clients.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, JoinSet};

use crate::host::clock::Clock;
use crate::host::runtime_api::event::Invocation;
use crate::host::runtime_api::lifecycle::Asks;
use crate::host::runtime_api::local::LocalRuntime;
use crate::host::runtime_api::router;
use crate::host::runtime_api::signal::{ApiSignal, Signals};
use crate::host::runtime_api::state::Api;
use crate::observation::ApiMoment;

/// More connections than these wait in the listener's queue. A runtime has two or three.
const MAX_CONNECTIONS: usize = 256;
/// Go's default for the headers of a request. The Node.js runtime puts an X-Ray error cause of up
/// to this length into one.
const HEADER_LIMIT: usize = 1024 * 1024;
/// The pause after a connection could not be accepted, for example for want of descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(10);

/// A Runtime API on a free loopback port. Dropping it stops the server and closes its connections.
#[derive(Debug)]
pub(crate) struct RuntimeApi {
    addr: SocketAddr,
    api: Arc<Api>,
    server: JoinHandle<()>,
}

impl RuntimeApi {
    /// Binds a free loopback port and starts to serve on the current tokio runtime.
    pub(crate) async fn bind(
        clock: Clock,
        signals: mpsc::UnboundedSender<ApiSignal>,
        asks: Asks,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let addr = listener.local_addr()?;
        let api = Arc::new(Api::new(Signals::new(clock, signals), asks));
        let server = tokio::spawn(serve(listener, Arc::clone(&api)));
        Ok(Self { addr, api, server })
    }

    /// Its address.
    pub(crate) const fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// A runtime that speaks to this server without a connection.
    pub(crate) fn local(&self) -> LocalRuntime {
        LocalRuntime::new(Arc::clone(&self.api))
    }

    /// Answers the waiting `GET /next`, or the next one that comes, with this event.
    pub(crate) fn deliver(&self, invocation: Invocation) {
        self.api.offer(invocation);
    }

    /// Answers as many waiting `GET /next` in the same instant, each with an event of its own, if two
    /// of them wait at least; how many were answered.
    pub(crate) fn deliver_together(&self, invocations: impl Iterator<Item = Invocation>) -> usize {
        self.api.deliver_together(invocations)
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn serve(listener: TcpListener, api: Arc<Api>) {
    // Dropped with this future, and every connection with it.
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept(), if connections.len() < MAX_CONNECTIONS => match accepted {
                Ok((stream, peer)) => {
                    let connection = Connection::open(Arc::clone(&api), peer);
                    connections.spawn(connection.serve(stream));
                }
                // The client may try again; nothing came of it, so there is nothing to tell.
                Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
            },
            // A connection reports its own end.
            Some(_) = connections.join_next() => {}
        }
    }
}

/// An open connection. Its drop is its end, however that comes about.
struct Connection {
    api: Arc<Api>,
    peer: SocketAddr,
}

impl Connection {
    fn open(api: Arc<Api>, peer: SocketAddr) -> Self {
        api.signals.emit(ApiMoment::ConnectionOpened { peer });
        Self { api, peer }
    }

    async fn serve(self, stream: TcpStream) {
        // Without it an answer could wait for the client's acknowledgement of its headers. It
        // fails on a connection that is closed already, and serving that one ends at once.
        _ = stream.set_nodelay(true);
        let service = service_fn(|request| router::answer(&self.api, request));
        let served = http1::Builder::new()
            .max_buf_size(HEADER_LIMIT)
            .max_header_size(HEADER_LIMIT)
            // The service puts no limit on how long a connection may be idle.
            .header_read_timeout(None)
            .serve_connection(TokioIo::new(stream), service)
            .await;
        if let Err(error) = served {
            self.tell_unreadable(&error);
        }
    }

    // A request that hyper refuses by itself never reaches the router.
    fn tell_unreadable(&self, error: &hyper::Error) {
        let status = match error {
            error if error.is_parse_too_large() => 431,
            error if error.is_parse() => 400,
            // The client went away.
            _ => return,
        };
        self.api.signals.emit(ApiMoment::RequestRefused {
            status,
            request: "unreadable".to_owned(),
            error_type: "InvalidHttpRequest".to_owned(),
        });
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.api.signals.emit(ApiMoment::ConnectionClosed { peer: self.peer });
    }
}
