//! The JUnit document against two parsers that are not ours: a strict one of XML, and one of
//! JUnit's; and against the exit code, which it must not contradict.

use std::collections::BTreeSet;

use quick_junit::{NonSuccessKind, TestCaseStatus};
use roxmltree::{Document as Xml, Node};

use crate::samples::documents::{self, alone, gated, judged, named};
use crate::samples::findings::task;
use crate::samples::reports;
use loopcheck::report::{Document, Finding, Report, ReportedOutcome, Status};
use loopcheck::reporter::{junit, text};
use loopcheck::rule::Level;

#[test]
fn every_document_is_well_formed_and_a_report_of_junits() {
    for (name, document) in documents::all() {
        let text = render(&document);
        let xml = Xml::parse(&text).unwrap_or_else(|error| panic!("{name}: {error}\n{text}"));
        assert_eq!(xml.root_element().tag_name().name(), "testsuites", "{name}");
        let junit = quick_junit::Report::deserialize_from_str(&text)
            .unwrap_or_else(|error| panic!("{name}: {error}\n{text}"));
        let cases = junit.test_suites.iter().map(|suite| suite.test_cases.len()).sum::<usize>();
        assert_eq!(cases, all(xml.root(), "testcase").len(), "{name}");
    }
}

#[test]
fn something_is_red_exactly_if_the_exit_code_is_not_0() {
    for (name, document) in documents::all() {
        let text = render(&document);
        let xml = Xml::parse(&text).unwrap();
        let red = all(xml.root(), "failure").len() + all(xml.root(), "error").len();
        assert_eq!(red > 0, document.exit_code() != 0, "{name}");
        for report in document.results().reports {
            let suite = suite(&xml, &report.handler.name, &document);
            let red = all(suite, "failure").len() + all(suite, "error").len();
            // What is stale counts for the run as a whole.
            let own = judged(Report { expectations: Vec::new(), ..report.clone() });
            assert_eq!(red > 0, own.exit_code != 0, "{name}: {}", report.handler.name);
        }
    }
}

#[test]
fn a_failure_is_something_unexpected_and_an_error_is_no_answer() {
    for (name, document) in documents::all() {
        let text = render(&document);
        let xml = Xml::parse(&text).unwrap();
        let known = document.results();
        let errors = !all(xml.root(), "error").is_empty();
        let failures = !all(xml.root(), "failure").is_empty();
        match known.exit_code {
            0 => assert!(!errors && !failures, "{name}"),
            1 => assert!(failures, "{name}"),
            _ => assert!(errors, "{name}"),
        }
        let mut denied = known.reports.iter().flat_map(|report| &report.findings);
        let denied = denied.any(|it| it.status == Status::Unexpected && it.level == Level::Deny);
        let stale = known.stale().any(|it| it.level == Level::Deny);
        // A finding at an invocation that broke off stands in its error.
        assert!(!failures || denied || stale, "{name}");
    }
}

#[test]
fn the_totals_are_those_of_the_cases() {
    for (name, document) in documents::all() {
        let text = render(&document);
        let xml = Xml::parse(&text).unwrap();
        let suites = all(xml.root(), "testsuite");
        for node in suites.into_iter().chain([xml.root_element()]) {
            let number = |key| node.attribute(key).unwrap().parse::<usize>().unwrap();
            assert_eq!(number("tests"), all(node, "testcase").len(), "{name}");
            assert_eq!(number("failures"), all(node, "failure").len(), "{name}");
            assert_eq!(number("errors"), all(node, "error").len(), "{name}");
            assert_eq!(number("skipped"), 0, "{name}");
            let sum: u64 = all(node, "testcase").into_iter().map(micros).sum();
            assert_eq!(micros(node), sum, "{name}");
        }
    }
}

