//! The feed: the picture, those who watch it, and the flushes that they request.
//!
//! Every change of the picture and every message is made, and the clock for its stamp read, under
//! one lock, so that nobody is sent something out of order. It cannot be paused: a flush that is
//! answered while updates are held back would be complete without them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use console_api::instrument::Update as ConsoleUpdate;
use console_api::tasks::TaskDetails;
use tokio::sync::{Notify, mpsc, oneshot};
use tonic::Status;

use crate::feed::convert;
use crate::feed::generated::{GapKind, Update};
use crate::feed::update::{self as feed, Mark, MarkKind};
use crate::host::clock::Clock;
use crate::host::runtimes::node::feed::flushes::{Flushes, Step};
use crate::host::runtimes::node::feed::report::Reports;
use crate::host::runtimes::node::message::{self, Events, ToAgent};
use crate::host::runtimes::node::picture::origin::Origin;
use crate::host::runtimes::node::picture::whole::{Applied, Picture};
use crate::host::runtimes::node::picture::{console_rows, updates};
use crate::host::runtimes::node::pipes::Writer;
use crate::model::time::Timestamp;
use crate::observation::UncaughtKind;

/// Messages that a watcher may be behind; one that is further behind is dropped, as
/// console-subscriber does.
const BEHIND: usize = 4096;

/// What a watcher gets.
pub(in crate::host::runtimes::node) type Watched<T> = mpsc::Receiver<Result<T, Status>>;
type Watcher<T> = mpsc::Sender<Result<T, Status>>;

/// A feed. Every clone is the same one.
#[derive(Clone, Debug)]
pub(in crate::host::runtimes::node) struct Feed {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    clock: Clock,
    state: Mutex<State>,
    /// A flush was requested, or can be made now.
    wake: Notify,
}

#[derive(Debug)]
struct State {
    picture: Picture,
    flushes: Flushes<oneshot::Sender<u64>>,
    reports: Reports,
    marks: Vec<Mark>,
    /// The number of the last update.
    sequence: u64,
    agent: Agent,
    watchers: Vec<Watcher<Update>>,
    /// Those who wait for their first update.
    arrivals: Vec<Watcher<Update>>,
    consoles: Vec<Watcher<ConsoleUpdate>>,
    details: Vec<Watcher<TaskDetails>>,
}

/// What is known of the agent.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Agent {
    /// It has not said who it is.
    Silent,
    /// Its lines are believed.
    Present,
    /// It has failed: its lines are taken over, and nothing is complete any more.
    Failed,
    /// Its pipe has ended.
    Gone,
}

impl Feed {
    pub(in crate::host::runtimes::node) fn new(clock: Clock) -> Self {
        let state = State {
            picture: Picture::new(Origin::new(clock, 0)),
            flushes: Flushes::new(),
            reports: Reports::default(),
            marks: Vec::new(),
            sequence: 0,
            agent: Agent::Silent,
            watchers: Vec::new(),
            arrivals: Vec::new(),
            consoles: Vec::new(),
            details: Vec::new(),
        };
        Self { shared: Arc::new(Shared { clock, state: Mutex::new(state), wake: Notify::new() }) }
    }

    /// The agent has said who it is. Its clock has its zero at so many nanoseconds of the kernel's
    /// monotonic clock. Returns whether this was its first line, as it has to be.
    pub(in crate::host::runtimes::node) fn introduce(&self, zero: u64) -> bool {
        let mut state = self.lock();
        if state.agent != Agent::Silent {
            return false;
        }
        state.agent = Agent::Present;
        state.picture.origin = Origin::new(self.shared.clock, zero);
        state.publish(self.shared.clock.now());
        true
    }

    /// An invocation begins. Its number, from 1; also when that is known already.
    pub(in crate::host::runtimes::node) fn begin(&self, request_id: &str) -> u64 {
        let mut state = self.lock();
        if !state.picture.is_current(request_id) {
            let now = self.shared.clock.now();
            // What has been released so far is published before the facts move again.
            state.publish(now);
            state.picture.begin(request_id, now);
            state.flushes.began();
            state.publish(now);
        }
        state.picture.invocation_count()
    }

