//! Internal extensions.

use crate::host::runtime_api::tests::client::{Answer, Client};
use crate::host::runtime_api::tests::fixture::{Fixture, path, refused, responded};
use crate::observation::ApiMoment;

const REGISTER: &str = "/2020-01-01/extension/register";
const NEXT: &str = "/2020-01-01/extension/event/next";
const NAME: &str = "Lambda-Extension-Name: helper\r\n";

async fn register(fixture: &mut Fixture, client: &mut Client, events: &str) -> Answer {
    client.post(REGISTER, NAME, format!("{{\"events\":{events}}}").as_bytes()).await;
    let answer = client.answer().await;
    let moment = fixture.moment().await;
    assert!(matches!(moment, ApiMoment::ExtensionRegistered { .. }), "{moment:?}");
    answer
}

/// The extension has done what it had to do.
fn waits() -> ApiMoment {
    ApiMoment::ExtensionNextRequested { name: "helper".into() }
}

fn identified(registered: &Answer) -> String {
    format!("Lambda-Extension-Identifier: {}\r\n", registered.header("Lambda-Extension-Identifier"))
}

#[tokio::test]
async fn the_graceful_shutdown_of_lambda_runtime_registers_and_waits_for_ever() {
    let mut fixture = Fixture::new().await;
    let mut helper = fixture.client().await;
    helper.post(REGISTER, NAME, b"{\"events\":[]}").await;
    assert_eq!(
        fixture.moment().await,
        ApiMoment::ExtensionRegistered { name: "helper".into(), events: Vec::new() }
    );
    let registered = helper.answer().await;
    assert_eq!(registered.status, 200);
    assert_eq!(
        registered.body,
        "{\"functionName\":\"function\",\"functionVersion\":\"$LATEST\",\
         \"handler\":\"bootstrap\"}\n"
    );
    helper.request("GET", NEXT, &identified(&registered)).await;
    assert_eq!(fixture.moment().await, waits());

    let mut client = fixture.client().await;
    fixture.run(&mut client, "a").await;
    client.post(&path("a", "response"), "", b"").await;
    assert_eq!(fixture.moment().await, responded("a", 0));
    client.answer().await;
    fixture.round_trip().await;
    assert!(helper.has_nothing());
}

#[tokio::test]
async fn a_subscriber_receives_every_invocation() {
    let mut fixture = Fixture::new().await;
    let mut helper = fixture.client().await;
    let registered = register(&mut fixture, &mut helper, "[\"INVOKE\"]").await;
    let mut client = fixture.client().await;
    helper.request("GET", NEXT, &identified(&registered)).await;
    assert_eq!(fixture.moment().await, waits());
    fixture.round_trip().await;
    assert!(helper.has_nothing());

    for id in ["a", "b"] {
        let event = fixture.run(&mut client, id).await;
        let notice = helper.answer().await;
        assert_eq!(notice.status, 200);
        assert_eq!(notice.header("Lambda-Extension-Event-Identifier").len(), 36);
        let notice: serde_json::Value = serde_json::from_str(&notice.body).unwrap();
        assert_eq!(notice["eventType"], "INVOKE");
        assert_eq!(notice["requestId"], id);
        assert_eq!(notice["deadlineMs"], 1_763_878_503_250_u64);
        assert_eq!(notice["tracing"]["value"], event.header("Lambda-Runtime-Trace-Id"));
        client.post(&path(id, "response"), "", b"").await;
        assert_eq!(fixture.moment().await, responded(id, 0));
        client.answer().await;
        helper.request("GET", NEXT, &identified(&registered)).await;
        assert_eq!(fixture.moment().await, waits());
    }
}

#[tokio::test]
async fn an_unknown_identifier_is_403() {
    let mut fixture = Fixture::new().await;
    let mut client = fixture.client().await;
    for (identifier, error_type) in [
        ("", "Extension.MissingExtensionIdentifier"),
        ("Lambda-Extension-Identifier: no-uuid\r\n", "Extension.InvalidExtensionIdentifier"),
        (
            "Lambda-Extension-Identifier: 00000000-0000-4000-8000-000000000000\r\n",
            "Extension.UnknownExtensionIdentifier",
        ),
    ] {
        client.request("GET", NEXT, identifier).await;
        let answer = client.answer().await;
        assert_eq!(answer.status, 403);
        assert!(answer.body.contains(error_type), "{}", answer.body);
        assert_eq!(fixture.moment().await, refused(403, &format!("GET {NEXT}"), error_type));
    }
}

#[tokio::test]
async fn a_registration_that_the_service_refuses_is_403() {
    let mut fixture = Fixture::new().await;
    let mut client = fixture.client().await;
    register(&mut fixture, &mut client, "[]").await;
    let other = "Lambda-Extension-Name: other\r\n";
    for (headers, body, error_type) in [
        ("", "{\"events\":[]}", "Extension.InvalidExtensionName"),
        (other, "", "InvalidRequestFormat"),
        (other, "{\"events\":[\"SHUTDOWN\"]}", "Extension.InvalidEventType"),
        (NAME, "{}", "Extension.InvalidExtensionState"),
    ] {
        client.post(REGISTER, headers, body.as_bytes()).await;
        assert_eq!(client.answer().await.status, 403, "{error_type}");
        assert_eq!(fixture.moment().await, refused(403, &format!("POST {REGISTER}"), error_type));
    }
    fixture.run(&mut client, "a").await;
    client.post(REGISTER, other, b"{}").await;
    let answer = client.answer().await;
    assert_eq!(answer.status, 403);
    assert!(answer.body.contains("Extension.RegistrationClosed"), "{}", answer.body);
}

#[tokio::test]
async fn an_extension_may_tell_of_its_own_errors() {
    let mut fixture = Fixture::new().await;
    let mut client = fixture.client().await;
    let registered = register(&mut fixture, &mut client, "[]").await;
    let identifier = identified(&registered);
    for path in ["/2020-01-01/extension/init/error", "/2020-01-01/extension/exit/error"] {
        let headers =
            format!("{identifier}Lambda-Extension-Function-Error-Type: Extension.Oops\r\n");
        client.post(path, &headers, b"{}").await;
        assert_eq!(client.answer().await.status, 202);
        client.post(path, &identifier, b"{}").await;
        assert_eq!(client.answer().await.status, 403);
    }
}
