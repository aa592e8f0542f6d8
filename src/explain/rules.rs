//! The topics of the rules.

use crate::explain::{Family, Topic};
use crate::rule::{Level, RuleId};

/// The rule that stands for a gap, in formats that know rules alone.
const INCOMPLETE_EVIDENCE: (&str, &str, &str) = (
    "incomplete-evidence",
    "evidence that the verdict depends on is missing",
    "It stands for a gap: missing evidence that the verdict depends on. Every gap has its own id, and a message that names what was not seen. Without a finding that fails the run, the verdict is `inconclusive` and the exit code is `4`: never a pass. Look up the gap by its own id, and fix the cause.",
);

pub(super) fn topics() -> Vec<Topic> {
    let rules = RuleId::ALL.iter().map(|rule| Topic {
        family: Family::Rule,
        id: rule.as_str(),
        title: rule.rule().title,
        text: format!("{} {}", rule.rule().text, level(rule.default_level())),
        code: None,
    });
    let (id, title, text) = INCOMPLETE_EVIDENCE;
    let incomplete = Topic { family: Family::Rule, id, title, text: text.to_owned(), code: None };
    rules.chain([incomplete]).collect()
}

const fn level(level: Level) -> &'static str {
    match level {
        Level::Allow => "By default it is not reported.",
        Level::Warn => "By default it is reported, and does not fail the run.",
        Level::Deny => "By default it fails the run.",
    }
}
