//! Invocations that are in flight at the same time.

use crate::model::invocation::Outcome;
use crate::model::time::Timestamp;

/// Invocations whose events were delivered at once. Nothing is judged by what they leave: whose it is
/// could not be attributed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Together {
    /// The number of events.
    pub events: u32,
    /// Each that was taken.
    pub flights: Vec<Flight>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Flight {
    /// The id of the invocation.
    pub request_id: String,
    /// When the runtime had its event.
    pub delivered_at: Timestamp,
    /// Its outcome.
    pub outcome: Option<Outcome>,
    /// When.
    pub ended_at: Option<Timestamp>,
}

impl Together {
    /// Nothing of so many has been taken yet.
    pub fn of(events: u32) -> Self {
        Self { events, flights: Vec::new() }
    }

    /// Returns true once every event has been taken, and answered.
    pub fn is_over(&self) -> bool {
        let over = self.flights.iter().filter(|flight| flight.outcome.is_some()).count();
        u32::try_from(over).is_ok_and(|over| over >= self.events)
    }

    /// The most that were in flight at the same time.
    pub fn most(&self) -> usize {
        let with = |at: Timestamp| {
            let flies = |flight: &&Flight| {
                flight.delivered_at <= at && flight.ended_at.is_none_or(|end| end > at)
            };
            self.flights.iter().filter(flies).count()
        };
        self.flights.iter().map(|flight| with(flight.delivered_at)).max().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_are_counted_where_one_begins() {
        let at = Timestamp::from_nanos;
        let flight = |from, to: Option<u64>| Flight {
            request_id: "a".into(),
            delivered_at: at(from),
            outcome: to.map(|_| Outcome::Response),
            ended_at: to.map(at),
        };
        let mut together = Together::of(4);
        assert_eq!((together.most(), together.is_over()), (0, false));
        together.flights = vec![flight(1, Some(4)), flight(2, Some(3)), flight(3, Some(9))];
        assert_eq!((together.most(), together.is_over()), (2, false));
        together.flights.push(flight(3, None));
        assert_eq!((together.most(), together.is_over()), (3, false));
        together.flights[3] = flight(3, Some(5));
        assert!(together.is_over());
    }
}
