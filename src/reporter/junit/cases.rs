//! The test cases for JUnit, with their outcomes and texts.

use crate::model::diagnostic::Effect;
use crate::report::{
    Finding, Report, ReportedDiagnostic, ReportedInvocation, ReportedOutcome, Results, Status,
    UsedExpectation,
};
use crate::reporter::junit::listing::{CaseText, Listing};
use crate::reporter::sentence::{self, coverage, plain};
use crate::reporter::text;
use crate::rule::Level;

/// The suite for what concerns no single handler.
const WHOLE_RUN: &str = "the run as a whole";

/// The cases of a handler, or of the run as a whole.
pub(super) struct Suite<'a> {
    pub(super) name: String,
    pub(super) cases: Vec<Case<'a>>,
}

/// A test case.
pub(super) struct Case<'a> {
    about: About<'a>,
    pub(super) outcome: Outcome,
}

/// The outcome of a case.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Outcome {
    Pass,
    Failure,
    Error,
}

/// The subject of a case.
#[derive(Clone, Copy)]
enum About<'a> {
    /// The completeness of the evidence: by the gaps of a handler, or of the run.
    Evidence(Option<&'a Report>, &'a [ReportedDiagnostic]),
    /// The findings pending at the response of one invocation, by its position in the report.
    Invocation(&'a Report, usize),
    /// The findings that were counted at no response of the report.
    Uncounted(&'a Report),
    /// An expectation that is stale.
    Stale(&'a UsedExpectation),
    /// The findings that are gone from the baseline.
    Gone(&'a Results<'a>),
    /// An exit code that nothing else in the document explains.
    ExitCode(u8),
}

/// Every suite: those of the handlers, then that of the run, if there is anything to say of it.
pub(super) fn suites<'a>(results: &'a Results<'a>) -> Vec<Suite<'a>> {
    // That of a single handler is that of the run.
    let is_part = results.selection.is_some();
    let mut suites: Vec<Suite<'a>> =
        results.reports.iter().map(|report| of_handler(report, is_part)).collect();
    let mut cases: Vec<Case<'a>> = Vec::new();
    if !results.gaps.is_empty() {
        cases.push(About::Evidence(None, results.gaps).into());
    }
    cases.extend(results.stale().map(|known| About::Stale(known).into()));
    if results.gone().next().is_some() {
        cases.push(About::Gone(results).into());
    }
    let red = suites.iter().flat_map(|suite| &suite.cases).chain(&cases).any(Case::is_red);
    if results.exit_code != 0 && !red {
        cases.push(About::ExitCode(results.exit_code).into());
    }
    if !cases.is_empty() {
        suites.push(Suite { name: WHOLE_RUN.to_owned(), cases });
    }
    suites
}

/// The suite of a handler. Of a part of several its own exit code is explained as well.
fn of_handler(report: &Report, is_part: bool) -> Suite<'_> {
    let evidence = About::Evidence(Some(report), &report.gaps);
    let invocations = (0..report.invocations.len()).map(|at| About::Invocation(report, at));
    let has_uncounted = report.findings.iter().any(|finding| is_uncounted(report, finding));
    let uncounted = has_uncounted.then_some(About::Uncounted(report));
    let cases = [evidence].into_iter().chain(invocations).chain(uncounted);
    let mut cases: Vec<Case<'_>> = cases.map(Case::from).collect();
    if is_part && report.exit_code != 0 && !cases.iter().any(Case::is_red) {
        cases.push(About::ExitCode(report.exit_code).into());
    }
    Suite { name: plain::handler(report), cases }
}

impl<'a> From<About<'a>> for Case<'a> {
    fn from(about: About<'a>) -> Self {
        Self { about, outcome: about.outcome() }
    }
}

