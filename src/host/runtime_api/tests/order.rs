//! The order of a runtime's requests, as `lambda_runtime` makes them and as it must not be.

use crate::host::runtime_api::tests::fixture::{Fixture, delivered, path, refused, responded};
use crate::observation::ApiMoment;

const OK: &str = "{\"status\":\"OK\"}\n";

#[tokio::test]
async fn two_invocations_on_one_connection() {
    let mut fixture = Fixture::new().await;
    let mut client = fixture.client().await;
    for id in ["first", "second"] {
        let event = fixture.run(&mut client, id).await;
        assert_eq!((event.status, event.body.as_str()), (200, "{\"key\":1}"));
        client.post(&path(id, "response"), "", b"\"done\"").await;
        assert_eq!(fixture.moment().await, responded(id, 6));
        let answer = client.answer().await;
        assert_eq!((answer.status, answer.body.as_str()), (202, OK));
    }
    client.next().await;
    assert_eq!(fixture.moment().await, ApiMoment::NextRequested);
}

#[tokio::test]
async fn the_event_comes_with_its_headers() {
    let mut fixture = Fixture::new().await;
    let mut client = fixture.client().await;
    let event = fixture.run(&mut client, "a-b").await;
    assert_eq!(event.header("Lambda-Runtime-Aws-Request-Id"), "a-b");
    assert_eq!(event.header("Lambda-Runtime-Deadline-Ms"), "1763878503250");
    assert_eq!(
        event.header("Lambda-Runtime-Invoked-Function-Arn"),
        "arn:aws:lambda:us-east-1:000000000000:function:orders"
    );
    assert!(event.header("Lambda-Runtime-Trace-Id").starts_with("Root=1-"));
    assert_eq!(event.header("Content-Type"), "application/json");
}

#[tokio::test]
async fn an_event_can_be_there_before_it_is_asked_for() {
    let mut fixture = Fixture::new().await;
    fixture.deliver("early");
    let mut client = fixture.client().await;
    client.next().await;
    assert_eq!(fixture.moment().await, ApiMoment::NextRequested);
    assert_eq!(fixture.moment().await, delivered("early"));
    assert_eq!(client.answer().await.status, 200);
}

#[tokio::test]
async fn requests_may_come_on_different_connections() {
    let mut fixture = Fixture::new().await;
    let mut asking = fixture.client().await;
    let mut answering = fixture.client().await;
    fixture.run(&mut asking, "a").await;
    answering.post(&path("a", "response"), "", b"").await;
    assert_eq!(fixture.moment().await, responded("a", 0));
    assert_eq!(answering.answer().await.status, 202);
    fixture.run(&mut asking, "b").await;
}

#[tokio::test]
async fn the_answer_waits_for_its_release() {
    let mut fixture = Fixture::new().await;
    let mut client = fixture.client().await;
    fixture.run(&mut client, "a").await;
    client.post(&path("a", "response"), "", b"x").await;
    let signal = fixture.signal().await;
    assert_eq!(signal.moment, responded("a", 1));
    fixture.round_trip().await;
    assert!(client.has_nothing());
    signal.release.unwrap().send(()).unwrap();
    assert_eq!(client.answer().await.status, 202);
}

#[tokio::test]
async fn an_error_is_an_answer() {
    let mut fixture = Fixture::new().await;
    let mut client = fixture.client().await;
    fixture.run(&mut client, "a").await;
    let body = br#"{"errorMessage":"no","errorType":"TypeError"}"#;
    client.post(&path("a", "error"), "", body).await;
    let signal = fixture.signal().await;
    assert_eq!(
        signal.moment,
        ApiMoment::ErrorReceived { request_id: "a".into(), error_type: "TypeError".into() }
    );
    fixture.round_trip().await;
    assert!(client.has_nothing());
    drop(signal);
    let answer = client.answer().await;
    assert_eq!((answer.status, answer.body.as_str()), (202, OK));
}

