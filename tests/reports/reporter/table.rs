//! The table: whole texts as a person sees them, and what must be true of every one of them.

use unicode_width::UnicodeWidthStr;

use crate::samples::findings::matters;
use crate::samples::{reports, suites};
use loopcheck::model::diagnostic::{DiagnosticId, Effect};
use loopcheck::report::{Document, Report, Status};
use loopcheck::reporter::table::{self, TableStyle};
use loopcheck::reporter::text;

/// Wide enough for no line to be wrapped.
const WIDE: u16 = 4000;

#[test]
fn whole_tables_are_as_before() {
    insta::assert_snapshot!("fail", render(&reports::fail(), 80));
    insta::assert_snapshot!("pass", render(&reports::pass(), 80));
    insta::assert_snapshot!("several_modes", render(&reports::several_modes(), 80));
    insta::assert_snapshot!("not_found", render(&reports::not_found(), 80));
    insta::assert_snapshot!("gated", render(&reports::gated(), 80));
}

#[test]
fn whole_tables_of_several_handlers_are_as_before() {
    for name in ["a shard", "gone from the baseline", "stale expectations", "an empty shard"] {
        insta::assert_snapshot!(name.replace(' ', "_"), render_document(&suite(name), 80));
    }
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for (name, document) in suites::documents() {
        for width in [40, 80, 120] {
            for line in render_document(&document, width).lines() {
                assert!(line.width() <= usize::from(width), "{name} at {width}: {line}");
                assert_eq!(line, line.trim_end(), "{name} at {width}");
            }
        }
    }
}

#[test]
fn a_terminal_that_is_too_narrow_is_no_reason_to_fail() {
    for width in [0, 1, 39] {
        assert_eq!(render(&reports::fail(), width), render(&reports::fail(), 40));
    }
}

#[test]
fn no_control_character_is_written_without_colour() {
    for (name, document) in suites::documents() {
        let text = render_document(&document, 80);
        let harmful = text.chars().find(|c| *c != '\n' && text::is_unprintable(*c));
        assert_eq!(harmful, None, "{name}");
    }
}

#[test]
fn colour_adds_nothing_but_colour() {
    for (name, document) in suites::documents() {
        let colored = in_style(&document, TableStyle { width: 80, color: true });
        assert!(colored.contains("\u{1b}[1;3"), "{name}");
        assert_eq!(without_colors(&colored), render_document(&document, 80), "{name}");
    }
}

#[test]
fn the_text_is_the_same_every_time() {
    for (name, document) in suites::documents() {
        assert_eq!(render_document(&document, 80), render_document(&document, 80), "{name}");
    }
}

#[test]
fn the_first_line_has_the_verdict_and_the_numbers() {
    let first = |report| render(&report, 120).lines().next().unwrap().to_owned();
    for (report, expected) in [
        (
            reports::pass(),
            "PASS  ./handler  nothing unexpected was pending, 1 safe · 2 invocations",
        ),
        (
            reports::fail(),
            "FAIL  ./handler  3 unexpected pending items, 1 warning, 1 safe · 2 invocations",
        ),
        (reports::burst(), "FAIL  ./handler  10000 unexpected pending items · 2 invocations"),
        (reports::not_found(), "ERROR  ./nonexistent  this cannot be run"),
        (
            reports::inconclusive(),
            "INCONCLUSIVE  ./handler  not everything could be seen, 1 warning · 2 invocations",
        ),
        (reports::interrupted(), "ERROR  ./handler  interrupted · 1 invocation"),
    ] {
        assert_eq!(first(report), expected);
    }
}

