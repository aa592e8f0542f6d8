//! Reports for the reporters' tests: every shape that a report can have.

use crate::samples::findings::{
    connection, expectation, expected, interval, known, no_fates, odd, place, pool, runtime, safe,
    sleep, task,
};
use loopcheck::model::diagnostic::DiagnosticId;
use loopcheck::policy::Policy;
use loopcheck::report::{
    Expectation, ExpectationState, Family, Fate, FateGroup, Finding, GoneFinding, Growth, Handler,
    Kind, Origin, Place, Refusal, Report, ReportedDiagnostic, ReportedInvocation, ReportedMode,
    ReportedOutcome, ResponseTime, SCHEMA, Socket, Status, Summary, Tool, UsedBaseline,
    UsedExpectation, Verdict, WaitsOn,
};
use loopcheck::rule::{Level, RuleId};
use loopcheck::runtime::{MANAGED_INSTANCES, Mode, RUST, RUST_STREAM};

use crate::samples::verifications;

/// Every sample, by name.
pub(crate) fn all() -> Vec<(&'static str, Report)> {
    vec![
        ("pass", pass()),
        ("pass with a warning", pass_with_warning()),
        ("fail", fail()),
        ("several modes", several_modes()),
        ("burst", burst()),
        ("hostile", hostile()),
        ("not found", not_found()),
        ("timed out", timed_out()),
        ("inconclusive", inconclusive()),
        ("interrupted", interrupted()),
        ("many invocations", many_invocations()),
        ("without modes", without_modes()),
        ("everything", everything()),
        ("gated", gated()),
    ]
}

pub(crate) fn pass() -> Report {
    let mut report = report(Verdict::Pass, 0);
    report.findings = vec![safe(), runtime("lambda_runtime"), runtime("tokio")];
    finish(report, &[RUST])
}

pub(crate) fn fail() -> Report {
    let mut report = report(Verdict::Fail, 1);
    report.findings = vec![task(), interval(), pool(), expected(), known(), safe(), runtime("a")];
    report.gaps = vec![note()];
    report.handler.detail = Some("target/loopcheck/debug/handler".into());
    finish(report, &[RUST])
}

pub(crate) fn several_modes() -> Report {
    let mut report = report(Verdict::Fail, 1);
    report.findings = vec![task(), interval(), pool()];
    let mut report = finish(report, &[RUST, RUST_STREAM, MANAGED_INSTANCES]);
    let held = |id: &'static str, policy, response, held_ms| ReportedMode {
        response,
        held_ms,
        ..mode(&report.findings, Mode { id, policy, title: "", code: "", text: "" })
    };
    let modes = [
        held("callback-wait", Policy::HoldResponse, ResponseTime::Timeout, None),
        held("implicit", Policy::HoldResponse, ResponseTime::Held, Some(301.2)),
        held("stream-wait", Policy::HoldEnv, ResponseTime::AtOnce, None),
    ];
    report.modes.extend(modes);
    report
}

/// Ten thousand tasks alike.
pub(crate) fn burst() -> Report {
    let mut report = report(Verdict::Fail, 1);
    report.findings = vec![Finding {
        counts: vec![10_000, 10_000],
        growth: Some(Growth::Constant),
        name: None,
        ..task()
    }];
    finish(report, &[RUST])
}

/// Ten thousand tasks, each of them different.
pub(crate) fn ten_thousand() -> Report {
    let mut report = report(Verdict::Fail, 1);
    report.findings =
        (0..10_000).map(|index| Finding { name: Some(format!("job-{index}")), ..task() }).collect();
    finish(report, &[RUST])
}

/// Names that want to do something to the terminal or to the layout.
pub(crate) fn hostile() -> Report {
    const NAMES: &[&str] = &[
        "\u{1b}[2J\u{1b}[31mgone\u{1b}[0m",
        "first\nPASS  ./handler\r\nsecond\ttab\0",
        "\u{9b}31m\u{7f}\u{85}",
        "safe\u{202e}gnp.exe\u{2066}\u{2069}\u{2028}\u{200b}",
        "配達状況を更新するタスク。とても長い名前なので折り返される必要があります。",
        "🦀👩\u{200d}💻🏳\u{fe0f}\u{200d}🌈 e\u{301}\u{301}\u{301}",
        "    ",
        "",
    ];
    let long = "very_long::".repeat(500);
    let mut report = report(Verdict::Fail, 1);
    report.handler.path = format!("./\u{1b}]0;title\u{7}{}", "deep/".repeat(40));
    report.handler.detail = Some("\u{1b}[H".into());
    report.findings = NAMES
        .iter()
        .copied()
        .chain([long.as_str()])
        .map(|name| Finding {
            name: Some(name.to_owned()),
            location: Some(Place {
                column: None,
                function: None,
                ..place(&format!("src/{name}.rs"), 1, 1)
            }),
            package: Some(name.to_owned()),
            origin: Some(Origin::Dependency),
            help: format!("mend {name}"),
            waits_on: Some(WaitsOn { resource: name.into(), ..sleep() }),
            socket: Some(Socket { peer: Some(name.to_owned()), ..connection() }),
            ..task()
        })
        .collect();
    let hostile = long.clone() + NAMES[0] + NAMES[1] + NAMES[2] + NAMES[3];
    report.findings.push(Finding { expectation: Some(expectation(&hostile)), ..expected() });
    report.findings.push(Finding { name: Some(hostile.clone()), ..safe() });
    report.gaps = vec![
        gap("sockets-unreadable", &hostile, Some(&hostile)),
        gap("sockets-not-observed", &hostile, Some(&hostile)),
    ];
    report.verification = Some(verifications::proof(&hostile));
    finish(report, &[RUST, MANAGED_INSTANCES])
}

