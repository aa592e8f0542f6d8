//! A Runtime API under test, and the moments that it has reported.

use bytes::Bytes;
use tokio::sync::mpsc;

use crate::host::clock::Clock;
use crate::host::runtime_api::tests::client::{Answer, Client};
use crate::host::runtime_api::{ApiSignal, Asks, Invocation, RuntimeApi};
use crate::model::time::Timestamp;
use crate::observation::ApiMoment;

pub(super) const DEADLINE: Timestamp = Timestamp::from_nanos(1_763_878_503_250_999_999);

pub(super) struct Fixture {
    pub(super) api: RuntimeApi,
    pub(super) signals: mpsc::UnboundedReceiver<ApiSignal>,
    latest: Timestamp,
}

impl Fixture {
    pub(super) async fn new() -> Self {
        let (sender, signals) = mpsc::unbounded_channel();
        let api = RuntimeApi::bind(Clock::start(), sender, Asks::InTurn).await.unwrap();
        Self { api, signals, latest: Timestamp::default() }
    }

    pub(super) async fn client(&mut self) -> Client {
        let client = Client::connect(self.api.addr()).await;
        assert_eq!(self.any_moment().await, ApiMoment::ConnectionOpened { peer: client.addr() });
        client
    }

    /// The next signal, whose answer is held for as long as it lives.
    pub(super) async fn signal(&mut self) -> ApiSignal {
        loop {
            let signal = self.any_signal().await;
            if !matches!(
                signal.moment,
                ApiMoment::ConnectionOpened { .. } | ApiMoment::ConnectionClosed { .. }
            ) {
                return signal;
            }
        }
    }

    /// The next moment that is not about a connection; its answer is released.
    pub(super) async fn moment(&mut self) -> ApiMoment {
        self.signal().await.moment
    }

    /// The next moment of all; its answer is released.
    pub(super) async fn any_moment(&mut self) -> ApiMoment {
        self.any_signal().await.moment
    }

    async fn any_signal(&mut self) -> ApiSignal {
        let signal = self.signals.recv().await.unwrap();
        assert!(signal.at >= self.latest, "signals come in the order of their stamps");
        self.latest = signal.at;
        signal
    }

    /// Returns whether no moment is left that was not looked at.
    pub(super) fn has_nothing(&mut self) -> bool {
        self.signals.try_recv().is_err()
    }

    pub(super) fn deliver(&self, request_id: &str) {
        self.api.deliver(Invocation {
            request_id: request_id.to_owned(),
            event: Bytes::from_static(b"{\"key\":1}"),
            deadline: DEADLINE,
            function_arn: "arn:aws:lambda:us-east-1:000000000000:function:orders".to_owned(),
        });
    }

    /// Brings a client's runtime to an unanswered event.
    pub(super) async fn run(&mut self, client: &mut Client, request_id: &str) -> Answer {
        client.next().await;
        assert_eq!(self.moment().await, ApiMoment::NextRequested);
        self.deliver(request_id);
        assert_eq!(self.moment().await, delivered(request_id));
        client.answer().await
    }

    /// Everything that was sent before has been read when this returns, and whatever could be
    /// answered at once was.
    pub(super) async fn round_trip(&self) {
        let mut client = Client::connect(self.api.addr()).await;
        client.get("/2018-06-01/ping").await;
        assert_eq!(client.answer().await.body, "pong");
    }

    /// Waits for the end of a connection and returns the moments before it.
    pub(super) async fn until_closed(&mut self, client: Client) -> Vec<ApiMoment> {
        let closed = ApiMoment::ConnectionClosed { peer: client.addr() };
        drop(client);
        let mut before = Vec::new();
        loop {
            let moment = self.any_moment().await;
            if moment == closed {
                return before;
            }
            before.push(moment);
        }
    }
}

pub(super) fn delivered(request_id: &str) -> ApiMoment {
    ApiMoment::EventDelivered { request_id: request_id.to_owned(), deadline: DEADLINE }
}

pub(super) fn responded(request_id: &str, bytes: u64) -> ApiMoment {
    ApiMoment::ResponseReceived {
        request_id: request_id.to_owned(),
        bytes,
        streaming: false,
        error_type: None,
    }
}

pub(super) fn refused(status: u16, request: &str, error_type: &str) -> ApiMoment {
    ApiMoment::RequestRefused {
        status,
        request: request.to_owned(),
        error_type: error_type.to_owned(),
    }
}

/// The path of an answer: `response` or `error`.
pub(super) fn path(request_id: &str, kind: &str) -> String {
    format!("/2018-06-01/runtime/invocation/{request_id}/{kind}")
}
