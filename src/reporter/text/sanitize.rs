//! Foreign text made harmless, for a terminal and for every format.

use std::borrow::Cow;

/// The text with every character escaped that could steer a terminal, hide text or turn its order:
/// `\u{1b}` is then six plain characters.
pub fn sanitize(text: &str) -> Cow<'_, str> {
    let plain_ascii = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if plain_ascii || !text.chars().any(is_unprintable) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '\n' | '\r' | '\t' => safe.extend(c.escape_default()),
            _ if is_unprintable(c) => safe.extend(c.escape_unicode()),
            _ => safe.push(c),
        }
    }
    Cow::Owned(safe)
}

/// [`sanitize`], and no longer than this many characters of the text.
pub fn clip(text: &str, most: usize) -> Cow<'_, str> {
    match text.char_indices().nth(most) {
        None => sanitize(text),
        Some((end, _)) => Cow::Owned(format!("{}…", sanitize(&text[..end]))),
    }
}

/// Returns true for a character that must not reach a terminal as it is: control characters, line separators,
/// marks that turn the direction of text, and whatever takes no space or looks as if it took none.
pub const fn is_unprintable(c: char) -> bool {
    matches!(c,
        '\0'..='\x1f' | '\x7f'..='\u{9f}'                   // C0, DEL, C1
        | '\u{ad}' | '\u{34f}' | '\u{61c}'                  // soft hyphen, joiner, Arabic letter mark
        | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' // Hangul fillers
        | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' // Khmer and Mongolian
        | '\u{200b}'..='\u{200f}'                           // zero-width, direction marks
        | '\u{2028}'..='\u{202e}'                           // separators, embeddings, overrides
        | '\u{2060}'..='\u{206f}'                           // joiners, isolates
        | '\u{fe00}'..='\u{fe0f}'                           // variation selectors
        | '\u{feff}' | '\u{fff0}'..='\u{fffb}'              // byte order mark, annotations
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}'                         // tags
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clean_text_is_not_copied() {
        for clean in ["", "flush-metrics", "naïve café", "日本語", "🦀", "a\u{301}"] {
            assert!(matches!(sanitize(clean), Cow::Borrowed(same) if same == clean), "{clean}");
        }
    }

    #[test]
    fn escapes_are_visible() {
        assert_eq!(sanitize("\u{1b}[31mred"), "\\u{1b}[31mred");
        assert_eq!(sanitize("a\nb\tc\rd"), "a\\nb\\tc\\rd");
        assert_eq!(sanitize("x\u{202e}y\u{2066}z\u{2028}"), "x\\u{202e}y\\u{2066}z\\u{2028}");
    }

    #[test]
    fn nothing_unprintable_is_left_of_any_character() {
        for c in '\0'..=char::MAX {
            let text = String::from(c);
            let safe = sanitize(&text);
            assert!(!safe.chars().any(|c| c.is_control() || is_unprintable(c)), "{}", c as u32);
            assert!(!safe.is_empty());
        }
        for c in "\u{200b}\u{200d}\u{feff}\u{202a}\u{2069}\u{2029}\u{9b}\u{7f}".chars() {
            assert!(is_unprintable(c), "{}", c as u32);
        }
    }

    #[test]
    fn a_long_text_is_clipped_where_a_character_ends() {
        assert_eq!(clip("日本語", 3), "日本語");
        assert_eq!(clip("日本語", 2), "日本…");
        assert_eq!(clip("\u{7}abc", 1), "\\u{7}…");
    }
}
