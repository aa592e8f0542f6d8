//! Numbers in words: counts, durations and moments.

/// `1 item`, `2 items`.
pub fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// A duration with a unit that fits: `0.4 ms`, `301 ms`, `1.5 s`, `2 min 5 s`.
pub fn duration(ms: f64) -> String {
    if !ms.is_finite() {
        return "an unknown time".to_owned();
    }
    let ms = ms.max(0.0);
    if ms < 9.95 {
        return format!("{} ms", short_decimal(ms, 1));
    }
    if ms < 999.5 {
        return format!("{ms:.0} ms");
    }
    if ms < 59_995.0 {
        return format!("{} s", short_decimal(ms / 1000.0, 2));
    }
    let seconds = (ms / 1000.0).round();
    let (minutes, rest) = ((seconds / 60.0).floor(), seconds % 60.0);
    if rest == 0.0 { format!("{minutes:.0} min") } else { format!("{minutes:.0} min {rest:.0} s") }
}

/// A moment by its distance from the response.
pub fn from_response(ms: f64) -> String {
    if ms < 0.0 {
        return format!("{} before the response", duration(-ms));
    }
    format!("{} after the response", duration(ms))
}

/// A moment by its distance from the handler's completion.
pub fn from_completion(ms: f64) -> String {
    format!("{} after the handler had completed", duration(ms))
}

fn short_decimal(number: f64, digits: usize) -> String {
    let text = format!("{number:.digits$}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_a_unit_that_fits() {
        let cases = [
            (0.0, "0 ms"),
            (0.04, "0 ms"),
            (0.44, "0.4 ms"),
            (9.94, "9.9 ms"),
            (9.96, "10 ms"),
            (301.2, "301 ms"),
            (999.4, "999 ms"),
            (999.6, "1 s"),
            (1500.0, "1.5 s"),
            (59_990.0, "59.99 s"),
            (59_996.0, "1 min"),
            (125_000.0, "2 min 5 s"),
            (-3.0, "0 ms"),
            (f64::NAN, "an unknown time"),
            (f64::INFINITY, "an unknown time"),
        ];
        for (ms, expected) in cases {
            assert_eq!(duration(ms), expected, "{ms}");
        }
    }

    #[test]
    fn moments_are_before_or_after_the_response() {
        assert_eq!(from_response(301.0), "301 ms after the response");
        assert_eq!(from_response(-2.0), "2 ms before the response");
    }

    #[test]
    fn counts_have_a_plural() {
        assert_eq!(count(0, "item"), "0 items");
        assert_eq!(count(1, "item"), "1 item");
        assert_eq!(count(2, "item"), "2 items");
    }
}
