//! The explanation of an id for a person at a terminal, and the list of all ids.

use std::io::{self, Write};

use crate::explain::{Family, Topic};
use crate::reporter::table::page::TableStyle;
use crate::reporter::text::layout::{Page, Row, Style};

/// The column of the titles in the list: the longest id is shorter.
const TITLES_AT: u16 = 25;

/// Writes every id with its title, by family.
pub fn list(style: TableStyle, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::new(style.width, style.color);
    for family in Family::ALL {
        page.blank();
        page.paragraph(0, family.heading(), Style::Bold);
        let row = |topic: &Topic| Row::new(topic.id, topic.title);
        let rows: Vec<Row> = family.topics().iter().map(row).collect();
        page.rows(2, TITLES_AT, &rows);
    }
    out.write_all(page.into_string().as_bytes())
}

/// Writes the explanation of an id, for each family that has it.
pub fn write(topics: &[Topic], style: TableStyle, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::new(style.width, style.color);
    for topic in topics {
        page.blank();
        let head = format!("{} {}: {}", topic.family.name(), topic.id, topic.title);
        page.paragraph(0, &head, Style::Bold);
        page.blank();
        page.paragraph(0, &topic.text, Style::Plain);
        if let Some(code) = topic.code {
            page.blank();
            page.paragraph(2, code, Style::Dim);
        }
    }
    out.write_all(page.into_string().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain;

    fn listed(width: u16) -> String {
        let mut out = Vec::new();
        list(TableStyle { width, color: false }, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn written(topics: &[Topic], color: bool) -> String {
        let mut out = Vec::new();
        write(topics, TableStyle { width: 80, color }, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_list_has_every_id_and_fits() {
        for width in [40, 80, 140] {
            let text = listed(width);
            assert!(text.lines().all(|line| line.chars().count() <= usize::from(width)));
            for topic in explain::all() {
                let starts = |line: &str| {
                    line.strip_prefix("  ").and_then(|line| line.split(' ').next())
                        == Some(topic.id)
                };
                assert!(text.lines().any(starts), "{}", topic.id);
            }
            assert!(Family::ALL.iter().all(|family| text.contains(family.heading())) || width < 80);
        }
    }

    #[test]
    fn an_id_is_shorter_than_its_column() {
        assert!(explain::all().all(|topic| topic.id.len() + 2 <= usize::from(TITLES_AT)));
    }

    #[test]
    fn a_text_is_whole_and_fits() {
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        for topic in explain::all() {
            let text = written(std::slice::from_ref(&topic), false);
            assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
            let whole = [topic.text.as_str(), topic.code.unwrap_or_default()].join(" ");
            assert!(words(&text).ends_with(&words(&whole)), "{text}");
            assert!(text.contains(topic.title.split(' ').next().unwrap()), "{text}");
        }
    }

    #[test]
    fn an_id_of_two_families_is_explained_twice() {
        let text = written(&explain::find("error"), false);
        assert!(text.contains("outcome error: ") && text.contains("\n\nverdict error: "), "{text}");
    }

    #[test]
    fn there_is_colour_only_where_it_is_wanted() {
        let topics = explain::find("freeze");
        assert!(written(&topics, true).contains("\u{1b}["));
        assert!(!written(&topics, false).contains('\u{1b}'));
    }
}
