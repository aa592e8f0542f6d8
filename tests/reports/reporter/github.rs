//! The workflow commands, read as GitHub's runner reads them.

use std::collections::BTreeMap;

use crate::samples::findings::{is_denied, is_warning};
use crate::samples::{reports, suites};
use loopcheck::exit;
use loopcheck::model::diagnostic::{DiagnosticId, Effect};
use loopcheck::report::{Document, Finding, Place, Results, Status, Verdict};
use loopcheck::reporter::{github, text};
use loopcheck::rule::Level;

/// A command as the runner understands it.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Command {
    name: String,
    properties: BTreeMap<String, String>,
    data: String,
}

/// What the runner does with a line of the log: it takes off spaces in front, and looks for a
/// command between two pairs of colons. What is escaped comes back one after the other, and the
/// percent sign last.
fn understand(line: &str) -> Option<Command> {
    let rest = line.trim_start().strip_prefix("::")?;
    let (command, data) = rest.split_once("::")?;
    let (name, properties) = command.split_once(' ').unwrap_or((command, ""));
    let pairs = properties.trim().split(',').filter(|pair| !pair.is_empty());
    let pairs = pairs.filter_map(|pair| pair.split_once('='));
    let taken_back = |text: &str, escapes: &[(&str, &str)]| {
        escapes.iter().fold(text.to_owned(), |text, (escape, plain)| text.replace(escape, plain))
    };
    const DATA: &[(&str, &str)] = &[("%0D", "\r"), ("%0A", "\n"), ("%25", "%")];
    const PROPERTY: &[(&str, &str)] =
        &[("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")];
    Some(Command {
        name: name.to_owned(),
        properties: pairs
            .map(|(key, value)| (key.to_owned(), taken_back(value, PROPERTY)))
            .collect(),
        data: taken_back(data, DATA),
    })
}

#[test]
fn the_whole_text_is_as_before() {
    insta::assert_snapshot!("one_of_three_fails", render(&named("one of three fails")));
}

#[test]
fn every_line_is_a_command_of_ours_and_the_last_is_the_verdict() {
    for (name, document) in suites::documents() {
        let text = render(&document);
        let lines: Vec<&str> = text.lines().collect();
        let (last, commands) = lines.split_last().unwrap();
        for line in commands {
            let command = understand(line).unwrap_or_else(|| panic!("{name}: {line}"));
            let known = ["error", "warning", "notice", "group", "endgroup"];
            assert!(known.contains(&command.name.as_str()), "{name}: {line}");
            for key in command.properties.keys() {
                assert!(["file", "line", "col", "title"].contains(&key.as_str()), "{name}: {line}");
            }
        }
        assert_eq!(understand(last), None, "{name}: {last}");
        let words = ["PASS  ", "FAIL  ", "ERROR  ", "INCONCLUSIVE  "];
        assert!(words.iter().any(|word| last.starts_with(word)), "{name}: {last}");
        assert!(text.ends_with('\n'), "{name}");
        // The runner also knows an older form, anywhere in a line.
        assert!(!text.contains("##["), "{name}");
        assert!(!text.chars().any(|c| c != '\n' && text::is_unprintable(c)), "{name}");
    }
}

#[test]
fn there_is_an_annotation_for_everything_that_matters() {
    for (name, document) in suites::documents() {
        let results = document.results();
        let commands = commands(&document);
        let of = |severity: &str| {
            let alike = commands.iter().filter(|command| command.name == severity);
            alike.filter(|command| !is_summary(command)).count()
        };
        let findings = |wanted: &dyn Fn(&Finding) -> bool| {
            results.reports.iter().flat_map(|report| &report.findings).filter(|f| wanted(f)).count()
        };
        let stale = |level| results.stale().filter(|known| known.level == level).count();
        let (notes, gaps): (Vec<_>, Vec<_>) =
            gaps(&results).into_iter().partition(|effect| *effect == Effect::Note);
        let errors = findings(&is_denied) + gaps.len() + stale(Level::Deny);
        assert_eq!(of("error"), errors, "{name}");
        assert_eq!(of("warning"), findings(&is_warning) + stale(Level::Warn), "{name}");
        let gone = usize::from(results.gone().count() > 0);
        assert!((usize::from(!notes.is_empty())..=notes.len()).contains(&(of("notice") - gone)));
    }
}