#[test]
fn there_is_a_case_for_each_handler_and_invocation() {
    for (name, document) in documents::all() {
        let text = render(&document);
        let junit = quick_junit::Report::deserialize_from_str(&text).unwrap();
        let known = document.results();
        for (report, suite) in known.reports.iter().zip(&junit.test_suites) {
            let names: Vec<&str> = suite.test_cases.iter().map(|case| case.name.as_str()).collect();
            for invocation in &report.invocations {
                let start = format!("invocation {} (", invocation.index);
                let here = names.iter().filter(|name| name.starts_with(&start)).count();
                assert_eq!(here, 1, "{name}: {start}");
            }
            assert_eq!(names[0], "evidence: everything was seen", "{name}");
            let unlike: BTreeSet<&&str> = names.iter().collect();
            assert_eq!(unlike.len(), names.len(), "{name}");
            for case in &suite.test_cases {
                assert_eq!(case.classname.as_ref(), Some(&suite.name), "{name}");
            }
        }
    }
}

#[test]
fn the_whole_document_is_as_before() {
    let mut report = reports::fail();
    report.findings.truncate(4);
    report.findings[0].counts = vec![0, 1];
    report.gaps[0].hint = None;
    report.modes.truncate(1);
    insta::assert_snapshot!("in_full", render(&alone(report)));
}

#[test]
fn a_run_without_an_answer_is_an_error_with_its_reason() {
    let kinds = |report: Report| -> Vec<(String, String)> {
        let text = render(&alone(report));
        let junit = quick_junit::Report::deserialize_from_str(&text).unwrap();
        let cases = junit.test_suites.iter().flat_map(|suite| &suite.test_cases);
        let error = |case: &quick_junit::TestCase| match &case.status {
            TestCaseStatus::NonSuccess { kind: NonSuccessKind::Error, ty, .. } => {
                Some((case.name.as_str().to_owned(), ty.as_ref().unwrap().as_str().to_owned()))
            }
            _ => None,
        };
        cases.filter_map(error).collect()
    };
    let pair = |name: &str, kind: &str| (name.to_owned(), kind.to_owned());
    let evidence = |kind| pair("evidence: everything was seen", kind);
    assert_eq!(kinds(reports::not_found()), [evidence("bad-input")]);
    let second = "invocation 2 (warm): pending at the response";
    assert_eq!(kinds(reports::timed_out()), [evidence("timed-out"), pair(second, "timeout")]);
    let first = "invocation 1 (cold): pending at the response";
    assert_eq!(kinds(reports::interrupted()), [evidence("interrupted"), pair(first, "cut short")]);
    assert_eq!(kinds(reports::inconclusive()), [evidence("events-dropped")]);
    assert_eq!(kinds(reports::fail()), []);
    let unexplained = Report { exit_code: 5, ..reports::pass() };
    assert_eq!(kinds(unexplained), [pair("exit code", "exit-code")]);
}

#[test]
fn an_answer_that_is_withheld_is_judged_by_what_is_pending() {
    let mut report = reports::fail();
    report.invocations[1].outcome = Some(ReportedOutcome::Held);
    let text = render(&alone(report));
    let xml = Xml::parse(&text).unwrap();
    assert_eq!((all(xml.root(), "failure").len(), all(xml.root(), "error").len()), (2, 0));
}

#[test]
fn a_stale_expectation_fails_only_where_it_is_denied() {
    let of = |level| {
        let mut report = gated();
        report.findings.clear();
        report.baseline = None;
        report.expectations[0].level = level;
        let text = render(&alone(judged(report)));
        let junit = quick_junit::Report::deserialize_from_str(&text).unwrap();
        let whole = junit.test_suites.into_iter().find(|suite| suite.name == *"the run as a whole");
        let mut cases = whole.map(|suite| suite.test_cases).unwrap_or_default();
        assert!(cases.len() < 2);
        cases.pop()
    };
    let denied = of(Level::Deny).unwrap();
    assert_eq!(denied.name.as_str(), "expectation of meant once: meant once");
    assert_eq!(denied.extra["file"].as_str(), "loopcheck.toml");
    assert_eq!(denied.extra["line"].as_str(), "12");
    assert!(matches!(
        denied.status,
        TestCaseStatus::NonSuccess { kind: NonSuccessKind::Failure, .. }
    ));
    let warned = of(Level::Warn).unwrap();
    assert!(matches!(warned.status, TestCaseStatus::Success { .. }));
    let aside = warned.system_out.unwrap();
    let wanted =
        "warning: loopcheck.toml:12: the expectation \"meant once\" for meant once matches nothing";
    assert!(aside.as_str().starts_with(wanted), "{aside:?}");
    assert!(of(Level::Allow).is_none());
}

