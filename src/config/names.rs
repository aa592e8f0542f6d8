//! The closed sets of words that values are of.

use crate::report::Kind;
use crate::rule::{Level, RuleId};
use crate::runtime::{self, all_modes};

/// A gap, which is listed with the rules but is none.
pub(super) const GAP: &str = "incomplete-evidence";

/// The managed runtimes that a handler can be run as.
pub(super) fn runtimes() -> Vec<&'static str> {
    runtime::versions().map(|version| version.name).collect()
}

/// The completion modes of every runtime.
pub(super) fn modes() -> Vec<&'static str> {
    all_modes().map(|mode| mode.id).collect()
}

/// The kinds of pending items.
pub(super) fn kinds() -> Vec<&'static str> {
    Kind::ALL.iter().map(|kind| kind.as_str()).collect()
}

/// The rules about pending items: those that a finding may have.
pub(super) fn pending_rules() -> Vec<&'static str> {
    let rules = RuleId::ALL.iter().filter(|rule| **rule != RuleId::StaleExpectation);
    rules.map(|rule| rule.as_str()).collect()
}

/// The levels, the strictest first.
pub(super) const LEVELS: [(&str, Level); 3] =
    [("deny", Level::Deny), ("warn", Level::Warn), ("allow", Level::Allow)];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_levels_are_those_of_a_report() {
        for (word, level) in LEVELS {
            assert_eq!(serde_json::to_value(level).unwrap(), word);
        }
    }
}
