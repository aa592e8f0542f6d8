//! An event for the handler, and how it looks on the wire.

use std::fmt;

use bytes::Bytes;
use hyper::header::HeaderValue;
use serde::Serialize;
use uuid::Uuid;

use crate::model::time::Timestamp;

/// An event with the facts of its invocation that the handler receives.
#[derive(Clone)]
pub(crate) struct Invocation {
    /// The id of the invocation.
    pub(crate) request_id: String,
    /// The event as the handler gets it.
    pub(crate) event: Bytes,
    /// The end of the function's timeout.
    pub(crate) deadline: Timestamp,
    /// The ARN that was invoked.
    pub(crate) function_arn: String,
}

impl fmt::Debug for Invocation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The event is the user's data and stays out of every message.
        formatter
            .debug_struct("Invocation")
            .field("request_id", &self.request_id)
            .field("deadline", &self.deadline)
            .field("function_arn", &self.function_arn)
            .finish_non_exhaustive()
    }
}

/// An invocation with everything that stays the same when it is delivered again.
#[derive(Debug)]
pub(super) struct Event {
    pub(super) invocation: Invocation,
    trace_id: String,
}

impl Event {
    /// The event of an invocation that is asked for at `now`.
    pub(super) fn new(invocation: Invocation, now: Timestamp) -> Self {
        Self { invocation, trace_id: trace_id(now) }
    }

    pub(super) fn request_id(&self) -> &str {
        &self.invocation.request_id
    }

    pub(super) fn trace_id(&self) -> &str {
        &self.trace_id
    }

    /// The headers of the answer to `GET /next`.
    pub(super) fn headers(&self) -> [(&'static str, HeaderValue); 4] {
        [
            ("lambda-runtime-aws-request-id", header_value(&self.invocation.request_id)),
            ("lambda-runtime-deadline-ms", HeaderValue::from(self.deadline_ms())),
            ("lambda-runtime-invoked-function-arn", header_value(&self.invocation.function_arn)),
            ("lambda-runtime-trace-id", header_value(&self.trace_id)),
        ]
    }

    /// Returns the notice for an extension of the same invocation.
    pub(super) fn invoke_notice(&self) -> InvokeNotice {
        InvokeNotice {
            event_type: "INVOKE",
            deadline_ms: self.deadline_ms(),
            request_id: self.invocation.request_id.clone(),
            invoked_function_arn: self.invocation.function_arn.clone(),
            tracing: Tracing { kind: "X-Amzn-Trace-Id", value: self.trace_id.clone() },
        }
    }

    /// Milliseconds since the epoch.
    pub(super) fn deadline_ms(&self) -> u64 {
        self.invocation.deadline.nanos() / 1_000_000
    }
}

/// The body of an `INVOKE` event (AWS Lambda developer guide, `runtimes-extensions-api`).
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct InvokeNotice {
    event_type: &'static str,
    deadline_ms: u64,
    request_id: String,
    invoked_function_arn: String,
    tracing: Tracing,
}

#[derive(Debug, Serialize)]
struct Tracing {
    #[serde(rename = "type")]
    kind: &'static str,
    value: String,
}

/// A trace id that every X-Ray library can parse, of a trace that is not sampled, so that none of
/// them sends anything (AWS X-Ray developer guide, "Tracing header").
fn trace_id(now: Timestamp) -> String {
    let seconds = now.nanos() / 1_000_000_000;
    let root = Uuid::new_v4().simple().to_string();
    let parent = Uuid::new_v4().simple().to_string();
    format!("Root=1-{seconds:08x}-{};Parent={};Sampled=0", &root[..24], &parent[..16])
}

/// The text as a header value, with `_` for what a header cannot hold.
fn header_value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or_else(|_| {
        let visible: String =
            text.chars().map(|c| if c.is_ascii_graphic() { c } else { '_' }).collect();
        HeaderValue::from_str(&visible).unwrap_or(HeaderValue::from_static("_"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_id_is_well_formed() {
        let id = trace_id(Timestamp::from_nanos(1_763_878_500_000_000_000));
        let parts: Vec<&str> = id.split(';').collect();
        let [root, parent, "Sampled=0"] = parts[..] else { panic!("{id}") };
        let root: Vec<&str> = root.split('-').collect();
        let ["Root=1", seconds, unique] = root[..] else { panic!("{id}") };
        assert_eq!(seconds, "6922a664");
        let hex = |text: &str| text.chars().all(|c| c.is_ascii_hexdigit());
        assert!(unique.len() == 24 && hex(unique), "{id}");
        let parent = parent.strip_prefix("Parent=").unwrap();
        assert!(parent.len() == 16 && hex(parent), "{id}");
    }

    #[test]
    fn a_header_value_is_never_lost() {
        assert_eq!(header_value("arn:aws:lambda:x"), "arn:aws:lambda:x");
        assert_eq!(header_value("a\nb\u{1F980}"), "a_b_");
    }

    #[test]
    fn the_event_is_not_part_of_a_debug_text() {
        let invocation = Invocation {
            request_id: "id".into(),
            event: Bytes::from_static(b"secret"),
            deadline: Timestamp::from_nanos(0),
            function_arn: "arn".into(),
        };
        let text = format!("{:?}", Event::new(invocation, Timestamp::from_nanos(0)));
        assert!(!text.contains("secret"), "{text}");
    }
}
