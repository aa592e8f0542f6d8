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
    wall: SystemTime,
}

impl Clock {
    /// A clock anchored at this moment.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clocks")]
    pub(crate) fn start() -> Self {
        Self { monotonic: Instant::now(), wall: SystemTime::now() }
    }

    /// The time now.
    pub(crate) fn now(&self) -> Timestamp {
        let since_epoch = self.wall.duration_since(UNIX_EPOCH).unwrap_or_default();
        let nanos = u64::try_from(since_epoch.as_nanos()).unwrap_or(u64::MAX);
        Timestamp::from_nanos(nanos).plus(self.monotonic.elapsed())
    }

    /// How far the wall clock has been stepped since the start.
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