pub(crate) fn not_found() -> Report {
    let mut report = report(Verdict::Error, 2);
    report.handler.path = "./nonexistent".into();
    report.invocations = Vec::new();
    report.gaps = vec![gap(
        "bad-input",
        "./nonexistent is not there",
        Some("name an executable, or a directory with a Cargo.toml"),
    )];
    report
}

pub(crate) fn timed_out() -> Report {
    let mut report = report(Verdict::Error, 3);
    report.invocations[1] = ReportedInvocation {
        outcome: Some(ReportedOutcome::Timeout),
        response_ms: None,
        next_ms: None,
        settled_ms: None,
        pending: None,
        ..invocation(2)
    };
    report.findings = vec![Finding { counts: vec![1], growth: None, ..task() }];
    report.gaps = vec![gap(
        "timed-out",
        "invocation 2 had no response when its 3 s were over",
        Some("raise --timeout, or find out what the handler waits for"),
    )];
    finish(report, &[RUST])
}

/// A failing report with one gap of this kind.
pub(crate) fn with_gap(id: DiagnosticId) -> Report {
    let mut report = fail();
    report.gaps = vec![gap(id.as_str(), "something was not seen", Some("look again"))];
    report
}

pub(crate) fn inconclusive() -> Report {
    let mut report = report(Verdict::Inconclusive, 4);
    report.gaps = vec![
        gap(
            "events-dropped",
            "the console feed lost 12 events, because its queue of 1024 was full",
            Some("set the queue of console-subscriber to 100000 with event_buffer_capacity"),
        ),
        gap("feed-lag", "the feed was 40 ms behind at the second response", None),
        note(),
    ];
    report.findings = vec![pool()];
    finish(report, &[RUST])
}

pub(crate) fn interrupted() -> Report {
    let mut report = report(Verdict::Error, 130);
    report.invocations = vec![ReportedInvocation { outcome: None, ..invocation(1) }];
    report.gaps = vec![
        gap("interrupted", "the run was interrupted", None),
        gap("internal-error", "a reporter did not know what to say", None),
    ];
    report
}

pub(crate) fn many_invocations() -> Report {
    let mut report = report(Verdict::Fail, 1);
    report.invocations = (1..=1000).map(invocation).collect();
    report.invocations[500].outcome = Some(ReportedOutcome::Error);
    report.findings = vec![Finding { counts: (1..=1000).collect(), ..task() }];
    finish(report, &[RUST])
}

/// As `attach` may report: findings, and no completion mode.
pub(crate) fn without_modes() -> Report {
    let mut report = report(Verdict::Fail, 1);
    report.findings = vec![Finding { fates: no_fates(), ..task() }, pool()];
    finish(report, &[])
}

/// Every word that a report can have, and every fact left out somewhere.
pub(crate) fn everything() -> Report {
    let mut report = report(Verdict::Fail, 1);
    // Twelve are enough for every word.
    report.findings = (0..RuleId::ALL.len().max(12))
        .map(|index| (index, RuleId::ALL[index % RuleId::ALL.len()]))
        .map(|(index, rule)| Finding { rule, level: rule.default_level(), ..odd(index) })
        .collect();
    report.invocations = [
        ReportedOutcome::Response,
        ReportedOutcome::Error,
        ReportedOutcome::Held,
        ReportedOutcome::Crash,
        ReportedOutcome::Exit,
    ]
    .into_iter()
    .zip(1..)
    .map(|(outcome, index)| ReportedInvocation { outcome: Some(outcome), ..invocation(index) })
    .collect();
    report.findings.push(Finding { level: Level::Allow, ..pool() });
    report.expectations = [
        ExpectationState::Used,
        ExpectationState::Unused,
        ExpectationState::Expired,
        ExpectationState::Unjudged,
    ]
    .map(used_expectation)
    .to_vec();
    report.baseline = Some(UsedBaseline { file: "loopcheck.json".into(), gone: vec![gone()] });
    report.summary = Summary { stale: 2, gone: 1, ..report.summary };
    report.verification = Some(verifications::proof("connect"));
    finish(report, &[RUST])
}

pub(crate) fn pass_with_warning() -> Report {
    let mut report = report(Verdict::Pass, 0);
    report.findings = vec![pool()];
    report.gaps = vec![note()];
    report.invocations.truncate(1);
    finish(report, &[RUST])
}

