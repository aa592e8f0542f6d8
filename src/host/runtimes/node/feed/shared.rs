//! The feed: the picture, those who watch it, and the drains that they ask for.
//!
//! Every change of the picture and every message is made, and the clock for its stamp read, under
//! one lock, so that nobody is told something out of order. It cannot be paused: a drain that is
//! told while updates are held back would prove what nobody has been told.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use console_api::instrument::{State as FeedState, Temporality, Update};
use console_api::tasks::TaskDetails;
use tokio::sync::{Notify, mpsc};
use tonic::Status;

use crate::host::clock::Clock;
use crate::host::runtimes::node::feed::cycle::{Cycles, Probe, Step};
use crate::host::runtimes::node::message::{Events, Mark, ToAgent};
use crate::host::runtimes::node::picture::origin::Origin;
use crate::host::runtimes::node::picture::rows;
use crate::host::runtimes::node::picture::whole::{Applied, Picture};
use crate::host::runtimes::node::pipes::Writer;
use crate::model::time::Timestamp;

/// Messages that a watcher may be behind; one that is further behind is let go, as
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
    /// A drain was asked for, or can be made now.
    wake: Notify,
}

#[derive(Debug)]
struct State {
    picture: Picture,
    cycles: Cycles,
    updates: Vec<Watcher<Update>>,
    states: Vec<StateWatcher>,
    details: Vec<Watcher<TaskDetails>>,
    /// The agent is gone, so there is nothing to watch.
    over: bool,
}

/// Somebody who counts drains.
#[derive(Debug)]
struct StateWatcher {
    /// The first probe that was made after they came.
    from: u64,
    watcher: Watcher<FeedState>,
}

impl Feed {
    pub(in crate::host::runtimes::node) fn new(clock: Clock) -> Self {
        let state = State {
            picture: Picture::new(Origin::new(clock, 0)),
            cycles: Cycles::new(),
            updates: Vec::new(),
            states: Vec::new(),
            details: Vec::new(),
            over: false,
        };
        Self { shared: Arc::new(Shared { clock, state: Mutex::new(state), wake: Notify::new() }) }
    }

    /// The agent's clock has its zero at so many nanoseconds of the kernel's monotonic clock.
    pub(in crate::host::runtimes::node) fn set_origin(&self, zero: u64) {
        self.lock().picture.origin = Origin::new(self.shared.clock, zero);
    }

    /// An invocation begins. Its number, from 1; also when that is known already.
    pub(in crate::host::runtimes::node) fn begin(&self, request_id: &str) -> u64 {
        let mut state = self.lock();
        if !state.picture.is_current(request_id) {
            let now = self.shared.clock.now();
            // What has been let go of so far is told before the facts move again.
            state.publish(now);
            state.picture.begin(request_id, now);
            state.cycles.began();
        }
        state.picture.invocation_count()
    }

    /// Takes a line of events over.
    pub(in crate::host::runtimes::node) fn apply(&self, events: Events) -> Applied {
        let (mark, seq) = (events.mark, events.seq);
        let mut state = self.lock();
        let applied = state.picture.apply(events);
        if mark == Mark::Ready {
            state.cycles.ready();
        }
        if applied.responded {
            state.cycles.responded();
        }
        if applied.turned {
            state.cycles.turned();
        }
        let answered = seq.filter(|_| mark == Mark::Probe);
        if let Some(probe) = answered.and_then(|seq| state.cycles.answered(seq)) {
            state.publish(self.shared.clock.now());
            state.tell_drains(probe);
        }
        drop(state);
        self.shared.wake.notify_one();
        applied
    }

    /// The agent sees no more: what is known is told, and never again that it is all.
    pub(in crate::host::runtimes::node) fn stop(&self) {
        self.lock().cycles.stop();
    }

    /// The agent is gone: the last is told, and every stream ends.
    pub(in crate::host::runtimes::node) fn close(&self) {
        let mut state = self.lock();
        state.cycles.stop();
        state.publish(self.shared.clock.now());
        state.over = true;
        state.updates.clear();
        state.states.clear();
        state.details.clear();
    }

