//! The items that exist in the handler, as the agent has reported them.
//!
//! Pure state, with the order of an invocation in it: it begins, the handler responds, the loop
//! turns, and from then on the facts stand still until the next one begins.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::time::Duration;

use serde_json::{Map, Value};

use crate::host::runtimes::node::message::{Audit, Events, Mark};
use crate::host::runtimes::node::picture::item::{Item, Publish};
use crate::host::runtimes::node::picture::origin::Origin;
use crate::host::runtimes::node::picture::record::{Kind, Record};
use crate::host::runtimes::node::picture::tie::Ties;
use crate::model::time::Timestamp;

/// How long what has ended is kept for those who come late.
const RETENTION: Duration = Duration::from_secs(5);

/// Everything that is known.
#[derive(Debug)]
pub(in crate::host::runtimes::node) struct Picture {
    pub(in crate::host::runtimes::node) origin: Origin,
    pub(in crate::host::runtimes::node) items: BTreeMap<u64, Item>,
    pub(in crate::host::runtimes::node) ties: Ties,
    pub(in crate::host::runtimes::node) invocations: Vec<InvocationRow>,
    /// Items with something to be sent.
    pub(in crate::host::runtimes::node) changed: BTreeSet<u64>,
    /// Unfinished async functions without a record that have not been published.
    pub(in crate::host::runtimes::node) unrecorded: u64,
    /// The most that have been published at once.
    most_unrecorded: u64,
    /// Records without a place.
    bare: u64,
    requests: HashMap<u64, Request>,
    ended: VecDeque<(Timestamp, u64)>,
    stage: Stage,
}

/// An invocation as a row.
#[derive(Debug)]
pub(in crate::host::runtimes::node) struct InvocationRow {
    pub(in crate::host::runtimes::node) number: u64,
    pub(in crate::host::runtimes::node) request_id: String,
    pub(in crate::host::runtimes::node) created: Timestamp,
    pub(in crate::host::runtimes::node) ended: Option<Timestamp>,
    /// It has not been sent.
    pub(in crate::host::runtimes::node) is_new: bool,
    /// Something of it has to be sent.
    pub(in crate::host::runtimes::node) is_due: bool,
}

/// A request under way on a handle that has a row.
#[derive(Debug)]
struct Request {
    handle: u64,
    holds: bool,
}

/// Where the invocation stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Stage {
    /// The runtime starts, or the handler works.
    Working,
    /// It has responded.
    Responded,
    /// The loop has turned since.
    Turned,
}

/// What a line of events has brought about.
#[derive(Debug, Default, PartialEq)]
pub(in crate::host::runtimes::node) struct Applied {
    /// The handler has responded.
    pub(in crate::host::runtimes::node) responded: bool,
    /// The loop has turned for the first time since the response.
    pub(in crate::host::runtimes::node) turned: bool,
    /// The runtime is about to ask for the next event.
    pub(in crate::host::runtimes::node) frozen: bool,
    /// When the line was written.
    pub(in crate::host::runtimes::node) at: Timestamp,
    /// So many records more are without a place.
    pub(in crate::host::runtimes::node) bare: u64,
    /// What cannot be true.
    pub(in crate::host::runtimes::node) problems: BTreeSet<&'static str>,
    /// What libuv knows and the records do not.
    pub(in crate::host::runtimes::node) unexplained: Option<String>,
}

impl Picture {
    pub(in crate::host::runtimes::node) fn new(origin: Origin) -> Self {
        Self {
            origin,
            items: BTreeMap::new(),
            ties: Ties::default(),
            invocations: Vec::new(),
            changed: BTreeSet::new(),
            unrecorded: 0,
            most_unrecorded: 0,
            bare: 0,
            requests: HashMap::new(),
            ended: VecDeque::new(),
            stage: Stage::Working,
        }
    }

    /// Whether this is the invocation that began last.
    pub(in crate::host::runtimes::node) fn is_current(&self, request_id: &str) -> bool {
        self.invocations.last().is_some_and(|last| last.request_id == request_id)
    }

    /// An invocation begins: facts may change again.
    pub(in crate::host::runtimes::node) fn begin(&mut self, request_id: &str, now: Timestamp) {
        self.invocations.push(InvocationRow {
            number: self.invocations.len() as u64 + 1,
            request_id: request_id.to_owned(),
            created: now,
            ended: None,
            is_new: true,
            is_due: true,
        });
        self.stage = Stage::Working;
        let alive: Vec<u64> = self.alive().map(|item| item.id).collect();
        self.settle(alive, now);
    }

    /// How many invocations there have been.
    pub(in crate::host::runtimes::node) fn invocation_count(&self) -> u64 {
        self.invocations.len() as u64
    }

    /// Takes a line of events over.
    pub(in crate::host::runtimes::node) fn apply(&mut self, events: Events) -> Applied {
        let at = self.origin.at(events.at);
        let bare = events.bare.saturating_sub(self.bare);
        self.bare += bare;
        let mut applied = Applied { at, bare, ..Applied::default() };
        let mut touched = BTreeSet::new();
        let (requests, others): (Vec<Record>, Vec<Record>) =
            events.new.into_iter().partition(|record| record.kind == Kind::Request);
        for record in others.into_iter().chain(requests) {
            self.add(record, &mut touched, &mut applied);
        }
        for (id, facts) in &events.changed {
            self.change(*id, facts, &mut touched, &mut applied);
        }
        for (id, ended) in events.ended {
            let ended = self.origin.at(ended);
            self.end(id, ended, &mut touched, &mut applied);
        }
        self.settle(touched, at);
        match events.mark {
            Mark::Response => self.respond(events.request_id.as_deref(), at, &mut applied),
            Mark::Turn | Mark::Freeze => {
                let current = self.invocations.last().map(|last| last.request_id.as_str());
                let of_this = events.request_id.as_deref().is_none_or(|id| Some(id) == current);
                if of_this && self.stage == Stage::Responded {
                    self.turn(events.lost);
                    applied.turned = true;
                } else if of_this && events.mark == Mark::Freeze {
                    // What was left has gone on since that turn, and waits on something new.
                    self.ties.find(&self.items);
                }
                applied.frozen = of_this && events.mark == Mark::Freeze;
                applied.unexplained = events.audit.and_then(|audit| self.unexplained(&audit));
            }
            Mark::Ready | Mark::Probe | Mark::Other => {}
        }
        applied
    }

