//! Documents for the tests of formats that show one handler or several.

use crate::samples::findings::{expectation, expected, known, safe, task};
pub(crate) use crate::samples::minimal::many as suite;
use crate::samples::reports;
use loopcheck::exit;
use loopcheck::gate::contradiction;
use loopcheck::model::diagnostic::{DiagnosticId, GapId};
use loopcheck::report::{
    Document, ExpectationState, Finding, GoneFinding, Kind, Report, ReportedDiagnostic, Shard,
    Status, Suite, UsedBaseline, UsedExpectation,
};
use loopcheck::rule::{Level, RuleId};

/// Names that want to do something, wherever they come to stand.
pub(crate) const HOSTILE: &[&str] = &[
    "`a` <script>alert(1)</script>\n# | ![x](y) ]]> %0A ::error:: \u{202e}\u{1b}[2J",
    "]]><!-- --><![CDATA[ &amp; &#0; \u{0} \u{fffe}\u{ffff} \" ' \r\n",
    "[text](https://example.com) {0} {{1}} \\[x\\](1) [a](2)",
    "a%2Fb?c#d:e\\f/../ ü 日本",
    "",
    " ",
];

/// Every sample by name, alone and with others.
pub(crate) fn all() -> Vec<(String, Document)> {
    let one = |(name, report): (&str, Report)| (name.to_owned(), alone(report));
    let mut all: Vec<(String, Document)> = reports::all().into_iter().map(one).collect();
    all.extend(
        DiagnosticId::ALL
            .iter()
            .map(|id| (format!("clean but for {}", id.as_str()), alone(judged(with_gap(*id))))),
    );
    all.push(("hostile in every place".into(), alone(hostile())));
    all.push(("gated".into(), alone(gated())));
    all.push(("strict".into(), alone(strict())));
    all.push(("never counted".into(), alone(judged(never_counted()))));
    all.push(("nowhere".into(), alone(judged(nowhere()))));
    all.push(("several".into(), Document::Many(Box::new(several()))));
    all.push(("several, all well".into(), many(vec![named("a", reports::pass())])));
    all.push(("no handler".into(), many(Vec::new())));
    all.push(("shard with a gap".into(), Document::Many(Box::new(shard()))));
    for (name, document) in &all {
        assert_eq!(contradiction(document), None, "{name}");
    }
    all
}

pub(crate) fn alone(report: Report) -> Document {
    Document::One(Box::new(report))
}

pub(crate) fn named(name: &str, mut report: Report) -> Report {
    name.clone_into(&mut report.handler.name);
    report
}

/// The same with the exit code that follows from its gaps and findings.
pub(crate) fn judged(mut report: Report) -> Report {
    let stale =
        report.expectations.iter().any(|it| it.is_reported_stale() && it.level == Level::Deny);
    let is_denied = |it: &Finding| it.status == Status::Unexpected && it.level == Level::Deny;
    let denied = stale || report.findings.iter().any(is_denied);
    let effects: Vec<_> = report.gaps.iter().map(|gap| gap.id.effect()).collect();
    report.exit_code = exit::code(&effects, denied);
    report.verdict = exit::verdict(report.exit_code);
    report
}

/// Handlers that pass, fail, cannot be judged and have names like those of others, under a
/// configuration and a baseline.
pub(crate) fn several() -> Suite {
    let reports = reports::all().into_iter().enumerate();
    let mut reports: Vec<Report> =
        reports.map(|(index, (name, report))| named(&format!("{name}/{index}"), report)).collect();
    reports.extend(HOSTILE.iter().map(|name| named(name, reports::fail())));
    reports.push(named("x".repeat(5000).as_str(), gated()));
    let mut suite = suite(reports);
    suite.expectations = vec![
        stale("meant once", ExpectationState::Unused, Level::Warn),
        stale("meant once", ExpectationState::Expired, Level::Warn),
        stale(HOSTILE[0], ExpectationState::Unused, Level::Warn),
    ];
    suite.baseline = Some(UsedBaseline { file: HOSTILE[1].into(), gone: vec![gone(HOSTILE[2])] });
    suite
}

/// The second of three parts, one handler of which was not run.
pub(crate) fn shard() -> Suite {
    let mut suite = suite(vec![named("a", reports::pass())]);
    suite.selection.shard = Some(Shard { index: 2, count: 3 });
    suite.gaps = vec![gap(GapId::HandlersMissing, "b was not run")];
    suite.exit_code = exit::INCONCLUSIVE;
    suite.verdict = exit::verdict(suite.exit_code);
    suite
}

