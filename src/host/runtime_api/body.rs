//! Reading a request's body without keeping more of it than is needed.

use bytes::{Buf as _, Bytes};
use http_body_util::BodyExt as _;
use hyper::HeaderMap;
use hyper::body::Body;

/// The number of bytes that are read of an unwanted body.
///
/// A client that writes everything before it reads would otherwise find its connection reset
/// instead of an answer. Ten times what a buffered response may have is enough for an honest one.
const DRAIN_LIMIT: u64 = 64 * 1024 * 1024;

/// The limits of a body: how much may come, and how much of it is kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// A longer body is refused.
    pub(super) accepted: u64,
    /// Only so much of its beginning is kept.
    pub(super) kept: usize,
}

/// A body that was read to its end.
#[derive(Debug)]
pub(super) struct WholeBody {
    pub(super) bytes: u64,
    pub(super) kept: Vec<u8>,
    pub(super) trailers: HeaderMap,
}

/// A body that was not.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum BodyError {
    /// It is over the limit.
    TooLarge {
        /// Bytes read, most of them only to get rid of them.
        bytes: u64,
    },
    /// It broke off, or is no valid HTTP.
    Truncated,
}

/// A request's body.
#[derive(Debug)]
pub(super) struct RequestBody<B> {
    body: B,
    bytes: u64,
    drain_budget: u64,
    ended: Ended,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Ended {
    No,
    Yes,
}

impl<B: Body<Data = Bytes> + Unpin> RequestBody<B> {
    pub(super) fn new(body: B) -> Self {
        Self { body, bytes: 0, drain_budget: DRAIN_LIMIT, ended: Ended::No }
    }

    /// Reads the body and its trailers to their end.
    pub(super) async fn read(&mut self, limits: Limits) -> Result<WholeBody, BodyError> {
        let mut kept = Vec::new();
        let mut trailers = HeaderMap::new();
        while let Some(part) = self.next().await {
            match part? {
                Part::Data(data) => {
                    let room = limits.kept.saturating_sub(kept.len());
                    kept.extend_from_slice(&data[..data.len().min(room)]);
                }
                Part::Trailers(map) => trailers = map,
            }
            if self.bytes > limits.accepted {
                self.drain().await;
                return Err(BodyError::TooLarge { bytes: self.bytes });
            }
        }
        Ok(WholeBody { bytes: self.bytes, kept, trailers })
    }

    /// Reads on for a while and forgets what it reads.
    pub(super) async fn drain(&mut self) {
        while self.drain_budget > 0 {
            let before = self.bytes;
            match self.next().await {
                Some(Ok(_)) => {
                    // At least one, so that a body of empty parts comes to an end too.
                    let read = (self.bytes - before).max(1);
                    self.drain_budget = self.drain_budget.saturating_sub(read);
                }
                // Broken off or at its end: nothing is left either way.
                Some(Err(_)) | None => return,
            }
        }
    }

    async fn next(&mut self) -> Option<Result<Part, BodyError>> {
        if self.ended == Ended::Yes {
            return None;
        }
        let Some(frame) = self.body.frame().await else {
            self.ended = Ended::Yes;
            return None;
        };
        let Ok(frame) = frame else {
            self.ended = Ended::Yes;
            return Some(Err(BodyError::Truncated));
        };
        Some(Ok(match frame.into_data() {
            Ok(data) => {
                self.bytes += data.remaining() as u64;
                Part::Data(data)
            }
            Err(other) => Part::Trailers(other.into_trailers().unwrap_or_default()),
        }))
    }
}

enum Part {
    Data(Bytes),
    Trailers(HeaderMap),
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use futures_util::stream;
    use http_body_util::{Full, StreamBody};
    use hyper::body::Frame;

    use super::*;

    const LIMITS: Limits = Limits { accepted: 10, kept: 4 };

    #[tokio::test]
    async fn the_limit_itself_is_accepted_and_only_the_beginning_kept() {
        let mut body = RequestBody::new(Full::new(Bytes::from_static(b"0123456789")));
        let whole = body.read(LIMITS).await.unwrap();
        assert_eq!((whole.bytes, whole.kept.as_slice()), (10, b"0123".as_slice()));
    }

    #[tokio::test]
    async fn one_byte_more_is_too_large_and_the_rest_is_drained() {
        let parts = ["01234567", "890", "and more"]
            .map(|text| Ok::<_, Infallible>(Frame::data(Bytes::from_static(text.as_bytes()))));
        let mut body = RequestBody::new(StreamBody::new(stream::iter(parts)));
        let error = body.read(LIMITS).await.unwrap_err();
        assert_eq!(error, BodyError::TooLarge { bytes: 19 });
    }

    #[tokio::test]
    async fn an_endless_body_is_not_drained_for_ever() {
        let part = || Ok::<_, Infallible>(Frame::data(Bytes::from_static(&[0; 1 << 20])));
        let mut body =
            RequestBody::new(StreamBody::new(stream::iter(std::iter::repeat_with(part))));
        let error = body.read(LIMITS).await.unwrap_err();
        assert_eq!(error, BodyError::TooLarge { bytes: DRAIN_LIMIT + (1 << 20) });
        body.drain().await;
        assert_eq!(body.bytes, DRAIN_LIMIT + (1 << 20), "the budget is for the whole body");
    }

    #[tokio::test]
    async fn trailers_are_read_and_an_error_is_a_truncated_body() {
        let mut trailers = HeaderMap::new();
        trailers.insert("x-end", "1".parse().unwrap());
        let parts = [Ok::<_, std::io::Error>(Frame::trailers(trailers.clone()))];
        let mut body = RequestBody::new(StreamBody::new(stream::iter(parts)));
        assert_eq!(body.read(LIMITS).await.unwrap().trailers, trailers);

        let parts = [Ok(Frame::data(Bytes::from_static(b"0"))), Err(std::io::Error::other("gone"))];
        let mut body = RequestBody::new(StreamBody::new(stream::iter(parts)));
        assert_eq!(body.read(LIMITS).await.unwrap_err(), BodyError::Truncated);
        body.drain().await;
    }
}
