//! Workflow commands of GitHub Actions: an annotation on the line of each finding, then the verdict.
//!
//! GitHub shows ten errors, ten warnings and ten notices of one step, the first of each. So the
//! most important come first, and where there are more than ten the first one and the last line
//! say how many. All of them are in the log.
//!
//! There is an error if and only if the exit code is not 0: whoever reads the annotations alone
//! has the same answer.

use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::model::diagnostic::Effect;
use crate::report::{Facts, Finding, Report, ReportedDiagnostic, Results, UsedExpectation};
use crate::reporter::sentence::lines::{Line, lines};
use crate::reporter::sentence::verdict;
use crate::reporter::sentence::{self, coverage};
use crate::reporter::text;
use crate::rule::Level;

/// So many annotations of one kind are shown for a step.
const SHOWN: usize = 10;
/// GitHub cuts a message off after 4,096 units of UTF-16, of which a character takes two at most.
const LONGEST: usize = 2000;
/// So many of the findings that are gone are named.
const GONE_NAMED: usize = 20;

/// The severity of an annotation.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Severity {
    Error,
    Warning,
    Notice,
}

/// The order of annotations.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Rank {
    NoAnswer,
    Finding,
    Expectation,
    Incomplete,
    Gone,
    Note,
}

/// A message, and the place that it is shown at.
struct Annotation {
    severity: Severity,
    rank: Rank,
    at: Option<At>,
    title: String,
    message: String,
}

/// A place in the repository.
#[derive(Clone)]
struct At {
    file: String,
    line: Option<u32>,
    column: Option<u32>,
}

/// Writes the results as workflow commands.
pub fn write(results: &Results<'_>, out: &mut dyn Write) -> io::Result<()> {
    let annotations = annotations(results);
    let mut last = verdict::sentence(results);
    for severity in [Severity::Error, Severity::Warning, Severity::Notice] {
        let alike = annotations.iter().filter(|known| known.severity == severity);
        let hidden = write_all(severity, &alike.collect::<Vec<_>>(), out)?;
        if hidden > 0 {
            let more = text::count(hidden, &format!("more {}", severity.as_str()));
            last += &format!("; {more} in the log only");
        }
    }
    writeln!(out, "{}", harmless(&last))
}

/// Writes the annotations of one kind. What GitHub would not show stands in a group of the log; how
/// many that are.
fn write_all(severity: Severity, all: &[&Annotation], out: &mut dyn Write) -> io::Result<usize> {
    if all.len() <= SHOWN {
        all.iter().try_for_each(|annotation| annotation.write(out))?;
        return Ok(0);
    }
    let (shown, rest) = all.split_at(SHOWN - 1);
    summary(severity, all.len(), rest.len()).write(out)?;
    shown.iter().try_for_each(|annotation| annotation.write(out))?;
    writeln!(out, "::group::{}", text::count(rest.len(), &format!("more {}", severity.as_str())))?;
    rest.iter().try_for_each(|annotation| annotation.write(out))?;
    writeln!(out, "::endgroup::")?;
    Ok(rest.len())
}

fn summary(severity: Severity, all: usize, rest: usize) -> Annotation {
    let noun = severity.as_str();
    Annotation {
        severity,
        rank: Rank::NoAnswer,
        at: None,
        title: format!("loopcheck: {}", text::count(all, noun)),
        message: format!(
            "there are {all} {noun}s in all; GitHub shows {SHOWN} of a step, and the other {rest} \
             stand in its log"
        ),
    }
}

/// All that there is to say, the most important first.
fn annotations(results: &Results<'_>) -> Vec<Annotation> {
    let of_reports = results.reports.iter().flat_map(|report| {
        let gaps = deciding(&report.gaps).map(move |known| gap(known, Some(report)));
        let findings = report.findings.iter().filter(|finding| finding.matters());
        gaps.chain(findings.map(move |known| finding(known, report)))
    });
    let mut all: Vec<Annotation> = of_reports.collect();
    all.extend(deciding(results.gaps).map(|known| gap(known, None)));
    all.extend(results.stale().map(stale));
    all.extend(gone(results));
    all.extend(notes(results));
    agree(&mut all, results);
    all.sort_by_key(|annotation| annotation.rank);
    all
}

/// The gaps that the verdict depends on.
fn deciding(gaps: &[ReportedDiagnostic]) -> impl Iterator<Item = &ReportedDiagnostic> {
    gaps.iter().filter(|gap| gap.id.effect() != Effect::Note)
}

/// Sees that there is an error if and only if the exit code is not 0, even for a report that does
/// not say why.
fn agree(all: &mut Vec<Annotation>, results: &Results<'_>) {
    let is_error = |known: &&mut Annotation| known.severity == Severity::Error;
    if results.exit_code == 0 {
        all.iter_mut().filter(is_error).for_each(|known| known.severity = Severity::Warning);
    } else if all.iter_mut().find(is_error).is_none() {
        all.push(Annotation {
            severity: Severity::Error,
            rank: Rank::NoAnswer,
            at: None,
            title: "loopcheck".to_owned(),
            message: verdict::sentence(results),
        });
    }
}

