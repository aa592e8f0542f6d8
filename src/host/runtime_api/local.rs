//! A runtime without a connection: what it asks and answers comes from inside this process.
//!
//! It is under the same rules and limits as one that speaks HTTP, and the same moments are reported.

use std::io;
use std::sync::Arc;
use std::task::Poll;

use bytes::Bytes;
use futures_util::stream::{self, Stream};
use http_body_util::{Full, StreamBody};
use hyper::body::Frame;
use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::host::runtime_api::body::RequestBody;
use crate::host::runtime_api::invocation;
use crate::host::runtime_api::reply::{Refusal, Reply};
use crate::host::runtime_api::state::Api;
use crate::observation::ApiMoment;

/// The number of characters in which a refused request is reported, whatever the id was.
const TOLD_CHARS: usize = 200;

/// A runtime in this process. Every clone is the same one.
#[derive(Clone, Debug)]
pub(crate) struct LocalRuntime {
    api: Arc<Api>,
}

/// An event as a local runtime gets it.
#[derive(Debug)]
pub(crate) struct LocalEvent {
    /// The id of the invocation.
    pub(crate) request_id: String,
    /// The event.
    pub(crate) body: Bytes,
    /// The end of the function's timeout, in milliseconds since the epoch.
    pub(crate) deadline_ms: u64,
    /// The ARN that was invoked.
    pub(crate) function_arn: String,
    /// `Lambda-Runtime-Trace-Id`.
    pub(crate) trace_id: String,
}

impl LocalRuntime {
    pub(super) fn new(api: Arc<Api>) -> Self {
        Self { api }
    }

    /// Asks for an event and waits for it; else the status of the refusal.
    pub(crate) async fn next(&self) -> Result<LocalEvent, u16> {
        match self.api.next_event().await {
            Ok(event) => Ok(LocalEvent {
                request_id: event.request_id().to_owned(),
                body: event.invocation.event.clone(),
                deadline_ms: event.deadline_ms(),
                function_arn: event.invocation.function_arn.clone(),
                trace_id: event.trace_id().to_owned(),
            }),
            Err(error) => Err(self.refused(&Refusal::from(error), "GET next")),
        }
    }

    /// Answers an invocation; the status of the answer, once it may be given.
    pub(crate) async fn respond(&self, request_id: &str, body: Bytes) -> u16 {
        let mut body = RequestBody::new(Full::new(body));
        let done = invocation::response(&self.api, request_id, &HeaderMap::new(), &mut body).await;
        self.status(done, || format!("POST {request_id}/response"))
    }

    /// Answers an invocation with a body that is too large to be looked at.
    pub(crate) async fn respond_too_large(&self, request_id: &str, bytes: u64) -> u16 {
        let done = invocation::too_large(&self.api, request_id, bytes).await;
        self.status(done, || format!("POST {request_id}/response"))
    }

    /// Begins to answer an invocation in streaming mode.
    pub(crate) fn stream(&self, request_id: String) -> LocalStream {
        let (parts, received) = mpsc::unbounded_channel();
        let runtime = self.clone();
        let answer = tokio::spawn(async move { runtime.read_stream(&request_id, received).await });
        LocalStream { parts, answer }
    }

    /// Answers an invocation with an error.
    pub(crate) async fn error(&self, request_id: &str, body: Vec<u8>) -> u16 {
        let mut body = RequestBody::new(Full::new(Bytes::from(body)));
        let done = invocation::error(&self.api, request_id, &HeaderMap::new(), &mut body).await;
        self.status(done, || format!("POST {request_id}/error"))
    }

    /// Tells that the runtime could not start.
    pub(crate) async fn init_error(&self, body: Vec<u8>) -> u16 {
        let mut body = RequestBody::new(Full::new(Bytes::from(body)));
        let done = invocation::init_error(&self.api, &HeaderMap::new(), &mut body).await;
        self.status(done, || "POST init/error".to_owned())
    }

    /// Reports that the handler has completed, and waits until it may go on.
    pub(crate) async fn completed(&self, request_id: String, mode: String) {
        let moment = ApiMoment::HandlerCompleted { request_id, mode };
        self.api.signals.emit_held(moment).released().await;
    }

    async fn read_stream(&self, request_id: &str, parts: mpsc::UnboundedReceiver<Part>) -> u16 {
        let mut headers = HeaderMap::new();
        let mode = HeaderName::from_static("lambda-runtime-function-response-mode");
        headers.insert(mode, HeaderValue::from_static("streaming"));
        let mut body = RequestBody::new(StreamBody::new(frames(parts)));
        let done = invocation::response(&self.api, request_id, &headers, &mut body).await;
        self.status(done, || format!("POST {request_id}/response"))
    }

    fn status(&self, done: Result<Reply, Refusal>, request: impl FnOnce() -> String) -> u16 {
        match done {
            Ok(reply) => reply.status().as_u16(),
            Err(refusal) => self.refused(&refusal, &request()),
        }
    }

    fn refused(&self, refusal: &Refusal, request: &str) -> u16 {
        let status = refusal.status.as_u16();
        self.api.signals.emit(ApiMoment::RequestRefused {
            status,
            request: request.chars().take(TOLD_CHARS).collect(),
            error_type: refusal.error_type.to_owned(),
        });
        status
    }
}

/// A streamed answer that goes on. Dropped before its end it was never given.
#[derive(Debug)]
pub(crate) struct LocalStream {
    parts: mpsc::UnboundedSender<Part>,
    answer: JoinHandle<u16>,
}

#[derive(Debug)]
enum Part {
    Chunk { bytes: usize },
    End { error_type: Option<String> },
}

impl LocalStream {
    /// So many bytes more.
    pub(crate) fn chunk(&self, bytes: usize) {
        // After a refusal nobody listens.
        let _ = self.parts.send(Part::Chunk { bytes });
    }

    /// The end of the body; the status of the answer, once it may be given.
    pub(crate) async fn end(self, error_type: Option<String>) -> u16 {
        let _ = self.parts.send(Part::End { error_type });
        self.answer.await.unwrap_or(500)
    }

    /// The body has broken off: the invocation is as unanswered as before.
    pub(crate) async fn cut(self) {
        drop(self.parts);
        // What is answered to it nobody hears.
        let _ = self.answer.await;
    }
}

/// The parts as the frames of a body. What the bytes are is nobody's business.
fn frames(
    mut parts: mpsc::UnboundedReceiver<Part>,
) -> impl Stream<Item = io::Result<Frame<Bytes>>> + Unpin {
    let mut ended = false;
    stream::poll_fn(move |context| {
        if ended {
            return Poll::Ready(None);
        }
        parts.poll_recv(context).map(|part| match part {
            Some(Part::Chunk { bytes }) => Some(Ok(Frame::data(Bytes::from(vec![0; bytes])))),
            Some(Part::End { error_type }) => {
                ended = true;
                error_type.map(|error_type| Ok(Frame::trailers(error_trailer(&error_type))))
            }
            None => {
                ended = true;
                Some(Err(io::ErrorKind::UnexpectedEof.into()))
            }
        })
    })
}

fn error_trailer(error_type: &str) -> HeaderMap {
    let value =
        HeaderValue::from_str(error_type).unwrap_or(HeaderValue::from_static("Function.Unknown"));
    let name = HeaderName::from_static("lambda-runtime-function-error-type");
    HeaderMap::from_iter([(name, value)])
}
