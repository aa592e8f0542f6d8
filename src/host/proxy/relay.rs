//! The proxy: it passes bytes on until its connections are broken.

use std::future::pending;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot};
use tokio::task::{JoinHandle, JoinSet};

use crate::host::clock::Clock;
use crate::model::time::Timestamp;
use crate::observation::{Break, BrokenPeer};

/// Something happened at the proxy.
#[derive(Debug)]
pub(crate) struct ProxySignal {
    pub(crate) at: Timestamp,
    pub(crate) event: ProxyEvent,
}

/// An event at the proxy.
#[derive(Debug, Eq, PartialEq)]
pub(crate) enum ProxyEvent {
    /// The handler has connected to the peer.
    Connected,
    /// It has connected to the proxy, and the peer is not to be had.
    Unreachable { reason: String },
    /// The proxy takes no more connections, so what the handler makes of them says nothing.
    Failed { reason: String },
}

/// The proxy of one peer. Dropping it closes what is open.
#[derive(Debug)]
pub(crate) struct Proxy {
    addr: SocketAddr,
    open: Open,
    /// The connections that were broken last, until that is done.
    breaking: Option<Receiver<()>>,
    accepting: JoinHandle<()>,
    signals: mpsc::UnboundedReceiver<ProxySignal>,
}

/// The connections that are open: what is sent to one is held by it until it is broken.
#[derive(Clone, Debug, Default)]
struct Open(Arc<Mutex<Vec<oneshot::Sender<Sender<()>>>>>);

impl Open {
    fn all(&self) -> MutexGuard<'_, Vec<oneshot::Sender<Sender<()>>>> {
        // Nothing in here panics half-way.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self) -> oneshot::Receiver<Sender<()>> {
        let (broken, wait) = oneshot::channel();
        let mut all = self.all();
        all.retain(|one| !one.is_closed());
        all.push(broken);
        wait
    }
}

impl Proxy {
    /// Opens the proxy of a peer.
    pub(crate) async fn bind(to: BrokenPeer, clock: Clock) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let addr = listener.local_addr()?;
        let open = Open::default();
        let (sender, signals) = mpsc::unbounded_channel();
        let relay = Relay { to: Arc::new(to), open: open.clone(), clock, signals: sender };
        let accepting = tokio::spawn(accept(listener, relay));
        Ok(Self { addr, open, breaking: None, accepting, signals })
    }

    /// The address that the handler is to connect to.
    pub(crate) fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Returns the next event. Can be dropped and called again.
    pub(crate) async fn signal(&mut self) -> Option<ProxySignal> {
        self.signals.recv().await
    }

    /// Begins to break every connection that is open; how many there are.
    pub(crate) fn break_open(&mut self) -> usize {
        let (breaking, done) = channel();
        let open: Vec<_> = self.open.all().drain(..).collect();
        let broken = open.into_iter().filter_map(|one| one.send(breaking.clone()).ok());
        let count = broken.count();
        self.breaking = Some(done);
        count
    }

    /// Returns whether they are broken.
    pub(crate) fn is_broken(&self) -> bool {
        let done = |breaking: &Receiver<()>| breaking.try_recv() == Err(TryRecvError::Disconnected);
        self.breaking.as_ref().is_none_or(done)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

#[derive(Clone)]
struct Relay {
    to: Arc<BrokenPeer>,
    open: Open,
    clock: Clock,
    signals: mpsc::UnboundedSender<ProxySignal>,
}

async fn accept(listener: TcpListener, relay: Relay) {
    let mut relays = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((client, _)) => {
                    // Before anything is awaited: it is open from now on.
                    let broken = relay.open.add();
                    relays.spawn(relay.clone().pass_on(client, broken));
                }
                Err(error) => {
                    relay.tell(ProxyEvent::Failed { reason: error.to_string() });
                    return pending().await;
                }
            },
            Some(_) = relays.join_next() => {}
        }
    }
}

impl Relay {
    async fn pass_on(self, mut client: TcpStream, mut broken: oneshot::Receiver<Sender<()>>) {
        let BrokenPeer { peer, how } = self.to.as_ref();
        let connecting = TcpStream::connect((peer.host.as_str(), peer.port));
        // The system tries for minutes to reach one that says nothing.
        let connected = tokio::select! {
            biased;
            Ok(breaking) = &mut broken => {
                let reason = "it had not answered when the environment was frozen".to_owned();
                self.tell(ProxyEvent::Unreachable { reason });
                return broken_off(client, *how, breaking).await;
            }
            connected = connecting => connected,
        };
        let mut server = match connected {
            Ok(server) => server,
            Err(error) => {
                self.tell(ProxyEvent::Unreachable { reason: error.to_string() });
                reset(client);
                return;
            }
        };
        self.tell(ProxyEvent::Connected);
        // It is to be as fast as without us.
        let _ = (client.set_nodelay(true), server.set_nodelay(true));
        tokio::select! {
            biased;
            Ok(breaking) = &mut broken => {
                reset(server);
                broken_off(client, *how, breaking).await;
            }
            passed = copy_bidirectional(&mut client, &mut server) => {
                if passed.is_err() {
                    reset(server);
                    reset(client);
                }
            }
        }
    }

    fn tell(&self, event: ProxyEvent) {
        // Nobody wants to know once the run is over.
        let _ = self.signals.send(ProxySignal { at: self.clock.now(), event });
    }
}

/// Breaks the handler's side of a connection; `breaking` is let go of once that is done.
async fn broken_off(client: TcpStream, how: Break, breaking: Sender<()>) {
    match how {
        Break::Reset => {
            reset(client);
            drop(breaking);
        }
        Break::Drop => {
            drop(breaking);
            // Nobody reads it, and nobody closes it.
            let _forgotten = client;
            pending::<()>().await;
        }
    }
}

