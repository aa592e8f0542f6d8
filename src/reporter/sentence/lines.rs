//! The facts about a finding as lines, each of one aspect, in the order of every form.

use crate::report::{Facts, Outcome, PolicyModes};
use crate::reporter::sentence::{coverage, finding};
use crate::reporter::text;

/// The ids of modes are cut off after so many characters.
const LONGEST: usize = 60;

/// The aspect of a finding that a line is about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Aspect {
    Socket,
    Timer,
    State,
    Place,
    Since,
    Outcome,
    Risk,
    Expectation,
    Baseline,
    Fix,
}

/// A line about a finding.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) aspect: Aspect,
    /// The modes and the policy that an outcome is for.
    pub(crate) under: Option<String>,
    pub(crate) text: String,
}

impl Aspect {
    /// The label of a line.
    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::Socket => "socket",
            Self::Timer => "timer",
            Self::State => "state",
            Self::Place => "where",
            Self::Since => "since",
            Self::Outcome => "then",
            Self::Risk => "risk",
            Self::Expectation => "expect",
            Self::Baseline => "known",
            Self::Fix => "fix",
        }
    }
}

impl Line {
    fn new(aspect: Aspect, text: impl Into<String>) -> Self {
        Self { aspect, under: None, text: text.into() }
    }
}

/// Every line about a finding but that of its subject.
pub(crate) fn lines(facts: &Facts<'_>) -> Vec<Line> {
    let of = |aspect| move |text: String| Line::new(aspect, text);
    let mut lines = Vec::new();
    lines.extend(facts.state.socket.map(finding::socket).map(of(Aspect::Socket)));
    let timer = facts.state.timer.map(finding::timer).filter(|text| !text.is_empty());
    lines.extend(timer.map(of(Aspect::Timer)));
    lines.extend(finding::state(&facts.state).map(of(Aspect::State)));
    lines.push(Line::new(Aspect::Place, finding::whereabouts(&facts.place)));
    lines.push(Line::new(Aspect::Since, finding::since(&facts.since)));
    lines.extend(outcomes(facts));
    lines.extend(coverage::expectation(&facts.coverage).map(of(Aspect::Expectation)));
    lines.extend(coverage::known(&facts.coverage, facts.subject.items).map(of(Aspect::Baseline)));
    let fix = text::sanitize(facts.fix);
    lines.extend((!fix.is_empty()).then(|| Line::new(Aspect::Fix, fix)));
    lines
}

/// Each outcome with its risk. The end does not depend on the policy: the first one states it.
fn outcomes(facts: &Facts<'_>) -> Vec<Line> {
    let mut lines = Vec::new();
    for (index, Outcome { under, fate }) in facts.outcomes.iter().enumerate() {
        let end = if index == 0 { finding::end(facts.end, *fate) } else { None };
        let parts = [Some(finding::outcome(*fate)), end];
        let text = parts.into_iter().flatten().collect::<Vec<_>>().join("; ");
        let under = under.as_ref().map(modes);
        lines.push(Line { aspect: Aspect::Outcome, under, text });
        let risk = fate.and_then(finding::risk);
        lines.extend(risk.map(|risk| Line::new(Aspect::Risk, risk)));
    }
    lines
}

/// `implicit, callback-wait (hold-response)`.
fn modes(under: &PolicyModes<'_>) -> String {
    let ids: Vec<_> = under.modes.iter().map(|id| text::clip(id, LONGEST)).collect();
    format!("{} ({})", ids.join(", "), under.policy.as_str())
}
