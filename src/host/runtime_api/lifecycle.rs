//! The order in which a runtime may ask and answer.
//!
//! Pure state, after the states of RIE (`internal/lambda/core/states.go`); its names of states are
//! part of the answers. Waiting, HTTP and time are for others.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use crate::host::runtime_api::event::Event;

/// A request that is not allowed now. The messages are those of RIE.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub(super) enum OrderError {
    /// The id is not that of the invocation in flight.
    #[error("Invalid request ID")]
    InvalidRequestId,
    /// The id is right, the moment is not.
    #[error(
        "State transition from {from} to {to} failed for runtime. \
         Error: State transition is not allowed"
    )]
    TransitionNotAllowed {
        /// The state that the runtime is in.
        from: &'static str,
        /// The state that it asked for.
        to: &'static str,
    },
}

/// The two ways to answer an invocation.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Answer {
    /// `POST …/response`
    Response,
    /// `POST …/error`
    Error,
}

impl Answer {
    const fn state_name(self) -> &'static str {
        match self {
            Self::Response => "InvocationResponse",
            Self::Error => "InvocationErrorResponse",
        }
    }
}

/// The result of `GET /next`.
#[derive(Debug)]
pub(super) enum Next {
    /// The event that is still unanswered, once more.
    Again(Arc<Event>),
    /// Waiting for an event.
    Wait(Ticket),
}

/// One waiting `GET /next`. Later ones compare greater.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Ticket(u64);

#[derive(Debug)]
enum Phase {
    Started,
    InitFailed,
    Ready,
    Running(Arc<Event>),
    /// The answer's body is being read.
    Answering(Arc<Event>, Answer),
    Answered {
        request_id: String,
    },
}

impl Phase {
    const fn name(&self) -> &'static str {
        match self {
            Self::Started => "Started",
            Self::InitFailed => "InitError",
            Self::Ready => "Ready",
            Self::Running(_) => "Running",
            Self::Answering(_, answer) => answer.state_name(),
            Self::Answered { .. } => "RuntimeResponseSentState",
        }
    }

    fn request_id(&self) -> Option<&str> {
        match self {
            Self::Started | Self::InitFailed | Self::Ready => None,
            Self::Running(event) | Self::Answering(event, _) => Some(event.request_id()),
            Self::Answered { request_id } => Some(request_id),
        }
    }
}

/// The answer to whether a runtime may ask for an event while it works on another one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Asks {
    /// One that asks again has lost its event.
    InTurn,
    /// `AWS_LAMBDA_MAX_CONCURRENCY` is set, and it may have several loops.
    AtOnce,
}

/// The state of the runtime between `/next` and its answer.
#[derive(Debug)]
pub(super) struct Lifecycle {
    asks: Asks,
    phase: Phase,
    undelivered: VecDeque<Arc<Event>>,
    waiting: BTreeSet<Ticket>,
    tickets: u64,
    /// Each invocation that was delivered together with others, by its id; `None` while one
    /// follows the other.
    together: Option<BTreeMap<String, Phase>>,
    /// The events of those that their requests have not fetched yet.
    assigned: BTreeMap<Ticket, Arc<Event>>,
}

impl Lifecycle {
    pub(super) fn new(asks: Asks) -> Self {
        Self {
            asks,
            phase: Phase::Started,
            undelivered: VecDeque::new(),
            waiting: BTreeSet::new(),
            tickets: 0,
            together: None,
            assigned: BTreeMap::new(),
        }
    }

    /// Returns whether the runtime has not yet asked for its first event.
    pub(super) const fn is_starting(&self) -> bool {
        matches!(self.phase, Phase::Started)
    }

    /// Puts an event up for delivery.
    pub(super) fn offer(&mut self, event: Arc<Event>) {
        self.undelivered.push_back(event);
    }

