//! `testdata/node/runtime/truth.json`: what AWS' Node.js clients do with the handlers beside it,
//! and what a run of ours says to that.

use std::fmt::Debug;
use std::fs::File;
use std::io::BufReader;

use loopcheck::feed::update::MarkKind;
use loopcheck::model::time::Timestamp;
use loopcheck::observation::{ApiMoment, ObservationKind};
use loopcheck::recording::reader::RecordingReader;
use serde::Deserialize;
use serde_json::Value;

use super::loopcheck::Finished;

#[derive(Deserialize)]
struct Truth {
    handlers: Vec<Handler>,
}

/// A handler and what becomes of it.
#[derive(Clone, Debug, Deserialize)]
pub struct Handler {
    pub file: String,
    pub export: String,
    pub events: Vec<String>,
    pub runs: Vec<Row>,
}

/// What becomes of it under one generation of AWS' client.
#[derive(Clone, Debug, Deserialize)]
pub struct Row {
    /// 3 or 4.
    pub client: u32,
    pub by: Vec<By>,
    pub node: Vec<u32>,
    pub init_error: Option<InitError>,
    pub invocations: Vec<Invocation>,
    pub end: End,
    pub exit_code: Option<i32>,
}

/// Who plays the client.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "lowercase")]
pub enum By {
    /// loopcheck does.
    Mini,
    /// It is AWS' own.
    Ric,
}

#[derive(Clone, Debug, Deserialize)]
pub struct InitError {
    pub error_type: String,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Invocation {
    pub mode: Option<String>,
    pub outcome: Outcome,
    pub body: Option<String>,
    pub error_type: Option<String>,
    pub posted: Option<When>,
    pub next: Option<When>,
    #[serde(default)]
    pub refused: Vec<Value>,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    Response,
    Stream,
    Error,
    Timeout,
    Exit,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub enum When {
    AtOnce,
    AtEmpty,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "lowercase")]
pub enum End {
    Waiting,
    Timeout,
    Exit,
    Crash,
}

/// The whole table.
pub fn handlers() -> Vec<Handler> {
    let text = include_str!("../../testdata/node/runtime/truth.json");
    serde_json::from_str::<Truth>(text).unwrap().handlers
}

impl Row {
    /// Whether a time limit has to pass: nobody can know before that no answer comes.
    pub fn times_out(&self) -> bool {
        let answered = |one: &Invocation| one.outcome != Outcome::Timeout || one.mode.is_some();
        !self.invocations.iter().all(answered)
    }

    /// Where what a run says differs from this row.
    pub fn problems(&self, by: By, finished: &Finished) -> Vec<String> {
        let seen = moments(finished);
        let report = finished.report();
        let mut problems = Problems::default();
        problems.expect("exit code", self.code(&report), finished.code());
        // AWS' client races with its own error then.
        let races = by == By::Ric && self.init_error.is_some();
        self.check_gaps(races, &report, &mut problems);
        let invocations = list(&report["invocations"]);
        if !races {
            problems.expect("invocations", self.invocations.len(), invocations.len());
        }
        for (index, wanted) in self.invocations.iter().enumerate().take(invocations.len()) {
            problems.of = format!("invocation {}: ", index + 1);
            let Some(moments) = seen.get(index) else {
                problems.expect("deliveries", index + 1, seen.len());
                break;
            };
            self.check_invocation(wanted, &report, index, &mut problems);
            wanted.check_answer(moments, &mut problems);
            wanted.check_order(by, moments, &mut problems);
            wanted.check_holders(&report, index, &mut problems);
        }
        problems.found
    }

    fn code(&self, report: &Value) -> i32 {
        let failed = matches!(self.end, End::Exit | End::Crash) || self.times_out();
        let denied = |found: &Value| found["status"] == "unexpected" && found["level"] == "deny";
        match failed {
            true => 3,
            false => i32::from(list(&report["findings"]).iter().any(denied)),
        }
    }

