//! The answers of the Runtime API, byte for byte as RIE gives them (`internal/lambda/rapi/rendering`).
//!
//! Other modules decide which one is due.

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderValue};
use hyper::{Method, Response, StatusCode};
use serde::Serialize;

use crate::host::runtime_api::body::{BodyError, Limits};
use crate::host::runtime_api::event::Event;
use crate::host::runtime_api::lifecycle::OrderError;
use crate::host::runtime_api::registry::RegistrationError;

/// An answer to a client.
pub(super) type Reply = Response<Full<Bytes>>;

/// An answer that says no.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    pub(super) error_type: &'static str,
    message: String,
    allow: Option<Method>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ErrorBody<'a> {
    error_message: &'a str,
    error_type: &'a str,
}

impl Refusal {
    /// A body that could not be read whole.
    pub(super) fn unread(error: &BodyError, limits: Limits) -> Self {
        match error {
            BodyError::TooLarge { .. } => Self::too_large(limits.accepted),
            BodyError::Truncated => Self::truncated(),
        }
    }

    pub(super) fn new(
        status: StatusCode,
        error_type: &'static str,
        message: impl Into<String>,
    ) -> Self {
        Self { status, error_type, message: message.into(), allow: None }
    }

    pub(super) fn forbidden(error_type: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, error_type, message)
    }

    pub(super) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "NotFound", "Not found")
    }

    pub(super) fn method_not_allowed(allow: Method) -> Self {
        let refusal =
            Self::new(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed", "Method not allowed");
        Self { allow: Some(allow), ..refusal }
    }

    pub(super) fn too_large(limit: u64) -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "RequestEntityTooLarge",
            format!("Exceeded maximum allowed payload size ({limit} bytes)."),
        )
    }

    pub(super) fn truncated() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "TruncatedHTTPRequest",
            "HTTP request detected as truncated",
        )
    }

    pub(super) fn invalid_response_mode() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "InvalidFunctionResponseMode",
            "Invalid function response mode",
        )
    }

    pub(super) fn into_reply(self) -> Reply {
        let body = ErrorBody { error_message: &self.message, error_type: self.error_type };
        let mut reply = json(self.status, &body);
        if let Some(allow) = self.allow
            && let Ok(value) = HeaderValue::from_str(allow.as_str())
        {
            reply.headers_mut().insert(ALLOW, value);
        }
        reply
    }
}

impl From<OrderError> for Refusal {
    fn from(error: OrderError) -> Self {
        let message = error.to_string();
        match error {
            OrderError::InvalidRequestId => {
                Self::new(StatusCode::BAD_REQUEST, "InvalidRequestID", message)
            }
            OrderError::TransitionNotAllowed { .. } => {
                Self::forbidden("InvalidStateTransition", message)
            }
        }
    }
}

impl From<RegistrationError> for Refusal {
    fn from(error: RegistrationError) -> Self {
        let error_type = match error {
            RegistrationError::ShutdownNotSupported(_) | RegistrationError::UnknownEvent(_) => {
                "Extension.InvalidEventType"
            }
            RegistrationError::Closed => "Extension.RegistrationClosed",
            RegistrationError::NameTaken => "Extension.InvalidExtensionState",
            RegistrationError::TooMany => "Extension.TooManyExtensions",
        };
        Self::forbidden(error_type, error.to_string())
    }
}

/// 202, what was sent was taken.
pub(super) fn accepted() -> Reply {
    #[derive(Serialize)]
    struct Status {
        status: &'static str,
    }
    json(StatusCode::ACCEPTED, &Status { status: "OK" })
}

/// 202, what was asked for is not there: how RIE answers a subscription to logs or telemetry, so
/// that the code which asks goes on.
pub(super) fn not_supported(error_type: &str, error_message: &str) -> Reply {
    json(StatusCode::ACCEPTED, &ErrorBody { error_message, error_type })
}

/// 200 to `GET /ping`.
pub(super) fn pong() -> Reply {
    let mut reply = Response::new(Full::new(Bytes::from_static(b"pong")));
    reply.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    reply
}

/// 200 to `GET /next`.
pub(super) fn event(event: &Event) -> Reply {
    let mut reply = Response::new(Full::new(event.invocation.event.clone()));
    let headers = reply.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    for (name, value) in event.headers() {
        headers.insert(name, value);
    }
    reply
}

/// An answer in JSON, with the newline that Go's encoder ends a value with.
pub(super) fn json(status: StatusCode, value: &impl Serialize) -> Reply {
    let (status, body) = match serde_json::to_vec(value) {
        Ok(mut body) => {
            body.push(b'\n');
            (status, body)
        }
        Err(_) => (StatusCode::INTERNAL_SERVER_ERROR, Vec::new()),
    };
    let mut reply = Response::new(Full::new(Bytes::from(body)));
    *reply.status_mut() = status;
    reply.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    reply
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;

    use super::*;

    async fn text(reply: Reply) -> String {
        let body = reply.into_body().collect().await.unwrap().to_bytes();
        String::from_utf8(body.to_vec()).unwrap()
    }

    #[tokio::test]
    async fn bodies_are_those_of_the_emulator() {
        assert_eq!(text(accepted()).await, "{\"status\":\"OK\"}\n");
        assert_eq!(
            text(Refusal::from(OrderError::InvalidRequestId).into_reply()).await,
            "{\"errorMessage\":\"Invalid request ID\",\"errorType\":\"InvalidRequestID\"}\n"
        );
        assert_eq!(
            text(Refusal::too_large(6_291_556).into_reply()).await,
            "{\"errorMessage\":\"Exceeded maximum allowed payload size (6291556 bytes).\",\
             \"errorType\":\"RequestEntityTooLarge\"}\n"
        );
    }
}