    /// Takes a line of events over. Returns whether the agent had said who it is.
    pub(in crate::host::runtimes::node) fn apply(&self, events: Events) -> bool {
        let (mark, seq) = (events.mark, events.seq);
        let request_id = events.request_id.clone();
        let now = self.shared.clock.now();
        let mut state = self.lock();
        let applied = state.picture.apply(events);
        if mark == message::Mark::Ready {
            state.flushes.ready();
        }
        if applied.responded {
            state.flushes.responded();
        }
        if applied.turned {
            state.flushes.turned();
        }
        state.take_marks(&applied, request_id);
        state.report(&applied, now);
        let answered = seq.filter(|_| mark == message::Mark::Probe);
        let complete = answered.map(|seq| state.flushes.answered(seq)).unwrap_or_default();
        state.publish(now);
        for flush in complete {
            // Who asked may be gone.
            let _ = flush.send(state.sequence);
        }
        let introduced = state.agent != Agent::Silent;
        drop(state);
        self.shared.wake.notify_one();
        introduced
    }

    /// Reports an error that nobody caught.
    pub(in crate::host::runtimes::node) fn uncaught(
        &self,
        kind: UncaughtKind,
        invocation: Option<u32>,
    ) {
        let now = self.shared.clock.now();
        let mut state = self.lock();
        state.reports.uncaught(now, kind, invocation);
        state.publish(now);
    }

    /// The agent sees no more: what is known is published, and never again that it is complete.
    pub(in crate::host::runtimes::node) fn fail(&self, message: String) {
        let now = self.shared.clock.now();
        let mut state = self.lock();
        if state.agent != Agent::Gone {
            state.agent = Agent::Failed;
        }
        state.flushes.stop();
        state.reports.gap(
            now,
            GapKind::RecorderFailed,
            format!("loopcheck's agent in the handler: {message}"),
        );
        state.publish(now);
    }

    /// The agent is gone: the last is published, and every stream ends.
    pub(in crate::host::runtimes::node) fn close(&self) {
        let mut state = self.lock();
        state.flushes.stop();
        state.publish(self.shared.clock.now());
        state.agent = Agent::Gone;
        state.watchers.clear();
        state.arrivals.clear();
        state.consoles.clear();
        state.details.clear();
    }

    /// Everything that is known, and then what changes.
    pub(in crate::host::runtimes::node) fn watch(&self) -> Result<Watched<Update>, Status> {
        let mut state = self.open()?;
        let (watcher, watched) = mpsc::channel(BEHIND);
        state.arrivals.push(watcher);
        state.publish(self.shared.clock.now());
        drop(state);
        self.shared.wake.notify_one();
        Ok(watched)
    }

    /// Requests a flush; the number of the last update that it covers is sent once it is complete.
    pub(in crate::host::runtimes::node) fn flush(&self) -> Result<oneshot::Receiver<u64>, Status> {
        let mut state = self.open()?;
        let (sender, receiver) = oneshot::channel();
        let failed = |_| Status::unavailable("the agent has failed");
        state.flushes.request(sender).map_err(failed)?;
        drop(state);
        self.shared.wake.notify_one();
        Ok(receiver)
    }

    /// The same as [`Feed::watch`] for tokio-console.
    pub(in crate::host::runtimes::node) fn watch_console(
        &self,
    ) -> Result<Watched<ConsoleUpdate>, Status> {
        let mut state = self.open()?;
        let now = self.shared.clock.now();
        state.publish(now);
        let (watcher, watched) = mpsc::channel(BEHIND);
        if watcher.try_send(Ok(console_rows::everything(&state.picture, now))).is_ok() {
            state.consoles.push(watcher);
        }
        drop(state);
        self.shared.wake.notify_one();
        Ok(watched)
    }

    /// The little that there is to say of one task; open for as long as the feed is.
    pub(in crate::host::runtimes::node) fn watch_details(
        &self,
        id: u64,
    ) -> Result<Watched<TaskDetails>, Status> {
        let mut state = self.open()?;
        if !console_rows::has_task(&state.picture, id) {
            return Err(Status::not_found("there is no such task"));
        }
        let (watcher, watched) = mpsc::channel(1);
        if watcher.try_send(Ok(console_rows::details(id, self.shared.clock.now()))).is_ok() {
            state.details.retain(|watcher| !watcher.is_closed());
            state.details.push(watcher);
        }
        Ok(watched)
    }

