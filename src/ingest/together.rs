//! Moments of invocations that are in flight at the same time.

use crate::model::invocation::Outcome;
use crate::model::time::Timestamp;
use crate::model::together::{Flight, Together};
use crate::observation::ApiMoment;

/// Takes a moment over that is of one of these; whether it is.
pub(super) fn takes(together: &mut Together, at: Timestamp, moment: &ApiMoment) -> bool {
    match moment {
        ApiMoment::EventDelivered { request_id, .. } => {
            together.flights.push(Flight {
                request_id: request_id.clone(),
                delivered_at: at,
                outcome: None,
                ended_at: None,
            });
            true
        }
        // Whoever asks, it is not the one whose invocation came last.
        ApiMoment::NextRequested => true,
        ApiMoment::ResponseReceived { request_id, error_type, .. } => {
            let failed = error_type.is_some();
            let outcome = if failed { Outcome::Error } else { Outcome::Response };
            answered(together, at, request_id, outcome)
        }
        ApiMoment::ErrorReceived { request_id, .. }
        | ApiMoment::ResponseTooLarge { request_id, .. } => {
            answered(together, at, request_id, Outcome::Error)
        }
        ApiMoment::ConnectionOpened { .. }
        | ApiMoment::ConnectionClosed { .. }
        | ApiMoment::HandlerCompleted { .. }
        | ApiMoment::InitErrorReceived { .. }
        | ApiMoment::RequestRefused { .. }
        | ApiMoment::ExtensionRegistered { .. }
        | ApiMoment::ExtensionNextRequested { .. } => false,
    }
}

fn answered(together: &mut Together, at: Timestamp, request_id: &str, outcome: Outcome) -> bool {
    let flight = together.flights.iter_mut().find(|flight| flight.request_id == request_id);
    let Some(flight) = flight else { return false };
    if flight.outcome.is_none() {
        (flight.outcome, flight.ended_at) = (Some(outcome), Some(at));
    }
    true
}

/// What has no answer yet gets none.
pub(super) fn end(together: &mut Together, at: Timestamp, outcome: Outcome) {
    for flight in together.flights.iter_mut().filter(|flight| flight.outcome.is_none()) {
        (flight.outcome, flight.ended_at) = (Some(outcome), Some(at));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::Evidence;
    use crate::model::store::Store;
    use crate::observation::{
        ExitedWith, Observation, ObservationKind, UncaughtError, UncaughtKind,
    };

    fn delivered(request_id: &str) -> ObservationKind {
        let request_id = request_id.into();
        let deadline = Timestamp::from_nanos(1_000);
        ObservationKind::RuntimeApi(ApiMoment::EventDelivered { request_id, deadline })
    }

    fn answered(request_id: &str) -> ObservationKind {
        let request_id = request_id.into();
        ObservationKind::RuntimeApi(ApiMoment::ResponseReceived {
            request_id,
            bytes: 2,
            streaming: false,
            error_type: None,
        })
    }

    fn panicked() -> ObservationKind {
        let kind = UncaughtKind::Panic;
        ObservationKind::Uncaught(UncaughtError {
            kind,
            left_by: None,
            file: None,
            line: None,
            column: None,
        })
    }

    /// What is known when these were observed, one in each nanosecond.
    fn store(kinds: impl IntoIterator<Item = ObservationKind>) -> Store {
        let mut evidence = Evidence::default();
        for (at, kind) in (1..).zip(kinds) {
            evidence.observe(&Observation { at: Timestamp::from_nanos(at), kind });
        }
        evidence.store
    }

    fn outcomes(store: &Store) -> Vec<Option<Outcome>> {
        let flights = store.together.iter().flat_map(|known| &known.flights);
        flights.map(|flight| flight.outcome).collect()
    }

    #[test]
    fn they_are_none_of_those_that_came_one_after_the_other() {
        let store = store([
            delivered("a"),
            answered("a"),
            ObservationKind::DeliveredTogether { events: 2 },
            delivered("b"),
            delivered("c"),
            answered("c"),
            ObservationKind::RuntimeApi(ApiMoment::NextRequested),
        ]);
        assert_eq!(store.invocations.len(), 1);
        assert_eq!(store.invocations[0].posted_at, Some(Timestamp::from_nanos(2)));
        assert_eq!(store.invocations[0].next_at, None);
        assert_eq!(outcomes(&store), [None, Some(Outcome::Response)]);
    }

    #[test]
    fn what_ends_one_of_them_is_blamed_on_nothing_that_was_left_before() {
        let store = store([
            delivered("a"),
            panicked(),
            answered("a"),
            ObservationKind::DeliveredTogether { events: 2 },
            delivered("b"),
            delivered("c"),
            panicked(),
            answered("b"),
            ObservationKind::ProcessExited { status: ExitedWith::Signal(6) },
        ]);
        assert_eq!(store.uncaught.len(), 1);
        assert_eq!(store.exited, None);
        assert_eq!(outcomes(&store), [Some(Outcome::Response), Some(Outcome::Crash)]);
    }
}