/// As a gate leaves it: some covered, some not, something stale and something gone.
pub(crate) fn gated() -> Report {
    let mut report = report(Verdict::Fail, 1);
    let refusals = [Refusal::OverMax, Refusal::UntilPassed, Refusal::OtherMode, Refusal::TimesOut];
    let refused = refusals.into_iter().enumerate().map(|(index, refusal)| Finding {
        name: Some(format!("refused-{index}")),
        expectation: Some(Expectation { refused: Some(refusal), ..expectation("a reason") }),
        known: Some(index),
        ..task()
    });
    report.findings = refused.chain([expected(), known(), pool()]).collect();
    report.expectations = [ExpectationState::Unused, ExpectationState::Expired]
        .map(|state| UsedExpectation { level: Level::Deny, ..used_expectation(state) })
        .to_vec();
    let gone = (0..8).map(|index| GoneFinding { left: index, known: index + 1, ..gone() });
    report.baseline = Some(UsedBaseline { file: "loopcheck.json".into(), gone: gone.collect() });
    report.summary = Summary { stale: 2, gone: 8, ..report.summary };
    finish(report, &[RUST, MANAGED_INSTANCES])
}

fn used_expectation(state: ExpectationState) -> UsedExpectation {
    UsedExpectation {
        file: "loopcheck.toml".into(),
        line: 12,
        reason: "flushes every 10 s, survives a freeze".into(),
        handler: Some("services/*".into()),
        until: Some("2027-06-01".into()),
        matched: usize::from(state == ExpectationState::Used),
        state,
        level: Level::Warn,
    }
}

fn gone() -> GoneFinding {
    GoneFinding {
        handler: "handler".into(),
        fingerprint: "8f1c2a6d90b3e457".into(),
        rule: RuleId::PendingTask,
        kind: Kind::Task,
        name: Some("flush-metrics".into()),
        file: Some("src/main.rs".into()),
        known: 2,
        left: 1,
    }
}

fn note() -> ReportedDiagnostic {
    gap(
        "sockets-not-observed",
        "sockets cannot be listed on this system",
        Some("run on Linux to see them"),
    )
}

fn gap(id: &'static str, message: &str, hint: Option<&str>) -> ReportedDiagnostic {
    ReportedDiagnostic {
        id: DiagnosticId::from_id(id).unwrap(),
        message: message.into(),
        hint: hint.map(Into::into),
    }
}

fn invocation(index: u32) -> ReportedInvocation {
    ReportedInvocation {
        index,
        request_id: format!("00000000-0000-4000-8000-{index:012}"),
        outcome: Some(ReportedOutcome::Response),
        mode: None,
        response_ms: Some(if index == 1 { 12.4 } else { 3.2 }),
        next_ms: Some(if index == 1 { 13.1 } else { 3.9 }),
        held_ms: None,
        settled_ms: Some(1000.0),
        pending: Some(3),
    }
}

fn report(verdict: Verdict, exit_code: u8) -> Report {
    Report {
        schema: SCHEMA.to_owned(),
        tool: Tool { version: "0.1.0".into(), ..Tool::this() },
        verdict,
        exit_code,
        handler: Handler {
            name: "handler".into(),
            path: "./handler".into(),
            runtime: Family::Tokio,
            detail: None,
            file: Some("handler/Cargo.toml".into()),
        },
        gaps: Vec::new(),
        invocations: vec![invocation(1), invocation(2)],
        findings: Vec::new(),
        modes: Vec::new(),
        verification: None,
        expectations: Vec::new(),
        baseline: None,
        summary: Summary::default(),
    }
}

/// Gives the findings their ids, and fills in what follows from them.
fn finish(mut report: Report, modes: &[Mode]) -> Report {
    for (index, finding) in report.findings.iter_mut().enumerate() {
        finding.id = format!("F{}", index + 1);
        match finding.status {
            Status::Unexpected => report.summary.unexpected += 1,
            Status::Expected => report.summary.expected += 1,
            Status::Baseline => report.summary.baseline += 1,
            Status::Runtime => report.summary.runtime += 1,
            Status::Safe => report.summary.safe += 1,
        }
    }
    for (index, invocation) in report.invocations.iter_mut().enumerate() {
        let counted = report.findings.iter().filter(|finding| finding.status != Status::Runtime);
        let pending = counted.filter_map(|finding| finding.counts.get(index)).sum();
        invocation.pending = invocation.response_ms.map(|_| pending);
    }
    report.modes = modes.iter().map(|known| mode(&report.findings, *known)).collect();
    report
}

fn mode(findings: &[Finding], mode: Mode) -> ReportedMode {
    let mut groups = std::collections::BTreeMap::<Fate, Vec<String>>::new();
    for finding in findings.iter().filter(|finding| finding.status != Status::Runtime) {
        if let Some(Some(fate)) = finding.fates.get(&mode.policy) {
            groups.entry(fate.fate).or_default().push(finding.id.clone());
        }
    }
    ReportedMode {
        id: mode.id.to_owned(),
        policy: mode.policy,
        gated: true,
        response: ResponseTime::AtOnce,
        held_ms: None,
        groups: groups.into_iter().map(|(fate, findings)| FateGroup { fate, findings }).collect(),
    }
}