#[test]
fn a_run_that_is_not_a_pass_has_an_error() {
    for (name, document) in suites::documents() {
        let errors = commands(&document).iter().filter(|known| known.name == "error").count();
        assert_eq!(errors > 0, document.exit_code() != 0, "{name}");
    }
    for id in DiagnosticId::ALL {
        let mut report = reports::with_gap(*id);
        report.findings.clear();
        report.exit_code = exit::code(&[id.effect()], false);
        report.verdict = exit::verdict(report.exit_code);
        let commands = commands(&Document::One(Box::new(report.clone())));
        let has_error = commands.iter().any(|known| known.name == "error");
        assert_eq!(has_error, report.exit_code != 0, "{}", id.as_str());
    }
    // Even if nothing in the report says why.
    let mut report = reports::fail();
    report.findings.clear();
    report.gaps.clear();
    let text = render(&Document::One(Box::new(report)));
    assert!(text.starts_with("::error title=loopcheck::FAIL  ./handler"), "{text}");
    // Even if a report from a file says one thing and comes to another.
    let mut report = reports::fail();
    (report.verdict, report.exit_code) = (Verdict::Pass, 0);
    let text = render(&Document::One(Box::new(report)));
    assert!(!text.contains("::error "), "{text}");
}

#[test]
fn what_is_expected_or_known_raises_nothing() {
    let mut report = reports::fail();
    report.findings.retain(|finding| finding.status != Status::Unexpected);
    report.gaps.clear();
    (report.verdict, report.exit_code) = (Verdict::Pass, 0);
    assert!(report.findings.iter().any(|finding| finding.status == Status::Expected));
    assert!(report.findings.iter().any(|finding| finding.status == Status::Baseline));
    let text = render(&Document::One(Box::new(report)));
    assert!(text.starts_with("PASS  ./handler") && text.lines().count() == 1, "{text}");
}

#[test]
fn a_note_about_every_handler_is_one_notice() {
    let commands = commands(&named("one of three fails"));
    let notices: Vec<_> = commands.iter().filter(|known| known.name == "notice").collect();
    assert_eq!(notices.len(), 1);
    assert_eq!(notices[0].properties["title"], "loopcheck: sockets-not-observed in 2 handlers");
    assert!(!notices[0].properties.contains_key("file"));
}

#[test]
fn an_annotation_stands_on_the_line_of_the_finding_or_else_on_the_handler() {
    let commands = commands(&named("one of three fails"));
    let at = |title: &str| {
        let found = commands.iter().find(|known| known.properties["title"].contains(title));
        found.unwrap().properties.clone()
    };
    let task = at("pending-task in services/payments");
    assert_eq!((&*task["file"], &*task["line"], &*task["col"]), ("handler/src/main.rs", "42", "9"));
    let socket = at("pending-socket in services/payments");
    let place = (&*socket["file"], &*socket["line"], socket.get("col"));
    assert_eq!(place, ("services/payments/Cargo.toml", "1", None));
    let said = commands.iter().find(|known| known.data.contains("open connection")).unwrap();
    assert!(said.data.contains("\nwhere: in hyper-util 0.1.17; the line is not known\n"));

    let mut report = reports::fail();
    report.handler.file = None;
    report.findings.retain(|finding| finding.location.is_none());
    let commands = self::commands(&Document::One(Box::new(report)));
    assert!(commands.iter().all(|known| !known.properties.contains_key("file")));
    assert!(commands.iter().all(|known| !known.properties.contains_key("line")));
}

