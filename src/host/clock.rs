//! The one clock of a live run.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::model::time::Timestamp;

/// A wall clock that cannot be stepped.
///
/// It reads the wall clock once and goes on by the monotonic clock, as console-subscriber does in
/// the handler. A step of the wall clock between the two anchors would shift their times against
/// each other, and [`Clock::drift`] shows it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    monotonic: Instant,
    /// The same moment in nanoseconds of the kernel's monotonic clock.
    monotonic_nanos: u64,
    wall: SystemTime,
}

impl Clock {
    /// A clock anchored at this moment.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clocks")]
    pub(crate) fn start() -> Self {
        let kernel = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
        let seconds = u64::try_from(kernel.tv_sec).unwrap_or_default();
        let nanos = u64::try_from(kernel.tv_nsec).unwrap_or_default();
        Self {
            monotonic: Instant::now(),
            monotonic_nanos: seconds.saturating_mul(1_000_000_000).saturating_add(nanos),
            wall: SystemTime::now(),
        }
    }

    /// The time now.
    pub(crate) fn now(&self) -> Timestamp {
        self.anchor().plus(self.monotonic.elapsed())
    }

    /// The time at so many nanoseconds of the kernel's monotonic clock, which all processes share.
    pub(crate) fn at_monotonic(&self, nanos: u64) -> Timestamp {
        let anchor = self.anchor();
        match nanos.checked_sub(self.monotonic_nanos) {
            Some(after) => anchor.plus(Duration::from_nanos(after)),
            None => {
                let before = self.monotonic_nanos - nanos;
                Timestamp::from_nanos(anchor.nanos().saturating_sub(before))
            }
        }
    }

    fn anchor(&self) -> Timestamp {
        let since_epoch = self.wall.duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_nanos(u64::try_from(since_epoch.as_nanos()).unwrap_or(u64::MAX))
    }

    /// Returns how far the wall clock has been stepped since the start.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clocks")]
    pub(crate) fn drift(&self) -> Duration {
        let expected = self.wall + self.monotonic.elapsed();
        let actual = SystemTime::now();
        actual
            .duration_since(expected)
            .or_else(|_| expected.duration_since(actual))
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reading_of_the_monotonic_clock_is_an_instant_of_ours() {
        let clock = Clock::start();
        let before = clock.now();
        let reading = Clock::start().monotonic_nanos;
        let after = clock.now();
        let read_at = clock.at_monotonic(reading);
        // The anchors are read one after the other.
        let slack = Duration::from_millis(5);
        assert!(before <= read_at.plus(slack) && read_at <= after.plus(slack));
        let earlier = clock.at_monotonic(clock.monotonic_nanos.saturating_sub(1_000_000));
        assert_eq!(clock.at_monotonic(clock.monotonic_nanos).millis_since(earlier), 1.0);
        assert_eq!(clock.at_monotonic(u64::MAX).nanos(), u64::MAX);
    }
}