    fn check_gaps(&self, races: bool, report: &Value, problems: &mut Problems) {
        let count = self.invocations.len();
        // One that ends by itself after its answer may do so before or after we have heard of it.
        let last = self.invocations.last();
        let when = match last.map(|last| last.outcome) {
            Some(Outcome::Exit) => "in ",
            Some(Outcome::Stream) => "",
            _ => "after the response of ",
        };
        let code = self.exit_code.map_or_else(String::new, |code| format!("with code {code} "));
        let (id, message) = match (self.end, &self.init_error) {
            (_, Some(error)) => ("init-error", error.error_type.clone()),
            (End::Waiting, None) => ("", String::new()),
            (End::Timeout, None) if self.times_out() => ("timed-out", String::new()),
            (End::Timeout, None) => ("", String::new()),
            (End::Exit | End::Crash, None) if count == 0 => ("handler-exited-early", code),
            (End::Exit | End::Crash, None) => (
                "handler-exited",
                if when.is_empty() { code } else { format!("{code}{when}invocation {count}") },
            ),
        };
        let ends = matches!(self.end, End::Exit | End::Crash);
        let (mut seen, mut refused) = (id.is_empty(), false);
        for gap in list(&report["gaps"]) {
            let (found, said) = (text(&gap["id"]), text(&gap["message"]));
            seen |= found == id && said.contains(&message);
            // An error that comes after the first request for an event is refused.
            seen |= races && found == "handler-exited";
            refused |= found == "request-refused" && said.contains("/error with status 40");
            // Not every last word of a process that ends is heard.
            let late = ends
                && ["feed-lag", "feed-lost", "request-refused", "handler-exited"].contains(&found);
            if found != id && !late {
                problems.expect("gap", "none", found);
            }
        }
        problems.expect("the gap", true, seen);
        if self.invocations.iter().any(|one| !one.refused.is_empty()) {
            problems.expect("a refused error", true, refused);
        }
    }

    fn check_invocation(
        &self,
        wanted: &Invocation,
        report: &Value,
        index: usize,
        problems: &mut Problems,
    ) {
        let found = &report["invocations"][index];
        let outcome = match wanted.outcome {
            Outcome::Response => "response",
            Outcome::Stream if wanted.error_type.is_none() => "response",
            Outcome::Stream | Outcome::Error => "error",
            // There was an answer, and the platform keeps it back.
            Outcome::Timeout if wanted.mode.is_some() => "held",
            Outcome::Timeout => "timeout",
            Outcome::Exit if self.exit_code == Some(0) => "exit",
            Outcome::Exit => "crash",
        };
        problems.expect("outcome", outcome, text(&found["outcome"]));
        let mode = wanted.mode.as_deref().unwrap_or("-");
        problems.expect("mode", mode, text(&found["mode"]));
        problems.expect("next", wanted.next.is_some(), !found["next_ms"].is_null());
        let posted = wanted.posted.is_some();
        problems.expect("held", posted && wanted.mode.is_some(), !found["held_ms"].is_null());
    }
}

impl Invocation {
    /// What was posted: how long it was, and which error.
    fn check_answer(&self, moments: &Moments, problems: &mut Problems) {
        let wanted = match self.outcome {
            Outcome::Response | Outcome::Stream => {
                let bytes = self.body.as_deref().unwrap_or_default().len() as u64;
                vec![(Some(bytes), self.outcome == Outcome::Stream, self.error_type.clone())]
            }
            Outcome::Error => vec![(None, false, self.error_type.clone())],
            Outcome::Timeout | Outcome::Exit => Vec::new(),
        };
        let answer = |moment: &ApiMoment| match moment {
            ApiMoment::ResponseReceived { bytes, streaming, error_type, .. } => {
                Some((Some(*bytes), *streaming, error_type.clone()))
            }
            ApiMoment::ErrorReceived { error_type, .. } => {
                Some((None, false, Some(error_type.clone())))
            }
            _ => None,
        };
        problems.expect(
            "answers",
            wanted,
            moments.api.iter().filter_map(|(_, moment)| answer(moment)).collect(),
        );
    }

    /// When it was posted, and when the next event was asked for: which moment came before which.
    fn check_order(&self, by: By, moments: &Moments, problems: &mut Problems) {
        let place = |wanted: fn(&ApiMoment) -> bool| {
            moments.api.iter().position(|(_, moment)| wanted(moment))
        };
        let completed = place(|one| matches!(one, ApiMoment::HandlerCompleted { .. }));
        // Our runtime waits for an acknowledgement of its answer, so the times are in order. AWS'
        // client does not, so what counts is what came first.
        let turned_before = |place: usize| {
            moments.turned.is_some_and(|turned| match by {
                By::Ric => turned.place <= place,
                _ => turned.at < moments.api[place].0,
            })
        };
        let next = place(|one| matches!(one, ApiMoment::NextRequested));
        let answered = place(is_answer);
        problems.expect("completed", self.mode.is_some(), completed.is_some());
        let (Some(completed), Some(answered)) = (completed, answered) else { return };
        let mode = self.mode.as_deref().unwrap_or_default();
        // A client may go on while the end of its stream is still on its way.
        let overtakes = self.outcome == Outcome::Stream && self.error_type.is_some();
        if !mode.starts_with("stream") {
            problems.expect("completed before the answer", true, completed < answered);
        }
        match self.posted {
            // It completes when the loop is empty, which it finds out by itself.
            Some(When::AtEmpty) if mode == "implicit" => {}
            // The turn comes through a pipe and the answer of AWS' client does not.
            Some(When::AtEmpty) if by == By::Ric => {
                problems.expect("the loop turned", true, moments.turned.is_some());
            }
            Some(When::AtEmpty) => {
                let between = turned_before(answered) && !turned_before(completed);
                problems.expect("the loop turned before the answer", true, between);
            }
            // An error that ends a wait, whenever it comes.
            Some(When::AtOnce) if mode == "callback-wait" => {}
            Some(When::AtOnce) if !overtakes => {
                problems.expect(
                    "the loop turned before the answer",
                    false,
                    turned_before(answered),
                );
            }
            _ => {}
        }
        if let Some(next) = next {
            problems.expect("the answer before the next request", true, answered < next);
        }
    }

