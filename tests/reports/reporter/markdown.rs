//! The Markdown, read by a parser that we did not write.

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use crate::samples::findings::matters;
use crate::samples::{reports, suites};
use loopcheck::model::diagnostic::Effect;
use loopcheck::report::{Document, Status};
use loopcheck::reporter::{markdown, text};
use loopcheck::rule::Level;

/// What a comment on GitHub may have.
const LIMIT: usize = 65_536;

#[test]
fn the_whole_text_is_as_before() {
    insta::assert_snapshot!("a_shard", render(&suite("a shard")));
}

#[test]
fn nothing_but_our_own_html_and_no_link_comes_of_it() {
    for (name, document) in all() {
        let page = render(&document);
        let mut in_code = 0;
        for event in events(&page) {
            match event {
                Event::Start(Tag::Link { .. } | Tag::Image { .. } | Tag::FootnoteDefinition(_))
                | Event::Start(Tag::Emphasis | Tag::Strikethrough | Tag::BlockQuote(_))
                | Event::Start(Tag::CodeBlock(_) | Tag::List(Some(_)))
                | Event::FootnoteReference(_)
                | Event::InlineMath(_)
                | Event::DisplayMath(_)
                | Event::TaskListMarker(_)
                | Event::Rule => panic!("{name}: {event:?}"),
                Event::Html(html) => assert!(is_our_block(html.trim_end()), "{name}: {html}"),
                Event::InlineHtml(html) => match &*html {
                    "<code>" => in_code += 1,
                    "</code>" => in_code -= 1,
                    "<br>" => (),
                    other => panic!("{name}: {other}"),
                },
                Event::Text(text) if in_code == 0 => assert_plain(name, &text),
                _ => (),
            }
        }
        assert_eq!(in_code, 0, "{name}");
        assert!(!page.chars().any(|c| c != '\n' && text::is_unprintable(c)), "{name}");
    }
}

/// Text outside of code, where GitHub looks for mentions, references, addresses and emoji.
fn assert_plain(name: &str, text: &str) {
    let signs = ['@', '#', '/', '\\', '<', '>', '`', '$', '_', '*', '~', '|', '[', ']', '&', '%'];
    assert!(!text.contains(signs), "{name}: {text}");
    let pairs = text.chars().zip(text.chars().skip(1));
    assert!(!pairs.into_iter().any(|(a, b)| a == ':' && b.is_alphanumeric()), "{name}: {text}");
}

fn is_our_block(html: &str) -> bool {
    let summary = html
        .strip_prefix("<summary>Pending and not counted: ")
        .and_then(|rest| rest.strip_suffix("</summary>"));
    let plain = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || " ,".contains(c));
    matches!(html, "<!-- loopcheck -->" | "<details>" | "</details>") || summary.is_some_and(plain)
}

#[test]
fn every_finding_that_matters_has_a_row_with_all_its_cells() {
    for (name, document, page) in with_room() {
        let results = document.results();
        let findings = results.reports.iter().flat_map(|report| &report.findings);
        let number = findings.filter(|finding| matters(finding)).count();
        let rows = rows(&page, "what");
        assert_eq!(rows.len(), number, "{name}");
        for row in rows {
            assert_eq!(row.len(), 5, "{name}: {row:?}");
            assert!(row.iter().all(|cell| !cell.is_empty()), "{name}: {row:?}");
        }
        if results.selection.is_some() {
            let rows = self::rows(&page, "verdict");
            assert_eq!(rows.len(), results.reports.len(), "{name}");
            let names: Vec<&str> = rows.iter().map(|row| row[1].as_str()).collect();
            let expected = results.reports.iter().map(|report| shown(&report.handler.name));
            assert_eq!(names, expected.collect::<Vec<_>>(), "{name}");
        }
        let proved = results.reports.iter().any(|report| report.verification.is_some());
        let tried = self::rows(&page, "policy");
        assert_eq!(tried.is_empty(), !proved, "{name}");
        assert!(tried.iter().all(|row| row.len() == 4), "{name}");
        let peers = results.reports.iter().filter_map(|report| report.verification.as_ref());
        let peers: usize = peers.map(|proof| proof.peers.len()).sum();
        assert_eq!(self::rows(&page, "peer").len(), peers, "{name}");
        // A parser fills up rows that are too short and cuts those that are too long.
        for line in page.lines().filter(|line| line.starts_with('|')) {
            let bars = line.matches('|').count();
            assert!([4, 5, 6, 8].contains(&bars), "{name}: {line}");
        }
    }
}

