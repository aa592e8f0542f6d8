//! The requests of a runtime: next, response, error, init error.
//!
//! [`crate::host::runtime_api::lifecycle`] decides what is allowed when.

use bytes::Bytes;
use hyper::HeaderMap;
use hyper::body::Body;
use serde::Deserialize;

use crate::host::runtime_api::body::{BodyError, Limits, RequestBody, WholeBody};
use crate::host::runtime_api::lifecycle::Answer;
use crate::host::runtime_api::reply::{self, Refusal, Reply};
use crate::host::runtime_api::state::{Answering, Api};
use crate::observation::ApiMoment;

/// RIE, `internal/lambda/interop/model.go`: 6 MiB and 100 bytes.
const BUFFERED_LIMIT: u64 = 6 * 1024 * 1024 + 100;
/// AWS Lambda developer guide, `configuration-response-streaming`, since July 2025.
const STREAMED_LIMIT: u64 = 200 * 1024 * 1024;
/// The emulator for managed instances takes error bodies up to here; an honest one is far shorter.
const PARSED_ERROR_LIMIT: usize = 1024 * 1024;
/// An error type is a word; what is longer is cut.
const ERROR_TYPE_CHARS: usize = 200;

const ERROR_TYPE_HEADER: &str = "lambda-runtime-function-error-type";
const RESPONSE_MODE_HEADER: &str = "lambda-runtime-function-response-mode";

/// `GET /runtime/invocation/next`
pub(super) async fn next(api: &Api) -> Result<Reply, Refusal> {
    let event = api.next_event().await?;
    Ok(reply::event(&event))
}

/// `POST /runtime/invocation/{id}/response`
pub(super) async fn response<B>(
    api: &Api,
    request_id: &str,
    headers: &HeaderMap,
    body: &mut RequestBody<B>,
) -> Result<Reply, Refusal>
where
    B: Body<Data = Bytes> + Unpin,
{
    let answering = api.begin_answer(request_id, Answer::Response)?;
    let mode = ResponseMode::of(headers)?;
    let limits = Limits { accepted: mode.limit(), kept: 0 };
    let (answering, whole) = read_answer(answering, request_id, body, limits).await?;
    let moment = ApiMoment::ResponseReceived {
        request_id: request_id.to_owned(),
        bytes: whole.bytes,
        streaming: mode == ResponseMode::Streaming,
        error_type: mode.error_type(&whole.trailers),
    };
    answering.finish(moment).released().await;
    Ok(reply::accepted())
}

/// `POST /runtime/invocation/{id}/error`
pub(super) async fn error<B>(
    api: &Api,
    request_id: &str,
    headers: &HeaderMap,
    body: &mut RequestBody<B>,
) -> Result<Reply, Refusal>
where
    B: Body<Data = Bytes> + Unpin,
{
    let answering = api.begin_answer(request_id, Answer::Error)?;
    let limits = Limits { accepted: BUFFERED_LIMIT, kept: PARSED_ERROR_LIMIT };
    let (answering, whole) = read_answer(answering, request_id, body, limits).await?;
    let moment = ApiMoment::ErrorReceived {
        request_id: request_id.to_owned(),
        error_type: error_type(headers, &whole.kept, "Function.Unknown"),
    };
    answering.finish(moment).released().await;
    Ok(reply::accepted())
}

/// `POST /runtime/init/error`
pub(super) async fn init_error<B>(
    api: &Api,
    headers: &HeaderMap,
    body: &mut RequestBody<B>,
) -> Result<Reply, Refusal>
where
    B: Body<Data = Bytes> + Unpin,
{
    let limits = Limits { accepted: BUFFERED_LIMIT, kept: PARSED_ERROR_LIMIT };
    let whole = body.read(limits).await.map_err(|error| Refusal::unread(&error, limits))?;
    let hold = api.init_error(error_type(headers, &whole.kept, "Runtime.Unknown"))?;
    hold.released().await;
    Ok(reply::accepted())
}

/// An answer that is too large to be read at all, with its length in bytes.
pub(super) async fn too_large(api: &Api, request_id: &str, bytes: u64) -> Result<Reply, Refusal> {
    let answering = api.begin_answer(request_id, Answer::Response)?;
    let moment = ApiMoment::ResponseTooLarge { request_id: request_id.to_owned(), bytes };
    answering.finish(moment).released().await;
    Err(Refusal::too_large(BUFFERED_LIMIT))
}