#[test]
fn a_stale_expectation_stands_on_its_line() {
    for (name, severity) in
        [("stale expectations", "warning"), ("stale expectations that are denied", "error")]
    {
        let commands = commands(&named(name));
        let stale: Vec<_> = commands.iter().filter(|known| known.name == severity).collect();
        let lines: Vec<&str> = stale.iter().map(|known| &*known.properties["line"]).collect();
        assert_eq!(lines, ["12", "20"]);
        assert!(stale.iter().all(|known| known.properties["file"] == "loopcheck.toml"));
        assert!(stale[0].data.contains("matches nothing"));
        assert!(stale[1].data.contains("its last day was 2026-06-01"));
    }
}

#[test]
fn hostile_text_comes_back_as_it_is_written() {
    for hostile in suites::HOSTILE {
        let mut report = reports::fail();
        report.findings.truncate(1);
        let finding = &mut report.findings[0];
        finding.name = Some((*hostile).to_owned());
        finding.help = (*hostile).to_owned();
        let place = finding.location.as_ref().unwrap();
        let path = format!("a{hostile}");
        finding.location = Some(Place { path: Some(path.clone()), ..place.clone() });
        let command = commands(&Document::One(Box::new(report))).swap_remove(0);
        let shown = text::sanitize(hostile).replace("##[", "##\\u{5b}");
        assert!(command.data.contains(&format!("\"{shown}\"")), "{}", command.data);
        if !shown.is_empty() {
            assert!(command.data.ends_with(&format!("\nfix: {shown}")), "{}", command.data);
        }
        let plain = !path.chars().any(text::is_unprintable);
        let expected = if plain { path.as_str() } else { "handler/Cargo.toml" };
        assert_eq!(command.properties["file"], expected);
    }
}

#[test]
fn of_many_the_first_says_how_many_and_the_rest_is_folded() {
    let document = Document::One(Box::new(reports::ten_thousand()));
    let text = render(&document);
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].starts_with("::error title=loopcheck%3A 10000 errors::there are 10000"));
    assert_eq!(lines[10], "::group::9991 more errors");
    assert_eq!(lines[lines.len() - 2], "::endgroup::");
    let findings = lines.iter().filter(|line| line.contains("title=loopcheck%3A pending-task in "));
    assert_eq!(findings.count(), 10_000);
    assert!(lines[lines.len() - 1].ends_with("; 9991 more errors in the log only"));
}

#[test]
fn what_is_denied_comes_first() {
    let mut report = reports::fail();
    report.findings.reverse();
    let names: Vec<String> =
        commands(&Document::One(Box::new(report))).into_iter().map(|known| known.name).collect();
    assert_eq!(names, ["error", "error", "warning", "notice"]);

    let mut report = reports::timed_out();
    report.gaps.extend(reports::inconclusive().gaps);
    let titles: Vec<String> = commands(&Document::One(Box::new(report)))
        .into_iter()
        .map(|mut known| known.properties.remove("title").unwrap())
        .collect();
    let order = ["timed-out", "pending-task", "events-dropped", "feed-lag", "sockets-not-observed"];
    assert_eq!(titles, order.map(|what| format!("loopcheck: {what} in handler")));
}

#[test]
fn no_message_is_longer_than_the_runner_takes() {
    let mut report = reports::hostile();
    for finding in &mut report.findings {
        finding.help = "🦀".repeat(5000);
    }
    for command in commands(&Document::One(Box::new(report))) {
        assert!(command.data.encode_utf16().count() <= 4096);
        assert!(command.properties["title"].len() < 1000);
    }
}

fn gaps(results: &Results<'_>) -> Vec<Effect> {
    let own = results.reports.iter().flat_map(|report| &report.gaps);
    own.chain(results.gaps).map(|gap| gap.id.effect()).collect()
}

fn is_summary(command: &Command) -> bool {
    command.data.starts_with("there are ")
}

fn commands(document: &Document) -> Vec<Command> {
    render(document).lines().filter_map(understand).collect()
}

fn named(name: &str) -> Document {
    suites::all().into_iter().find(|(known, _)| *known == name).unwrap().1
}

fn render(document: &Document) -> String {
    let mut out = Vec::new();
    github::write(&document.results(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}