#[test]
fn a_row_says_what_where_since_when_what_will_happen_and_how_to_mend_it() {
    let page = render(&Document::One(Box::new(reports::fail())));
    let row = &rows(&page, "what")[0];
    assert!(row[0].starts_with("✗ F1: 2 × a task that is still running: \"flush-metrics\""));
    assert!(row[0].contains("waits on Sleep, made at src/main.rs:44:13"), "{}", row[0]);
    assert_eq!(row[1], "src/main.rs:42:9, in the handler");
    assert_eq!(row[2], "an invocation; pending: 1 cold, 2 warm (grows)");
    assert!(row[3].starts_with("frozen; due 300 ms after the response, so it fires on thaw"));
    assert!(row[3].contains("risk: an error in it surfaces in a later invocation"));
    assert_eq!(row[4], "await its JoinHandle before you return, or hand the work to a queue");

    let page = render(&Document::One(Box::new(reports::gated())));
    let row = &rows(&page, "what")[0];
    assert!(row[0].contains("not covered by loopcheck.toml:12 (\"a reason\")"), "{}", row[0]);
    assert!(row[3].contains("under rust (freeze): frozen"), "{}", row[3]);
    assert!(row[3].contains("under managed-instances (run-on): keeps running"), "{}", row[3]);
}

#[test]
fn a_hostile_name_is_read_as_it_is_written() {
    let long = "x|".repeat(2500);
    for hostile in suites::HOSTILE.iter().copied().chain([long.as_str()]) {
        let mut report = reports::fail();
        report.findings.truncate(1);
        report.findings[0].name = Some(hostile.to_owned());
        let rows = rows(&render(&Document::One(Box::new(report))), "what");
        let expected = format!("\"{}\"", text::clip(hostile, 200));
        assert!(rows[0][0].contains(&expected), "{:?} is not {expected}", rows[0]);
    }
}

#[test]
fn what_fails_the_run_comes_before_what_does_not() {
    let mut report = reports::fail();
    report.findings.reverse();
    let rows = rows(&render(&Document::One(Box::new(report))), "what");
    let marks: Vec<Option<char>> = rows.iter().map(|row| row[0].chars().next()).collect();
    assert_eq!(marks, [Some('✗'), Some('✗'), Some('!')]);
}

#[test]
fn what_does_not_count_is_folded_and_says_why() {
    let page = render(&Document::One(Box::new(reports::gated())));
    let (before, folded) = page.split_once("<details>").unwrap();
    let (folded, _) = folded.split_once("</details>").unwrap();
    assert!(folded.contains("1 expected, 1 known from the baseline</summary>"), "{folded}");
    assert!(folded.contains("`loopcheck.toml:12` (\"flushes every"), "{folded}");
    assert!(folded.contains(": known from the baseline\n"), "{folded}");
    assert!(before.contains("### Stale expectations") && before.contains("### Gone from the"));
    assert!(!render(&Document::One(Box::new(reports::timed_out()))).contains("<details>"));
}

#[test]
fn every_gap_is_listed() {
    for (name, document, page) in with_room() {
        let results = document.results();
        let own = results.reports.iter().flat_map(|report| &report.gaps);
        for gap in own.chain(results.gaps) {
            let at = page.find(&format!("{}:", gap.id.as_str()));
            let at = at.unwrap_or_else(|| panic!("{name}: {}", gap.id.as_str()));
            let notes = page.find("### Notes").unwrap_or(page.len());
            assert_eq!(at > notes, gap.id.effect() == Effect::Note, "{name}");
        }
    }
}

