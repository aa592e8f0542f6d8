//! The lines between the agent and us.
//!
//! A line that is not understood is an error with a reason, never a panic: the pipe's number may
//! have been found by somebody else. What a line means for the run is [`super::bridge`]'s job.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::host::runtimes::node::picture::record::Record;
use crate::host::runtimes::node::surrogate::without_halves;
use crate::observation::{Policy, UncaughtKind};

/// A message of the agent.
#[derive(Debug)]
pub(super) enum FromAgent {
    /// It is there.
    Hello(Hello),
    /// What is new, has changed and has ended.
    Events(Box<Events>),
    /// The handler has completed; the answer may come later.
    Completed { request_id: String, mode: String },
    /// The runtime asks for an event.
    Next,
    /// The runtime answers.
    Answer { request_id: String, body: String },
    /// The runtime answers with more than a line may have; so many bytes came.
    TooLarge { request_id: String, bytes: u64 },
    /// The runtime answers with an error.
    Error { request_id: String, body: Value },
    /// The runtime could not start.
    InitError { body: Value },
    /// A streamed answer begins.
    StreamStart { request_id: String },
    /// A part of it, of so many bytes.
    StreamChunk { bytes: usize },
    /// It has ended, perhaps with an error of this type.
    StreamEnd { error_type: Option<String> },
    /// It has broken off.
    StreamCut,
    /// Something failed that nobody awaited any more; `invocation` is the one whose code left it.
    Uncaught { kind: UncaughtKind, invocation: Option<u32> },
    /// The agent has failed and is off.
    Fault { place: String, message: String },
}

/// The agent's first line.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Hello {
    /// The version of the protocol.
    pub(super) v: u64,
    /// Zero of the agent's clock, in nanoseconds of `CLOCK_MONOTONIC`, as decimal digits.
    pub(super) t0: String,
}

/// What the agent has seen since its last line of this kind.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Events {
    /// Why it was written.
    pub(super) mark: Mark,
    /// When, in milliseconds of the agent's clock.
    pub(super) at: f64,
    /// The invocation that the mark is about.
    #[serde(rename = "req", default)]
    pub(super) request_id: Option<String>,
    /// The probe that it answers.
    #[serde(default)]
    pub(super) seq: Option<u64>,
    /// What was made.
    #[serde(default)]
    pub(super) new: Vec<Record>,
    /// Facts that are different now.
    #[serde(rename = "chg", default)]
    pub(super) changed: Vec<(u64, Map<String, Value>)>,
    /// What has ended, and when.
    #[serde(rename = "end", default)]
    pub(super) ended: Vec<(u64, f64)>,
    /// Unfinished async functions without a record.
    #[serde(default)]
    pub(super) lost: u64,
    /// Records without a place, since the start.
    #[serde(default)]
    pub(super) bare: u64,
    /// What libuv says, against the records.
    #[serde(default)]
    pub(super) audit: Option<Audit>,
}

/// Why the agent writes.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "lowercase")]
pub(super) enum Mark {
    /// Before the first request for an event.
    Ready,
    /// The handler has completed.
    Response,
    /// The loop has turned once since.
    Turn,
    /// The runtime is about to ask for the next event.
    Freeze,
    /// We have asked.
    Probe,
    /// Nothing that matters.
    #[serde(other)]
    Other,
}

/// What libuv says of the loop.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Audit {
    /// The loop is alive.
    #[serde(default)]
    pub(super) alive: bool,
    /// Active handles that no record explains.
    #[serde(default)]
    pub(super) unseen: Vec<Unseen>,
}

/// An active handle that no record explains.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Unseen {
    /// Its type, as libuv names it.
    #[serde(rename = "type", default)]
    pub(super) uv_type: String,
    /// Its file descriptor.
    #[serde(default)]
    pub(super) fd: Option<i64>,
}

/// A line that was not understood.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub(super) enum LineError {
    /// It is no message of the protocol.
    #[error("a line of {bytes} bytes is no message of the agent: {reason}")]
    Foreign {
        /// Its length.
        bytes: u64,
        /// What is wrong with it.
        reason: String,
        /// The agent waits for an acknowledgement all the same.
        waits: bool,
    },
    /// It is too long to be kept, and is no answer.
    #[error("a line of {bytes} bytes is too long")]
    TooLong {
        /// Its length.
        bytes: u64,
    },
    /// The pipe ended in the middle of it.
    #[error("the last line broke off after {bytes} bytes")]
    CutShort {
        /// How much of it had come.
        bytes: u64,
    },
    /// The pipe could not be read.
    #[error("the pipe could not be read: {reason}")]
    Unreadable {
        /// What the system said.
        reason: String,
    },
}

