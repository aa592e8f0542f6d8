//! A runtime that speaks through the pipes is under the rules of one that speaks HTTP.

use std::time::Duration;

use serde_json::json;
use tokio::sync::mpsc;

use crate::host::clock::Clock;
use crate::host::runtime_api::{Asks, Invocation, RuntimeApi};
use crate::host::runtimes::node::bridge::{Bridge, Setup};
use crate::host::runtimes::node::pipes::open as open_pipes;
use crate::host::runtimes::node::tests::agent::Agent;
use crate::host::runtimes::node::tests::fixture::Fixture;
use crate::model::diagnostic::GapId;
use crate::model::time::Timestamp;
use crate::observation::ApiMoment;

fn refused(status: u16, request: &str, error_type: &str) -> ApiMoment {
    ApiMoment::RequestRefused {
        status,
        request: request.to_owned(),
        error_type: error_type.to_owned(),
    }
}

fn responded(bytes: u64, streaming: bool, error_type: Option<&str>) -> ApiMoment {
    ApiMoment::ResponseReceived {
        request_id: "a".into(),
        bytes,
        streaming,
        error_type: error_type.map(str::to_owned),
    }
}

#[tokio::test]
async fn an_event_is_delivered_whole() {
    let mut fixture = Fixture::ready().await;
    fixture.agent.say(json!({"t": "next"})).await;
    fixture.until(|fixture| fixture.moments == [ApiMoment::NextRequested]).await;
    fixture.api.deliver(Invocation {
        request_id: "a".into(),
        event: format!("{{\"k\":\"{}\"}}", "\u{e4}".repeat(3 << 20)).into(),
        deadline: Timestamp::from_nanos(5_000_999_999),
        function_arn: "arn".into(),
    });
    let event = fixture.agent.event().await.unwrap();
    assert_eq!((&event["req"], &event["inv"]), (&json!("a"), &json!(1)));
    assert_eq!((&event["deadlineMs"], &event["arn"]), (&json!(5000), &json!("arn")));
    assert!(event["trace"].as_str().unwrap().starts_with("Root=1-"));
    assert_eq!(event["body"].as_str().unwrap().len(), 8 + (6 << 20));
    fixture.look();
    assert!(matches!(fixture.moments[1], ApiMoment::EventDelivered { .. }));
}

#[tokio::test]
async fn answers_are_taken_once_and_for_the_invocation_in_flight() {
    let mut fixture = Fixture::ready().await;
    fixture.invoke("a").await;
    for (line, status) in [
        (json!({"t": "answer", "req": "b", "body": "1"}), 400),
        (json!({"t": "answer", "req": "a", "body": "{\"x\":1}"}), 202),
        (json!({"t": "answer", "req": "a", "body": "1"}), 403),
        (json!({"t": "error", "req": "a", "body": {"errorType": "E"}}), 403),
        (json!({"t": "init-error", "body": {"errorType": "E"}}), 403),
        (json!({"t": "stream-end", "req": "a"}), 400),
    ] {
        fixture.agent.say(line.clone()).await;
        assert_eq!(fixture.agent.ack().await, json!({"t": "ack", "status": status}), "{line}");
    }
    fixture.look();
    assert_eq!(
        fixture.moments[2..],
        [
            refused(400, "POST b/response", "InvalidRequestID"),
            responded(7, false, None),
            refused(403, "POST a/response", "InvalidStateTransition"),
            refused(403, "POST a/error", "InvalidStateTransition"),
            refused(403, "POST init/error", "InvalidStateTransition"),
        ]
    );
}

#[tokio::test]
async fn the_largest_response_passes_and_a_larger_one_is_refused() {
    const LIMIT: usize = 6 * 1024 * 1024 + 100;
    for (length, status) in [(LIMIT, 202), (LIMIT + 1, 413)] {
        let mut fixture = Fixture::ready().await;
        fixture.invoke("a").await;
        // Each of these is six bytes in the line.
        let body = "\u{1}".repeat(length);
        fixture.agent.say(json!({"t": "answer", "req": "a", "body": body})).await;
        assert_eq!(fixture.agent.ack().await["status"], status);
        fixture.look();
        let bytes = length as u64;
        let moment = match status {
            202 => responded(bytes, false, None),
            _ => ApiMoment::ResponseTooLarge { request_id: "a".into(), bytes },
        };
        assert_eq!(fixture.moments[2], moment);
        assert_eq!(fixture.moments.len(), if status == 202 { 3 } else { 4 });
        assert!(fixture.has_no_gap());
    }
}

#[tokio::test]
async fn errors_are_reported_with_their_type() {
    let mut fixture = Fixture::ready().await;
    fixture.invoke("a").await;
    let body = json!({"errorType": "TypeError", "errorMessage": "secret", "trace": []});
    fixture.agent.say(json!({"t": "error", "req": "a", "body": body})).await;
    assert_eq!(fixture.agent.ack().await["status"], 202);
    fixture.look();
    let moment =
        ApiMoment::ErrorReceived { request_id: "a".into(), error_type: "TypeError".into() };
    assert_eq!(fixture.moments[2], moment);

    let mut fixture = Fixture::ready().await;
    fixture.agent.say(json!({"t": "init-error", "body": {"errorType": "SyntaxError"}})).await;
    assert_eq!(fixture.agent.ack().await["status"], 202);
    fixture.look();
    let moment = ApiMoment::InitErrorReceived { error_type: "SyntaxError".into() };
    assert_eq!(fixture.moments, [moment]);
}

