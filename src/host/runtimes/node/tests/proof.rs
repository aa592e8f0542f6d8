//! The proof that the feed has caught up: it comes soon, and never without its reasons.

use console_api::instrument::instrument_client::InstrumentClient;
use console_api::instrument::{InstrumentRequest, PauseRequest, StateRequest, Temporality};
use serde_json::{Value, json};

use crate::host::console::Round;
use crate::host::runtimes::node::BridgeEvent;
use crate::host::runtimes::node::tests::fixture::{Fixture, SHORT, timer};
use crate::model::diagnostic::GapId;
use crate::model::task::Activity;
use crate::observation::{ApiMoment, Observation, ObservationKind, Subscription};

#[tokio::test]
async fn a_response_is_proved_within_a_few_rounds() {
    let mut fixture = Fixture::ready().await;
    fixture.invoke("a").await;
    let at = fixture.agent.ms();
    fixture.agent.ev("flush", json!({"new": [timer(1, at)]})).await;
    fixture.respond("a").await;
    fixture.agent.ev("turn", json!({"req": "a"})).await;
    let rounds = fixture.prove(10).await;
    assert!(rounds.is_some_and(|rounds| rounds <= 5), "{rounds:?}");

    let responded_at = fixture.responded_at();
    let timer = fixture.resource(1).unwrap();
    assert!(timer.life.covers(responded_at));
    assert_eq!((timer.concrete_type.as_str(), timer.duration_ms), ("Timeout", Some(5000)));
    let place = timer.location.as_ref().unwrap();
    assert_eq!(
        (place.file.as_str(), place.line, place.column),
        ("srv/handler.js", Some(4), Some(7))
    );
    let invocation = &fixture.evidence.store.tasks[0];
    assert_eq!(invocation.name.as_deref(), Some("invocation 1"));
    assert!(invocation.span_life.ended.is_some_and(|ended| ended <= responded_at));
    assert_eq!(fixture.evidence.store.diagnostics, []);
    let completed = ApiMoment::HandlerCompleted { request_id: "a".into(), mode: "async".into() };
    let turned = ApiMoment::LoopTurned { request_id: "a".into() };
    let of = |wanted: &ApiMoment| fixture.moments.iter().position(|moment| moment == wanted);
    assert!(of(&completed).unwrap() < of(&turned).unwrap());
}

#[tokio::test]
async fn what_is_told_after_the_turn_is_enough_for_every_invocation() {
    let mut fixture = Fixture::ready().await;
    for request_id in ["a", "b", "c"] {
        fixture.invoke(request_id).await;
        fixture.respond(request_id).await;
        fixture.agent.ev("freeze", json!({"req": request_id})).await;
        assert!(fixture.prove(10).await.is_some(), "{request_id}");
    }
    assert_eq!(fixture.evidence.store.diagnostics, []);
}

#[tokio::test]
async fn twenty_thousand_timers_after_the_response_hold_nothing_up() {
    let mut fixture = Fixture::ready().await;
    fixture.invoke("a").await;
    fixture.respond("a").await;
    let at = fixture.agent.ms();
    let timers: Vec<Value> = (1..=20_000).map(|id| timer(id, at)).collect();
    fixture.agent.ev("turn", json!({"req": "a", "new": timers})).await;
    assert!(fixture.prove(20).await.is_some());
    assert_eq!(fixture.evidence.store.resources.len(), 20_000);
    assert_eq!(fixture.evidence.store.diagnostics, []);
}

#[tokio::test]
async fn without_the_turn_there_is_no_proof() {
    let mut fixture = Fixture::ready().await;
    fixture.invoke("a").await;
    let at = fixture.agent.ms();
    fixture.agent.ev("flush", json!({"new": [timer(1, at)]})).await;
    fixture.respond("a").await;
    assert!(fixture.proves_nothing(1).await, "the round waits");
    fixture.until(|fixture| fixture.resource(1).is_some()).await;
    assert!(!fixture.is_proved());
    fixture.agent.ev("turn", json!({"req": "another"})).await;
    assert!(fixture.proves_nothing(1).await, "the turn of another response is none");
    fixture.agent.ev("turn", json!({"req": "a"})).await;
    assert!(fixture.prove(10).await.is_some());
}

#[tokio::test]
async fn a_loop_that_answers_no_probe_proves_nothing() {
    let mut fixture = Fixture::silent().await;
    fixture.agent.hello().await;
    fixture.invoke("a").await;
    fixture.respond("a").await;
    fixture.agent.ev("turn", json!({"req": "a"})).await;
    assert!(fixture.proves_nothing(1).await);
    fixture.agent.answer_probes();
    assert!(fixture.prove(10).await.is_some());
}

#[tokio::test]
async fn while_the_handler_works_what_is_known_is_told() {
    let mut fixture = Fixture::ready().await;
    fixture.invoke("a").await;
    let at = fixture.agent.ms();
    fixture.agent.ev("flush", json!({"new": [timer(1, at)]})).await;
    fixture.until(|fixture| fixture.resource(1).is_some()).await;
    fixture.patience = SHORT;
    assert_eq!(fixture.round(Round { fresh: true, drains: 1, audit: false }).await, None);
}

