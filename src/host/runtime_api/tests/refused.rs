//! Requests that are not for this API at all.

use crate::host::runtime_api::tests::client::Client;
use crate::host::runtime_api::tests::fixture::{Fixture, refused};

const PING: &str = "/2018-06-01/ping";

#[tokio::test]
async fn an_unknown_path_is_404() {
    let mut fixture = Fixture::new().await;
    let mut client = fixture.client().await;
    for path in ["/", "/2018-06-01/runtime/restore/next", "/2018-06-01/runtime/invocation/next/x"] {
        client.get(&format!("{path}?token=secret")).await;
        assert_eq!(client.answer().await.status, 404, "{path}");
        let expected = refused(404, &format!("GET {path}"), "NotFound");
        assert_eq!(fixture.moment().await, expected);
    }
}

#[tokio::test]
async fn a_wrong_method_is_405() {
    let mut fixture = Fixture::new().await;
    let mut client = fixture.client().await;
    for (method, path, allowed) in [
        ("POST", "/2018-06-01/runtime/invocation/next", "GET"),
        ("GET", "/2018-06-01/runtime/invocation/a/response", "POST"),
        ("POST", "/2022-07-01/telemetry", "PUT"),
    ] {
        client.request(method, path, "Content-Length: 0\r\n").await;
        let answer = client.answer().await;
        assert_eq!((answer.status, answer.header("allow")), (405, allowed), "{path}");
        let expected = refused(405, &format!("{method} {path}"), "MethodNotAllowed");
        assert_eq!(fixture.moment().await, expected);
    }
}

#[tokio::test]
async fn another_host_is_403() {
    let mut fixture = Fixture::new().await;
    let mut client = fixture.client().await;
    client.send(format!("GET {PING} HTTP/1.1\r\nHost: rebound.example.com\r\n\r\n")).await;
    assert_eq!(client.answer().await.status, 403);
    assert_eq!(fixture.moment().await, refused(403, &format!("GET {PING}"), "ForbiddenHost"));
    client.send(format!("GET {PING} HTTP/1.1\r\nHost: {}\r\n\r\n", fixture.api.addr())).await;
    assert_eq!(client.answer().await.status, 200);
}

#[tokio::test]
async fn old_http_needs_no_host() {
    let mut fixture = Fixture::new().await;
    let mut client = fixture.client().await;
    client.send(format!("GET {PING} HTTP/1.0\r\n\r\n")).await;
    assert_eq!(client.answer().await.body, "pong");
    assert_eq!(client.rest().await, "");
}

#[tokio::test]
async fn what_is_not_http_is_400_and_reported() {
    let mut fixture = Fixture::new().await;
    let mut client = fixture.client().await;
    client.send("\u{16}\u{3}\u{1} not http\r\n\r\n").await;
    assert!(client.rest().await.starts_with("HTTP/1.1 400"));
    assert_eq!(fixture.moment().await, refused(400, "unreadable", "InvalidHttpRequest"));
}

#[tokio::test]
async fn endless_headers_are_431_and_reported() {
    let mut fixture = Fixture::new().await;
    let client = fixture.client().await;
    let peer = tokio::spawn(write_headers_for_ever(client));
    assert_eq!(fixture.moment().await, refused(431, "unreadable", "InvalidHttpRequest"));
    peer.await.unwrap();
}

async fn write_headers_for_ever(mut client: Client) {
    client.send("GET / HTTP/1.1\r\n").await;
    let line = format!("X-Long: {}\r\n", "x".repeat(60_000));
    while client.try_send(line.as_bytes()).await.is_ok() {}
}

#[tokio::test]
async fn logs_and_telemetry_are_taken_and_not_there() {
    let mut fixture = Fixture::new().await;
    let mut client = fixture.client().await;
    for (path, error_type) in [
        ("/2022-07-01/telemetry", "Telemetry.NotSupported"),
        ("/2020-08-15/logs", "Logs.NotSupported"),
    ] {
        client.request("PUT", path, "Content-Length: 2\r\n").await;
        client.send("{}").await;
        let answer = client.answer().await;
        assert_eq!(answer.status, 202);
        assert!(answer.body.contains(error_type), "{}", answer.body);
    }
    assert!(fixture.has_nothing());
}
