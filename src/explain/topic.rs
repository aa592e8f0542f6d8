//! The ids that can be explained, and how one is found.

use crate::explain::{fates, gaps, modes, outcomes, rules};

/// An id, and what it means.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Topic {
    /// The family of the id.
    pub family: Family,
    /// The id.
    pub id: &'static str,
    /// In one line.
    pub title: &'static str,
    /// Two to six sentences: what it means, why it matters, and what to do.
    pub text: String,
    /// An example in code, in one line.
    pub code: Option<&'static str>,
}

/// A family of ids.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Family {
    /// The rules of findings.
    Rule,
    /// The completion modes of a handler.
    Mode,
    /// The policies of the platform after a completion.
    Policy,
    /// The fates of an item.
    Fate,
    /// A modifier of a fate.
    Modifier,
    /// Gaps in the evidence, and failures.
    Gap,
    /// The status of a finding.
    Status,
    /// The outcome of an invocation.
    Outcome,
    /// The answer of a run.
    Verdict,
    /// The number that a run ends with.
    ExitCode,
}

impl Family {
    /// Every family, in the order of a list.
    pub const ALL: &'static [Self] = &[
        Self::Rule,
        Self::Mode,
        Self::Policy,
        Self::Fate,
        Self::Modifier,
        Self::Gap,
        Self::Status,
        Self::Outcome,
        Self::Verdict,
        Self::ExitCode,
    ];

    /// The name of a member.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rule => "rule",
            Self::Mode => "mode",
            Self::Policy => "policy",
            Self::Fate => "fate",
            Self::Modifier => "modifier",
            Self::Gap => "gap",
            Self::Status => "status",
            Self::Outcome => "outcome",
            Self::Verdict => "verdict",
            Self::ExitCode => "exit code",
        }
    }

    /// The heading of a list of all members.
    pub const fn heading(self) -> &'static str {
        match self {
            Self::Rule => "Rules: what was found",
            Self::Mode => "Modes: how a handler completes",
            Self::Policy => "Policies: what the platform does then",
            Self::Fate => "Fates: what becomes of what is pending",
            Self::Modifier => "Modifiers: what makes a fate better or worse",
            Self::Gap => "Gaps: what could not be seen, or was not there to be seen",
            Self::Status => "Statuses: what a finding means for the run",
            Self::Outcome => "Outcomes: how an invocation ended",
            Self::Verdict => "Verdicts: the answer of a run",
            Self::ExitCode => "Exit codes: the same for every format",
        }
    }

    /// Its topics, in the order of their table.
    pub fn topics(self) -> Vec<Topic> {
        match self {
            Self::Rule => rules::topics(),
            Self::Mode => modes::topics(),
            Self::Policy => modes::policies(),
            Self::Fate => fates::topics(),
            Self::Modifier => fates::modifiers(),
            Self::Gap => gaps::topics(),
            Self::Status => outcomes::statuses(),
            Self::Outcome => outcomes::topics(),
            Self::Verdict => outcomes::verdicts(),
            Self::ExitCode => outcomes::exit_codes(),
        }
    }
}

/// Every topic, by family.
pub fn all() -> impl Iterator<Item = Topic> {
    Family::ALL.iter().flat_map(|family| family.topics())
}

/// The topics of an id; more than one if several families have it. `exit-4` is `4`, and case
/// does not matter, for a verdict is printed in capitals.
pub fn find(id: &str) -> Vec<Topic> {
    let id = id.to_ascii_lowercase();
    let code = id.strip_prefix("exit-");
    all()
        .filter(|topic| match (topic.family, code) {
            (Family::ExitCode, Some(code)) => topic.id == code,
            _ => topic.id == id,
        })
        .collect()
}

/// The id that an unknown one is most like, if it is like any.
pub fn nearest(unknown: &str) -> Option<&'static str> {
    /// Below this, nothing is alike.
    const ALIKE: f64 = 0.7;
    let unknown = unknown.to_ascii_lowercase();
    let likeness = |id: &str| strsim::jaro_winkler(&unknown, id);
    all()
        .map(|topic| (likeness(topic.id), topic.id))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, id)| id)
}
