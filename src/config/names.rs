//! The closed sets of words that values are of.

use crate::policy::ALL_MODES;
use crate::report::Kind;
use crate::rule::{Level, RuleId};

/// The managed runtimes of Node.js, by name.
pub(super) const RUNTIMES: [&str; 4] = ["nodejs18.x", "nodejs20.x", "nodejs22.x", "nodejs24.x"];

/// A gap, which is listed with the rules but is none.
pub(super) const GAP: &str = "incomplete-evidence";

/// The completion modes of every runtime.
pub(super) fn modes() -> Vec<&'static str> {
    ALL_MODES.into_iter().flatten().map(|mode| mode.id).collect()
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
    use crate::host::runtimes::node::program::runtime::NodeRuntime;

    #[test]
    fn the_runtimes_are_those_of_the_flag() {
        let known: Vec<&str> = NodeRuntime::ALL.iter().map(|runtime| runtime.as_str()).collect();
        assert_eq!(known, RUNTIMES);
    }

    #[test]
    fn the_levels_are_those_of_a_report() {
        for (word, level) in LEVELS {
            assert_eq!(serde_json::to_value(level).unwrap(), word);
        }
    }
}