    /// Gives each event to a waiting request of its own, all in the same instant, if two wait at
    /// least; those that were given. From there on nothing follows one after the other.
    ///
    /// If each request fetched its own when it gets round to it, a handler that is fast would have
    /// answered the first by then, and asked for the next.
    pub(super) fn deliver_together(
        &mut self,
        events: impl IntoIterator<Item = Arc<Event>>,
    ) -> Vec<Arc<Event>> {
        if self.waiting.len() < 2 {
            return Vec::new();
        }
        let together = self.together.get_or_insert_default();
        let mut given = Vec::new();
        for event in events.into_iter().take(self.waiting.len()) {
            let Some(ticket) = self.waiting.pop_last() else { break };
            let phase = Phase::Running(Arc::clone(&event));
            together.insert(event.request_id().to_owned(), phase);
            self.assigned.insert(ticket, Arc::clone(&event));
            given.push(event);
        }
        given
    }

    /// The event that was given to the request with this ticket together with others.
    pub(super) fn fetch(&mut self, ticket: Ticket) -> Option<Arc<Event>> {
        self.assigned.remove(&ticket)
    }

    /// The runtime asks for an event.
    pub(super) fn request_next(&mut self) -> Result<Next, OrderError> {
        let busy = matches!(self.phase, Phase::Running(_) | Phase::Answering(..));
        if self.together.is_some() || (busy && self.asks == Asks::AtOnce) {
            return Ok(Next::Wait(self.wait()));
        }
        match &self.phase {
            Phase::Running(event) => return Ok(Next::Again(Arc::clone(event))),
            Phase::InitFailed | Phase::Answering(..) => return Err(self.not_allowed("Ready")),
            Phase::Started | Phase::Ready | Phase::Answered { .. } => {}
        }
        self.phase = Phase::Ready;
        Ok(Next::Wait(self.wait()))
    }

    fn wait(&mut self) -> Ticket {
        self.tickets += 1;
        let ticket = Ticket(self.tickets);
        self.waiting.insert(ticket);
        ticket
    }

    /// The event for the request with this ticket, if there is one.
    ///
    /// Of several requests the latest is served: an earlier one may be of a client that is gone.
    pub(super) fn take(&mut self, ticket: Ticket) -> Option<Arc<Event>> {
        let free = matches!(self.phase, Phase::Ready | Phase::Answered { .. });
        if !free || self.waiting.last() != Some(&ticket) {
            return None;
        }
        let event = self.undelivered.pop_front()?;
        self.waiting.remove(&ticket);
        self.phase = Phase::Running(Arc::clone(&event));
        Some(event)
    }

    /// The request with this ticket waits no longer.
    pub(super) fn forget(&mut self, ticket: Ticket) {
        self.waiting.remove(&ticket);
    }

    /// An answer begins. The id is checked before the state, as in RIE.
    pub(super) fn begin_answer(
        &mut self,
        request_id: &str,
        answer: Answer,
    ) -> Result<(), OrderError> {
        let phase = self.phase_of(request_id).ok_or(OrderError::InvalidRequestId)?;
        let Phase::Running(event) = phase else {
            let from = phase.name();
            return Err(OrderError::TransitionNotAllowed { from, to: answer.state_name() });
        };
        *phase = Phase::Answering(Arc::clone(event), answer);
        Ok(())
    }

    /// The answer that had begun is whole, or was refused for good.
    pub(super) fn finish_answer(&mut self, request_id: &str) {
        if let Some(phase @ Phase::Answering(..)) = self.phase_of(request_id) {
            *phase = Phase::Answered { request_id: request_id.to_owned() };
        }
    }

    /// The answer that had begun broke off: the invocation is as unanswered as before.
    pub(super) fn abandon_answer(&mut self, request_id: &str) {
        if let Some(phase) = self.phase_of(request_id)
            && let Phase::Answering(event, _) = phase
        {
            *phase = Phase::Running(Arc::clone(event));
        }
    }

