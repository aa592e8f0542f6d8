//! The agent's clock on ours.

use crate::host::clock::Clock;
use crate::model::time::Timestamp;

/// Where the agent's clock has its zero.
#[derive(Clone, Copy, Debug)]
pub(in crate::host::runtimes::node) struct Origin {
    clock: Clock,
    /// In nanoseconds of the kernel's monotonic clock, which `process.hrtime` reads too.
    zero: u64,
}

impl Origin {
    pub(in crate::host::runtimes::node) const fn new(clock: Clock, zero: u64) -> Self {
        Self { clock, zero }
    }

    /// The instant at so many milliseconds of the agent's clock.
    pub(in crate::host::runtimes::node) fn at(&self, millis: f64) -> Timestamp {
        // The cast ends at the bounds of the type, and takes what is no number for zero.
        let nanos = (millis * 1e6).round() as i64;
        self.clock.at_monotonic(self.zero.saturating_add_signed(nanos))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn milliseconds_are_exact_to_the_microsecond_and_bounded() {
        let origin = Origin::new(Clock::start(), 5_000_000_000);
        let (early, late) = (origin.at(1.25), origin.at(1_000_000.251));
        assert_eq!(late.millis_since(early), 999_999.001);
        assert!(origin.at(-1e300) <= early && origin.at(f64::NAN) <= early);
        assert!(origin.at(1e300) >= late);
    }
}
