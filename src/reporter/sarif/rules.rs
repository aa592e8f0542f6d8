//! The tables of a SARIF driver: what a result and what a notification can be.

use serde::Serialize;
use serde_json::{Value, json};

use crate::explain::{Family, Topic};
use crate::model::diagnostic::DiagnosticId;
use crate::reporter::sarif::parts::{Descriptor, ROOT, plain};
use crate::rule::{Level, RuleId};

/// The place of the kind for known findings that have gone away, after those of the gaps.
pub(super) const GONE: usize = DiagnosticId::ALL.len();
/// The place of the kind for results that there was no room for.
pub(super) const LEFT_OUT: usize = GONE + 1;
/// The place of the rule for gaps, after those of the findings.
pub(super) const INCOMPLETE: usize = RuleId::ALL.len();

/// A rule, as GitHub shows it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Rule {
    id: &'static str,
    name: String,
    short_description: Text,
    full_description: Text,
    help: Help,
    default_configuration: Configuration,
    properties: Properties,
}

/// A kind of notification.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct NotificationKind {
    id: &'static str,
    name: String,
    short_description: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    full_description: Option<Text>,
}

#[derive(Serialize)]
struct Text {
    text: String,
}

#[derive(Serialize)]
struct Help {
    text: String,
    markdown: String,
}

#[derive(Serialize)]
struct Configuration {
    enabled: bool,
    level: &'static str,
}

#[derive(Serialize)]
struct Properties {
    tags: &'static [&'static str],
    #[serde(rename = "problem.severity")]
    severity: &'static str,
    /// The confidence of a finding: it was seen in a real run.
    precision: &'static str,
}

/// Every rule, those of findings first, in the order of their table.
pub(super) fn rules() -> Vec<Rule> {
    let levels = RuleId::ALL.iter().map(|rule| rule.default_level());
    // One more topic than there are rules of findings.
    let levels = levels.chain(std::iter::repeat(Level::Deny));
    Family::Rule
        .topics()
        .into_iter()
        .zip(levels)
        .map(|(topic, level)| rule(&topic, level))
        .collect()
}

/// The id of the rule at a place of the table.
pub(super) fn id(index: usize) -> &'static str {
    RuleId::ALL.get(index).map_or("incomplete-evidence", |rule| rule.as_str())
}

/// The place of a rule in the table.
pub(super) fn index(rule: RuleId) -> usize {
    RuleId::ALL.iter().position(|known| *known == rule).unwrap_or(INCOMPLETE)
}

fn rule(topic: &Topic, level: Level) -> Rule {
    Rule {
        id: topic.id,
        name: pascal_case(topic.id),
        short_description: Text { text: plain(&capital(topic.title)) },
        full_description: Text { text: plain(&topic.text.replace('`', "")) },
        help: Help {
            text: plain(&topic.text.replace('`', "")),
            markdown: plain(&format!(
                "**{}**\n\n{}\n\n`loopcheck explain {}` says so on the command line.",
                capital(topic.title),
                topic.text,
                topic.id
            )),
        },
        default_configuration: Configuration {
            enabled: level != Level::Allow,
            level: if level == Level::Deny { "error" } else { "warning" },
        },
        properties: Properties {
            tags: &["serverless", "reliability"],
            severity: if level == Level::Deny { "error" } else { "warning" },
            precision: "very-high",
        },
    }
}

/// Every kind of notification: a gap each, then ours.
pub(super) fn notifications() -> Vec<NotificationKind> {
    let gaps = Family::Gap.topics().into_iter().map(|topic| NotificationKind {
        id: topic.id,
        name: pascal_case(topic.id),
        short_description: Text { text: plain(&capital(topic.title)) },
        full_description: Some(Text { text: plain(&topic.text.replace('`', "")) }),
    });
    let ours = [GONE, LEFT_OUT].map(|kind| NotificationKind {
        id: kind_id(kind),
        name: pascal_case(kind_id(kind)),
        short_description: Text { text: kind_title(kind).to_owned() },
        full_description: None,
    });
    gaps.chain(ours).collect()
}

/// The kind of notification that a gap is.
pub(super) fn of_gap(gap: DiagnosticId) -> Descriptor {
    let index = DiagnosticId::ALL.iter().position(|known| *known == gap).unwrap_or_default();
    Descriptor { id: gap.as_str(), index }
}

/// One of our own kinds.
pub(super) fn of_kind(index: usize) -> Descriptor {
    Descriptor { id: kind_id(index), index }
}

const fn kind_id(kind: usize) -> &'static str {
    if kind == GONE { "finding-gone" } else { "results-left-out" }
}

const fn kind_title(kind: usize) -> &'static str {
    if kind == GONE {
        "A known finding has gone away, or there are fewer; the baseline can shrink"
    } else {
        "There are more results than a run of SARIF should hold"
    }
}

/// Where paths begin. Whoever reads the log knows where its repository is.
pub(super) fn base() -> Value {
    json!({ ROOT: { "description": { "text": "The root of the repository." } } })
}

/// `pending-task` as `PendingTask`.
fn pascal_case(id: &str) -> String {
    id.split('-').map(capital).collect()
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
