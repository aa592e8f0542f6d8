//! The limits of a response, and the ways in which it may come.

use crate::host::runtime_api::tests::client::Client;
use crate::host::runtime_api::tests::fixture::{Fixture, path, refused, responded};
use crate::observation::ApiMoment;

const LIMIT: usize = 6_291_556;
const STREAMING: &str = "Lambda-Runtime-Function-Response-Mode: streaming\r\n";

#[tokio::test]
async fn the_largest_response_is_accepted() {
    let mut fixture = Fixture::new().await;
    let mut client = fixture.client().await;
    fixture.run(&mut client, "a").await;
    client.post(&path("a", "response"), "", &vec![b'x'; LIMIT]).await;
    assert_eq!(fixture.moment().await, responded("a", LIMIT as u64));
    assert_eq!(client.answer().await.status, 202);
}

#[tokio::test]
async fn one_byte_more_is_refused_and_answers_the_invocation() {
    let mut fixture = Fixture::new().await;
    let mut client = fixture.client().await;
    fixture.run(&mut client, "a").await;
    client.post(&path("a", "response"), "", &vec![b'x'; LIMIT + 1]).await;
    let signal = fixture.signal().await;
    let bytes = LIMIT as u64 + 1;
    assert_eq!(signal.moment, ApiMoment::ResponseTooLarge { request_id: "a".into(), bytes });
    fixture.round_trip().await;
    assert!(client.has_nothing());
    drop(signal);
    let answer = client.answer().await;
    assert_eq!(answer.status, 413);
    assert_eq!(
        answer.body,
        "{\"errorMessage\":\"Exceeded maximum allowed payload size (6291556 bytes).\",\
         \"errorType\":\"RequestEntityTooLarge\"}\n"
    );
    let request = format!("POST {}", path("a", "response"));
    assert_eq!(fixture.moment().await, refused(413, &request, "RequestEntityTooLarge"));

    client.post(&path("a", "response"), "", b"{}").await;
    assert_eq!(client.answer().await.status, 403);
    fixture.moment().await;
    fixture.run(&mut client, "b").await;
}

#[tokio::test]
async fn a_client_that_writes_all_before_it_reads_gets_its_413() {
    let mut fixture = Fixture::new().await;
    let mut client = fixture.client().await;
    fixture.run(&mut client, "a").await;
    client.post(&path("a", "response"), "", &vec![b'x'; 5 * LIMIT]).await;
    let bytes = 5 * LIMIT as u64;
    let moment = fixture.moment().await;
    assert_eq!(moment, ApiMoment::ResponseTooLarge { request_id: "a".into(), bytes });
    assert_eq!(client.answer().await.status, 413);
}

#[tokio::test]
async fn a_large_body_for_an_unknown_id_gets_its_400() {
    let mut fixture = Fixture::new().await;
    let mut client = fixture.client().await;
    client.post(&path("nobody", "response"), "", &vec![b'x'; LIMIT]).await;
    assert_eq!(client.answer().await.status, 400);
    client.get("/2018-06-01/ping").await;
    assert_eq!(client.answer().await.status, 200);
}

#[tokio::test]
async fn an_endless_body_is_given_up() {
    let mut fixture = Fixture::new().await;
    let mut client = fixture.client().await;
    fixture.run(&mut client, "a").await;
    client.request("POST", &path("a", "response"), "Content-Length: 999999999999\r\n").await;
    let writer = tokio::spawn(write_for_ever(client));
    let moment = fixture.moment().await;
    assert!(matches!(moment, ApiMoment::ResponseTooLarge { .. }), "{moment:?}");
    writer.await.unwrap();
}

async fn write_for_ever(mut client: Client) {
    let part = vec![b'x'; 1 << 20];
    while client.try_send(&part).await.is_ok() {}
}

#[tokio::test]
async fn a_chunked_response_is_accepted_after_its_last_chunk() {
    let mut fixture = Fixture::new().await;
    let mut client = fixture.client().await;
    fixture.run(&mut client, "a").await;
    client.request("POST", &path("a", "response"), "Transfer-Encoding: chunked\r\n").await;
    client.send("5\r\nhello\r\n").await;
    fixture.round_trip().await;
    assert!(client.has_nothing());
    client.send("1\r\n!\r\n0\r\n\r\n").await;
    // The round trip's connection is reported before.
    assert_eq!(fixture.moment().await, responded("a", 6));
    assert_eq!(client.answer().await.status, 202);
}

#[tokio::test]
async fn a_stream_may_be_longer_and_end_with_trailers() {
    let mut fixture = Fixture::new().await;
    let mut client = fixture.client().await;
    fixture.run(&mut client, "a").await;
    let headers = format!(
        "{STREAMING}Transfer-Encoding: chunked\r\n\
         Trailer: Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body\r\n"
    );
    client.request("POST", &path("a", "response"), &headers).await;
    client.send(format!("{:x}\r\n", LIMIT + 1)).await;
    client.send(vec![b'x'; LIMIT + 1]).await;
    client.send("\r\n0\r\nLambda-Runtime-Function-Error-Type: Runtime.StreamError\r\n").await;
    client
        .send(format!("Lambda-Runtime-Function-Error-Body: {}\r\n\r\n", "e".repeat(40_000)))
        .await;
    assert_eq!(
        fixture.moment().await,
        ApiMoment::ResponseReceived {
            request_id: "a".into(),
            bytes: LIMIT as u64 + 1,
            streaming: true,
            error_type: Some("Runtime.StreamError".into()),
        }
    );
    assert_eq!(client.answer().await.status, 202);
}

#[tokio::test]
async fn a_stream_without_trailers_has_no_error() {
    let mut fixture = Fixture::new().await;
    let mut client = fixture.client().await;
    fixture.run(&mut client, "a").await;
    client.post(&path("a", "response"), STREAMING, b"all").await;
    let moment = fixture.moment().await;
    assert!(
        matches!(
            moment,
            ApiMoment::ResponseReceived { bytes: 3, streaming: true, error_type: None, .. }
        ),
        "{moment:?}"
    );
}

#[tokio::test]
async fn another_response_mode_is_refused_and_answers_nothing() {
    let mut fixture = Fixture::new().await;
    let mut client = fixture.client().await;
    fixture.run(&mut client, "a").await;
    let header = "Lambda-Runtime-Function-Response-Mode: buffered\r\n";
    client.post(&path("a", "response"), header, b"{}").await;
    let answer = client.answer().await;
    assert_eq!(answer.status, 400);
    assert_eq!(
        answer.body,
        "{\"errorMessage\":\"Invalid function response mode\",\
         \"errorType\":\"InvalidFunctionResponseMode\"}\n"
    );
    let request = format!("POST {}", path("a", "response"));
    assert_eq!(fixture.moment().await, refused(400, &request, "InvalidFunctionResponseMode"));
    client.post(&path("a", "response"), "", b"{}").await;
    assert_eq!(fixture.moment().await, responded("a", 2));
    assert_eq!(client.answer().await.status, 202);
}

#[tokio::test]
async fn a_client_may_ask_before_it_sends_its_body() {
    let mut fixture = Fixture::new().await;
    let mut client = fixture.client().await;
    fixture.run(&mut client, "a").await;
    let headers = "Content-Length: 2\r\nExpect: 100-continue\r\n";
    client.request("POST", &path("a", "response"), headers).await;
    assert_eq!(client.interim_status().await, 100);
    client.send("{}").await;
    assert_eq!(fixture.moment().await, responded("a", 2));
    assert_eq!(client.answer().await.status, 202);
}