#[tokio::test]
async fn the_error_header_of_lambda_runtime_is_reported() {
    let mut fixture = Fixture::new().await;
    let mut client = fixture.client().await;
    fixture.run(&mut client, "a").await;
    let header = "Lambda-Runtime-Function-Error-Type: unhandled\r\n";
    client.post(&path("a", "error"), header, b"not json").await;
    assert_eq!(
        fixture.moment().await,
        ApiMoment::ErrorReceived { request_id: "a".into(), error_type: "unhandled".into() }
    );
    assert_eq!(client.answer().await.status, 202);
}

#[tokio::test]
async fn a_second_answer_is_403_and_another_id_400() {
    let mut fixture = Fixture::new().await;
    let mut client = fixture.client().await;
    fixture.run(&mut client, "a").await;
    client.post(&path("a", "response"), "", b"").await;
    assert_eq!(fixture.moment().await, responded("a", 0));
    assert_eq!(client.answer().await.status, 202);

    client.post(&path("a", "error"), "", b"{}").await;
    let answer = client.answer().await;
    assert_eq!(answer.status, 403);
    assert_eq!(
        answer.body,
        "{\"errorMessage\":\"State transition from RuntimeResponseSentState to \
         InvocationErrorResponse failed for runtime. Error: State transition is not allowed\",\
         \"errorType\":\"InvalidStateTransition\"}\n"
    );
    let request = format!("POST {}", path("a", "error"));
    assert_eq!(fixture.moment().await, refused(403, &request, "InvalidStateTransition"));

    client.post(&path("b", "response"), "", b"{}").await;
    let answer = client.answer().await;
    assert_eq!(answer.status, 400);
    assert_eq!(
        answer.body,
        "{\"errorMessage\":\"Invalid request ID\",\"errorType\":\"InvalidRequestID\"}\n"
    );
    let request = format!("POST {}", path("b", "response"));
    assert_eq!(fixture.moment().await, refused(400, &request, "InvalidRequestID"));
}

#[tokio::test]
async fn before_the_first_and_after_the_next_event_no_id_is_known() {
    let mut fixture = Fixture::new().await;
    let mut client = fixture.client().await;
    client.post(&path("a", "response"), "", b"{}").await;
    assert_eq!(client.answer().await.status, 400);
    fixture.moment().await;

    fixture.run(&mut client, "a").await;
    client.post(&path("a", "response"), "", b"{}").await;
    assert_eq!(fixture.moment().await, responded("a", 2));
    client.answer().await;
    fixture.run(&mut client, "b").await;
    client.post(&path("a", "response"), "", b"{}").await;
    assert_eq!(client.answer().await.status, 400);
}

#[tokio::test]
async fn an_init_error_ends_the_start() {
    let mut fixture = Fixture::new().await;
    let mut client = fixture.client().await;
    let path = "/2018-06-01/runtime/init/error";
    let header = "Lambda-Runtime-Function-Error-Type: Runtime.NoHandler\r\n";
    client.post(path, header, b"{}").await;
    let signal = fixture.signal().await;
    assert_eq!(
        signal.moment,
        ApiMoment::InitErrorReceived { error_type: "Runtime.NoHandler".into() }
    );
    fixture.round_trip().await;
    assert!(client.has_nothing());
    drop(signal);
    assert_eq!(client.answer().await.status, 202);

    client.post(path, "", b"{}").await;
    assert_eq!(client.answer().await.status, 403);
    assert_eq!(
        fixture.moment().await,
        refused(403, &format!("POST {path}"), "InvalidStateTransition")
    );
}

#[tokio::test]
async fn an_init_error_after_the_start_is_refused() {
    let mut fixture = Fixture::new().await;
    let mut client = fixture.client().await;
    fixture.run(&mut client, "a").await;
    client.post("/2018-06-01/runtime/init/error", "", b"{}").await;
    let answer = client.answer().await;
    assert_eq!(answer.status, 403);
    assert!(answer.body.contains("from Running to InitError"), "{}", answer.body);
}
