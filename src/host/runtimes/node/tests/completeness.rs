//! Completeness of the feed: a flush shows it soon, and never without its reasons.

use console_api::instrument::instrument_client::InstrumentClient;
use console_api::instrument::{InstrumentRequest, PauseRequest, StateRequest, Temporality};
use serde_json::{Value, json};
use tonic::transport::Endpoint;

use crate::feed::generated::WatchRequest;
use crate::host::feed::generated::feed_client::FeedClient;

use crate::host::runtimes::node::tests::fixture::{Fixture, SHORT, timer};
use crate::model::diagnostic::GapId;
use crate::model::task::Activity;
use crate::observation::ApiMoment;

#[tokio::test]
async fn one_flush_after_a_response_is_enough() {
    let mut fixture = Fixture::ready().await;
    fixture.invoke("a").await;
    let at = fixture.agent.ms();
    fixture.agent.ev("flush", json!({"new": [timer(1, at)]})).await;
    fixture.respond("a").await;
    fixture.agent.ev("turn", json!({"req": "a"})).await;
    assert!(fixture.is_complete().await);

    let responded_at = fixture.responded_at();
    let timer = fixture.resource(1).unwrap();
    assert!(timer.life.covers(responded_at));
    assert_eq!((timer.concrete_type.as_str(), timer.duration_ms), ("Timeout", Some(5000)));
    let place = timer.location.as_ref().unwrap();
    assert_eq!(
        (place.file.as_str(), place.line, place.column),
        ("srv/handler.js", Some(4), Some(7))
    );
    assert_eq!(fixture.evidence.store.tasks, [], "an invocation is no item");
    assert_eq!(fixture.evidence.store.diagnostics, []);
    let completed = ApiMoment::HandlerCompleted { request_id: "a".into(), mode: "async".into() };
    assert!(fixture.moments.contains(&completed));
    let turned_at = fixture.evidence.store.last_invocation().unwrap().turned_at;
    assert!(turned_at.is_some_and(|turned| turned > timer.life.created), "{turned_at:?}");
}

#[tokio::test]
async fn every_invocation_is_complete_after_its_freeze_mark() {
    let mut fixture = Fixture::ready().await;
    for request_id in ["a", "b", "c"] {
        fixture.invoke(request_id).await;
        fixture.respond(request_id).await;
        fixture.agent.ev("freeze", json!({"req": request_id})).await;
        assert!(fixture.is_complete().await, "{request_id}");
    }
    assert_eq!(fixture.evidence.store.diagnostics, []);
}

#[tokio::test]
async fn twenty_thousand_timers_after_the_response_delay_no_flush() {
    let mut fixture = Fixture::ready().await;
    fixture.invoke("a").await;
    fixture.respond("a").await;
    let at = fixture.agent.ms();
    let timers: Vec<Value> = (1..=20_000).map(|id| timer(id, at)).collect();
    fixture.agent.ev("turn", json!({"req": "a", "new": timers})).await;
    assert!(fixture.is_complete().await);
    assert_eq!(fixture.evidence.store.resources.len(), 20_000);
    assert_eq!(fixture.evidence.store.diagnostics, []);
}

#[tokio::test]
async fn without_the_turn_nothing_is_complete() {
    let mut fixture = Fixture::ready().await;
    fixture.invoke("a").await;
    let at = fixture.agent.ms();
    fixture.agent.ev("flush", json!({"new": [timer(1, at)]})).await;
    fixture.respond("a").await;
    assert!(fixture.stays_incomplete().await, "the flush waits");
    fixture.until(|fixture| fixture.resource(1).is_some()).await;
    assert!(!fixture.has_complete_response());
    fixture.agent.ev("turn", json!({"req": "another"})).await;
    assert!(fixture.stays_incomplete().await, "the turn of another response is none");
    fixture.agent.ev("turn", json!({"req": "a"})).await;
    assert!(fixture.is_complete().await);
}

#[tokio::test]
async fn a_loop_that_answers_no_probe_is_incomplete() {
    let mut fixture = Fixture::silent().await;
    fixture.agent.hello().await;
    fixture.invoke("a").await;
    fixture.respond("a").await;
    fixture.agent.ev("turn", json!({"req": "a"})).await;
    assert!(fixture.stays_incomplete().await);
    fixture.agent.answer_probes();
    assert!(fixture.is_complete().await);
}