#[test]
fn the_first_heading_is_the_verdict() {
    for (name, document) in all() {
        let page = render(&document);
        let mut events = events(&page).into_iter();
        let second = Event::Start(Tag::Heading {
            level: HeadingLevel::H2,
            id: None,
            classes: Vec::new(),
            attrs: Vec::new(),
        });
        assert!(events.any(|event| event == second), "{name}");
        let Some(Event::Text(heading)) = events.next() else { panic!("{name}") };
        let verdict = document.results().verdict.as_str().to_uppercase();
        assert!(heading.ends_with(&format!("loopcheck: {verdict}")), "{name}: {heading}");
    }
}

#[test]
fn what_has_no_room_is_counted() {
    let document = Document::One(Box::new(reports::ten_thousand()));
    let page = render(&document);
    let rows = rows(&page, "what").len();
    assert!(rows > 20, "{rows}");
    let left_out = format!("Left out: {} × finding.", 10_000 - rows);
    assert!(page.contains(&left_out), "{left_out}");
    assert!(page.contains("The verdict counts all of it"));
    assert!(page.contains("20000 unexpected pending items"));
}

#[test]
fn no_page_is_longer_than_a_comment_may_be() {
    for (name, document) in all() {
        assert!(render(&document).chars().count() <= LIMIT, "{name}");
    }
}

/// Every sample, and those that there is no room for.
fn all() -> Vec<(&'static str, Document)> {
    let one = |report| Document::One(Box::new(report));
    let mut report = reports::ten_thousand();
    for finding in &mut report.findings {
        finding.level = Level::Warn;
        finding.name = Some(suites::HOSTILE.concat());
    }
    let hostile = one(report.clone());
    report.findings.iter_mut().for_each(|finding| finding.status = Status::Expected);
    let mut long = reports::fail();
    long.handler.path = "a|b".repeat(2000);
    long.findings[0].help = "a|b ".repeat(20_000);
    let more = [
        ("ten thousand", one(reports::ten_thousand())),
        ("ten thousand with hostile names", hostile),
        ("ten thousand that are expected", one(report)),
        ("long texts", one(long)),
        ("many handlers", suites::many(2000)),
    ];
    suites::documents().into_iter().chain(more).collect()
}

/// The samples of which everything has room on a page.
fn with_room() -> Vec<(&'static str, Document, String)> {
    let pages = suites::documents().into_iter().map(|(name, document)| {
        let page = render(&document);
        (name, document, page)
    });
    let pages: Vec<_> =
        pages.filter(|(.., page)| !page.contains("Not everything has room here")).collect();
    assert!(pages.len() > 20);
    pages
}

fn suite(name: &str) -> Document {
    suites::all().into_iter().find(|(known, _)| *known == name).unwrap().1
}

/// How a name looks to the reader.
fn shown(name: &str) -> String {
    let name = text::sanitize(name);
    if name.is_empty() { "(empty)".to_owned() } else { name.trim().to_owned() }
}

/// The rows of all tables whose first heading is this, each cell as the reader sees it.
fn rows(page: &str, heading: &str) -> Vec<Vec<String>> {
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut table: Vec<Vec<String>> = Vec::new();
    let mut inside = false;
    for event in events(page) {
        match event {
            Event::Start(Tag::Table(_)) => table.clear(),
            Event::Start(Tag::TableHead | Tag::TableRow) => table.push(Vec::new()),
            Event::Start(Tag::TableCell) => {
                table.last_mut().unwrap().push(String::new());
                inside = true;
            }
            Event::End(TagEnd::TableCell) => inside = false,
            Event::Text(text) | Event::Code(text) if inside => {
                table.last_mut().unwrap().last_mut().unwrap().push_str(&text);
            }
            Event::End(TagEnd::Table) if table[0][0] == heading => rows.extend(table.drain(1..)),
            _ => (),
        }
    }
    for cell in rows.iter_mut().flatten() {
        *cell = cell.trim().to_owned();
    }
    rows
}

fn events(page: &str) -> Vec<Event<'_>> {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_MATH
        | Options::ENABLE_GFM;
    Parser::new_ext(page, options).collect()
}

fn render(document: &Document) -> String {
    let mut out = Vec::new();
    markdown::write(&document.results(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}