/// Reads one line.
pub(super) fn parse(line: &[u8]) -> Result<FromAgent, LineError> {
    let read_whole = |line: &[u8]| {
        let tag: Tag = serde_json::from_slice(line)?;
        read(&tag.t, line)
    };
    let mut message = read_whole(line);
    if message.is_err()
        && let Some(mended) = without_halves(line)
    {
        message = read_whole(&mended);
    }
    message.map_err(|error| {
        let tag = serde_json::from_slice(line).ok();
        LineError::Foreign {
            bytes: line.len() as u64,
            reason: error.to_string(),
            waits: tag.is_some_and(|tag: Tag| WAITING.contains(&tag.t.as_str())),
        }
    })
}

/// What the agent waits for an acknowledgement of.
const WAITING: &[&str] = &["completed", "answer", "error", "init-error", "stream-end"];

#[derive(Deserialize)]
struct Tag {
    t: String,
}

#[derive(Deserialize)]
struct Body<T> {
    #[serde(rename = "req", default)]
    request_id: String,
    body: T,
}

#[derive(Deserialize)]
struct Completed {
    #[serde(rename = "req")]
    request_id: String,
    mode: String,
}

#[derive(Deserialize)]
struct Start {
    #[serde(rename = "req")]
    request_id: String,
}

#[derive(Deserialize)]
struct Chunk {
    data: String,
}

#[derive(Deserialize)]
struct End {
    #[serde(default)]
    error: Option<EndError>,
}

#[derive(Deserialize)]
struct EndError {
    #[serde(rename = "type", default)]
    error_type: Option<String>,
}

#[derive(Deserialize)]
struct Uncaught {
    kind: String,
    #[serde(rename = "inv", default)]
    invocation: Option<u32>,
}

#[derive(Deserialize)]
struct Fault {
    #[serde(rename = "where", default)]
    place: String,
    #[serde(default)]
    message: String,
}

/// The tag first: a tagged enum would keep a copy of the whole line before it reads it.
fn read(tag: &str, line: &[u8]) -> serde_json::Result<FromAgent> {
    Ok(match tag {
        "hello" => FromAgent::Hello(serde_json::from_slice(line)?),
        "ev" => FromAgent::Events(serde_json::from_slice(line)?),
        "completed" => {
            let Completed { request_id, mode } = serde_json::from_slice(line)?;
            FromAgent::Completed { request_id, mode }
        }
        "next" => FromAgent::Next,
        "answer" => {
            let Body { request_id, body } = serde_json::from_slice(line)?;
            FromAgent::Answer { request_id, body }
        }
        "error" => {
            let Body { request_id, body } = serde_json::from_slice(line)?;
            FromAgent::Error { request_id, body }
        }
        "init-error" => {
            let Body { request_id: _, body } = serde_json::from_slice(line)?;
            FromAgent::InitError { body }
        }
        "stream-start" => {
            let Start { request_id } = serde_json::from_slice(line)?;
            FromAgent::StreamStart { request_id }
        }
        "stream-chunk" => {
            let Chunk { data } = serde_json::from_slice(line)?;
            FromAgent::StreamChunk { bytes: decoded_length(&data) }
        }
        "stream-end" => {
            let End { error } = serde_json::from_slice(line)?;
            let unknown = || "Function.Unknown".to_owned();
            let error_type = error.map(|error| error.error_type.unwrap_or_else(unknown));
            FromAgent::StreamEnd { error_type }
        }
        "stream-cut" => FromAgent::StreamCut,
        "uncaught" => {
            let Uncaught { kind, invocation } = serde_json::from_slice(line)?;
            FromAgent::Uncaught { kind: uncaught_kind(&kind)?, invocation }
        }
        "fault" => {
            let Fault { place, message } = serde_json::from_slice(line)?;
            FromAgent::Fault { place, message }
        }
        _ => {
            return Err(serde::de::Error::custom(format!("`{}` is not known", tag.escape_debug())));
        }
    })
}

