//! No event is lost, whatever clients do.

use crate::host::runtime_api::tests::client::Client;
use crate::host::runtime_api::tests::fixture::{Fixture, delivered, path, refused, responded};
use crate::observation::ApiMoment;

#[tokio::test]
async fn an_unanswered_event_comes_again() {
    let mut fixture = Fixture::new().await;
    let mut client = fixture.client().await;
    let first = fixture.run(&mut client, "a").await;
    client.next().await;
    let second = client.answer().await;
    for header in [
        "Lambda-Runtime-Aws-Request-Id",
        "Lambda-Runtime-Deadline-Ms",
        "Lambda-Runtime-Invoked-Function-Arn",
        "Lambda-Runtime-Trace-Id",
    ] {
        assert_eq!(first.header(header), second.header(header), "{header}");
    }
    assert_eq!(first.body, second.body);
    assert!(fixture.has_nothing(), "the second delivery is not reported");
}

#[tokio::test]
async fn an_event_outlives_the_client_that_waited_for_it() {
    let mut fixture = Fixture::new().await;
    let mut gone = fixture.client().await;
    gone.next().await;
    assert_eq!(fixture.moment().await, ApiMoment::NextRequested);
    assert_eq!(fixture.until_closed(gone).await, []);
    fixture.deliver("a");
    let mut client = fixture.client().await;
    client.next().await;
    assert_eq!(fixture.moment().await, ApiMoment::NextRequested);
    assert_eq!(fixture.moment().await, delivered("a"));
    assert_eq!(client.answer().await.header("Lambda-Runtime-Aws-Request-Id"), "a");
}

#[tokio::test]
async fn an_event_outlives_the_client_that_got_it() {
    let mut fixture = Fixture::new().await;
    let mut gone = fixture.client().await;
    gone.next().await;
    assert_eq!(fixture.moment().await, ApiMoment::NextRequested);
    fixture.deliver("a");
    drop(gone);
    assert_eq!(fixture.moment().await, delivered("a"));
    let mut client = Client::connect(fixture.api.addr()).await;
    client.next().await;
    assert_eq!(client.answer().await.header("Lambda-Runtime-Aws-Request-Id"), "a");
}

#[tokio::test]
async fn of_two_waiting_connections_one_gets_the_event() {
    let mut fixture = Fixture::new().await;
    let mut first = fixture.client().await;
    first.next().await;
    assert_eq!(fixture.moment().await, ApiMoment::NextRequested);
    let mut second = fixture.client().await;
    second.next().await;
    assert_eq!(fixture.moment().await, ApiMoment::NextRequested);

    fixture.deliver("a");
    assert_eq!(fixture.moment().await, delivered("a"));
    assert_eq!(second.answer().await.header("Lambda-Runtime-Aws-Request-Id"), "a");
    fixture.round_trip().await;
    assert!(first.has_nothing());

    second.post(&path("a", "response"), "", b"").await;
    assert_eq!(fixture.moment().await, responded("a", 0));
    assert_eq!(second.answer().await.status, 202);
    fixture.deliver("b");
    assert_eq!(fixture.moment().await, delivered("b"));
    assert_eq!(first.answer().await.header("Lambda-Runtime-Aws-Request-Id"), "b");
}

#[tokio::test]
async fn of_two_waiting_connections_the_one_that_is_left_gets_the_event() {
    let mut fixture = Fixture::new().await;
    let mut stays = fixture.client().await;
    stays.next().await;
    assert_eq!(fixture.moment().await, ApiMoment::NextRequested);
    let mut goes = fixture.client().await;
    goes.next().await;
    assert_eq!(fixture.moment().await, ApiMoment::NextRequested);
    assert_eq!(fixture.until_closed(goes).await, []);
    fixture.deliver("a");
    assert_eq!(stays.answer().await.header("Lambda-Runtime-Aws-Request-Id"), "a");
}

#[tokio::test]
async fn a_truncated_response_is_no_response() {
    let mut fixture = Fixture::new().await;
    let mut client = fixture.client().await;
    fixture.run(&mut client, "a").await;
    let head = "Content-Length: 100\r\n";
    client.request("POST", &path("a", "response"), head).await;
    client.send("only this").await;
    let moments = fixture.until_closed(client).await;
    assert!(
        moments
            .iter()
            .all(|moment| matches!(moment, ApiMoment::RequestRefused { status: 400, .. })),
        "{moments:?}"
    );

    let mut client = fixture.client().await;
    client.next().await;
    assert_eq!(client.answer().await.header("Lambda-Runtime-Aws-Request-Id"), "a");
    client.post(&path("a", "response"), "", b"whole").await;
    assert_eq!(fixture.moment().await, responded("a", 5));
    assert_eq!(client.answer().await.status, 202);
}

#[tokio::test]
async fn a_truncated_stream_is_no_response() {
    let mut fixture = Fixture::new().await;
    let mut client = fixture.client().await;
    fixture.run(&mut client, "a").await;
    let head = "Lambda-Runtime-Function-Response-Mode: streaming\r\nTransfer-Encoding: chunked\r\n";
    client.request("POST", &path("a", "response"), head).await;
    client.send("5\r\nhello\r\n").await;
    fixture.until_closed(client).await;

    let mut client = fixture.client().await;
    client.post(&path("a", "error"), "", b"{}").await;
    assert!(matches!(fixture.moment().await, ApiMoment::ErrorReceived { .. }));
    assert_eq!(client.answer().await.status, 202);
}

#[tokio::test]
async fn a_client_that_still_reads_learns_that_its_body_broke_off() {
    let mut fixture = Fixture::new().await;
    let mut client = fixture.client().await;
    fixture.run(&mut client, "a").await;
    client.request("POST", &path("a", "response"), "Content-Length: 100\r\n").await;
    client.send("only this").await;
    client.finish_writing().await;
    let rest = client.rest().await;
    assert!(rest.contains("TruncatedHTTPRequest"), "{rest:?}");
    let request = format!("POST {}", path("a", "response"));
    assert_eq!(fixture.moment().await, refused(400, &request, "TruncatedHTTPRequest"));
}

#[tokio::test]
async fn while_a_response_is_on_its_way_nothing_else_is_allowed() {
    let mut fixture = Fixture::new().await;
    let mut client = fixture.client().await;
    fixture.run(&mut client, "a").await;
    client.request("POST", &path("a", "response"), "Content-Length: 4\r\n").await;
    client.send("ab").await;
    fixture.round_trip().await;
    let mut other = Client::connect(fixture.api.addr()).await;
    other.post(&path("a", "response"), "", b"").await;
    let answer = other.answer().await;
    assert_eq!(answer.status, 403);
    assert!(answer.body.contains("from InvocationResponse to InvocationResponse"));
    other.next().await;
    assert_eq!(other.answer().await.status, 403);

    client.send("cd").await;
    for _ in 0..2 {
        let moment = fixture.moment().await;
        assert!(matches!(moment, ApiMoment::RequestRefused { status: 403, .. }), "{moment:?}");
    }
    assert_eq!(fixture.moment().await, responded("a", 4));
    assert_eq!(client.answer().await.status, 202);
}
