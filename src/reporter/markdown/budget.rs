//! A page with a limit: it is put together of parts, and where there is no room for all of them,
//! the least important are left out and counted.

use std::collections::BTreeMap;

/// The importance of a part, the most important first.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Rank {
    /// It decides the verdict.
    Deciding,
    /// It fails the run.
    Denied,
    /// It is a warning.
    Warned,
    /// It has gone away.
    Gone,
    /// It is only said.
    Quiet,
}

/// A page in the making.
#[derive(Debug, Default)]
pub(super) struct Draft {
    parts: Vec<Part>,
    sections: Vec<Section>,
    /// The part before which it is said what was left out.
    note: usize,
}

#[derive(Debug)]
struct Part {
    text: String,
    section: usize,
    /// Its importance and its noun; `None`: it is never omitted.
    kind: Option<(Rank, &'static str)>,
}

/// Parts that stand together. What is around them is there if one of them is.
#[derive(Debug, Default)]
struct Section {
    opening: String,
    closing: String,
}

impl Draft {
    /// Begins a section. Parts belong to the last that was begun.
    pub(super) fn section(&mut self, opening: impl Into<String>, closing: impl Into<String>) {
        self.sections.push(Section { opening: opening.into(), closing: closing.into() });
    }

    /// Adds a part that is never left out.
    pub(super) fn always(&mut self, text: impl Into<String>) {
        self.push(text.into(), None);
    }

    /// Adds a part that stands for one `noun`.
    pub(super) fn part(&mut self, rank: Rank, noun: &'static str, text: impl Into<String>) {
        self.push(text.into(), Some((rank, noun)));
    }

    /// Has it said here what was left out.
    pub(super) fn note_here(&mut self) {
        self.note = self.parts.len();
    }

    fn push(&mut self, text: String, kind: Option<(Rank, &'static str)>) {
        if self.sections.is_empty() {
            self.sections.push(Section::default());
        }
        self.parts.push(Part { text, section: self.sections.len() - 1, kind });
    }

    /// The page, in at most so many bytes. `note` says what was left out, and how many of each.
    pub(super) fn finish(
        self,
        most: usize,
        note: impl Fn(&BTreeMap<&'static str, usize>) -> String,
    ) -> String {
        let mut left_out = BTreeMap::new();
        let mut kept = self.most_important(most);
        if kept.iter().any(|kept| !kept) {
            for part in &self.parts {
                if let Some((_, noun)) = part.kind {
                    *left_out.entry(noun).or_insert(0) += 1;
                }
            }
            // The note is at its longest when everything is omitted.
            let room = most.saturating_sub(note(&left_out).len());
            kept = self.most_important(room);
            for (part, _) in self.parts.iter().zip(&kept).filter(|(_, kept)| **kept) {
                if let Some(number) = part.kind.and_then(|(_, noun)| left_out.get_mut(noun)) {
                    *number -= 1;
                }
            }
            left_out.retain(|_, number| *number > 0);
        }
        let note = if left_out.is_empty() { String::new() } else { note(&left_out) };
        self.text(&kept, &note)
    }

    /// Selects the parts that fit, in the order of their importance.
    fn most_important(&self, room: usize) -> Vec<bool> {
        let mut order: Vec<usize> = (0..self.parts.len()).collect();
        order.sort_by_key(|index| self.parts[*index].kind.map(|(rank, _)| rank));
        let mut kept = vec![false; self.parts.len()];
        let mut opened = vec![false; self.sections.len()];
        let mut used = 0;
        for index in order {
            let part = &self.parts[index];
            used += part.text.len();
            if !std::mem::replace(&mut opened[part.section], true) {
                let section = &self.sections[part.section];
                used += section.opening.len() + section.closing.len();
            }
            if used > room && part.kind.is_some() {
                break;
            }
            kept[index] = true;
        }
        kept
    }

    fn text(&self, kept: &[bool], note: &str) -> String {
        let mut text = String::new();
        let mut open = None;
        for (index, part) in self.parts.iter().enumerate() {
            if index == self.note {
                text.push_str(note);
            }
            if !kept[index] {
                continue;
            }
            if open != Some(part.section) {
                text.push_str(open.map_or("", |open: usize| &self.sections[open].closing));
                text.push_str(&self.sections[part.section].opening);
                open = Some(part.section);
            }
            text.push_str(&part.text);
        }
        text.push_str(open.map_or("", |open| &self.sections[open].closing));
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_with_room_has_everything() {
        let whole = format!("title\n[deny\nwarn\n]({QUIET})");
        assert_eq!(draft().finish(whole.len(), note), whole);
    }

    #[test]
    fn the_least_important_goes_first_and_is_counted() {
        assert_eq!(draft().finish(47, note), "title\nleft out: 1 row\n[deny\nwarn\n]");
        assert_eq!(draft().finish(38, note), "title\nleft out: 1 item, 1 row\n[deny\n]");
    }

    #[test]
    fn a_section_without_parts_is_not_there() {
        assert_eq!(draft().finish(1, note), "title\nleft out: 2 item, 1 row\n");
    }

    #[test]
    fn a_page_is_never_longer_than_it_may_be() {
        for most in 40..400 {
            let mut draft = draft();
            (0..100).for_each(|index| draft.part(Rank::Warned, "item", format!("{index}\n")));
            assert!(draft.finish(most, note).len() <= most, "{most}");
        }
    }

    const QUIET: &str = "a quiet line that is longer than all the others";

    fn draft() -> Draft {
        let mut draft = Draft::default();
        draft.always("title\n");
        draft.note_here();
        draft.section("[", "]");
        draft.part(Rank::Denied, "item", "deny\n");
        draft.part(Rank::Warned, "item", "warn\n");
        draft.section("(", ")");
        draft.part(Rank::Quiet, "row", QUIET);
        draft
    }

    fn note(left_out: &BTreeMap<&'static str, usize>) -> String {
        let parts: Vec<_> =
            left_out.iter().map(|(noun, number)| format!("{number} {noun}")).collect();
        format!("left out: {}\n", parts.join(", "))
    }
}