/// Closes it so that the other end sees a reset.
fn reset(socket: TcpStream) {
    let _ = socket.set_zero_linger();
    drop(socket);
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;
    use std::time::Duration;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpSocket;
    use tokio::time::timeout;

    use super::*;
    use crate::observation::Peer;

    /// A peer that sends back what it gets.
    async fn echo() -> (Peer, JoinHandle<()>) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let serving = tokio::spawn(async move {
            let mut all = JoinSet::new();
            while let Ok((mut socket, _)) = listener.accept().await {
                all.spawn(async move {
                    let (mut from, mut to) = socket.split();
                    let _ = tokio::io::copy(&mut from, &mut to).await;
                });
            }
        });
        (Peer { host: "127.0.0.1".into(), port }, serving)
    }

    async fn proxy(peer: &Peer, how: Break) -> Proxy {
        let to = BrokenPeer { peer: peer.clone(), how };
        Proxy::bind(to, Clock::start()).await.unwrap()
    }

    async fn says_back(socket: &mut TcpStream) {
        socket.write_all(b"ping").await.unwrap();
        let mut answer = [0; 4];
        socket.read_exact(&mut answer).await.unwrap();
        assert_eq!(&answer, b"ping");
    }

    /// Ends once everything is broken.
    async fn broken(proxy: &Proxy) {
        while !proxy.is_broken() {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn a_reset_reaches_what_is_open_and_the_peer_is_there_again() {
        let (peer, serving) = echo().await;
        let mut proxy = proxy(&peer, Break::Reset).await;
        let mut old = TcpStream::connect(proxy.addr()).await.unwrap();
        says_back(&mut old).await;
        assert_eq!(proxy.break_open(), 1);
        broken(&proxy).await;
        let error = old.read(&mut [0; 4]).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionReset);
        says_back(&mut TcpStream::connect(proxy.addr()).await.unwrap()).await;
        for _ in 0..2 {
            assert_eq!(proxy.signal().await.unwrap().event, ProxyEvent::Connected);
        }
        serving.abort();
    }

    #[tokio::test]
    async fn what_is_dropped_takes_bytes_and_never_answers() {
        let (peer, serving) = echo().await;
        let mut proxy = proxy(&peer, Break::Drop).await;
        let mut old = TcpStream::connect(proxy.addr()).await.unwrap();
        says_back(&mut old).await;
        assert_eq!(proxy.break_open(), 1);
        broken(&proxy).await;
        old.write_all(b"ping").await.unwrap();
        // It would have been there long before this one.
        says_back(&mut TcpStream::connect(proxy.addr()).await.unwrap()).await;
        let nothing = timeout(Duration::from_millis(50), old.read(&mut [0; 4])).await;
        assert!(nothing.is_err(), "{nothing:?}");
        serving.abort();
    }

    #[tokio::test]
    async fn an_end_is_passed_on_and_counts_no_more() {
        let (peer, serving) = echo().await;
        let mut proxy = proxy(&peer, Break::Reset).await;
        let mut client = TcpStream::connect(proxy.addr()).await.unwrap();
        says_back(&mut client).await;
        client.shutdown().await.unwrap();
        assert_eq!(client.read(&mut [0; 4]).await.unwrap(), 0);
        drop(client);
        // The relay ends after its second half has.
        while !proxy.open.all().iter().all(oneshot::Sender::is_closed) {
            tokio::task::yield_now().await;
        }
        assert_eq!(proxy.break_open(), 0);
        assert!(proxy.is_broken());
        serving.abort();
    }

    #[tokio::test]
    async fn a_peer_that_is_not_there_is_reported() {
        let (peer, serving) = echo().await;
        serving.abort();
        let _ = serving.await;
        let mut proxy = proxy(&peer, Break::Reset).await;
        let mut client = TcpStream::connect(proxy.addr()).await.unwrap();
        assert!(client.read(&mut [0; 4]).await.is_err());
        let event = proxy.signal().await.unwrap().event;
        assert!(matches!(event, ProxyEvent::Unreachable { .. }), "{event:?}");
    }

    #[tokio::test]
    async fn a_peer_that_says_nothing_does_not_keep_what_is_open_from_being_broken() {
        for how in [Break::Reset, Break::Drop] {
            // Nobody accepts, and the queue is full: the system would try for minutes.
            let socket = TcpSocket::new_v4().unwrap();
            socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).unwrap();
            let listener = socket.listen(1).unwrap();
            let addr = listener.local_addr().unwrap();
            let mut queue = Vec::new();
            while let Ok(connected) =
                timeout(Duration::from_millis(200), TcpStream::connect(addr)).await
            {
                queue.push(connected.unwrap());
            }
            let peer = Peer { host: "127.0.0.1".into(), port: addr.port() };
            let mut proxy = proxy(&peer, how).await;
            let mut client = TcpStream::connect(proxy.addr()).await.unwrap();
            while proxy.open.all().is_empty() {
                tokio::task::yield_now().await;
            }
            assert_eq!(proxy.break_open(), 1);
            timeout(Duration::from_secs(10), broken(&proxy)).await.unwrap();
            let event = proxy.signal().await.unwrap().event;
            assert!(matches!(event, ProxyEvent::Unreachable { .. }), "{event:?}");
            let read = timeout(Duration::from_millis(50), client.read(&mut [0; 4])).await;
            assert_eq!(read.is_ok(), how == Break::Reset, "{read:?}");
        }
    }
}
