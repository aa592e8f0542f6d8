//! The text of a configuration, and where in it something stands.

/// A text whose lines are known.
#[derive(Debug)]
pub(super) struct Source<'a> {
    text: &'a str,
    /// Where each line begins.
    lines: Vec<usize>,
}

impl<'a> Source<'a> {
    /// Finds the lines.
    pub(super) fn new(text: &'a str) -> Self {
        let ends = text.match_indices('\n').map(|(at, _)| at + 1);
        Self { text, lines: std::iter::once(0).chain(ends).collect() }
    }

    /// Line and column of an offset in bytes, both from 1; the column counts characters.
    pub(super) fn position(&self, offset: usize) -> (u32, u32) {
        let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let offset = self.text.floor_char_boundary(offset);
        let line = self.lines.partition_point(|start| *start <= offset);
        let start = self.lines[line - 1];
        (number(line), number(self.text[start..offset].chars().count() + 1))
    }

    /// The text at a span; empty if the span is not in the text.
    pub(super) fn at(&self, span: std::ops::Range<usize>) -> &'a str {
        self.text.get(span).unwrap_or_default()
    }

    /// The lines on which a table may begin, in order, from 1.
    pub(super) fn headers(&self) -> Vec<u32> {
        let lines = (1..).zip(self.text.lines());
        lines.filter(|(_, line)| line.trim_start().starts_with('[')).map(|(line, _)| line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        let source = Source::new("é = 1\r\nää = \u{1f600}x\n");
        assert_eq!(source.position(0), (1, 1));
        assert_eq!(source.position("é".len()), (1, 2));
        assert_eq!(source.position("é = 1\r\n".len()), (2, 1));
        assert_eq!(source.position("é = 1\r\nää = \u{1f600}".len()), (2, 7));
        // In the middle of a character, and behind the end.
        assert_eq!(source.position(1), (1, 1));
        assert_eq!(source.position(1000), (3, 1));
        assert_eq!(Source::new("").position(0), (1, 1));
    }

    #[test]
    fn tables_begin_with_a_bracket() {
        assert_eq!(Source::new("a = 1\n[[b]]\n  [c]\r\nd = []\n").headers(), [2, 3]);
    }
}
