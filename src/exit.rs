//! Exit codes: the one place that decides them, the same for every format.

use crate::model::diagnostic::Effect;
use crate::report::Verdict;

/// Nothing unexpected was pending, and the evidence is complete.
pub const PASS: u8 = 0;
/// Something unexpected was pending.
pub const FAIL: u8 = 1;
/// Wrong usage or configuration.
pub const USAGE: u8 = 2;
/// The handler did not get to a response.
pub const NO_RESPONSE: u8 = 3;
/// Evidence that the verdict depends on is missing.
pub const INCONCLUSIVE: u8 = 4;
/// A defect in loopcheck.
pub const INTERNAL: u8 = 5;
/// The user interrupted the run.
pub const INTERRUPTED: u8 = 130;

/// The exit code of a run with these gaps, and findings that fail it or not.
///
/// When several apply: an interruption, then 2, 5, 3, 1, 4 in that order.
pub fn code(gaps: &[Effect], denied: bool) -> u8 {
    let has = |effect| gaps.contains(&effect);
    if has(Effect::Interrupted) {
        INTERRUPTED
    } else if has(Effect::Usage) {
        USAGE
    } else if has(Effect::Internal) {
        INTERNAL
    } else if has(Effect::NoResponse) {
        NO_RESPONSE
    } else if denied {
        FAIL
    } else if has(Effect::Inconclusive) {
        INCONCLUSIVE
    } else {
        PASS
    }
}

/// The verdict that goes with an exit code.
pub fn verdict(code: u8) -> Verdict {
    match code {
        PASS => Verdict::Pass,
        FAIL => Verdict::Fail,
        INCONCLUSIVE => Verdict::Inconclusive,
        _ => Verdict::Error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_2_5_3_1_4() {
        let all = [Effect::Usage, Effect::Internal, Effect::NoResponse, Effect::Inconclusive];
        assert_eq!(code(&all, true), USAGE);
        assert_eq!(code(&all[1..], true), INTERNAL);
        assert_eq!(code(&all[2..], true), NO_RESPONSE);
        assert_eq!(code(&all[3..], true), FAIL);
        assert_eq!(code(&all[3..], false), INCONCLUSIVE);
        assert_eq!(code(&[Effect::Note], false), PASS);
        assert_eq!(code(&[Effect::Interrupted, Effect::Usage], true), INTERRUPTED);
    }
}
