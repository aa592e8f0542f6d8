//! What of the picture is published, and when; seen in the rows of tokio-console, which have every
//! fact, and in the typed feed, which has to agree.

use std::collections::HashMap;
use std::time::Duration;

use console_api::field::Value as Wire;
use console_api::instrument::Update;
use serde_json::{Value, json};

use crate::host::clock::Clock;
use crate::host::runtimes::node::message::{self, FromAgent};
use crate::host::runtimes::node::picture::origin::Origin;
use crate::host::runtimes::node::picture::whole::{Applied, Picture};
use crate::host::runtimes::node::picture::{console_rows, updates};
use crate::host::runtimes::node::tests::agent::ev;
use crate::host::runtimes::node::tests::fixture::timer;
use crate::model::time::Timestamp;

struct Scene {
    picture: Picture,
    now: Timestamp,
}

impl Scene {
    fn new() -> Self {
        let clock = Clock::start();
        Self { picture: Picture::new(Origin::new(clock, 1 << 60)), now: clock.now() }
    }

    fn apply(&mut self, mark: &str, at: f64, more: Value) -> Applied {
        let line = ev(mark, at, &more).to_string();
        let FromAgent::Events(events) = message::parse(line.as_bytes()).unwrap() else { panic!() };
        self.picture.apply(*events)
    }

    fn begin(&mut self, request_id: &str) {
        self.picture.begin(request_id, self.now);
    }

    /// What tokio-console is sent.
    fn changes(&mut self) -> Update {
        let update = console_rows::changes(&self.picture, self.now);
        updates::settle(&mut self.picture, self.now);
        update
    }

    fn at(&self, ms: f64) -> u64 {
        self.picture.origin.at(ms).nanos()
    }
}

fn attributes(update: &Update, id: u64) -> HashMap<String, Wire> {
    let stats = &update.resource_update.as_ref().unwrap().stats_update[&id];
    by_name(stats.attributes.iter().filter_map(|attribute| attribute.field.as_ref()))
}

fn fields(update: &Update, id: u64) -> HashMap<String, Wire> {
    let rows = &update.task_update.as_ref().unwrap().new_tasks;
    let row = rows.iter().find(|row| row.id.unwrap().id == id).unwrap();
    by_name(&row.fields)
}

fn by_name<'a>(fields: impl IntoIterator<Item = &'a console_api::Field>) -> HashMap<String, Wire> {
    let named = fields.into_iter().map(|field| match &field.name {
        Some(console_api::field::Name::StrName(name)) => {
            (name.clone(), field.value.clone().unwrap())
        }
        other => panic!("{other:?}"),
    });
    named.collect()
}

fn is_empty(update: &Update) -> bool {
    let tasks = update.task_update.as_ref().unwrap();
    let resources = update.resource_update.as_ref().unwrap();
    tasks.new_tasks.is_empty()
        && tasks.stats_update.is_empty()
        && resources.new_resources.is_empty()
        && resources.stats_update.is_empty()
}

fn socket(id: u64) -> Value {
    json!({"id": id, "k": "socket", "type": "TCPWRAP", "at": 1, "inv": 1, "internal": true,
        "frames": [["/srv/node_modules/pg/c.js", 5, 1, "f"], ["/srv/a.js", 7, 2, "g"]],
        "f": {"holds": false, "ref": true, "fd": 20, "ino": 77, "local": "127.0.0.1:5",
              "peer": "127.0.0.1:5432", "http": "GET x", "rx": 1, "tx": 2, "use": 1}})
}

#[test]
fn a_socket_has_its_facts_as_attributes() {
    let mut scene = Scene::new();
    scene.apply("flush", 1.0, json!({"new": [socket(3)]}));
    let update = scene.changes();
    let row = &update.resource_update.as_ref().unwrap().new_resources[0];
    assert_eq!((row.concrete_type.as_str(), row.is_internal), ("TCPWRAP", true));
    let sent = attributes(&update, 3);
    for (name, value) in [
        ("node.kind", Wire::StrVal("socket".into())),
        ("invocation", Wire::U64Val(1)),
        ("holds", Wire::BoolVal(false)),
        ("ref", Wire::BoolVal(true)),
        ("inode", Wire::U64Val(77)),
        ("peer", Wire::StrVal("127.0.0.1:5432".into())),
        ("http", Wire::StrVal("GET x".into())),
        ("tx", Wire::U64Val(2)),
        ("use", Wire::U64Val(1)),
        ("internal", Wire::BoolVal(true)),
    ] {
        assert_eq!(sent.get(name), Some(&value), "{name}");
    }
    assert!(!sent.contains_key("due") && !sent.contains_key("busy") && !sent.contains_key("fd"));
    assert!(is_empty(&scene.changes()), "once is enough");
}