/// Reads an answer's body. One that is too large answers the invocation all the same, as the
/// caller gets `Function.ResponseSizeTooLarge` then; one that broke off leaves it unanswered.
async fn read_answer<'a, B>(
    answering: Answering<'a>,
    request_id: &str,
    body: &mut RequestBody<B>,
    limits: Limits,
) -> Result<(Answering<'a>, WholeBody), Refusal>
where
    B: Body<Data = Bytes> + Unpin,
{
    match body.read(limits).await {
        Ok(whole) => Ok((answering, whole)),
        Err(error) => {
            if let BodyError::TooLarge { bytes } = error {
                let request_id = request_id.to_owned();
                let moment = ApiMoment::ResponseTooLarge { request_id, bytes };
                answering.finish(moment).released().await;
            }
            Err(Refusal::unread(&error, limits))
        }
    }
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum ResponseMode {
    Buffered,
    Streaming,
}

impl ResponseMode {
    fn of(headers: &HeaderMap) -> Result<Self, Refusal> {
        match headers.get(RESPONSE_MODE_HEADER).map(|value| value.as_bytes()) {
            None | Some(b"") => Ok(Self::Buffered),
            Some(b"streaming") => Ok(Self::Streaming),
            Some(_) => Err(Refusal::invalid_response_mode()),
        }
    }

    const fn limit(self) -> u64 {
        match self {
            Self::Buffered => BUFFERED_LIMIT,
            Self::Streaming => STREAMED_LIMIT,
        }
    }

    /// A stream that failed midway says so in a trailer (AWS Lambda developer guide,
    /// `runtimes-custom`); a buffered response has none.
    fn error_type(self, trailers: &HeaderMap) -> Option<String> {
        match self {
            Self::Buffered => None,
            Self::Streaming => header_error_type(trailers),
        }
    }
}

// The header first: it is the documented place, and the only one that every runtime names the
// same. The Node.js client sends none.
fn error_type(headers: &HeaderMap, body: &[u8], unknown: &str) -> String {
    header_error_type(headers)
        .or_else(|| body_error_type(body))
        .unwrap_or_else(|| unknown.to_owned())
}

fn header_error_type(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(ERROR_TYPE_HEADER)?;
    word(&String::from_utf8_lossy(value.as_bytes()))
}

fn body_error_type(body: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct ErrorBody {
        error_type: String,
    }
    // RIE takes any body as an error; one that is not such JSON has no type to tell.
    let body: ErrorBody = serde_json::from_slice(body).ok()?;
    word(&body.error_type)
}

fn word(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.chars().take(ERROR_TYPE_CHARS).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_goes_before_the_body_and_both_may_be_missing() {
        let mut headers = HeaderMap::new();
        let body = br#"{"errorMessage":"no","errorType":"TypeError","trace":[]}"#;
        assert_eq!(error_type(&headers, body, "Unknown"), "TypeError");
        assert_eq!(error_type(&headers, b"", "Unknown"), "Unknown");
        assert_eq!(error_type(&headers, br#"{"errorType":5}"#, "Unknown"), "Unknown");
        headers.insert(ERROR_TYPE_HEADER, "unhandled".parse().unwrap());
        assert_eq!(error_type(&headers, body, "Unknown"), "unhandled");
    }

    #[test]
    fn an_error_type_is_cut_to_a_word() {
        let body = format!(r#"{{"errorType":"{}"}}"#, "x".repeat(1000));
        assert_eq!(error_type(&HeaderMap::new(), body.as_bytes(), "").len(), ERROR_TYPE_CHARS);
    }

    #[test]
    fn streaming_is_the_only_mode_that_has_a_name() {
        let mut headers = HeaderMap::new();
        assert_eq!(ResponseMode::of(&headers).unwrap(), ResponseMode::Buffered);
        headers.insert(RESPONSE_MODE_HEADER, "streaming".parse().unwrap());
        assert_eq!(ResponseMode::of(&headers).unwrap(), ResponseMode::Streaming);
        headers.insert(RESPONSE_MODE_HEADER, "buffered".parse().unwrap());
        assert!(ResponseMode::of(&headers).is_err());
    }
}
