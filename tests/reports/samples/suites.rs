//! Reports of several handlers for the reporters' tests.

use crate::samples::reports;
use loopcheck::model::diagnostic::GapId;
use loopcheck::report::{
    Document, ExpectationState, GoneFinding, Kind, Place, Report, ReportedDiagnostic, SUITE_SCHEMA,
    Selection, Shard, Suite, Summary, Tool, UsedBaseline, UsedExpectation, Verdict,
};
use loopcheck::rule::{Level, RuleId};

/// Every sample, by name.
pub(crate) fn all() -> Vec<(&'static str, Document)> {
    vec![
        ("all pass", passing()),
        ("one of three fails", one_of_three()),
        ("stale expectations", stale()),
        ("stale expectations that are denied", stale_and_denied()),
        ("gone from the baseline", gone()),
        ("a shard", shard()),
        ("an empty shard", empty_shard()),
        ("one is inconclusive", inconclusive()),
        ("handlers missing", missing()),
        ("hostile names", hostile()),
        ("every word", every_word()),
    ]
}

/// Every sample of one handler and of several.
pub(crate) fn documents() -> Vec<(&'static str, Document)> {
    let one = |(name, report): (&'static str, Report)| (name, Document::One(Box::new(report)));
    reports::all().into_iter().map(one).chain(all()).collect()
}

pub(crate) fn passing() -> Document {
    document(Verdict::Pass, 0, vec![of("orders", reports::pass()), of("mail", reports::pass())])
}

pub(crate) fn one_of_three() -> Document {
    let reports = vec![
        of("orders", reports::pass()),
        of("payments", reports::fail()),
        of("mail", reports::pass_with_warning()),
    ];
    document(Verdict::Fail, 1, reports)
}

pub(crate) fn stale() -> Document {
    changed(passing(), |suite| {
        suite.expectations = vec![
            expectation(4, ExpectationState::Used),
            expectation(12, ExpectationState::Unused),
            expectation(20, ExpectationState::Expired),
            expectation(28, ExpectationState::Unjudged),
        ];
        suite.summary.stale = 2;
    })
}

pub(crate) fn stale_and_denied() -> Document {
    changed(stale(), |suite| {
        suite.verdict = Verdict::Fail;
        suite.exit_code = 1;
        suite.expectations.iter_mut().for_each(|known| known.level = Level::Deny);
    })
}

pub(crate) fn gone() -> Document {
    changed(passing(), |suite| {
        suite.baseline = Some(baseline(vec![gone_finding("services/old", 0)]));
        let gone = (0..6).map(|left| gone_finding("services/orders", left)).collect();
        suite.reports[0].baseline = Some(baseline(gone));
        suite.reports[0].summary.gone = 6;
        suite.summary.gone = 7;
    })
}

pub(crate) fn shard() -> Document {
    changed(one_of_three(), |suite| {
        suite.selection.shard = Some(Shard { index: 2, count: 3 });
        suite.selection.filter = Some("services/*".into());
        suite.selection.filtered = 4;
        let others = (0..5).map(|index| format!("services/other-{index}"));
        suite.selection.handlers.extend(others);
    })
}

pub(crate) fn empty_shard() -> Document {
    changed(document(Verdict::Pass, 0, Vec::new()), |suite| {
        suite.selection.shard = Some(Shard { index: 5, count: 5 });
        suite.selection.handlers = vec!["services/orders".into()];
    })
}

pub(crate) fn inconclusive() -> Document {
    let reports = vec![of("orders", reports::inconclusive()), of("mail", reports::pass())];
    document(Verdict::Inconclusive, 4, reports)
}

pub(crate) fn missing() -> Document {
    changed(document(Verdict::Inconclusive, 4, vec![of("mail", reports::pass())]), |suite| {
        suite.selection.handlers.push("services/orders".into());
        suite.gaps = vec![
            ReportedDiagnostic {
                id: GapId::HandlersMissing.into(),
                message: "1 of 2 handlers was not run: services/orders".into(),
                hint: Some("merge the reports of every shard".into()),
            },
            ReportedDiagnostic {
                id: GapId::RecordingIncomplete.into(),
                message: "the recording has no room".into(),
                hint: None,
            },
        ];
    })
}

pub(crate) fn hostile() -> Document {
    let reports = HOSTILE.iter().map(|name| Report { ..named(name, reports::hostile()) }).collect();
    changed(document(Verdict::Fail, 1, reports), |suite| {
        let name = HOSTILE.concat();
        for report in &mut suite.reports {
            for (finding, name) in report.findings.iter_mut().zip(HOSTILE.iter().cycle()) {
                finding.name = Some((*name).to_owned());
                finding.location = Some(Place {
                    file: (*name).to_owned(),
                    path: Some((*name).to_owned()),
                    line: Some(1),
                    column: None,
                    function: Some((*name).to_owned()),
                });
            }
        }
        suite.selection.filter = Some(name.clone());
        suite.expectations = vec![UsedExpectation {
            file: name.clone(),
            reason: name.clone(),
            handler: Some(name.clone()),
            until: Some("2026-06-01".into()),
            ..expectation(1, ExpectationState::Expired)
        }];
        suite.baseline = Some(UsedBaseline {
            file: name.clone(),
            gone: vec![GoneFinding {
                handler: name.clone(),
                name: Some(name.clone()),
                file: Some(name.clone()),
                ..gone_finding("", 1)
            }],
        });
        suite.gaps = vec![ReportedDiagnostic {
            id: GapId::HandlersMissing.into(),
            message: name.clone(),
            hint: Some(name.clone()),
        }];
        suite.summary.stale = 1;
        suite.summary.gone = 1;
    })
}

/// Names that want to be more than names in one format or another.
pub(crate) const HOSTILE: &[&str] = &[
    "::error file=a.rs,line=1::forged",
    "\n::set-output name=a::b\r\n##[error]forged",
    "100%, 50%25 %0A a:b;c]]>",
    "| a | b |\\| \\",
    "`code` ``more`` ```",
    "<script>alert(1)</script><!-- loopcheck --></details>",
    "[link](https://example.com) ![image](x.png) https://example.com www.example.com a@example.com",
    "@octocat #1 GH-1 octo/repo#2 deadbeefdeadbeef :tada: &lt;b&gt; $x$",
    "# heading\n- item\n1. item\n***\n===\n> quote",
    "*a* _b_ __c__ **d** ~~e~~ \\*",
    "\u{1b}[31m\u{202e}\u{200b}\u{7}",
    "",
    "  ",
];

fn every_word() -> Document {
    let reports = vec![of("orders", reports::everything()), of("payments", reports::gated())];
    changed(document(Verdict::Fail, 1, reports), |suite| {
        suite.selection.shard = Some(Shard { index: 1, count: 1 });
        suite.selection.filter = Some("*".into());
        suite.selection.filtered = 1;
        suite.expectations =
            suite.reports.iter().flat_map(|report| report.expectations.clone()).collect();
        suite.baseline = Some(baseline(vec![gone_finding("services/old", 1)]));
        suite.gaps = vec![ReportedDiagnostic {
            id: GapId::HandlersMissing.into(),
            message: "1 of 3 handlers was not run".into(),
            hint: Some("merge the reports of every shard".into()),
        }];
    })
}

/// Many handlers, each with findings that fail it.
pub(crate) fn many(handlers: usize) -> Document {
    let name = |index| format!("handler-{index}");
    let reports = (0..handlers).map(|index| of(&name(index), reports::fail())).collect();
    document(Verdict::Fail, 1, reports)
}

fn changed(mut document: Document, change: impl FnOnce(&mut Suite)) -> Document {
    if let Document::Many(suite) = &mut document {
        change(suite);
    }
    document
}

/// The report of a handler of this name.
fn of(name: &str, report: Report) -> Report {
    named(&format!("services/{name}"), report)
}

fn named(name: &str, mut report: Report) -> Report {
    report.handler.name = name.to_owned();
    report.handler.path = format!("./{name}");
    report.handler.file = Some(format!("{name}/Cargo.toml"));
    // What is stale is said of all handlers together.
    report.summary.stale = 0;
    report
}

fn document(verdict: Verdict, exit_code: u8, reports: Vec<Report>) -> Document {
    let sum =
        |count: fn(&Summary) -> usize| reports.iter().map(|known| count(&known.summary)).sum();
    let summary = Summary {
        unexpected: sum(|known| known.unexpected),
        expected: sum(|known| known.expected),
        baseline: sum(|known| known.baseline),
        runtime: sum(|known| known.runtime),
        safe: sum(|known| known.safe),
        stale: 0,
        gone: sum(|known| known.gone),
    };
    let handlers = reports.iter().map(|report| report.handler.name.clone()).collect();
    Document::Many(Box::new(Suite {
        schema: SUITE_SCHEMA.to_owned(),
        tool: Tool { version: "0.1.0".into(), ..Tool::this() },
        verdict,
        exit_code,
        selection: Selection { handlers, ..Selection::default() },
        gaps: Vec::new(),
        expectations: Vec::new(),
        baseline: None,
        reports,
        summary,
    }))
}

fn expectation(line: u32, state: ExpectationState) -> UsedExpectation {
    UsedExpectation {
        file: "loopcheck.toml".into(),
        line,
        reason: "flushes every 10 s, survives a freeze".into(),
        handler: None,
        until: (state == ExpectationState::Expired).then(|| "2026-06-01".to_owned()),
        matched: usize::from(state == ExpectationState::Used),
        state,
        level: Level::Warn,
    }
}

fn baseline(gone: Vec<GoneFinding>) -> UsedBaseline {
    UsedBaseline { file: "loopcheck.baseline.json".into(), gone }
}

fn gone_finding(handler: &str, left: usize) -> GoneFinding {
    GoneFinding {
        handler: handler.to_owned(),
        fingerprint: "8f1c2a6d90b3e457".into(),
        rule: RuleId::PendingTask,
        kind: Kind::Task,
        name: Some("flush-metrics".into()),
        file: Some("src/main.rs".into()),
        known: left + 1,
        left,
    }
}
