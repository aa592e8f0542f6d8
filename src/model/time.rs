//! Instants on the machine's wall clock.
//!
//! The console feed stamps its events with wall-clock times of the handler's machine, so every
//! other moment is kept on the same clock. Nothing here reads a clock: time comes in with the
//! observation.

use std::time::Duration;

/// Nanoseconds since the Unix epoch.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Timestamp(u64);

impl Timestamp {
    /// The instant so many nanoseconds after the epoch.
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// Nanoseconds since the epoch.
    pub const fn nanos(self) -> u64 {
        self.0
    }

    /// Milliseconds from `earlier` to this instant; negative when it is the earlier of the two.
    pub fn millis_since(self, earlier: Self) -> f64 {
        let nanos = i128::from(self.0) - i128::from(earlier.0);
        // Microseconds are finer than anything a report claims, and keep the digits readable.
        (nanos / 1_000) as f64 / 1_000.0
    }

    /// The time from `earlier` to this instant, zero when it is the earlier of the two.
    pub const fn saturating_since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }

    /// This instant moved on by `duration`.
    pub fn plus(self, duration: Duration) -> Self {
        let nanos = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        Self(self.0.saturating_add(nanos))
    }
}

impl From<prost_types::Timestamp> for Timestamp {
    fn from(stamp: prost_types::Timestamp) -> Self {
        let seconds = u64::try_from(stamp.seconds).unwrap_or(0);
        let nanos = u64::try_from(stamp.nanos).unwrap_or(0);
        Self(seconds.saturating_mul(1_000_000_000).saturating_add(nanos))
    }
}

impl From<Timestamp> for prost_types::Timestamp {
    fn from(stamp: Timestamp) -> Self {
        Self { seconds: (stamp.0 / 1_000_000_000) as i64, nanos: (stamp.0 % 1_000_000_000) as i32 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn millis_are_signed_and_survive_the_whole_range() {
        let early = Timestamp::from_nanos(1_000_000);
        let late = Timestamp::from_nanos(3_500_000);
        assert_eq!(late.millis_since(early), 2.5);
        assert_eq!(early.millis_since(late), -2.5);
        assert_eq!(early.saturating_since(late), Duration::ZERO);
        let end = Timestamp::from_nanos(u64::MAX);
        assert_eq!(end.plus(Duration::from_secs(1)), end);
    }

    #[test]
    fn a_protobuf_stamp_survives_the_round_trip() {
        let stamp = Timestamp::from_nanos(1_763_878_500_123_456_789);
        assert_eq!(Timestamp::from(prost_types::Timestamp::from(stamp)), stamp);
        let before_the_epoch = prost_types::Timestamp { seconds: -5, nanos: -1 };
        assert_eq!(Timestamp::from(before_the_epoch), Timestamp::from_nanos(0));
    }
}