fn finding(finding: &Finding, report: &Report) -> Annotation {
    let facts = Facts::of(report, finding);
    let several = facts.outcomes.len() > 1;
    let lines = lines(&facts).into_iter().map(|one| line(one, several));
    let severity = if finding.is_denied() { Severity::Error } else { Severity::Warning };
    Annotation {
        severity,
        rank: Rank::Finding,
        at: place(finding).or_else(|| stand_in(report)),
        title: title(finding.rule.as_str(), Some(report)),
        message: [sentence::subject(finding)]
            .into_iter()
            .chain(lines)
            .collect::<Vec<_>>()
            .join("\n"),
    }
}

/// A line of a message. The modes of an outcome are named where there are several.
fn line(line: Line, several: bool) -> String {
    let label = line.aspect.label();
    match line.under.filter(|_| several) {
        Some(modes) => format!("{label}: under {modes}: {}", line.text),
        None => format!("{label}: {}", line.text),
    }
}

fn gap(gap: &ReportedDiagnostic, report: Option<&Report>) -> Annotation {
    let (severity, rank) = match gap.id.effect() {
        Effect::Note => (Severity::Notice, Rank::Note),
        Effect::Inconclusive => (Severity::Error, Rank::Incomplete),
        Effect::NoResponse | Effect::Usage | Effect::Internal | Effect::Interrupted => {
            (Severity::Error, Rank::NoAnswer)
        }
    };
    let message = [Some(sentence::gap(gap)), sentence::hint(gap)];
    Annotation {
        severity,
        rank,
        at: report.and_then(stand_in),
        title: title(gap.id.as_str(), report),
        message: message.into_iter().flatten().collect::<Vec<_>>().join("\n"),
    }
}

/// The gaps that the verdict does not depend on. What is said of several handlers is said once.
fn notes(results: &Results<'_>) -> Vec<Annotation> {
    let own = results
        .reports
        .iter()
        .flat_map(|report| report.gaps.iter().map(move |known| (known, Some(report))));
    let all = own.chain(results.gaps.iter().map(|known| (known, None)));
    let mut alike: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (known, report) in all.filter(|(known, _)| known.id.effect() == Effect::Note) {
        let key = (known.id, known.message.as_str(), known.hint.as_deref());
        alike.entry(key).or_default().push((known, report));
    }
    let notes = alike.into_values().filter_map(|alike| {
        let (known, report) = *alike.first()?;
        Some(match alike.len() {
            1 => gap(known, report),
            many => Annotation {
                title: format!("loopcheck: {} in {many} handlers", known.id.as_str()),
                ..gap(known, None)
            },
        })
    });
    notes.collect()
}

fn stale(known: &UsedExpectation) -> Annotation {
    let denied = known.level == Level::Deny;
    Annotation {
        severity: if denied { Severity::Error } else { Severity::Warning },
        rank: Rank::Expectation,
        at: at(&known.file, Some(known.line), None),
        title: title("stale-expectation", None),
        message: format!("{}\nfix: {}", coverage::stale(known), coverage::stale_help()),
    }
}

fn gone(results: &Results<'_>) -> Option<Annotation> {
    let all = coverage::gone_in_all(results)?;
    let several = results.selection.is_some();
    let named = results.gone().take(GONE_NAMED).map(|known| match several {
        true => coverage::gone_in_handler(known),
        false => coverage::gone(known),
    });
    let mut lines: Vec<String> = [all].into_iter().chain(named).collect();
    let number = results.gone().count();
    if number > GONE_NAMED {
        lines.push(format!("and {} more", number - GONE_NAMED));
    }
    Some(Annotation {
        severity: Severity::Notice,
        rank: Rank::Gone,
        at: None,
        title: title("baseline", None),
        message: lines.join("\n"),
    })
}

fn title(what: &str, report: Option<&Report>) -> String {
    match report {
        Some(report) if !report.handler.name.is_empty() => {
            format!("loopcheck: {what} in {}", text::clip(&report.handler.name, 100))
        }
        _ => format!("loopcheck: {what}"),
    }
}

/// Where a finding stands in the repository.
fn place(finding: &Finding) -> Option<At> {
    let place = finding.location.as_ref()?;
    at(place.path.as_ref()?, place.line, place.column)
}

/// The file that stands for the handler.
fn stand_in(report: &Report) -> Option<At> {
    at(report.handler.file.as_ref()?, Some(1), None)
}

/// A place, if the file's name can stand in a log as it is. No other would be found.
fn at(file: &str, line: Option<u32>, column: Option<u32>) -> Option<At> {
    let plain = !file.trim().is_empty() && !file.chars().any(text::is_unprintable);
    plain.then(|| At { file: file.to_owned(), line, column: line.and(column) })
}

impl Severity {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Notice => "notice",
        }
    }
}

impl Annotation {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        write!(out, "::{} ", self.severity.as_str())?;
        if let Some(at) = &self.at {
            write!(out, "file={},", property(&at.file))?;
            if let Some(line) = at.line {
                write!(out, "line={line},")?;
            }
            if let Some(column) = at.column {
                write!(out, "col={column},")?;
            }
        }
        let message = cut(&self.message);
        writeln!(out, "title={}::{}", property(&harmless(&self.title)), data(&harmless(&message)))
    }
}

/// Escapes a message, as the runner takes it back.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes the value of a property, as the runner takes it back.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// The text without what opens a command in the old form: the runner looks for that in the middle
/// of a line.
fn harmless(text: &str) -> String {
    text.replace("##[", "##\\u{5b}")
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