    /// Forgets what ended long ago.
    pub(in crate::host::runtimes::node) fn sweep(&mut self, now: Timestamp) {
        while let Some((ended, id)) = self.ended.front().copied() {
            if now < ended.plus(RETENTION) || self.changed.contains(&id) {
                return;
            }
            self.ended.pop_front();
            self.items.remove(&id);
        }
    }

    fn alive(&self) -> impl Iterator<Item = &Item> {
        self.items.values().filter(|item| item.ended.is_none())
    }

    fn add(&mut self, record: Record, touched: &mut BTreeSet<u64>, applied: &mut Applied) {
        let id = record.id;
        if self.items.contains_key(&id) || self.requests.contains_key(&id) {
            applied.problems.insert("it announced something twice");
            return;
        }
        let handle = record.of.filter(|_| record.kind == Kind::Request);
        if let Some(handle) = handle.and_then(|handle| self.items.get_mut(&handle)) {
            // A request holds the loop, whatever its handle does.
            let holds = record.facts.holds != Some(false);
            handle.add_request(holds);
            touched.insert(handle.id);
            self.requests.insert(id, Request { handle: handle.id, holds });
            return;
        }
        let created = self.origin.at(record.at);
        let mut item = Item::new(record, created);
        item.introduce();
        self.items.insert(id, item);
        self.changed.insert(id);
    }

    fn change(
        &mut self,
        id: u64,
        facts: &Map<String, Value>,
        touched: &mut BTreeSet<u64>,
        applied: &mut Applied,
    ) {
        if let Some(item) = self.items.get_mut(&id) {
            item.facts_mut().merge(facts);
            touched.insert(id);
        } else if let Some(request) = self.requests.get_mut(&id) {
            let holds = facts.get("holds").and_then(Value::as_bool).unwrap_or(request.holds);
            if let Some(handle) = self.items.get_mut(&request.handle) {
                handle.remove_request(request.holds);
                handle.add_request(holds);
                touched.insert(handle.id);
            }
            request.holds = holds;
        } else {
            applied.problems.insert("it changed something that it never announced");
        }
    }

    fn end(&mut self, id: u64, at: Timestamp, touched: &mut BTreeSet<u64>, applied: &mut Applied) {
        if let Some(request) = self.requests.remove(&id) {
            if let Some(handle) = self.items.get_mut(&request.handle) {
                handle.remove_request(request.holds);
                touched.insert(handle.id);
            }
            return;
        }
        // The end of something that was never announced changes nothing.
        let Some(item) = self.items.get_mut(&id) else { return };
        if item.ended.is_some() {
            applied.problems.insert("it ended something twice");
            return;
        }
        let ended = item.end(at);
        self.changed.insert(id);
        self.ended.push_back((ended, id));
        self.ties.end(id, ended);
    }

    fn respond(&mut self, request_id: Option<&str>, at: Timestamp, applied: &mut Applied) {
        let last = self.invocations.last_mut();
        match last.filter(|last| request_id.is_none_or(|id| id == last.request_id)) {
            Some(last) if last.ended.is_none() => {
                last.ended = Some(at.max(last.created));
                last.is_due = true;
            }
            Some(_) => {
                applied.problems.insert("it reported two responses to one event");
                return;
            }
            None => {
                applied.problems.insert("it reported a response to an event that was not sent");
                return;
            }
        }
        self.stage = Stage::Responded;
        applied.responded = true;
    }

    fn turn(&mut self, lost: u64) {
        self.stage = Stage::Turned;
        self.ties.find(&self.items);
        // The same function may be unfinished for many invocations.
        self.unrecorded += lost.saturating_sub(self.most_unrecorded);
        self.most_unrecorded = self.most_unrecorded.max(lost);
    }

    fn settle(&mut self, ids: impl IntoIterator<Item = u64>, at: Timestamp) {
        let publish = match self.stage {
            Stage::Working | Stage::Responded => Publish::Everything,
            Stage::Turned => Publish::Releases,
        };
        for id in ids {
            let Some(item) = self.items.get_mut(&id).filter(|item| item.ended.is_none()) else {
                continue;
            };
            item.settle(publish, at);
            if item.is_new || item.facts_due {
                self.changed.insert(id);
            }
        }
    }

    fn unexplained(&self, audit: &Audit) -> Option<String> {
        if !audit.unseen.is_empty() {
            let mut handles: Vec<String> = audit
                .unseen
                .iter()
                .map(|unseen| match unseen.fd {
                    Some(fd) => format!("{} (descriptor {fd})", unseen.uv_type),
                    None => unseen.uv_type.clone(),
                })
                .collect();
            handles.truncate(5);
            return Some(format!(
                "libuv has {} active handles that the agent does not know: {}",
                audit.unseen.len(),
                handles.join(", ")
            ));
        }
        let nothing_holds = !self.alive().any(Item::holds);
        (audit.alive && nothing_holds).then(|| {
            "the event loop is kept alive by something that the agent does not know".to_owned()
        })
    }
}
