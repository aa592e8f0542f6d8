//! The comparison of two reports, for a person at a terminal.

use std::io::{self, Write};

use crate::report::{Change, Diff};
use crate::reporter::sentence::change;
use crate::reporter::table::page::TableStyle;
use crate::reporter::table::verdict_line;
use crate::reporter::text;
use crate::reporter::text::layout::{Page, Row, Style};

/// Names are cut off after so many characters; the JSON form has them whole.
const LONGEST: usize = 200;

/// Writes the comparison as text.
pub fn write(diff: &Diff, style: TableStyle, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::new(style.width, style.color);
    first_line(diff, &mut page);
    unjudged(diff, &mut page);
    handlers("new handlers", &diff.handlers_added, &mut page);
    handlers("removed handlers", &diff.handlers_removed, &mut page);
    section("added", ("+", Style::Red), &diff.added, &mut page);
    section("worsened", ("!", Style::Red), &diff.worsened, &mut page);
    section("removed", ("-", Style::Green), &diff.removed, &mut page);
    out.write_all(page.into_string().as_bytes())
}

fn foreign(name: &str) -> String {
    text::clip(name, LONGEST).into_owned()
}

fn first_line(diff: &Diff, page: &mut Page) {
    let (word, style) = verdict_line::verdict(diff.verdict);
    let lead = u16::try_from(word.len()).unwrap_or_default() + 2;
    let numbers = Row::new(word, change::numbers(diff)).styled(style, Style::Plain);
    page.rows(0, lead, &[numbers]);
    let of = |side: &crate::report::Compared| {
        format!("{} ({})", foreign(&side.file), side.verdict.as_str())
    };
    page.paragraph(lead, &format!("{} → {}", of(&diff.old), of(&diff.new)), Style::Dim);
}

fn unjudged(diff: &Diff, page: &mut Page) {
    if diff.unjudged.is_empty() {
        return;
    }
    page.blank();
    page.paragraph(0, "not judged", Style::Bold);
    let style = |worse| if worse { Style::Red } else { Style::Yellow };
    let rows: Vec<Row> = diff
        .unjudged
        .iter()
        .map(|one| {
            let sentence = change::unjudged(diff, one, &foreign);
            Row::new("?", sentence).styled(style(one.worse), Style::Plain)
        })
        .collect();
    page.rows(2, 2, &rows);
}

fn handlers(heading: &str, names: &[String], page: &mut Page) {
    if names.is_empty() {
        return;
    }
    page.blank();
    page.paragraph(0, heading, Style::Bold);
    let rows: Vec<Row> = names.iter().map(|name| Row::new("·", foreign(name))).collect();
    page.rows(2, 2, &rows);
}

fn section(heading: &str, mark: (&str, Style), changes: &[Change], page: &mut Page) {
    if changes.is_empty() {
        return;
    }
    page.blank();
    page.paragraph(0, heading, Style::Bold);
    for known in changes {
        page.blank();
        page.rows(2, 8, &rows(known, mark));
    }
}

fn rows(known: &Change, (mark, style): (&str, Style)) -> Vec<Row> {
    let name = known.name.as_deref().map(|name| format!(": \"{}\"", foreign(name)));
    let what =
        format!("{}{} [{}]", change::title(known), name.unwrap_or_default(), known.rule.as_str());
    let mut rows = vec![Row::new(mark, what).styled(style, Style::Bold)];
    rows.extend(change::place(known, &foreign).map(|place| Row::new("where", place)));
    rows.push(Row::new("handler", foreign(&known.handler)));
    rows.push(Row::new("why", change::why(known, &foreign)));
    rows
}
