//! The reports of several runs as one: of the shards of a configuration, or of single handlers.

use std::collections::BTreeSet;

use thiserror::Error;

use crate::gate::suite::join;
use crate::model::diagnostic::{Effect, GapId};
use crate::report::{
    Document, ExpectationState, Report, ReportedDiagnostic, Selection, Shard, Suite, UsedBaseline,
    UsedExpectation,
};
use crate::rule::Level;

/// Reports that do not belong together.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum MergeError {
    /// A handler is in two of them.
    #[error("{handler} is in two of the reports: {first} and {second}")]
    Twice {
        /// The handler's name.
        handler: String,
        /// A file.
        first: String,
        /// Another one.
        second: String,
    },
    /// Two shards of different sets.
    #[error("{first} and {second} are shards of different sets of handlers")]
    Strangers {
        /// A file.
        first: String,
        /// Another one.
        second: String,
    },
    /// Two shards that were judged differently.
    #[error("{first} and {second} were judged by different {what}")]
    Disagreeing {
        /// The settings that differ.
        what: &'static str,
        /// A file.
        first: String,
        /// Another one.
        second: String,
    },
}

/// Joins documents, each with the name of its file.
///
/// # Errors
///
/// If they do not belong together. That one is missing is no error but a gap: never a pass.
pub fn merge(documents: Vec<(String, Document)>) -> Result<Suite, MergeError> {
    check(&documents)?;
    let mut all = Joined::default();
    for (_, document) in documents {
        match document {
            Document::One(report) => all.take_report(*report),
            Document::Many(suite) => all.take_suite(*suite),
        }
    }
    Ok(all.into_suite())
}

/// Everything that the documents hold.
#[derive(Default)]
struct Joined {
    reports: Vec<Report>,
    selection: Selection,
    gaps: Vec<ReportedDiagnostic>,
    expectations: Vec<UsedExpectation>,
    baseline: Option<UsedBaseline>,
}

impl Joined {
    fn take_report(&mut self, report: Report) {
        self.name(report.handler.name.clone());
        report.expectations.iter().for_each(|known| self.expect(known));
        self.reports.push(report);
    }

    fn take_suite(&mut self, suite: Suite) {
        suite.selection.handlers.into_iter().for_each(|name| self.name(name));
        suite.expectations.iter().for_each(|known| self.expect(known));
        self.selection.filter = self.selection.filter.take().or(suite.selection.filter);
        self.selection.filtered = self.selection.filtered.max(suite.selection.filtered);
        for gap in suite.gaps {
            // Missing handlers may be present now; they are reported anew.
            if gap.id != GapId::HandlersMissing && !self.gaps.contains(&gap) {
                self.gaps.push(gap);
            }
        }
        self.baseline = self.baseline.take().or(suite.baseline);
        self.reports.extend(suite.reports);
    }

    fn name(&mut self, handler: String) {
        if !self.selection.handlers.contains(&handler) {
            self.selection.handlers.push(handler);
        }
    }

    fn expect(&mut self, known: &UsedExpectation) {
        let same = |other: &UsedExpectation| (&other.file, other.line) == (&known.file, known.line);
        match self.expectations.iter_mut().find(|other| same(other)) {
            // One of them was judged more strictly.
            Some(other) => other.level = other.level.max(known.level),
            None => self.expectations.push(known.clone()),
        }
    }

    fn into_suite(mut self) -> Suite {
        let judged: BTreeSet<&str> =
            self.reports.iter().map(|report| report.handler.name.as_str()).collect();
        let named = self.selection.handlers.iter().map(String::as_str);
        let missing: Vec<&str> = named.filter(|name| !judged.contains(name)).collect();
        let interrupted = self.gaps.iter().any(|gap| gap.id.effect() == Effect::Interrupted);
        if (!missing.is_empty() && !interrupted) || judged.is_empty() {
            self.gaps.push(missing_gap(&missing));
        }
        if let Some(baseline) = &mut self.baseline {
            baseline.gone.retain(|gone| !self.selection.handlers.contains(&gone.handler));
        }
        join(self.reports, self.selection, self.gaps, self.expectations, self.baseline)
    }
}

fn missing_gap(missing: &[&str]) -> ReportedDiagnostic {
    let message = match missing {
        [] => "no handler was run".to_owned(),
        names => format!("there is no report of {}", names.join(", ")),
    };
    let hint = "give `loopcheck merge` the reports of every shard, and see that none of them failed before it wrote its report";
    ReportedDiagnostic { id: GapId::HandlersMissing.into(), message, hint: Some(hint.into()) }
}

/// Checks that the documents belong together.
fn check(documents: &[(String, Document)]) -> Result<(), MergeError> {
    let mut seen: Vec<(&str, &str)> = Vec::new();
    for (file, document) in documents {
        for report in document.results().reports {
            let handler = report.handler.name.as_str();
            if let Some((_, first)) = seen.iter().find(|(name, _)| *name == handler) {
                return Err(MergeError::Twice {
                    handler: handler.to_owned(),
                    first: (*first).to_owned(),
                    second: file.clone(),
                });
            }
            seen.push((handler, file));
        }
    }
    let shards: Vec<(&String, &Suite, Shard)> = documents
        .iter()
        .filter_map(|(file, document)| match document {
            Document::Many(suite) => Some((file, suite.as_ref(), suite.selection.shard?)),
            Document::One(_) => None,
        })
        .collect();
    let Some((first, suite, shard)) = shards.first() else { return Ok(()) };
    for (second, other, other_shard) in &shards[1..] {
        let (first, second) = ((*first).clone(), (*second).clone());
        if shard.count != other_shard.count || suite.selection.handlers != other.selection.handlers
        {
            return Err(MergeError::Strangers { first, second });
        }
        let known = |suite: &Suite| suite.baseline.as_ref().map(|known| known.file.clone());
        let what = if expectations(suite) != expectations(other) {
            "expectations"
        } else if suite.selection.rules != other.selection.rules {
            "levels of rules"
        } else if known(suite) != known(other) {
            "baselines"
        } else {
            continue;
        };
        return Err(MergeError::Disagreeing { what, first, second });
    }
    Ok(())
}

/// The expectations that shards of one configuration have in common, without their results.
fn expectations(suite: &Suite) -> Vec<UsedExpectation> {
    let blank = |known: &UsedExpectation| UsedExpectation {
        matched: 0,
        state: ExpectationState::Unjudged,
        level: Level::Warn,
        ..known.clone()
    };
    suite.expectations.iter().map(blank).collect()
}
