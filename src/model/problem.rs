//! A problem in a file that the user wrote.

/// Something wrong in a file that the user wrote, at its place.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Problem {
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
    /// The problem in words. Foreign text in it is quoted and escaped.
    pub message: String,
    /// The remedy.
    pub hint: Option<String>,
}

/// The longest foreign text in a message.
const LONGEST_QUOTE: usize = 120;

/// Foreign text for a message: escaped, and not too long.
pub(crate) fn quoted(text: &str) -> String {
    match text.char_indices().nth(LONGEST_QUOTE) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_cannot_steer_a_terminal() {
        assert_eq!(quoted("a\"b\n\u{1b}[31m\u{202e}"), r#""a\"b\n\u{1b}[31m\u{202e}""#);
        assert!(quoted(&"x".repeat(5_000)).ends_with("x\"…"));
    }
}
