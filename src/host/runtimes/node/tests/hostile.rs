//! Lines that no agent of ours writes: nothing panics, and nothing wrong is believed.

use serde_json::json;

use crate::host::runtimes::node::tests::fixture::{Fixture, timer};
use crate::model::diagnostic::GapId;

#[tokio::test]
async fn a_line_in_pieces_is_a_line() {
    let mut fixture = Fixture::ready().await;
    let at = fixture.agent.ms();
    let line = format!("{}\n", super::agent::ev("flush", at, &json!({"new": [timer(1, at)]})));
    for piece in line.as_bytes().chunks(50) {
        fixture.agent.raw(piece).await;
        tokio::task::yield_now().await;
    }
    fixture.until(|fixture| fixture.resource(1).is_some()).await;
    assert!(fixture.has_no_gap());
}

#[tokio::test]
async fn a_line_that_breaks_off_is_a_fault_and_then_the_end() {
    let mut fixture = Fixture::ready().await;
    fixture.agent.raw(b"{\"t\":\"ev\",\"mark\":\"re").await;
    fixture.agent.end().await;
    let message = "loopcheck's agent in the handler: the last line broke off after 20 bytes";
    assert_eq!(fixture.gap().await, (GapId::AgentFailed.into(), message.to_owned()));
    fixture.until(|fixture| fixture.evidence.store.feed.lost_at.is_some()).await;
}

#[tokio::test]
async fn garbage_is_reported_once_and_what_follows_is_read() {
    let mut fixture = Fixture::ready().await;
    for _ in 0..1000 {
        fixture.agent.raw(b"\xff\x00 not a message\n").await;
    }
    let at = fixture.agent.ms();
    fixture.agent.ev("flush", json!({"new": [timer(1, at)]})).await;
    fixture.until(|fixture| fixture.resource(1).is_some()).await;
    assert_eq!(fixture.gap().await.0, GapId::AgentFailed);
    assert!(fixture.has_no_gap());
}

#[tokio::test]
async fn events_before_an_introduction_are_a_fault() {
    let mut fixture = Fixture::silent().await;
    fixture.agent.ev("ready", json!({})).await;
    assert_eq!(fixture.gap().await.0, GapId::AgentFailed);

    let mut fixture = Fixture::silent().await;
    fixture.agent.say(json!({"t": "hello", "v": 2, "node": "99", "pid": 1, "t0": "5"})).await;
    assert_eq!(fixture.gap().await.0, GapId::AgentFailed);
}

#[tokio::test]
async fn ids_in_any_order_and_ends_before_births_are_reported() {
    let mut fixture = Fixture::ready().await;
    let at = fixture.agent.ms();
    let ends = json!([[9, at], [1, -5.0], [1, at], [u64::MAX, 1e300]]);
    let changes = json!([[77, {"holds": true}], [2, {"due": 1e300, "holds": "perhaps"}]]);
    let new = json!([timer(5, at), timer(2, at), timer(u64::MAX, -1e300), timer(1, at)]);
    fixture.agent.ev("flush", json!({"new": new, "chg": changes, "end": ends})).await;
    fixture.agent.ev("flush", json!({"new": [timer(9, at), timer(5, at)]})).await;
    let mut reported = Vec::new();
    for _ in 0..3 {
        let (id, message) = fixture.gap().await;
        assert_eq!(id, GapId::FeedInconsistent);
        reported.push(message);
    }
    reported.sort_unstable();
    assert_eq!(
        reported,
        [
            "it announced something twice",
            "it changed something that it never announced",
            "it ended something twice",
        ]
    );
    fixture.until(|fixture| fixture.resource(9).is_some()).await;
    // What came after its end is pending: nobody can know better.
    assert_eq!(fixture.resource(9).unwrap().life.ended, None);
    let first = fixture.resource(1).unwrap().life;
    assert_eq!(first.ended, Some(first.created), "an end before the birth is at the birth");
    assert_eq!(fixture.evidence.store.diagnostics.len(), 3);
}

#[tokio::test]
async fn responses_that_nobody_asked_for_open_nothing() {
    let mut fixture = Fixture::ready().await;
    fixture.agent.ev("response", json!({"req": "x"})).await;
    fixture.agent.ev("turn", json!({"req": "x"})).await;
    let message = "it reported a response to an event that was not sent".to_owned();
    assert_eq!(fixture.gap().await, (GapId::FeedInconsistent.into(), message));
    fixture.invoke("a").await;
    fixture.respond("a").await;
    fixture.agent.ev("response", json!({"req": "a"})).await;
    let message = "it reported two responses to one event".to_owned();
    assert_eq!(fixture.gap().await, (GapId::FeedInconsistent.into(), message));
    assert!(fixture.stays_incomplete().await);
}

#[tokio::test]
async fn records_without_a_place_are_counted() {
    let mut fixture = Fixture::ready().await;
    for bare in [2, 2, 5] {
        fixture.agent.ev("flush", json!({"bare": bare})).await;
    }
    for count in [2, 3] {
        let message = format!("the places of {count} items were not recorded");
        assert_eq!(fixture.gap().await, (GapId::SitesMissing.into(), message));
    }
}

#[tokio::test]
async fn what_libuv_knows_and_the_agent_does_not_is_reported_once() {
    let mut fixture = Fixture::ready().await;
    fixture.invoke("a").await;
    fixture.respond("a").await;
    let audit = json!({"alive": true, "unseen": [{"type": "poll", "fd": 20}, {"type": "timer"}]});
    fixture.agent.ev("turn", json!({"req": "a", "audit": audit})).await;
    fixture.agent.ev("freeze", json!({"req": "a", "audit": audit})).await;
    let (id, message) = fixture.gap().await;
    assert_eq!(id, GapId::UnseenHandle);
    assert_eq!(
        message,
        "libuv has 2 active handles that the agent does not know: poll (descriptor 20), timer"
    );
    let audit = json!({"alive": true, "unseen": []});
    fixture.agent.ev("freeze", json!({"req": "a", "audit": audit})).await;
    assert_eq!(fixture.gap().await.0, GapId::UnseenHandle);
    let at = fixture.agent.ms();
    fixture.agent.ev("freeze", json!({"req": "a", "new": [timer(1, at)], "audit": audit})).await;
    fixture.until(|fixture| fixture.resource(1).is_some()).await;
    assert!(fixture.has_no_gap());
}
