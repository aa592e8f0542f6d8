//! The state that all connections share, with its changes and their moments in one order.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use uuid::Uuid;

use crate::host::runtime_api::event::{Event, Invocation, InvokeNotice};
use crate::host::runtime_api::lifecycle::{Answer, Asks, Lifecycle, Next, OrderError, Ticket};
use crate::host::runtime_api::registry::{Extensions, Registration, RegistrationError};
use crate::host::runtime_api::signal::{Hold, Signals};
use crate::observation::ApiMoment;

/// The state that every request works on.
#[derive(Debug)]
pub(super) struct Api {
    pub(super) signals: Signals,
    state: Mutex<State>,
    // An event was offered, taken or answered, or a waiting request has gone.
    changed: Notify,
}

#[derive(Debug)]
struct State {
    runtime: Lifecycle,
    extensions: Extensions,
}

impl Api {
    pub(super) fn new(signals: Signals, asks: Asks) -> Self {
        let state = State { runtime: Lifecycle::new(asks), extensions: Extensions::default() };
        Self { signals, state: Mutex::new(state), changed: Notify::new() }
    }

    /// Puts an event up for the waiting `GET /next`, or the next one that comes.
    pub(super) fn offer(&self, invocation: Invocation) {
        let event = Event::new(invocation, self.signals.now());
        self.lock().runtime.offer(Arc::new(event));
        self.changed.notify_waiters();
    }

    /// Gives each of several to a waiting `GET /next` of its own, all in the same instant, if two of
    /// them wait at least; how many were given.
    pub(super) fn deliver_together(&self, invocations: impl Iterator<Item = Invocation>) -> usize {
        let now = self.signals.now();
        let events = invocations.map(|one| Arc::new(Event::new(one, now)));
        let mut state = self.lock();
        let given = state.runtime.deliver_together(events);
        for event in &given {
            self.tell_delivered(&mut state, event);
        }
        self.changed.notify_waiters();
        given.len()
    }

    /// The event for one `GET /next`, as soon as there is one.
    pub(super) async fn next_event(&self) -> Result<Arc<Event>, OrderError> {
        let waiting = {
            let mut state = self.lock();
            match state.runtime.request_next()? {
                Next::Again(event) => return Ok(event),
                Next::Wait(ticket) => {
                    self.signals.emit(ApiMoment::NextRequested);
                    Waiting { api: self, ticket }
                }
            }
        };
        Ok(self.wait_for(|| self.take_event(waiting.ticket)).await)
    }

    /// The next event for an extension, as soon as there is one.
    pub(super) async fn next_extension_event(&self, id: Uuid) -> InvokeNotice {
        if let Some(name) = self.lock().extensions.name_of_idle(id) {
            self.signals.emit(ApiMoment::ExtensionNextRequested { name });
        }
        self.wait_for(|| self.lock().extensions.take(id)).await
    }

    pub(super) fn register_extension(
        &self,
        name: &str,
        events: Vec<String>,
    ) -> Result<Uuid, RegistrationError> {
        let mut state = self.lock();
        let registration =
            if state.runtime.is_starting() { Registration::Open } else { Registration::Closed };
        let id = state.extensions.register(name, &events, registration)?;
        self.signals.emit(ApiMoment::ExtensionRegistered { name: name.to_owned(), events });
        Ok(id)
    }

    pub(super) fn knows_extension(&self, id: Uuid) -> bool {
        self.lock().extensions.knows(id)
    }

    /// Begins to take an answer to the invocation in flight.
    pub(super) fn begin_answer(
        &self,
        request_id: &str,
        answer: Answer,
    ) -> Result<Answering<'_>, OrderError> {
        self.lock().runtime.begin_answer(request_id, answer)?;
        let request_id = request_id.to_owned();
        Ok(Answering { api: self, request_id, end: AnswerEnd::Open })
    }

    /// Takes the runtime's word that it could not start.
    pub(super) fn init_error(&self, error_type: String) -> Result<Hold, OrderError> {
        let mut state = self.lock();
        state.runtime.init_error()?;
        Ok(self.signals.emit_held(ApiMoment::InitErrorReceived { error_type }))
    }

    fn take_event(&self, ticket: Ticket) -> Option<Arc<Event>> {
        let mut state = self.lock();
        if let Some(event) = state.runtime.fetch(ticket) {
            return Some(event);
        }
        let event = state.runtime.take(ticket)?;
        self.tell_delivered(&mut state, &event);
        self.changed.notify_waiters();
        Some(event)
    }

    fn tell_delivered(&self, state: &mut State, event: &Event) {
        state.extensions.invoke(event);
        self.signals.emit(ApiMoment::EventDelivered {
            request_id: event.request_id().to_owned(),
            deadline: event.invocation.deadline,
        });
    }

    async fn wait_for<T>(&self, take: impl Fn() -> Option<T>) -> T {
        loop {
            let mut changed = std::pin::pin!(self.changed.notified());
            // Listening begins before looking, so that no change falls in between.
            changed.as_mut().enable();
            if let Some(taken) = take() {
                return taken;
            }
            changed.await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // No change of the state can be left half done, so a panic elsewhere does not spoil it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A waiting `GET /next`. When its client goes away another one gets the event.
struct Waiting<'a> {
    api: &'a Api,
    ticket: Ticket,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.api.lock().runtime.forget(self.ticket);
        self.api.changed.notify_waiters();
    }
}

/// An answer whose body is being read. Dropped before it is finished, it was never given.
pub(super) struct Answering<'a> {
    api: &'a Api,
    request_id: String,
    end: AnswerEnd,
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum AnswerEnd {
    Open,
    Finished,
}

impl Answering<'_> {
    /// The invocation is answered, and this is the moment.
    pub(super) fn finish(mut self, moment: ApiMoment) -> Hold {
        // From here on the state may belong to the next answer, and a drop must not touch it.
        self.end = AnswerEnd::Finished;
        let mut state = self.api.lock();
        state.runtime.finish_answer(&self.request_id);
        self.api.changed.notify_waiters();
        self.api.signals.emit_held(moment)
    }
}

impl Drop for Answering<'_> {
    fn drop(&mut self) {
        if self.end == AnswerEnd::Open {
            self.api.lock().runtime.abandon_answer(&self.request_id);
        }
    }
}