    /// Returns the state of an invocation that the runtime may name.
    fn phase_of(&mut self, request_id: &str) -> Option<&mut Phase> {
        match &mut self.together {
            Some(together) => together.get_mut(request_id),
            None => Some(&mut self.phase).filter(|phase| phase.request_id() == Some(request_id)),
        }
    }

    /// The runtime could not start.
    pub(super) fn init_error(&mut self) -> Result<(), OrderError> {
        if !self.is_starting() {
            return Err(self.not_allowed("InitError"));
        }
        self.phase = Phase::InitFailed;
        Ok(())
    }

    const fn not_allowed(&self, to: &'static str) -> OrderError {
        OrderError::TransitionNotAllowed { from: self.phase.name(), to }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::host::runtime_api::event::Invocation;
    use crate::model::time::Timestamp;

    fn event(request_id: &str) -> Arc<Event> {
        let invocation = Invocation {
            request_id: request_id.into(),
            event: Bytes::from_static(b"{}"),
            deadline: Timestamp::from_nanos(0),
            function_arn: "arn".into(),
        };
        Arc::new(Event::new(invocation, Timestamp::from_nanos(0)))
    }

    fn wait(runtime: &mut Lifecycle) -> Ticket {
        match runtime.request_next() {
            Ok(Next::Wait(ticket)) => ticket,
            other => panic!("expected to wait, got {other:?}"),
        }
    }

    fn running(request_id: &str) -> Lifecycle {
        let mut runtime = Lifecycle::new(Asks::InTurn);
        let ticket = wait(&mut runtime);
        runtime.offer(event(request_id));
        assert!(runtime.take(ticket).is_some());
        runtime
    }

    #[test]
    fn an_unanswered_event_is_delivered_again() {
        let mut runtime = running("a");
        match runtime.request_next() {
            Ok(Next::Again(event)) => assert_eq!(event.request_id(), "a"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_id_is_checked_before_the_state() {
        let mut runtime = running("a");
        runtime.begin_answer("a", Answer::Response).unwrap();
        runtime.finish_answer("a");
        assert_eq!(runtime.begin_answer("b", Answer::Response), Err(OrderError::InvalidRequestId));
        let late = runtime.begin_answer("a", Answer::Error).unwrap_err();
        assert_eq!(
            late.to_string(),
            "State transition from RuntimeResponseSentState to InvocationErrorResponse failed for \
             runtime. Error: State transition is not allowed"
        );
    }

    #[test]
    fn after_the_next_request_the_old_id_is_unknown() {
        let mut runtime = running("a");
        runtime.begin_answer("a", Answer::Response).unwrap();
        runtime.finish_answer("a");
        wait(&mut runtime);
        let late = runtime.begin_answer("a", Answer::Response);
        assert_eq!(late, Err(OrderError::InvalidRequestId));
    }

    #[test]
    fn an_answer_that_broke_off_can_be_given_again() {
        let mut runtime = running("a");
        runtime.begin_answer("a", Answer::Response).unwrap();
        let meanwhile = runtime.begin_answer("a", Answer::Response);
        assert!(matches!(meanwhile, Err(OrderError::TransitionNotAllowed { .. })));
        assert!(runtime.request_next().is_err());
        runtime.abandon_answer("a");
        assert_eq!(runtime.begin_answer("a", Answer::Error), Ok(()));
    }

    #[test]
    fn the_latest_waiting_request_is_served_and_a_forgotten_one_is_not() {
        let mut runtime = Lifecycle::new(Asks::InTurn);
        let (first, second) = (wait(&mut runtime), wait(&mut runtime));
        runtime.offer(event("a"));
        assert!(runtime.take(first).is_none());
        runtime.forget(second);
        assert!(runtime.take(first).is_some());
        runtime.offer(event("b"));
        assert!(runtime.take(first).is_none(), "one event at a time");
    }

    #[test]
    fn a_request_that_waits_on_is_served_after_the_answer() {
        let mut runtime = Lifecycle::new(Asks::InTurn);
        let (first, second) = (wait(&mut runtime), wait(&mut runtime));
        runtime.offer(event("a"));
        runtime.offer(event("b"));
        assert!(runtime.take(second).is_some());
        runtime.begin_answer("a", Answer::Response).unwrap();
        runtime.finish_answer("a");
        assert_eq!(runtime.take(first).unwrap().request_id(), "b");
    }

    #[test]
    fn an_init_error_is_for_the_start_only_and_is_final() {
        let mut runtime = Lifecycle::new(Asks::InTurn);
        assert_eq!(runtime.init_error(), Ok(()));
        assert!(runtime.init_error().is_err());
        assert!(runtime.request_next().is_err());
        assert!(running("a").init_error().is_err());
    }

    fn ids(events: &[Arc<Event>]) -> Vec<&str> {
        events.iter().map(|event| event.request_id()).collect()
    }

    #[test]
    fn several_that_were_delivered_together_are_answered_in_any_order_each_once() {
        let mut runtime = Lifecycle::new(Asks::AtOnce);
        let tickets = [wait(&mut runtime), wait(&mut runtime), wait(&mut runtime)];
        assert_eq!(ids(&runtime.deliver_together([event("a"), event("b")])), ["a", "b"]);
        runtime.begin_answer("b", Answer::Error).unwrap();
        // One that answers and asks again before the other has fetched its event gets none of it.
        runtime.finish_answer("b");
        let again = wait(&mut runtime);
        assert!(runtime.fetch(again).is_none() && runtime.take(again).is_none());
        assert!(runtime.fetch(tickets[0]).is_none(), "there were two events");
        assert_eq!(runtime.fetch(tickets[2]).unwrap().request_id(), "a");
        assert_eq!(runtime.fetch(tickets[1]).unwrap().request_id(), "b");
        assert!(runtime.fetch(tickets[1]).is_none(), "once");
        runtime.begin_answer("a", Answer::Response).unwrap();
        runtime.abandon_answer("a");
        runtime.begin_answer("a", Answer::Response).unwrap();
        runtime.finish_answer("a");
        assert_eq!(runtime.begin_answer("c", Answer::Response), Err(OrderError::InvalidRequestId));
        let again = runtime.begin_answer("b", Answer::Response);
        assert!(matches!(again, Err(OrderError::TransitionNotAllowed { .. })));
    }

    #[test]
    fn nothing_is_delivered_together_unless_two_wait_and_nothing_that_nobody_waits_for() {
        let mut runtime = Lifecycle::new(Asks::AtOnce);
        let gone = wait(&mut runtime);
        let ticket = wait(&mut runtime);
        runtime.forget(gone);
        assert!(runtime.deliver_together([event("a"), event("b")]).is_empty());
        runtime.offer(event("c"));
        assert_eq!(runtime.take(ticket).unwrap().request_id(), "c", "one follows the other still");
        runtime.begin_answer("c", Answer::Response).unwrap();
        runtime.finish_answer("c");
        let _ = (wait(&mut runtime), wait(&mut runtime));
        let events = ["d", "e", "f"].map(event);
        assert_eq!(ids(&runtime.deliver_together(events)), ["d", "e"]);
        assert_eq!(runtime.begin_answer("f", Answer::Response), Err(OrderError::InvalidRequestId));
    }

    #[test]
    fn a_runtime_with_several_loops_asks_while_it_works() {
        let mut runtime = Lifecycle::new(Asks::AtOnce);
        let ticket = wait(&mut runtime);
        runtime.offer(event("a"));
        assert!(runtime.take(ticket).is_some());
        let other = wait(&mut runtime);
        runtime.offer(event("b"));
        assert!(runtime.take(other).is_none(), "one event at a time");
        runtime.begin_answer("a", Answer::Response).unwrap();
        wait(&mut runtime);
        runtime.finish_answer("a");
        wait(&mut runtime);
        assert_eq!(runtime.waiting.len(), 3);
    }
}