fn uncaught_kind(kind: &str) -> serde_json::Result<UncaughtKind> {
    match kind {
        "exception" => Ok(UncaughtKind::Exception),
        "rejection" => Ok(UncaughtKind::Rejection),
        "exit" => Ok(UncaughtKind::Exit),
        _ => Err(serde::de::Error::custom(format!("`{}` is no error", kind.escape_debug()))),
    }
}

/// Parses the beginning of a line that was too long to be kept.
pub(super) fn parse_head(head: &[u8], bytes: u64) -> Result<FromAgent, LineError> {
    #[derive(Deserialize)]
    struct Head {
        t: String,
        req: String,
    }
    let head = String::from_utf8_lossy(head);
    // The agent writes the body last.
    let known = head.split_once(",\"body\":").map(|(known, _)| format!("{known}}}"));
    match known.and_then(|known| serde_json::from_str::<Head>(&known).ok()) {
        Some(Head { t, req }) if t == "answer" || t == "error" => {
            Ok(FromAgent::TooLarge { request_id: req, bytes })
        }
        _ => Err(LineError::TooLong { bytes }),
    }
}

/// How many bytes a base64 text stands for. What they are is the user's.
fn decoded_length(base64: &str) -> usize {
    let digits = base64.trim_end_matches('=').len();
    digits / 4 * 3 + (digits % 4).saturating_sub(1)
}

/// What is said to the agent.
#[derive(Debug, Serialize)]
#[serde(tag = "t", rename_all = "lowercase")]
pub(super) enum ToAgent<'a> {
    /// What it said has been taken, with the status of an answer.
    Ack {
        #[serde(skip_serializing_if = "Option::is_none")]
        status: Option<u16>,
    },
    /// It is to write what it has seen.
    Probe { seq: u64 },
    /// An event for the handler.
    Event {
        #[serde(rename = "req")]
        request_id: &'a str,
        #[serde(rename = "inv")]
        invocation: u64,
        body: &'a str,
        #[serde(rename = "deadlineMs")]
        deadline_ms: u64,
        arn: &'a str,
        #[serde(skip_serializing_if = "str::is_empty")]
        trace: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        completes: Option<Completes>,
    },
}

/// How an invocation is to complete, whichever way the handler takes.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Completes {
    /// The answer is given at once, and the next event is asked for.
    AtOnce,
    /// The answer waits for an empty event loop.
    HoldResponse,
    /// The answer is given at once, and the request for the next event waits.
    HoldEnv,
}

impl Completes {
    /// What a policy comes to in the handler.
    pub(super) fn under(policy: Policy) -> Self {
        match policy {
            Policy::Freeze | Policy::RunOn => Self::AtOnce,
            Policy::HoldResponse => Self::HoldResponse,
            Policy::HoldEnv => Self::HoldEnv,
        }
    }
}