impl Case<'_> {
    fn is_red(&self) -> bool {
        self.outcome != Outcome::Pass
    }

    /// Its name: the same in every run.
    pub(super) fn name(&self) -> String {
        match self.about {
            About::Evidence(..) => "evidence: everything was seen".to_owned(),
            About::Invocation(report, at) => {
                let index = report.invocations[at].index;
                format!("invocation {index} ({}): pending at the response", text::warmth(index))
            }
            About::Uncounted(_) => "pending at no response that was counted".to_owned(),
            About::Stale(known) => {
                let handler =
                    known.handler.as_deref().map(|glob| format!(" of {}", plain::name(glob)));
                format!(
                    "expectation{}: {}",
                    handler.unwrap_or_default(),
                    plain::name(&known.reason)
                )
            }
            About::Gone(_) => "baseline: what has gone away".to_owned(),
            About::ExitCode(_) => "exit code".to_owned(),
        }
    }

    /// Its duration: from the event to the response.
    pub(super) fn micros(&self) -> u64 {
        let About::Invocation(report, at) = self.about else { return 0 };
        let ms = report.invocations[at].response_ms.unwrap_or(0.0);
        // Not a number and what is below 0 become 0, what is too large the largest.
        (ms * 1000.0).round() as u64
    }

    /// Its text.
    pub(super) fn text(&self) -> CaseText {
        match self.about {
            About::Evidence(report, gaps) => evidence(report, gaps),
            About::Invocation(report, at) => invocation(report, at),
            About::Uncounted(report) => pending(
                report,
                |finding| is_uncounted(report, finding),
                "no counted response",
                None,
            ),
            About::Stale(known) => stale(known),
            About::Gone(results) => gone(results),
            About::ExitCode(code) => CaseText {
                message: format!("the exit code is {code}"),
                kind: "exit-code",
                body: format!("`loopcheck explain {code}` says what that means\n"),
                aside: String::new(),
                place: None,
            },
        }
    }
}

impl About<'_> {
    fn outcome(self) -> Outcome {
        match self {
            Self::Evidence(_, gaps) if gaps.iter().any(is_hole) => Outcome::Error,
            Self::Evidence(..) | Self::Gone(_) => Outcome::Pass,
            Self::Invocation(report, at) => {
                let denied = report.findings.iter().any(|it| it.is_denied() && is_pending(it, at));
                match no_answer(&report.invocations[at]) {
                    Some(_) => Outcome::Error,
                    None => Outcome::of_failure(denied),
                }
            }
            Self::Uncounted(report) => {
                let denied = |it: &Finding| it.is_denied() && is_uncounted(report, it);
                Outcome::of_failure(report.findings.iter().any(denied))
            }
            Self::Stale(known) => Outcome::of_failure(known.level == Level::Deny),
            Self::ExitCode(_) => Outcome::Error,
        }
    }
}

impl Outcome {
    const fn of_failure(failed: bool) -> Self {
        if failed { Self::Failure } else { Self::Pass }
    }
}

fn is_hole(gap: &ReportedDiagnostic) -> bool {
    gap.id.effect() != Effect::Note
}

fn is_pending(finding: &Finding, at: usize) -> bool {
    finding.counts.get(at).is_some_and(|count| *count > 0)
}

/// Returns true if a finding is shown, and by no case of an invocation.
fn is_uncounted(report: &Report, finding: &Finding) -> bool {
    let counted = finding.counts.iter().take(report.invocations.len()).any(|count| *count > 0);
    !counted && (finding.matters() || finding.is_covered())
}

/// The reason why an invocation has no answer; `None` if it has one, or one that is withheld by what is
/// pending.
fn no_answer(invocation: &ReportedInvocation) -> Option<&'static str> {
    match invocation.outcome {
        Some(ReportedOutcome::Response | ReportedOutcome::Error | ReportedOutcome::Held) => None,
        Some(ReportedOutcome::Timeout) => Some("it timed out"),
        Some(ReportedOutcome::Crash) => Some("the process crashed"),
        Some(ReportedOutcome::Exit) => Some("the process exited"),
        None => Some("it was cut short"),
    }
}

fn evidence(report: Option<&Report>, gaps: &[ReportedDiagnostic]) -> CaseText {
    // Of several as bad, the first.
    let holes = gaps.iter().rev().filter(|gap| is_hole(gap));
    let worst = holes.max_by_key(|gap| gap.id.effect());
    let (mut body, mut aside) = (Listing::new(), Listing::new());
    for gap in gaps {
        let listing = if is_hole(gap) { &mut body } else { &mut aside };
        listing.add(|| plain::gap(gap));
    }
    CaseText {
        message: worst.map(sentence::gap).unwrap_or_default(),
        kind: worst.map_or("", |gap| gap.id.as_str()),
        body: body.finish(),
        aside: aside.finish(),
        place: report.and_then(file),
    }
}