#[test]
fn a_finding_says_what_where_since_when_what_will_happen_and_how_to_mend_it() {
    for (name, report) in reports::all().into_iter().filter(|(name, _)| *name != "hostile") {
        let text = render(&report, WIDE);
        for finding in report.findings.iter().filter(|finding| matters(finding)) {
            let lines = lines_of(&text, &finding.id);
            assert!(lines[0].contains(finding.rule.rule().title), "{name}: {lines:?}");
            assert!(lines[0].contains(&format!("[{}]", finding.rule.as_str())), "{name}");
            if let Some(name) = &finding.name {
                assert!(lines[0].contains(name));
            }
            let place = match &finding.location {
                Some(place) => format!("{}:{}", place.file, place.line.unwrap()),
                None => "not known".into(),
            };
            assert!(fact(&lines, "where").contains(&place), "{name}: {lines:?}");
            let since = fact(&lines, "since");
            for count in finding.counts.iter().take(2) {
                assert!(since.contains(&count.to_string()), "{name}: {since}");
            }
            assert!(!fact(&lines, "then").is_empty());
            if let Some(ms) = finding.ended_ms.filter(|ms| *ms > 1.0) {
                let ended = format!("ended {}", text::from_response(ms));
                assert!(fact(&lines, "then").contains(&ended), "{name}: {lines:?}");
            }
            assert_eq!(fact(&lines, "fix"), finding.help, "{name}");
            let order: Vec<_> = ["where", "since", "then", "fix"]
                .iter()
                .map(|label| lines.iter().position(|line| line.starts_with(label)))
                .collect();
            assert!(order.is_sorted(), "{name}: {lines:?}");
        }
    }
}

#[test]
fn a_finding_is_shown_in_full_once() {
    let text = render(&reports::several_modes(), WIDE);
    for id in ["F1", "F2", "F3"] {
        let lines = text.lines().filter(|line| line.contains(&format!(" {id} ")));
        let (full, short): (Vec<_>, Vec<_>) = lines.partition(|line| line.contains("[pending-"));
        assert_eq!((full.len(), short.len()), (1, 4), "{id}");
    }
    assert!(text.contains("rust, rust-stream (freeze): "));
}

#[test]
fn warnings_come_after_what_is_denied() {
    let mut report = reports::fail();
    report.findings.reverse();
    for mode in &mut report.modes {
        let ids = mode.groups.drain(..).flat_map(|group| group.findings).rev().collect();
        mode.groups = vec![loopcheck::report::FateGroup {
            fate: loopcheck::report::Fate::Frozen,
            findings: ids,
        }];
    }
    let text = render(&report, 80);
    assert!(text.find("✗ F1") < text.find("! F3"));
}

#[test]
fn ten_thousand_findings_are_all_there() {
    let text = render(&reports::ten_thousand(), 80);
    assert_eq!(text.matches(": \"job-").count(), 10_000);
    assert!(text.starts_with("FAIL  ./handler  20000 unexpected pending items"));
}

#[test]
fn each_of_many_handlers_is_there() {
    let text = render_document(&suites::many(500), WIDE);
    assert_eq!(text.matches(": \"flush-metrics\" [pending-task]").count(), 500);
    let rows = text.lines().filter(|line| line.starts_with("  FAIL "));
    assert_eq!(rows.count(), 500);
    assert!(text.contains("\nFAIL  500 handlers (500 fail), 1500 unexpected pending items"));
    assert!(
        text.contains("in services/handler-4, and 495 more\n"),
        "{}",
        &text[text.len() - 600..]
    );
}

#[test]
fn the_last_lines_say_what_decided() {
    for (name, expected) in [
        ("one of three fails", "exit code 1: 3 unexpected pending items in services/payments"),
        (
            "stale expectations that are denied",
            "exit code 1: a stale expectation in loopcheck.toml:12, a stale expectation in \
             loopcheck.toml:20",
        ),
        ("one is inconclusive", "exit code 4: events-dropped in services/orders"),
        ("handlers missing", "exit code 4: handlers-missing"),
    ] {
        let text = render_document(&suite(name), WIDE);
        let found = text.lines().rev().take(2).any(|line| line.trim().starts_with(expected));
        assert!(found, "{name}: {text}");
    }
    assert!(!render_document(&suite("all pass"), WIDE).contains("exit code"));
}