#[test]
fn a_timer_has_its_due_time_and_a_job_its_function() {
    let mut scene = Scene::new();
    let job = json!({"id": 2, "k": "job", "type": "FSREQCALLBACK", "name": "fs", "at": 1,
        "f": {"holds": true}});
    let immediate = json!({"id": 4, "k": "immediate", "type": "Immediate", "at": 1, "name": "go"});
    scene.apply("flush", 1.0, json!({"new": [timer(1, 10.0), job, immediate]}));
    let update = scene.changes();
    let sent = attributes(&update, 1);
    assert_eq!(sent["due"], Wire::U64Val(scene.at(5010.0)));
    assert_eq!(sent["callback"], Wire::StrVal("tick".into()));
    assert_eq!(sent["api"], Wire::StrVal("setTimeout".into()));
    let stats = &update.resource_update.as_ref().unwrap().stats_update[&1];
    let units: Vec<&str> =
        stats.attributes.iter().filter_map(|attribute| attribute.unit.as_deref()).collect();
    assert_eq!(units, ["ms", "ns"]);
    let sent = fields(&update, 2);
    assert_eq!(sent["kind"], Wire::StrVal("blocking".into()));
    assert_eq!(sent["fn"], Wire::StrVal("fs".into()));
    assert_eq!(sent["task.name"], Wire::StrVal("fs".into()), "which tokio-console shows");
    assert_eq!(sent["task.id"], Wire::U64Val(2));
    assert_eq!(fields(&update, 4)["task.name"], Wire::StrVal("setImmediate".into()));
}

#[test]
fn a_callback_is_named_as_it_was_before_it_was_bound() {
    let mut scene = Scene::new();
    let named = |id: u64, name: &str| {
        let mut timer = timer(id, 10.0);
        timer["name"] = name.into();
        timer
    };
    let new = [named(1, "bound bound flush"), named(2, "bound "), named(3, "boundary")];
    scene.apply("flush", 1.0, json!({"new": new}));
    let update = scene.changes();
    assert_eq!(attributes(&update, 1)["callback"], Wire::StrVal("flush".into()));
    assert!(!attributes(&update, 2).contains_key("callback"));
    assert_eq!(attributes(&update, 3)["callback"], Wire::StrVal("boundary".into()));
}

#[test]
fn a_request_makes_its_handle_busy_and_hold() {
    let mut scene = Scene::new();
    let request = |id: u64| {
        json!({"id": id, "k": "request", "type": "WRITEWRAP", "at": 1, "of": 3,
            "f": {"holds": true}})
    };
    scene.apply("flush", 1.0, json!({"new": [request(4), request(5), socket(3)]}));
    let update = scene.changes();
    let sent = attributes(&update, 3);
    assert_eq!((&sent["busy"], &sent["holds"]), (&Wire::BoolVal(true), &Wire::BoolVal(true)));
    assert_eq!(update.resource_update.as_ref().unwrap().new_resources.len(), 1);
    scene.apply("flush", 2.0, json!({"end": [[4, 2]]}));
    assert!(is_empty(&scene.changes()), "the other one goes on");
    scene.apply("flush", 3.0, json!({"end": [[5, 3]]}));
    assert_eq!(attributes(&scene.changes(), 3)["holds"], Wire::BoolVal(false));
    // A request on something that is not known has nobody else to hold through.
    let lonely = json!({"id": 6, "k": "request", "type": "GETADDRINFOREQWRAP", "at": 4, "of": 99,
        "f": {"holds": true}});
    scene.apply("flush", 4.0, json!({"new": [lonely]}));
    assert_eq!(attributes(&scene.changes(), 6)["node.kind"], Wire::StrVal("other".into()));
}