#[tokio::test]
async fn while_the_handler_works_what_is_known_is_published() {
    let mut fixture = Fixture::ready().await;
    fixture.invoke("a").await;
    let at = fixture.agent.ms();
    fixture.agent.ev("flush", json!({"new": [timer(1, at)]})).await;
    fixture.until(|fixture| fixture.resource(1).is_some()).await;
    fixture.patience = SHORT;
    assert_eq!(fixture.round().await, None);
}

#[tokio::test]
async fn after_a_fault_nothing_is_complete() {
    for line in [
        json!({"t": "fault", "where": "init", "message": "x is not a function"}).to_string(),
        "a line of somebody else".to_owned(),
    ] {
        let mut fixture = Fixture::ready().await;
        fixture.invoke("a").await;
        fixture.agent.raw(format!("{line}\n").as_bytes()).await;
        assert_eq!(fixture.gap().await.0, GapId::AgentFailed, "{line}");
        fixture.respond("a").await;
        fixture.agent.ev("turn", json!({"req": "a"})).await;
        assert!(fixture.stays_incomplete().await, "{line}");
        assert_eq!(fixture.evidence.store.last_invocation().unwrap().turned_at, None);
    }
}

#[tokio::test]
async fn the_end_of_the_pipe_ends_the_feed_after_its_last_update() {
    let mut fixture = Fixture::ready().await;
    fixture.invoke("a").await;
    fixture.respond("a").await;
    let at = fixture.agent.ms();
    fixture.agent.ev("turn", json!({"req": "a", "new": [timer(1, at)]})).await;
    fixture.agent.end().await;
    fixture.until(|fixture| fixture.evidence.store.feed.lost_at.is_some()).await;
    assert!(fixture.resource(1).is_some());
    assert!(fixture.evidence.store.has(GapId::FeedLost));
    // Flushes fail, and there is nothing to attach to.
    assert!(fixture.stays_incomplete().await);
}

#[tokio::test]
async fn an_async_function_is_tied_to_what_it_waits_on() {
    let mut fixture = Fixture::ready().await;
    fixture.invoke("a").await;
    let at = fixture.agent.ms();
    let load = json!(["/srv/handler.js", 2, 1, "load"]);
    let function = json!({"id": 1, "k": "async-fn", "type": "PROMISE", "at": at, "inv": 1,
        "name": "load", "frames": [load], "f": {"holds": false}});
    let mut timeout = timer(2, at + 0.1);
    timeout["frames"] = json!([load]);
    fixture.agent.ev("flush", json!({"new": [function, timeout]})).await;
    fixture.respond("a").await;
    fixture.agent.ev("turn", json!({"req": "a"})).await;
    assert!(fixture.is_complete().await);
    let store = &fixture.evidence.store;
    let [op] = &store.async_ops[..] else { panic!("{:?}", store.async_ops) };
    let task = store.task(op.task.unwrap());
    assert_eq!((op.source.as_str(), task.name.as_deref()), ("await", Some("load")));
    assert_eq!(store.resource(op.resource.unwrap()).span, 2);
    assert_eq!(task.stats.activity(), Activity::Idle);
    assert_eq!(task.ended(), None);

    let end = fixture.agent.ms();
    fixture.agent.ev("flush", json!({"end": [[2, end], [1, end]]})).await;
    fixture.until(|fixture| fixture.evidence.store.async_ops[0].life.ended.is_some()).await;
    assert_eq!(fixture.evidence.store.diagnostics, []);
}