#[test]
fn a_handler_that_passes_takes_one_line_of_several() {
    let text = render_document(&suite("one of three fails"), WIDE);
    assert_eq!(text.matches("services/orders").count(), 1);
    assert_eq!(text.matches("\nPASS  services/mail").count(), 1);
}

#[test]
fn what_is_expected_says_why_and_where() {
    let mut report = reports::fail();
    let expected = report.findings.iter().find(|known| known.status == Status::Expected).cloned();
    let expected = expected.unwrap();
    report.findings = (0..12)
        .map(|line| {
            let mut finding = expected.clone();
            finding.expectation.as_mut().unwrap().line = line;
            finding
        })
        .collect();
    let text = render(&report, WIDE);
    assert_eq!(text.matches("  expected  2 items: flushes every 10 s").count(), 10);
    assert!(text.contains("survives a freeze (loopcheck.toml:9)"));
    assert!(text.contains("  expected  and 4 items more\n"));
}

#[test]
fn a_gap_is_prominent_unless_it_is_a_note() {
    for id in DiagnosticId::ALL {
        let text = render(&reports::with_gap(*id), 80);
        let at = text.find(&format!("{}: something was not seen", id.as_str())).unwrap();
        let findings = text.find("rust (freeze)").unwrap();
        assert_eq!(at > findings, id.effect() == Effect::Note, "{}", id.as_str());
        assert!(text.contains("hint: look again"));
    }
}

#[test]
fn what_needs_no_attention_takes_a_line_each() {
    let text = render(&reports::fail(), 80);
    for (label, words) in [
        ("safe", "access-log"),
        ("expected", "2 items: flushes every 10 s, survives a freeze"),
        ("baseline", "1 item known already"),
        ("runtime", "1 item of the Lambda runtime and tokio (not counted)"),
    ] {
        let lines: Vec<_> =
            text.lines().filter(|line| line.trim_start().starts_with(label)).collect();
        assert_eq!(lines.len(), 1, "{label}");
        assert!(lines[0].contains(words), "{}", lines[0]);
    }
}

#[test]
fn a_pass_does_not_speak_of_sockets_that_nobody_looked_at() {
    assert!(render(&reports::pass(), WIDE).contains("every task, timer and socket that was alive"));
    let unseen = render(&reports::pass_with_warning(), WIDE);
    assert!(unseen.contains("every task and timer that was alive at the response"));
}

#[test]
fn an_invocation_without_a_response_stands_out() {
    assert!(render(&reports::timed_out(), 80).contains("✗ timeout"));
    assert!(render(&reports::interrupted(), 80).contains("✗ cut short"));
    let many = render(&reports::many_invocations(), 80);
    assert!(many.contains("✗ 1 failed"));
    assert!(many.contains("more"));
}

fn suite(name: &str) -> Document {
    suites::all().into_iter().find(|(known, _)| *known == name).unwrap().1
}

fn render(report: &Report, width: u16) -> String {
    render_document(&Document::One(Box::new(report.clone())), width)
}

fn render_document(document: &Document, width: u16) -> String {
    in_style(document, TableStyle { width, color: false })
}

fn in_style(document: &Document, style: TableStyle) -> String {
    let mut out = Vec::new();
    table::write(&document.results(), style, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// The lines of a finding in full, without their indent.
fn lines_of<'a>(text: &'a str, id: &str) -> Vec<&'a str> {
    text.lines()
        .map(str::trim_start)
        .skip_while(|line| line.split_whitespace().nth(1) != Some(id))
        .take_while(|line| !line.is_empty())
        .collect()
}

fn fact<'a>(lines: &[&'a str], label: &str) -> &'a str {
    lines.iter().find_map(|line| line.strip_prefix(label)).unwrap_or_default().trim_start()
}

fn without_colors(text: &str) -> String {
    let mut plain = String::new();
    let mut pieces = text.split("\u{1b}[");
    plain += pieces.next().unwrap();
    for piece in pieces {
        let (code, rest) = piece.split_once('m').unwrap();
        assert!(code.bytes().all(|byte| byte.is_ascii_digit() || byte == b';'), "{code}");
        plain += rest;
    }
    plain
}