fn invocation(report: &Report, at: usize) -> CaseText {
    let known = &report.invocations[at];
    let text = pending(report, |finding| is_pending(finding, at), "the response", Some(at));
    match no_answer(known) {
        None => text,
        Some(why) => CaseText {
            message: format!("invocation {}: {why}", known.index),
            kind: text::outcome(known.outcome),
            ..text
        },
    }
}

/// Those of the findings that are meant here: unexpected ones, then asides. At an invocation, what
/// was shown in full at an earlier one is shown in a line.
fn pending(
    report: &Report,
    is_here: impl Fn(&Finding) -> bool,
    when: &str,
    at: Option<usize>,
) -> CaseText {
    let here: Vec<&Finding> = report.findings.iter().filter(|finding| is_here(finding)).collect();
    let denied: Vec<&Finding> =
        here.iter().copied().filter(|finding| finding.is_denied()).collect();
    let (mut body, mut aside) = (Listing::new(), Listing::new());
    for finding in &denied {
        let first = finding.counts.iter().position(|count| *count > 0);
        body.add(|| {
            if at.is_none() || first == at { in_full(report, finding) } else { again(finding) }
        });
    }
    for finding in here.iter().filter(|finding| !finding.is_denied()) {
        if let Some(why) = aside_of(finding) {
            aside.add(|| vec![format!("{why}: {}", sentence::subject(finding))]);
        }
    }
    let place = denied.iter().find_map(|finding| plain::source(finding.location.as_ref()));
    CaseText {
        message: headline(&denied, when),
        kind: denied.first().map_or("", |finding| finding.rule.as_str()),
        body: body.finish(),
        aside: aside.finish(),
        place: place.map(|(path, line)| (path.to_owned(), line)).or_else(|| file(report)),
    }
}

/// The number of denied findings, and the first few of them.
fn headline(denied: &[&Finding], when: &str) -> String {
    const NAMED: usize = 3;
    let named: Vec<String> =
        denied.iter().take(NAMED).map(|finding| sentence::short(finding)).collect();
    let more = denied.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let findings = text::count(denied.len(), "unexpected finding");
    format!("{findings} pending at {when}: {}{more}", named.join(", "))
}

fn in_full(report: &Report, finding: &Finding) -> Vec<String> {
    let title = format!("{}: {}", id(finding), sentence::subject(finding));
    let facts = plain::facts(report, finding).into_iter().map(|fact| format!("    {fact}"));
    [title].into_iter().chain(facts).collect()
}

fn again(finding: &Finding) -> Vec<String> {
    vec![format!("{}: {}, as before", id(finding), sentence::short(finding))]
}

fn id(finding: &Finding) -> String {
    text::clip(&finding.id, plain::LONGEST_NAME).into_owned()
}

/// The reason why a finding is only an aside; `None` if it is not shown.
fn aside_of(finding: &Finding) -> Option<&'static str> {
    match finding.status {
        Status::Unexpected if finding.level == Level::Warn => Some("warning"),
        Status::Expected => Some("expected"),
        Status::Baseline => Some("known"),
        Status::Unexpected | Status::Runtime | Status::Safe => None,
    }
}

fn stale(known: &UsedExpectation) -> CaseText {
    let sentence = coverage::stale(known);
    let is_red = known.level == Level::Deny;
    CaseText {
        message: sentence.clone(),
        kind: "stale-expectation",
        body: format!("{sentence}\n"),
        aside: if is_red { String::new() } else { format!("warning: {sentence}\n") },
        place: Some((known.file.clone(), (known.line > 0).then_some(known.line))),
    }
}

fn gone(results: &Results<'_>) -> CaseText {
    let mut aside = Listing::new();
    results.gone().for_each(|known| aside.add(|| vec![coverage::gone_in_handler(known)]));
    CaseText {
        message: String::new(),
        kind: "",
        body: String::new(),
        aside: aside.finish(),
        place: None,
    }
}

fn file(report: &Report) -> Option<(String, Option<u32>)> {
    report.handler.file.clone().map(|file| (file, None))
}
