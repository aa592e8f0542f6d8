//! Durations and numbers that the configuration and the command line take alike, with their bounds.

use std::time::Duration;

use thiserror::Error;

/// Lambda's longest timeout (AWS Lambda developer guide, configuration-timeout).
pub const LONGEST_TIMEOUT: Duration = Duration::from_secs(900);

/// The most deliveries of one event.
pub const MOST_INVOCATIONS: u32 = 10_000;

/// The reason for which a value is refused.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("{what}; {hint}")]
pub struct Unfit {
    /// The problem.
    pub what: String,
    /// The form in which it is written.
    pub hint: &'static str,
}

/// A function's timeout.
///
/// # Errors
///
/// It is no duration, or out of bounds.
pub fn timeout(text: &str) -> Result<Duration, Unfit> {
    let unfit = || Unfit {
        what: "a function's timeout must be between 1ms and 900s".into(),
        hint: "write it as 500ms, 3s or 1m",
    };
    let timeout = read(text)?;
    let fits = !timeout.is_zero() && timeout <= LONGEST_TIMEOUT;
    fits.then_some(timeout).ok_or_else(unfit)
}

/// A duration that is no longer than the longest timeout.
///
/// # Errors
///
/// It is no duration, or longer.
pub fn duration(text: &str) -> Result<Duration, Unfit> {
    let unfit =
        || Unfit { what: "must be at most 900s".into(), hint: "write it as 500ms, 3s or 1m" };
    let duration = read(text)?;
    (duration <= LONGEST_TIMEOUT).then_some(duration).ok_or_else(unfit)
}

fn read(text: &str) -> Result<Duration, Unfit> {
    humantime::parse_duration(text)
        .map_err(|error| Unfit { what: error.to_string(), hint: "write it as 500ms, 3s or 1m" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_units_and_bounds() {
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("0s"), Ok(Duration::ZERO));
        assert_eq!(timeout("15m"), Ok(LONGEST_TIMEOUT));
        assert!(duration("3").is_err_and(|error| error.to_string().contains("3s")));
        assert!(duration("901s").is_err_and(|error| error.to_string().contains("900s")));
        for wrong in ["0s", "901s", "", "s", "-3s", "99999999999999999999years"] {
            assert!(timeout(wrong).is_err(), "{wrong}");
        }
    }
}