#[tokio::test]
async fn an_async_function_that_went_on_after_the_turn_is_tied_to_what_it_waits_on_now() {
    let mut fixture = Fixture::ready().await;
    fixture.invoke("a").await;
    let at = fixture.agent.ms();
    let poll = json!([["/srv/handler.js", 2, 1, "poll"]]);
    let function = json!({"id": 1, "k": "async-fn", "type": "PROMISE", "at": at, "inv": 1,
        "name": "poll", "frames": poll, "f": {"holds": false}});
    let made_by_poll = |id: u64, at: f64| {
        let mut timeout = timer(id, at);
        timeout["frames"] = poll.clone();
        timeout
    };
    let first = made_by_poll(2, at + 0.1);
    fixture.agent.ev("flush", json!({"new": [function, first]})).await;
    fixture.respond("a").await;
    fixture.agent.ev("turn", json!({"req": "a"})).await;
    // Its timer fires before the runtime asks for the next event, and it makes another.
    let later = fixture.agent.ms();
    let second = made_by_poll(3, later);
    let change = json!({"req": "a", "new": [second], "end": [[2, later]]});
    fixture.agent.ev("freeze", change).await;
    fixture.until(|fixture| fixture.evidence.store.async_ops.len() == 2).await;
    let store = &fixture.evidence.store;
    let [was, is] = &store.async_ops[..] else { panic!("{:?}", store.async_ops) };
    assert_eq!((store.resource(was.resource.unwrap()).span, was.task), (2, is.task));
    assert_eq!((store.resource(is.resource.unwrap()).span, is.life.ended), (3, None));
}

#[tokio::test]
async fn functions_without_a_record_are_events_that_were_lost() {
    let mut fixture = Fixture::ready().await;
    for (request_id, lost) in [("a", 5), ("b", 3), ("c", 6)] {
        fixture.invoke(request_id).await;
        fixture.respond(request_id).await;
        fixture.agent.ev("turn", json!({"req": request_id, "lost": lost})).await;
        assert!(fixture.is_complete().await);
    }
    assert_eq!(fixture.evidence.store.feed.dropped_events, 6);
}

#[tokio::test]
async fn tokio_console_sees_the_handler_and_cannot_pause_the_feed() {
    let mut fixture = Fixture::ready().await;
    let addr = format!("http://{}", fixture.bridge.addr());
    let mut console = InstrumentClient::connect(addr).await.unwrap();
    let mut states = console.watch_state(StateRequest {}).await.unwrap().into_inner();
    let state = states.message().await.unwrap().unwrap();
    assert_eq!(state.temporality(), Temporality::Live);
    let watching = console.watch_updates(InstrumentRequest {}).await.unwrap();
    let mut updates = watching.into_inner();
    assert!(updates.message().await.unwrap().unwrap().new_metadata.is_some());

    console.pause(PauseRequest {}).await.unwrap();
    fixture.invoke("a").await;
    fixture.respond("a").await;
    let at = fixture.agent.ms();
    fixture.agent.ev("turn", json!({"req": "a", "new": [timer(1, at)]})).await;
    assert!(fixture.is_complete().await);
    assert!(fixture.resource(1).is_some());
    loop {
        let update = updates.message().await.unwrap().unwrap();
        let resources = update.resource_update.unwrap().new_resources;
        if resources.iter().any(|row| row.id.is_some_and(|id| id.id == 1)) {
            break;
        }
    }
}

#[tokio::test]
async fn a_second_client_is_sent_everything_once() {
    let mut fixture = Fixture::ready().await;
    let at = fixture.agent.ms();
    fixture.agent.ev("flush", json!({"new": [timer(1, at)]})).await;
    fixture.until(|fixture| fixture.resource(1).is_some()).await;
    let addr = format!("http://{}", fixture.bridge.addr());
    let channel = Endpoint::from_shared(addr).unwrap().connect().await.unwrap();
    let mut client = FeedClient::new(channel);
    let mut updates = client.watch(WatchRequest {}).await.unwrap().into_inner();
    let first = updates.message().await.unwrap().unwrap();
    assert_eq!(first.created.iter().map(|item| item.id).collect::<Vec<_>>(), [1]);
    fixture.agent.ev("flush", json!({"new": [timer(2, at)], "end": [[1, at + 1.0]]})).await;
    let second = updates.message().await.unwrap().unwrap();
    assert_eq!(second.sequence, first.sequence + 1);
    assert_eq!(second.created.iter().map(|item| item.id).collect::<Vec<_>>(), [2]);
    assert_eq!(second.ended.iter().map(|item| item.id).collect::<Vec<_>>(), [1]);
    fixture.until(|fixture| fixture.resource(2).is_some()).await;
    assert_eq!(fixture.evidence.store.diagnostics, []);
}