#[test]
fn what_is_expected_known_or_gone_is_said_aside() {
    let text = render(&alone(gated()));
    let xml = Xml::parse(&text).unwrap();
    let asides: String =
        all(xml.root(), "system-out").into_iter().filter_map(|node| node.text()).collect();
    for wanted in [
        "expected: 2 × a task that is still running: \"flush-metrics\"",
        "known: a task that is still running: \"old\"",
        "flush: task \"flush\" in flush [pending-task]: 1 of 2 left",
    ] {
        assert!(asides.contains(wanted), "{wanted}\n{asides}");
    }
    assert!(!asides.contains("access-log"), "safe findings are not listed");
}

#[test]
fn foreign_text_does_nothing() {
    for (name, document) in documents::all() {
        let text = render(&document);
        let harmful = text.chars().find(|c| *c != '\n' && text::is_unprintable(*c));
        assert_eq!(harmful, None, "{name}");
        assert!(!text.contains("<script") && !text.contains("<![CDATA["), "{name}");
        let xml = Xml::parse(&text).unwrap();
        let known: BTreeSet<&str> =
            xml.descendants().filter(Node::is_element).map(|it| it.tag_name().name()).collect();
        let all = ["testsuites", "testsuite", "testcase", "failure", "error", "system-out"];
        assert!(known.iter().all(|tag| all.contains(tag)), "{name}: {known:?}");
    }
}

#[test]
fn the_document_is_the_same_every_time() {
    let document = Document::Many(Box::new(documents::several()));
    assert_eq!(render(&document), render(&document));
}

#[test]
fn ten_thousand_findings_are_counted() {
    let text = render(&alone(reports::ten_thousand()));
    assert!(text.len() < 2_000_000, "{}", text.len());
    let xml = Xml::parse(&text).unwrap();
    let failures = all(xml.root(), "failure");
    assert_eq!(failures.len(), 2);
    for failure in failures {
        let message = failure.attribute("message").unwrap();
        assert!(message.starts_with("10000 unexpected findings"), "{message}");
        assert!(message.ends_with("and 9997 more"), "{message}");
        let body = failure.text().unwrap();
        let listed = body.lines().filter(|line| line.starts_with('F')).count();
        let rest = body.trim_end().lines().last().unwrap();
        assert_eq!(rest, format!("and {} more; the JSON report has all of them", 10_000 - listed));
    }
}

#[test]
fn a_thousand_handlers_are_all_there() {
    let report = |index| named(&format!("handler-{index}"), reports::fail());
    let suite = documents::suite((0..1000).map(report).collect());
    let text = render(&Document::Many(Box::new(suite)));
    assert_eq!(all(Xml::parse(&text).unwrap().root(), "testsuite").len(), 1000);
}

#[test]
fn a_time_that_is_none_is_0() {
    let mut report = Report { findings: vec![Finding { ..task() }], ..reports::fail() };
    report.invocations[0].response_ms = Some(f64::NAN);
    report.invocations[1].response_ms = Some(-4.0);
    let text = render(&alone(report));
    let xml = Xml::parse(&text).unwrap();
    assert_eq!(xml.root_element().attribute("time"), Some("0.000000"));
}

fn render(document: &Document) -> String {
    let mut out = Vec::new();
    junit::write(&document.results(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn all<'a, 'b>(node: Node<'a, 'b>, tag: &str) -> Vec<Node<'a, 'b>> {
    node.descendants().filter(|node| node.has_tag_name(tag)).collect()
}

/// The suite of a handler: they stand in the order of the reports.
fn suite<'a, 'b>(xml: &'a Xml<'b>, handler: &str, document: &Document) -> Node<'a, 'b> {
    let results = document.results();
    let at = results.reports.iter().position(|report| report.handler.name == handler);
    all(xml.root(), "testsuite")[at.unwrap()]
}

fn micros(node: Node<'_, '_>) -> u64 {
    let (seconds, rest) = node.attribute("time").unwrap().split_once('.').unwrap();
    assert_eq!(rest.len(), 6);
    seconds.parse::<u64>().unwrap() * 1_000_000 + rest.parse::<u64>().unwrap()
}
