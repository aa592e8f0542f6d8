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
        | ApiMoment::LoopTurned { .. }
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
