//! Expected pending items: which findings they match, and whether they cover them.

use jiff::civil::Date;

use crate::gate::Pattern;
use crate::report::{Expectation, Finding, Place, Refusal};

/// An `[[expect]]` of the configuration. What is `None` matches everything; what a finding has no
/// fact for matches nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Expected {
    /// The configuration, as seen from the root of the repository.
    pub file: String,
    /// Its line, from 1.
    pub line: u32,
    /// The reason why it is meant.
    pub reason: String,
    /// The name of the handler.
    pub handler: Option<Pattern>,
    /// The kind of item.
    pub kind: Option<Pattern>,
    /// The rule.
    pub rule: Option<Pattern>,
    /// The item's name.
    pub name: Option<Pattern>,
    /// The file, as in the report or from the root of the repository, perhaps with `:LINE`.
    pub location: Option<Pattern>,
    /// The package, with or without its version.
    pub package: Option<Pattern>,
    /// The peer of a socket, with or without its port.
    pub peer: Option<Pattern>,
    /// The number that may be pending at one response.
    pub max: Option<u32>,
    /// The completion modes in which it is meant; empty: all.
    pub modes: Vec<String>,
    /// The last day on which it is meant.
    pub until: Option<Date>,
}

impl Expected {
    /// Returns true if it is for this handler.
    pub(crate) fn is_for(&self, handler: &str) -> bool {
        self.handler.as_ref().is_none_or(|pattern| pattern.matches(handler))
    }

    /// Returns true if it matches this finding.
    pub(crate) fn matches(&self, finding: &Finding) -> bool {
        let any = |pattern: &Option<Pattern>, facts: &[&str]| {
            let Some(pattern) = pattern else { return true };
            facts.iter().any(|fact| pattern.matches(fact))
        };
        let is = |pattern, fact: Option<&str>| any(pattern, fact.as_slice());
        is(&self.kind, Some(finding.kind.as_str()))
            && is(&self.rule, Some(finding.rule.as_str()))
            && is(&self.name, finding.name.as_deref())
            && any(&self.location, &refs(&places(finding.location.as_ref())))
            && any(&self.package, &packages(finding))
            && any(&self.peer, &peers(finding))
    }

    /// The reason why it does not cover a match, beyond the number.
    pub(crate) fn refusal(&self, gated: &[&str], today: Option<Date>) -> Option<Refusal> {
        if self.is_over(today) {
            return Some(Refusal::UntilPassed);
        }
        let meant = |mode: &&str| self.modes.iter().any(|known| known == mode);
        let everywhere = self.modes.is_empty() || (!gated.is_empty() && gated.iter().all(meant));
        (!everywhere).then_some(Refusal::OtherMode)
    }

    /// Returns true if its last day is over.
    pub(crate) fn is_over(&self, today: Option<Date>) -> bool {
        self.until.zip(today).is_some_and(|(until, today)| today > until)
    }

    /// Returns true if so many may be pending at one response.
    pub(crate) fn allows(&self, pending: usize) -> bool {
        self.max.is_none_or(|max| pending <= usize::try_from(max).unwrap_or(usize::MAX))
    }

    /// The expectation as a finding reports it.
    pub(crate) fn reported(&self, refused: Option<Refusal>) -> Expectation {
        Expectation {
            reason: self.reason.clone(),
            file: self.file.clone(),
            line: self.line,
            refused,
        }
    }
}

fn refs(texts: &[String]) -> Vec<&str> {
    texts.iter().map(String::as_str).collect()
}

/// The names of a place.
fn places(place: Option<&Place>) -> Vec<String> {
    let Some(place) = place else { return Vec::new() };
    let files = [Some(&place.file), place.path.as_ref()];
    let mut names: Vec<String> = files.into_iter().flatten().cloned().collect();
    if let Some(line) = place.line {
        names.extend(names.clone().into_iter().map(|file| format!("{file}:{line}")));
    }
    names
}

/// A package's name, and the name with its version.
fn packages(finding: &Finding) -> Vec<&str> {
    let Some(package) = finding.package.as_deref() else { return Vec::new() };
    let name = package.split(' ').next().unwrap_or(package);
    vec![package, name]
}

/// The peer of a socket as the kernel names it, and without its port; and the host of its request.
fn peers(finding: &Finding) -> Vec<&str> {
    let Some(socket) = &finding.socket else { return Vec::new() };
    let peer = socket.peer.as_deref();
    let host = peer.and_then(|peer| peer.rsplit_once(':')).map(|(host, _)| host);
    // Method and host.
    let requested = socket.request.as_deref().and_then(|request| request.split(' ').nth(1));
    [peer, host, host.map(|host| host.trim_matches(['[', ']'])), requested]
        .into_iter()
        .flatten()
        .collect()
}