#[tokio::test]
async fn after_a_fault_nothing_is_proved() {
    for line in [
        json!({"t": "fault", "where": "init", "message": "x is not a function"}).to_string(),
        "a line of somebody else".to_owned(),
    ] {
        let mut fixture = Fixture::ready().await;
        fixture.invoke("a").await;
        fixture.agent.raw(format!("{line}\n").as_bytes()).await;
        assert!(matches!(fixture.signal().await, BridgeEvent::Fault { .. }), "{line}");
        fixture.respond("a").await;
        fixture.agent.ev("turn", json!({"req": "a"})).await;
        assert!(fixture.proves_nothing(2).await, "{line}");
        assert!(!fixture.moments.iter().any(|m| matches!(m, ApiMoment::LoopTurned { .. })));
    }
}

#[tokio::test]
async fn the_end_of_the_pipe_ends_the_feed_after_its_last_words() {
    let mut fixture = Fixture::ready().await;
    fixture.invoke("a").await;
    fixture.respond("a").await;
    let at = fixture.agent.ms();
    fixture.agent.ev("turn", json!({"req": "a", "new": [timer(1, at)]})).await;
    fixture.agent.end().await;
    assert_eq!(fixture.signal().await, BridgeEvent::Closed);
    fixture.until(|fixture| fixture.evidence.store.feed.lost_at.is_some()).await;
    assert!(fixture.resource(1).is_some());
    assert!(fixture.evidence.store.has(GapId::FeedLost));
    // Rounds end early, and there is nothing to attach to.
    assert!(fixture.proves_nothing(2).await);
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
    assert!(fixture.prove(10).await.is_some());
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

/// The agent tells of an end at its next mark, and a full state may be read before and heard after.
#[tokio::test]
async fn a_full_state_denies_no_end_that_was_told_after_it_had_been_read() {
    for (is_read_after, gaps) in [(false, 0), (true, 1)] {
        let mut fixture = Fixture::ready().await;
        fixture.invoke("a").await;
        let function = json!({"id": 1, "k": "async-fn", "type": "PROMISE", "at": fixture.agent.ms(),
            "inv": 1, "name": "load", "f": {"holds": false}});
        fixture.agent.ev("flush", json!({"new": [function]})).await;
        fixture.respond("a").await;
        fixture.agent.ev("turn", json!({"req": "a"})).await;
        assert!(fixture.prove(10).await.is_some());

        let ended = fixture.agent.ms();
        let addr = format!("http://{}", fixture.bridge.addr());
        let mut console = InstrumentClient::connect(addr).await.unwrap();
        let request = console.watch_updates(InstrumentRequest {}).await.unwrap();
        let mut state = request.into_inner().message().await.unwrap().unwrap();
        fixture.agent.ev("flush", json!({"end": [[1, ended]]})).await;
        let load = |fixture: &Fixture| {
            let mut tasks = fixture.evidence.store.tasks.iter();
            tasks.find(|task| task.name.as_deref() == Some("load")).unwrap().ended()
        };
        fixture.until(|fixture| load(fixture).is_some()).await;
        if is_read_after {
            state.now = Some(fixture.clock.now().into());
        }
        fixture.evidence.observe(&Observation {
            at: fixture.clock.now(),
            kind: ObservationKind::ConsoleUpdate {
                subscription: Subscription::Audit,
                update: Box::new(state),
            },
        });
        assert_eq!(
            fixture.evidence.store.diagnostics.len(),
            gaps,
            "{:?}",
            fixture.evidence.store.diagnostics
        );
        assert_eq!(load(&fixture).is_some(), !is_read_after);
    }
}

#[tokio::test]
async fn functions_without_a_record_are_events_that_were_lost() {
    let mut fixture = Fixture::ready().await;
    for (request_id, lost) in [("a", 5), ("b", 3), ("c", 6)] {
        fixture.invoke(request_id).await;
        fixture.respond(request_id).await;
        fixture.agent.ev("turn", json!({"req": request_id, "lost": lost})).await;
        assert!(fixture.prove(10).await.is_some());
    }
    assert_eq!(fixture.evidence.store.feed.dropped_events, 6);
}

#[tokio::test]
async fn nobody_can_hold_back_what_is_proved() {
    let mut fixture = Fixture::ready().await;
    let addr = format!("http://{}", fixture.bridge.addr());
    let mut console = InstrumentClient::connect(addr).await.unwrap();
    let mut states = console.watch_state(StateRequest {}).await.unwrap().into_inner();
    console.pause(PauseRequest {}).await.unwrap();
    let state = states.message().await.unwrap().unwrap();
    assert_eq!(state.temporality(), Temporality::Live);

    let pausing =
        tokio::spawn(async move { while console.pause(PauseRequest {}).await.is_ok() {} });
    fixture.invoke("a").await;
    fixture.respond("a").await;
    let at = fixture.agent.ms();
    fixture.agent.ev("turn", json!({"req": "a", "new": [timer(1, at)]})).await;
    assert!(fixture.prove(10).await.is_some());
    assert!(fixture.resource(1).is_some());
    pausing.abort();
}