    /// What keeps the event loop alive has ended before anything that waits for an empty loop.
    fn check_holders(&self, report: &Value, index: usize, problems: &mut Problems) {
        let found = &report["invocations"][index];
        for finding in list(&report["findings"]) {
            let counts = list(&finding["counts"]);
            let last = counts.iter().rposition(|count| count != 0);
            let fate = text(&finding["fates"]["hold-response"]["fate"]);
            if finding["status"] == "runtime" || last != Some(index) || !fate.starts_with("holds") {
                continue;
            }
            let name = text(&finding["location"]["file"]);
            if name.ends_with("before-exit.js") {
                // It is made when the loop has been empty, and nobody waits for it.
                continue;
            }
            let ended = finding["ended_ms"].as_f64();
            let ended_by = |limit: Option<f64>| ended.zip(limit).is_some_and(|(end, at)| end <= at);
            let next = found["next_ms"].as_f64().zip(found["response_ms"].as_f64());
            if self.posted == Some(When::AtEmpty) {
                let held = ended_by(found["held_ms"].as_f64());
                problems.expect(&format!("{name} ended before the answer"), true, held);
            }
            if self.next == Some(When::AtEmpty) {
                let ended = ended_by(next.map(|(next, completed)| next - completed));
                problems.expect(&format!("{name} ended before the next request"), true, ended);
            }
        }
    }
}

fn is_answer(moment: &ApiMoment) -> bool {
    matches!(moment, ApiMoment::ResponseReceived { .. } | ApiMoment::ErrorReceived { .. })
}

/// What happened from the delivery of an event on.
struct Moments {
    request_id: String,
    /// The moments at the Runtime API, and when they were.
    api: Vec<(Timestamp, ApiMoment)>,
    turned: Option<Turned>,
}

/// The first turn of the loop after the handler had completed.
#[derive(Clone, Copy)]
struct Turned {
    at: Timestamp,
    /// How many moments at the Runtime API had been observed when it was.
    place: usize,
}

/// The moments of each invocation.
fn moments(finished: &Finished) -> Vec<Moments> {
    let file = BufReader::new(File::open(finished.recording()).unwrap());
    let mut seen: Vec<Moments> = Vec::new();
    for observation in RecordingReader::new(file).unwrap() {
        let observation = observation.unwrap();
        match observation.kind {
            ObservationKind::RuntimeApi(moment) => {
                if let ApiMoment::EventDelivered { request_id, .. } = &moment {
                    let request_id = request_id.clone();
                    seen.push(Moments { request_id, api: Vec::new(), turned: None });
                }
                if let Some(last) = seen.last_mut() {
                    last.api.push((observation.at, moment));
                }
            }
            ObservationKind::FeedUpdate(update) => {
                for mark in update.marks.iter().filter(|mark| mark.kind == MarkKind::Turn) {
                    let of = seen.iter_mut().find(|known| known.request_id == mark.request_id);
                    let of = of.expect("a turn belongs to an invocation");
                    let turned = Turned { at: mark.at, place: of.api.len() };
                    of.turned = of.turned.or(Some(turned));
                }
            }
            _ => {}
        }
    }
    seen
}

#[derive(Default)]
struct Problems {
    of: String,
    found: Vec<String>,
}

impl Problems {
    fn expect<T: Debug + PartialEq>(&mut self, what: &str, wanted: T, found: T) {
        if wanted != found {
            self.found.push(format!("{}{what}: {found:?} instead of {wanted:?}", self.of));
        }
    }
}

pub fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// The text of a string; `-` for null.
pub fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("-")
}