#[test]
fn after_the_turn_facts_stand_still_until_the_next_invocation() {
    let mut scene = Scene::new();
    scene.begin("a");
    scene.apply("flush", 1.0, json!({"new": [timer(1, 1.0), socket(3)]}));
    scene.apply("response", 2.0, json!({"req": "a", "chg": [[3, {"holds": true}]]}));
    let turned = scene.apply("turn", 3.0, json!({"req": "a", "chg": [[3, {"rx": 50}]]}));
    assert!(turned.turned);
    let sent = attributes(&scene.changes(), 3);
    assert_eq!((&sent["rx"], &sent["holds"]), (&Wire::U64Val(50), &Wire::BoolVal(true)));

    scene.apply("probe", 4.0, json!({"seq": 1, "chg": [[3, {"rx": 99}]]}));
    assert!(is_empty(&scene.changes()));
    let again = scene.apply("freeze", 5.0, json!({"req": "a", "chg": [[3, {"holds": false}]]}));
    assert!(!again.turned, "once for each response");
    let sent = attributes(&scene.changes(), 3);
    assert_eq!(sent["holds"], Wire::BoolVal(true), "as it was at the turn");
    assert_eq!(sent["released"], Wire::U64Val(scene.at(5.0)));
    assert_eq!(sent["rx"], Wire::U64Val(50));
    // It holds again, so it has not let go; and then it does, later.
    scene.apply("probe", 6.0, json!({"seq": 2, "chg": [[3, {"holds": true}]]}));
    assert!(!attributes(&scene.changes(), 3).contains_key("released"));
    scene.apply("probe", 7.0, json!({"seq": 3, "chg": [[3, {"holds": false}]], "end": [[1, 6.5]]}));
    let update = scene.changes();
    assert_eq!(attributes(&update, 3)["released"], Wire::U64Val(scene.at(7.0)));
    let timer = &update.resource_update.as_ref().unwrap().stats_update[&1];
    assert_eq!(timer.dropped_at, Some(scene.picture.origin.at(6.5).into()));

    scene.begin("b");
    let sent = attributes(&scene.changes(), 3);
    assert_eq!((&sent["rx"], &sent["holds"]), (&Wire::U64Val(99), &Wire::BoolVal(false)));
    assert!(!sent.contains_key("released"));
}

#[test]
fn what_is_new_after_the_turn_has_its_facts() {
    let mut scene = Scene::new();
    scene.begin("a");
    scene.apply("response", 2.0, json!({"req": "a"}));
    scene.apply("turn", 3.0, json!({"req": "a"}));
    scene.apply("probe", 4.0, json!({"seq": 1, "new": [timer(1, 3.5)]}));
    assert_eq!(attributes(&scene.changes(), 1)["holds"], Wire::BoolVal(true));
    scene.apply("probe", 5.0, json!({"seq": 2, "chg": [[1, {"holds": false}]]}));
    assert_eq!(attributes(&scene.changes(), 1)["released"], Wire::U64Val(scene.at(5.0)));
}

#[test]
fn a_task_that_lets_go_is_announced_again() {
    let mut scene = Scene::new();
    scene.begin("a");
    let job = json!({"id": 2, "k": "job", "type": "x", "name": "zlib.gzip", "at": 1,
        "f": {"holds": true}});
    scene.apply("response", 2.0, json!({"req": "a", "new": [job]}));
    scene.apply("turn", 3.0, json!({"req": "a"}));
    assert_eq!(fields(&scene.changes(), 2)["holds"], Wire::BoolVal(true));
    scene.apply("probe", 4.0, json!({"seq": 1, "chg": [[2, {"holds": false}]]}));
    assert_eq!(fields(&scene.changes(), 2)["released"], Wire::U64Val(scene.at(4.0)));
}

#[test]
fn who_comes_late_sees_what_ended_a_moment_ago() {
    let mut scene = Scene::new();
    scene.picture.origin = Origin::new(Clock::start(), 0);
    scene.apply("flush", 1.0, json!({"new": [timer(1, 1.0)], "end": [[1, 2.0]]}));
    scene.now = Timestamp::from_nanos(scene.at(4000.0));
    scene.changes();
    let full = console_rows::everything(&scene.picture, scene.now);
    assert_eq!(full.resource_update.unwrap().new_resources.len(), 1);
    assert_eq!(full.new_metadata.unwrap().metadata.len(), 3);
    scene.now = scene.now.plus(Duration::from_secs(2));
    scene.changes();
    let full = console_rows::everything(&scene.picture, scene.now);
    assert!(full.resource_update.unwrap().new_resources.is_empty());
}

#[test]
fn an_invocation_is_a_task_until_its_response() {
    let mut scene = Scene::new();
    scene.begin("a-b");
    let update = scene.changes();
    let id = update.task_update.as_ref().unwrap().new_tasks[0].id.unwrap().id;
    let sent = fields(&update, id);
    assert_eq!(sent["task.name"], Wire::StrVal("invocation 1".into()));
    assert_eq!(sent["request.id"], Wire::StrVal("a-b".into()));
    assert_eq!(sent["node.kind"], Wire::StrVal("invocation".into()));
    assert_eq!(sent["holds"], Wire::BoolVal(false));
    assert_eq!(sent["kind"], Wire::StrVal("invocation".into()));
    assert!(
        console_rows::has_task(&scene.picture, id)
            && !console_rows::has_task(&scene.picture, id + 1)
    );
    scene.apply("response", 1e15, json!({"req": "a-b"}));
    let stats = scene.changes().task_update.unwrap().stats_update;
    assert!(stats[&id].dropped_at.is_some());
}