impl ToAgent<'_> {
    /// The line, with its end.
    pub(super) fn line(&self) -> Vec<u8> {
        // Numbers and text can always be written.
        let mut line = serde_json::to_vec(self).unwrap_or_default();
        line.push(b'\n');
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_contract_is_read() {
        for line in [
            r#"{"t":"hello","v":1,"node":"20.20.2","pid":123,"t0":"123456789"}"#,
            r#"{"t":"ev","mark":"ready","at":1.5,"new":[],"chg":[],"end":[],"lost":0,"bare":0}"#,
            r#"{"t":"ev","mark":"turn","at":1,"req":"a","new":[],"chg":[[1,{"holds":false}]],
                "end":[[1,2.5]],"lost":1,"bare":0,"audit":{"alive":true,"unseen":[{"type":"poll"}]}}"#,
            r#"{"t":"completed","req":"a","mode":"async","at":2.5}"#,
            r#"{"t":"next"}"#,
            r#"{"t":"answer","req":"a","body":"{\"a\":1}"}"#,
            r#"{"t":"error","req":"a","body":{"errorType":"E","errorMessage":"m","trace":[]}}"#,
            r#"{"t":"init-error","body":{"errorType":"E"}}"#,
            r#"{"t":"stream-start","req":"a","contentType":"text/plain"}"#,
            r#"{"t":"stream-chunk","req":"a","data":"aGVsbG8="}"#,
            r#"{"t":"stream-end","req":"a"}"#,
            r#"{"t":"stream-end","req":"a","error":{"type":"E","body":{}}}"#,
            r#"{"t":"stream-cut","req":"a"}"#,
            r#"{"t":"fault","where":"init","message":"x is not a function"}"#,
        ] {
            parse(line.as_bytes()).unwrap_or_else(|error| panic!("{line}: {error}"));
        }
    }

    #[test]
    fn what_is_not_understood_is_an_error() {
        for line in
            ["", "{", "null", "[1]", "hello", "{\"t\":5}", "{\"t\":\"ev\"}", "{\"t\":\"x\"}"]
        {
            assert!(parse(line.as_bytes()).is_err(), "{line}");
        }
        assert!(parse(&[0xff, 0xfe, 0x00]).is_err());
        assert!(parse(br#"{"t":"ev","mark":"turn","at":1,"end":[["x",1]]}"#).is_err());
        let deep = "[".repeat(100_000);
        assert!(parse(format!("{{\"t\":\"next\",\"x\":{deep}").as_bytes()).is_err());
    }

    #[test]
    fn half_an_emoji_is_no_reason_not_to_be_understood() {
        let line = br#"{"t":"error","req":"a","body":{"errorMessage":"\ud83d","errorType":"E"}}"#;
        let FromAgent::Error { body, .. } = parse(line).unwrap() else { panic!() };
        assert_eq!(body["errorMessage"], "\u{fffd}");
    }

    #[test]
    fn it_is_known_who_waits_for_an_answer_that_was_not_understood() {
        for (line, waits) in [
            (r#"{"t":"answer","req":5}"#, true),
            (r#"{"t":"completed"}"#, true),
            (r#"{"t":"ev","mark":5}"#, false),
            (r#"{"t":"answer","req""#, false),
        ] {
            let error = parse(line.as_bytes()).unwrap_err();
            assert!(
                matches!(error, LineError::Foreign { waits: found, .. } if found == waits),
                "{line}: {error:?}"
            );
        }
    }

    #[test]
    fn a_mark_and_a_key_of_a_later_version_are_tolerated() {
        let line = br#"{"t":"ev","mark":"later","at":1,"more":{"a":[1]}}"#;
        let FromAgent::Events(events) = parse(line).unwrap() else { panic!() };
        assert_eq!(events.mark, Mark::Other);
    }

    #[test]
    fn an_answer_that_is_too_long_is_known_by_its_beginning() {
        let head = br#"{"t":"answer","req":"a-b","body":"{\"x\":\"aaaaaaaaaaaaa"#;
        let answer = parse_head(head, 99).unwrap();
        assert!(
            matches!(&answer, FromAgent::TooLarge { request_id, bytes: 99 } if request_id == "a-b"),
            "{answer:?}"
        );
        let events = br#"{"t":"ev","mark":"turn","at":1,"new":[{"id":1"#;
        assert_eq!(parse_head(events, 99).unwrap_err(), LineError::TooLong { bytes: 99 });
        assert!(parse_head(b"\xff\xff", 99).is_err());
    }

    #[test]
    fn the_length_of_a_chunk_is_that_of_its_bytes() {
        for (text, length) in [("", 0), ("aA==", 1), ("aGU=", 2), ("aGVs", 3), ("aGVsbG8=", 5)] {
            assert_eq!(decoded_length(text), length, "{text}");
        }
    }

    #[test]
    fn lines_to_the_agent_are_those_of_the_contract() {
        let text = |message: ToAgent<'_>| String::from_utf8(message.line()).unwrap();
        assert_eq!(text(ToAgent::Ack { status: None }), "{\"t\":\"ack\"}\n");
        assert_eq!(text(ToAgent::Ack { status: Some(202) }), "{\"t\":\"ack\",\"status\":202}\n");
        assert_eq!(text(ToAgent::Probe { seq: 3 }), "{\"t\":\"probe\",\"seq\":3}\n");
        let event = ToAgent::Event {
            request_id: "a",
            invocation: 1,
            body: "{\"k\":\"\n\"}",
            deadline_ms: 5,
            arn: "arn",
            trace: "",
            completes: None,
        };
        assert_eq!(
            text(event),
            "{\"t\":\"event\",\"req\":\"a\",\"inv\":1,\"body\":\"{\\\"k\\\":\\\"\\n\\\"}\",\
             \"deadlineMs\":5,\"arn\":\"arn\"}\n"
        );
    }
}