#[tokio::test]
async fn a_stream_is_one_response_of_many_bytes() {
    for (error, expected) in [(None, None), (Some(json!({"type": "E", "body": {}})), Some("E"))] {
        let mut fixture = Fixture::ready().await;
        fixture.invoke("a").await;
        let start = json!({"t": "stream-start", "req": "a", "contentType": "text/plain"});
        fixture.agent.say(start).await;
        for data in ["aGVsbG8=", "", "aGVs"] {
            fixture.agent.say(json!({"t": "stream-chunk", "req": "a", "data": data})).await;
        }
        let mut end = json!({"t": "stream-end", "req": "a"});
        if let Some(error) = error {
            end["error"] = error;
        }
        fixture.agent.say(end).await;
        assert_eq!(fixture.agent.ack().await, json!({"t": "ack", "status": 202}));
        fixture.look();
        assert_eq!(fixture.moments[2], responded(8, true, expected));
    }
}

#[tokio::test]
async fn a_stream_that_breaks_off_was_never_given() {
    let mut fixture = Fixture::ready().await;
    fixture.invoke("a").await;
    fixture.agent.say(json!({"t": "stream-start", "req": "a"})).await;
    fixture.agent.say(json!({"t": "stream-chunk", "req": "a", "data": "aGVs"})).await;
    fixture.agent.end().await;
    fixture.until(|fixture| fixture.moments.len() > 2).await;
    let broken = refused(400, "POST a/response", "TruncatedHTTPRequest");
    assert_eq!(fixture.moments[2..], [broken]);
}

#[tokio::test]
async fn a_stream_that_the_handler_destroyed_leaves_room_for_an_error() {
    let mut fixture = Fixture::ready().await;
    fixture.invoke("a").await;
    // One that never began is no answer either.
    fixture.agent.say(json!({"t": "stream-cut", "req": "a"})).await;
    fixture.agent.say(json!({"t": "stream-start", "req": "a"})).await;
    fixture.agent.say(json!({"t": "stream-chunk", "req": "a", "data": "aGVs"})).await;
    fixture.agent.say(json!({"t": "stream-cut", "req": "a"})).await;
    fixture.agent.say(json!({"t": "error", "req": "a", "body": {"errorType": "E"}})).await;
    assert_eq!(fixture.agent.ack().await["status"], 202);
    fixture.look();
    let error = ApiMoment::ErrorReceived { request_id: "a".into(), error_type: "E".into() };
    let broken = refused(400, "POST a/response", "TruncatedHTTPRequest");
    assert_eq!(fixture.moments[2..], [broken, error]);
}

#[tokio::test]
async fn the_handler_waits_until_the_session_has_looked() {
    let clock = Clock::start();
    let (api_signals, mut from_api) = mpsc::unbounded_channel();
    let api = RuntimeApi::bind(clock, api_signals, Asks::InTurn).await.unwrap();
    let (ends, fds) = open_pipes().unwrap();
    let runtime = api.local();
    let setup = Setup {
        ends,
        clock,
        runtime,
        console: None,
        workspace: "/elsewhere".into(),
        scripts: None,
        enforced: None,
    };
    let _bridge = Bridge::start(setup).await.unwrap();
    let mut agent = Agent::new(fds);
    let completed = json!({"t": "completed", "req": "a", "mode": "callback-wait", "at": 1});
    agent.say(completed).await;
    let signal = from_api.recv().await.unwrap();
    let mode = "callback-wait".to_owned();
    assert_eq!(signal.moment, ApiMoment::HandlerCompleted { request_id: "a".into(), mode });
    let early = tokio::time::timeout(Duration::from_millis(50), agent.ack()).await;
    assert!(early.is_err(), "{early:?}");
    signal.release.unwrap().send(()).unwrap();
    assert_eq!(agent.ack().await, json!({"t": "ack"}));
}

#[tokio::test]
async fn an_answer_that_is_not_understood_does_not_hang_the_handler() {
    let mut fixture = Fixture::ready().await;
    fixture.invoke("a").await;
    fixture.agent.say(json!({"t": "answer", "req": "a", "body": {"not": "text"}})).await;
    assert_eq!(fixture.agent.ack().await, json!({"t": "ack", "status": 400}));
    assert_eq!(fixture.gap().await.0, GapId::AgentFailed);
}

#[tokio::test]
async fn dropping_the_bridge_closes_the_pipes() {
    let mut fixture = Fixture::ready().await;
    drop(std::mem::replace(&mut fixture.bridge, Fixture::silent().await.bridge));
    assert_eq!(fixture.agent.event().await, None);
}
