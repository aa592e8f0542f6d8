//! The order in which a runtime may ask and answer.
//!
//! Pure state, after the states of RIE (`internal/lambda/core/states.go`); its names of states are
//! part of the answers. Waiting, HTTP and time are for others.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use crate::source::runtime_api::event::Event;

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

/// What `GET /next` leads to.
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

/// Where the runtime is between `/next` and its answer.
#[derive(Debug)]
pub(super) struct Lifecycle {
    phase: Phase,
    undelivered: VecDeque<Arc<Event>>,
    waiting: BTreeSet<Ticket>,
    tickets: u64,
}

impl Lifecycle {
    pub(super) fn new() -> Self {
        Self {
            phase: Phase::Started,
            undelivered: VecDeque::new(),
            waiting: BTreeSet::new(),
            tickets: 0,
        }
    }

    /// Whether the runtime has not yet asked for its first event.
    pub(super) const fn is_starting(&self) -> bool {
        matches!(self.phase, Phase::Started)
    }

    /// Puts an event up for delivery.
    pub(super) fn offer(&mut self, event: Arc<Event>) {
        self.undelivered.push_back(event);
    }

    /// The runtime asks for an event.
    pub(super) fn request_next(&mut self) -> Result<Next, OrderError> {
        match &self.phase {
            Phase::Running(event) => return Ok(Next::Again(Arc::clone(event))),
            Phase::InitFailed | Phase::Answering(..) => return Err(self.not_allowed("Ready")),
            Phase::Started | Phase::Ready | Phase::Answered { .. } => {}
        }
        self.phase = Phase::Ready;
        self.tickets += 1;
        let ticket = Ticket(self.tickets);
        self.waiting.insert(ticket);
        Ok(Next::Wait(ticket))
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
        if self.phase.request_id() != Some(request_id) {
            return Err(OrderError::InvalidRequestId);
        }
        let Phase::Running(event) = &self.phase else {
            return Err(self.not_allowed(answer.state_name()));
        };
        self.phase = Phase::Answering(Arc::clone(event), answer);
        Ok(())
    }

    /// The answer that had begun is whole, or was refused for good.
    pub(super) fn finish_answer(&mut self) {
        if let Phase::Answering(event, _) = &self.phase {
            self.phase = Phase::Answered { request_id: event.request_id().to_owned() };
        }
    }

    /// The answer that had begun broke off: the invocation is as unanswered as before.
    pub(super) fn abandon_answer(&mut self) {
        if let Phase::Answering(event, _) = &self.phase {
            self.phase = Phase::Running(Arc::clone(event));
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
    use crate::model::time::Timestamp;
    use crate::source::runtime_api::event::Invocation;

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
        let mut runtime = Lifecycle::new();
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
        runtime.finish_answer();
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
        runtime.finish_answer();
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
        runtime.abandon_answer();
        assert_eq!(runtime.begin_answer("a", Answer::Error), Ok(()));
    }

    #[test]
    fn the_latest_waiting_request_is_served_and_a_forgotten_one_is_not() {
        let mut runtime = Lifecycle::new();
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
        let mut runtime = Lifecycle::new();
        let (first, second) = (wait(&mut runtime), wait(&mut runtime));
        runtime.offer(event("a"));
        runtime.offer(event("b"));
        assert!(runtime.take(second).is_some());
        runtime.begin_answer("a", Answer::Response).unwrap();
        runtime.finish_answer();
        assert_eq!(runtime.take(first).unwrap().request_id(), "b");
    }

    #[test]
    fn an_init_error_is_for_the_start_only_and_is_final() {
        let mut runtime = Lifecycle::new();
        assert_eq!(runtime.init_error(), Ok(()));
        assert!(runtime.init_error().is_err());
        assert!(runtime.request_next().is_err());
        assert!(running("a").init_error().is_err());
    }
}