    /// Everything that is known, and then what changes.
    pub(in crate::host::runtimes::node) fn watch_updates(&self) -> Result<Watched<Update>, Status> {
        let mut state = self.open()?;
        let now = self.shared.clock.now();
        state.publish(now);
        let mut full = rows::everything(&state.picture, now);
        if state.updates.is_empty() {
            // Nobody else is there to be told of these changes.
            let changes = rows::changes(&mut state.picture, now);
            let dropped = changes.task_update.map_or(0, |tasks| tasks.dropped_events);
            full.task_update.get_or_insert_default().dropped_events = dropped;
        }
        let (watcher, watched) = mpsc::channel(BEHIND);
        if watcher.try_send(Ok(full)).is_ok() {
            state.updates.push(watcher);
        }
        Ok(watched)
    }

    /// A message for each drain that is asked for from now on.
    pub(in crate::host::runtimes::node) fn watch_states(
        &self,
    ) -> Result<Watched<FeedState>, Status> {
        let mut state = self.open()?;
        let (watcher, watched) = mpsc::channel(BEHIND);
        let from = state.cycles.next_seq();
        state.states.push(StateWatcher { from, watcher });
        Ok(watched)
    }

    /// The little that there is to say of one task; open for as long as the feed is.
    pub(in crate::host::runtimes::node) fn watch_details(
        &self,
        id: u64,
    ) -> Result<Watched<TaskDetails>, Status> {
        let mut state = self.open()?;
        if !rows::has_task(&state.picture, id) {
            return Err(Status::not_found("there is no such task"));
        }
        let (watcher, watched) = mpsc::channel(1);
        if watcher.try_send(Ok(rows::details(id, self.shared.clock.now()))).is_ok() {
            state.details.retain(|watcher| !watcher.is_closed());
            state.details.push(watcher);
        }
        Ok(watched)
    }

    /// Asks for a drain.
    pub(in crate::host::runtimes::node) fn drain(&self) -> Result<(), Status> {
        let mut state = self.open()?;
        state.cycles.ask();
        drop(state);
        self.shared.wake.notify_one();
        Ok(())
    }

    /// Makes the drains that are asked for, for as long as it is polled.
    pub(in crate::host::runtimes::node) async fn serve_drains(self, probe: Writer) {
        loop {
            let step = {
                let mut state = self.lock();
                let now = self.shared.clock.now();
                let step = state.cycles.step(now);
                if step == Step::Tell {
                    state.publish(now);
                }
                step
            };
            match step {
                Step::Ask(seq) => probe.send(ToAgent::Probe { seq }.line()),
                Step::Tell => {}
                Step::Later(pause) => tokio::time::sleep(pause).await,
                Step::Wait => self.shared.wake.notified().await,
            }
        }
    }

    fn open(&self) -> Result<MutexGuard<'_, State>, Status> {
        let state = self.lock();
        if state.over { Err(Status::unavailable("the agent is gone")) } else { Ok(state) }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere leaves a picture that is as good as before.
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Tells everybody what has changed; an update of nothing is news too, by its stamp.
    fn publish(&mut self, now: Timestamp) {
        self.updates.retain(|watcher| !watcher.is_closed());
        if self.updates.is_empty() {
            return;
        }
        let update = rows::changes(&mut self.picture, now);
        self.updates.retain(|watcher| watcher.try_send(Ok(update.clone())).is_ok());
    }

    fn tell_drains(&mut self, probe: Probe) {
        let message = FeedState { temporality: Temporality::Live.into() };
        self.states.retain(|StateWatcher { from, watcher }| {
            let counts = if *from <= probe.seq { probe.cycles } else { 0 };
            (0..counts).all(|_| watcher.try_send(Ok(message)).is_ok()) && !watcher.is_closed()
        });
    }
}