/// What is new beside what is known, meant or has gone away; and an expectation that is stale.
pub(crate) fn gated() -> Report {
    let mut report = reports::fail();
    let more = Finding { name: Some("more".into()), known: Some(1), ..task() };
    let new = Finding { name: Some("new".into()), known: Some(0), ..task() };
    let mut refused = expectation("only one of them");
    refused.refused = Some(loopcheck::report::Refusal::OverMax);
    let refused = Finding { expectation: Some(refused), known: Some(0), ..task() };
    report.findings = vec![more, new, refused, expected(), known(), safe()];
    let print = |(index, finding): (usize, &mut Finding)| {
        finding.id = format!("F{}", index + 1);
        // The first two are alike.
        finding.fingerprint = format!("{:016x}", index.max(1));
    };
    report.findings.iter_mut().enumerate().for_each(print);
    report.baseline =
        Some(UsedBaseline { file: "loopcheck-baseline.json".into(), gone: vec![gone("flush")] });
    report.expectations = vec![stale("meant once", ExpectationState::Unused, Level::Warn)];
    judged(report)
}

/// Nothing is wrong but an expectation that is not allowed to be stale.
fn strict() -> Report {
    let mut report = reports::pass();
    report.expectations = vec![
        stale("meant once", ExpectationState::Expired, Level::Deny),
        stale("not reported", ExpectationState::Unused, Level::Allow),
        stale("in use", ExpectationState::Used, Level::Deny),
    ];
    judged(report)
}

fn with_gap(id: DiagnosticId) -> Report {
    Report { gaps: vec![gap(id, "something was not seen")], ..reports::pass() }
}

/// Findings that no invocation counts.
fn never_counted() -> Report {
    let mut report = reports::fail();
    report.findings.iter_mut().for_each(|finding| finding.counts = Vec::new());
    report
}

/// Nothing in it has a file of the repository.
fn nowhere() -> Report {
    let mut report = reports::fail();
    report.handler.file = None;
    report.handler.name = String::new();
    report.findings.iter_mut().for_each(|finding| finding.location = None);
    report
}

fn hostile() -> Report {
    let mut report = reports::hostile();
    let all = HOSTILE.join(" ");
    for text in [&mut report.handler.name, &mut report.handler.path] {
        all.clone_into(text);
    }
    report.handler.file = Some(all.clone());
    for (finding, name) in report.findings.iter_mut().zip(HOSTILE.iter().cycle()) {
        finding.id = (*name).to_owned();
        finding.name = Some((*name).to_owned());
        finding.fingerprint = (*name).to_owned();
        finding.help = all.repeat(50);
        if let Some(place) = &mut finding.location {
            place.path = Some((*name).to_owned());
            place.function = Some((*name).to_owned());
            place.line = Some(0);
        }
        if let Some(expectation) = &mut finding.expectation {
            expectation.file = (*name).to_owned();
        }
    }
    for mode in &mut report.modes {
        all.clone_into(&mut mode.id);
    }
    report.expectations = vec![stale(&all, ExpectationState::Expired, Level::Warn)];
    report.expectations[0].file = all.clone();
    report.expectations[0].until = Some(all.clone());
    report.baseline = Some(UsedBaseline { file: all.clone(), gone: vec![gone(&all)] });
    judged(report)
}

fn many(reports: Vec<Report>) -> Document {
    Document::Many(Box::new(suite(reports)))
}

fn stale(reason: &str, state: ExpectationState, level: Level) -> UsedExpectation {
    UsedExpectation {
        file: "loopcheck.toml".into(),
        line: 12,
        reason: reason.into(),
        handler: Some(reason.into()),
        until: Some("2027-06-01".into()),
        matched: 0,
        state,
        level,
    }
}

fn gone(name: &str) -> GoneFinding {
    GoneFinding {
        handler: name.into(),
        fingerprint: "8f1c2a6d90b3e457".into(),
        rule: RuleId::PendingTask,
        kind: Kind::Task,
        name: Some(name.into()),
        file: Some(name.into()),
        known: 2,
        left: 1,
    }
}

fn gap(id: impl Into<DiagnosticId>, message: &str) -> ReportedDiagnostic {
    ReportedDiagnostic { id: id.into(), message: message.into(), hint: Some("look again".into()) }
}
