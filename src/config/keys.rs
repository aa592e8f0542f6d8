//! Which keys there are: one table for each table of the configuration.

use crate::config::words;
use crate::model::problem;
use crate::rule::RuleId;

/// A table of the configuration.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Section {
    /// The keys before every table.
    Top,
    /// `[[handler]]`
    Handler,
    /// `[[expect]]`
    Expect,
    /// `[rules]`
    Rules,
}

/// A key, what its value is, and one that it may have.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Key {
    /// As it is written.
    pub(super) name: &'static str,
    /// The form of its value.
    pub(super) form: &'static str,
    /// An example with a value.
    pub(super) example: &'static str,
}

const fn key(name: &'static str, form: &'static str, example: &'static str) -> Key {
    Key { name, form, example }
}

const DURATION: &str = "a duration in quotes";
const BOOLEAN: &str = "true or false";
const NUMBER: &str = "a whole number";
const TEXT: &str = "a string";
const TEXTS: &str = "an array of strings";

const TOP: &[Key] = &[
    key("timeout", DURATION, "timeout = \"3s\""),
    key("settle", DURATION, "settle = \"1s\""),
    key("invocations", NUMBER, "invocations = 2"),
    key("prove", BOOLEAN, "prove = true"),
    key("freeze_for", DURATION, "freeze_for = \"1s\""),
    key("handler", "a list of tables", "[[handler]]"),
    key("expect", "a list of tables", "[[expect]]"),
    key("rules", "a table", "[rules]"),
];

const HANDLER: &[Key] = &[
    key("path", TEXT, "path = \"services/orders\""),
    key("name", TEXT, "name = \"orders\""),
    key("events", TEXTS, "events = [\"events/order-created.json\"]"),
    key("invocations", NUMBER, "invocations = 2"),
    key("timeout", DURATION, "timeout = \"3s\""),
    key("settle", DURATION, "settle = \"1s\""),
    key("prove", BOOLEAN, "prove = true"),
    key("freeze_for", DURATION, "freeze_for = \"1s\""),
    key("env", "a table of strings", "env = { TABLE = \"orders\" }"),
    key("runtime", TEXT, "runtime = \"nodejs22.x\""),
    key("mode", "a string or an array of strings", "mode = \"async\""),
    key("bin", TEXT, "bin = \"orders\""),
    key("release", BOOLEAN, "release = true"),
];

const EXPECT: &[Key] = &[
    key("kind", TEXT, "kind = \"task\""),
    key("rule", TEXT, "rule = \"pending-task\""),
    key("name", TEXT, "name = \"metrics-*\""),
    key("location", TEXT, "location = \"src/metrics.rs\""),
    key("package", TEXT, "package = \"hyper-util\""),
    key("peer", TEXT, "peer = \"*.amazonaws.com:443\""),
    key("handler", TEXT, "handler = \"services/*\""),
    key("reason", TEXT, "reason = \"flushes every 10 s, survives a freeze\""),
    key("max", NUMBER, "max = 1"),
    key("modes", TEXTS, "modes = [\"callback-nowait\"]"),
    key("until", "a date without quotes", "until = 2027-06-01"),
];

/// The keys by which an expectation says what it expects.
pub(super) const PATTERNS: [&str; 7] =
    ["kind", "rule", "name", "location", "package", "peer", "handler"];

impl Section {
    const ALL: [Self; 4] = [Self::Top, Self::Handler, Self::Expect, Self::Rules];

    /// Its place, in words.
    const fn within(self) -> &'static str {
        match self {
            Self::Top => "at the top of the file",
            Self::Handler => "in [[handler]]",
            Self::Expect => "in [[expect]]",
            Self::Rules => "in [rules]",
        }
    }

    /// Its keys; those of `[rules]` are the ids of the rules.
    pub(super) const fn keys(self) -> &'static [Key] {
        match self {
            Self::Top => TOP,
            Self::Handler => HANDLER,
            Self::Expect => EXPECT,
            Self::Rules => &[],
        }
    }

    /// The names of its keys.
    pub(super) fn names(self) -> Vec<&'static str> {
        match self {
            Self::Rules => RuleId::ALL.iter().map(|rule| rule.as_str()).collect(),
            _ => self.keys().iter().map(|key| key.name).collect(),
        }
    }

    /// The key of this name.
    pub(super) fn key(self, name: &str) -> Option<&'static Key> {
        self.keys().iter().find(|key| key.name == name)
    }

    /// The problem of a key that it does not have.
    pub(super) fn unknown(self, name: &str) -> Unknown {
        let known = self.names();
        let near = words::nearest(name, &known);
        let elsewhere: Vec<&str> = Self::ALL
            .iter()
            .filter(|other| other.names().contains(&name))
            .map(|other| other.within())
            .collect();
        let belongs = format!("it belongs {}", elsewhere.join(", or "));
        let hint = match (near.is_empty(), elsewhere.is_empty()) {
            (true, true) => words::all(&known),
            (true, false) => belongs,
            (false, true) => words::did_you_mean(&near),
            (false, false) => format!("{} Otherwise {belongs}", words::did_you_mean(&near)),
        };
        let what = if self == Self::Rules { "rule" } else { "key" };
        let message = format!("unknown {what} {} {}", problem::quoted(name), self.within());
        Unknown { message, hint, near }
    }
}

/// A key that there is not.
#[derive(Debug)]
pub(super) struct Unknown {
    /// The problem.
    pub(super) message: String,
    /// The remedy.
    pub(super) hint: String,
    /// The keys that may have been meant.
    pub(super) near: Vec<&'static str>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_of_another_table_is_refused_with_the_table_it_belongs_in() {
        for (section, name, hint) in [
            (Section::Handler, "reason", "it belongs in [[expect]]"),
            (Section::Expect, "path", "it belongs in [[handler]]"),
            (Section::Expect, "timeout", "it belongs at the top of the file, or in [[handler]]"),
            (Section::Top, "pending-task", "it belongs in [rules]"),
            (
                Section::Top,
                "reson",
                "expected one of: timeout, settle, invocations, prove, freeze_for, handler, expect, rules",
            ),
            (Section::Handler, "modes", "did you mean `mode`? Otherwise it belongs in [[expect]]"),
            (Section::Rules, "pending_task", "did you mean `pending-task`?"),
        ] {
            assert_eq!(section.unknown(name).hint, hint, "{name}");
        }
    }

    #[test]
    fn examples_are_of_their_key() {
        for key in Section::ALL.iter().flat_map(|section| section.keys()) {
            let table = key.example.trim_matches(['[', ']']);
            assert!(table == key.name || table.starts_with(&format!("{} = ", key.name)));
        }
        for pattern in PATTERNS {
            assert!(Section::Expect.key(pattern).is_some(), "{pattern}");
        }
    }
}