    /// Asks the agent as flushes and watchers need it, for as long as it is polled.
    pub(in crate::host::runtimes::node) async fn serve_flushes(self, probe: Writer) {
        loop {
            let step = {
                let mut state = self.lock();
                let is_watched = state.is_watched();
                state.flushes.step(self.shared.clock.now(), is_watched)
            };
            match step {
                Step::Probe(seq) => probe.send(ToAgent::Probe { seq }.line()),
                Step::Later(pause) => {
                    tokio::select! {
                        () = tokio::time::sleep(pause) => {}
                        () = self.shared.wake.notified() => {}
                    }
                }
                Step::Wait => self.shared.wake.notified().await,
            }
        }
    }

    fn open(&self) -> Result<MutexGuard<'_, State>, Status> {
        let state = self.lock();
        if state.agent == Agent::Gone {
            return Err(Status::unavailable("the agent is gone"));
        }
        Ok(state)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere leaves a picture that is as good as before.
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn is_watched(&self) -> bool {
        let typed = self.watchers.iter().any(|watcher| !watcher.is_closed());
        typed || self.consoles.iter().any(|watcher| !watcher.is_closed())
    }

    fn take_marks(&mut self, applied: &Applied, request_id: Option<String>) {
        let Some(request_id) = request_id.filter(|_| self.agent == Agent::Present) else { return };
        let marks = [
            (applied.responded, MarkKind::Response),
            (applied.turned, MarkKind::Turn),
            (applied.frozen, MarkKind::Freeze),
        ];
        let marks = marks.into_iter().filter(|(is_now, _)| *is_now);
        self.marks.extend(marks.map(|(_, kind)| Mark {
            kind,
            at: applied.at,
            request_id: request_id.clone(),
        }));
    }

    fn report(&mut self, applied: &Applied, now: Timestamp) {
        for problem in &applied.problems {
            self.reports.gap(now, GapKind::Inconsistent, (*problem).to_owned());
        }
        if applied.bare > 0 {
            let message = format!("the places of {} items were not recorded", applied.bare);
            self.reports.gap(now, GapKind::SitesMissing, message);
        }
        if let Some(message) = &applied.unexplained {
            self.reports.gap(now, GapKind::UnseenHandle, message.clone());
        }
    }

    /// Sends everybody what has changed, and those who are new everything that exists.
    fn publish(&mut self, now: Timestamp) {
        self.watchers.retain(|watcher| !watcher.is_closed());
        self.consoles.retain(|watcher| !watcher.is_closed());
        let has_changes = updates::has_changes(&self.picture);
        if has_changes && !self.consoles.is_empty() {
            let update = console_rows::changes(&self.picture, now);
            self.consoles.retain(|watcher| watcher.try_send(Ok(update.clone())).is_ok());
        }
        let has_news = has_changes || !self.marks.is_empty() || !self.reports.is_empty();
        if has_news && !self.watchers.is_empty() {
            self.sequence += 1;
            let update = updates::changes(&self.picture, self.sequence, now);
            let update = self.complete(update);
            self.watchers.retain(|watcher| watcher.try_send(Ok(update.clone())).is_ok());
        }
        if self.agent != Agent::Silent && !self.arrivals.is_empty() {
            self.welcome(now);
        } else if self.watchers.is_empty() && self.consoles.is_empty() {
            // Who comes is sent everything.
            return;
        }
        updates::settle(&mut self.picture, now);
    }

    fn welcome(&mut self, now: Timestamp) {
        let is_first = self.watchers.is_empty();
        self.sequence += u64::from(is_first);
        let full = updates::everything(&self.picture, self.sequence, now);
        // What is no item is sent once, to whoever is there first.
        let full = if is_first { self.complete(full) } else { convert::to_wire(&full) };
        let arrivals = std::mem::take(&mut self.arrivals).into_iter();
        self.watchers.extend(arrivals.filter(|watcher| watcher.try_send(Ok(full.clone())).is_ok()));
    }

    /// Adds what is no item.
    fn complete(&mut self, update: feed::Update) -> Update {
        let marks = std::mem::take(&mut self.marks);
        let unrecorded = std::mem::take(&mut self.picture.unrecorded);
        let mut update = convert::to_wire(&feed::Update { marks, unrecorded, ..update });
        update.gaps = std::mem::take(&mut self.reports.gaps);
        update.uncaught = std::mem::take(&mut self.reports.uncaught);
        update
    }
}
