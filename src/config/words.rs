//! Foreign text in messages, and which known word was meant by an unknown one.

/// The longest message of a library.
const LONGEST_REMARK: usize = 400;

/// Beyond this length, nobody misspelt one of our words.
const LONGEST_WORD: usize = 40;

/// The message of a library, which may repeat foreign text: in one line and escaped, with its own
/// quotes left as they are.
pub(super) fn remark(text: &str) -> String {
    let mut safe = String::new();
    for c in text.chars().take(LONGEST_REMARK) {
        match c {
            '\'' | '"' | '\\' => safe.push(c),
            '\n' | '\r' | '\t' => safe.push(' '),
            _ => safe.extend(c.escape_debug()),
        }
    }
    if text.chars().nth(LONGEST_REMARK).is_some() {
        safe.push('…');
    }
    safe.trim_end().to_owned()
}

/// The known words that are nearest to this one, if any is near.
pub(super) fn nearest(text: &str, known: &[&'static str]) -> Vec<&'static str> {
    if text.chars().count() > LONGEST_WORD {
        return Vec::new();
    }
    let text = text.to_lowercase();
    let near: Vec<(usize, &'static str)> =
        known.iter().filter_map(|word| Some((distance(&text, word)?, *word))).collect();
    let least = near.iter().map(|(distance, _)| *distance).min();
    near.iter().filter(|(distance, _)| Some(*distance) == least).map(|(_, word)| *word).collect()
}

/// The edit distance of two words; `None`: too far for one to be meant by the other.
fn distance(text: &str, word: &str) -> Option<usize> {
    let distance = strsim::osa_distance(text, word);
    let longest = text.chars().count().max(word.len());
    let begins = text.len() > 2 && (text.starts_with(word) || word.starts_with(text));
    (distance <= (longest / 3).max(1) || begins).then_some(distance)
}

/// The nearest known words as a hint, or all of them.
pub(super) fn suggestion(text: &str, known: &[&'static str]) -> String {
    let near = nearest(text, known);
    if near.is_empty() { all(known) } else { did_you_mean(&near) }
}

/// The words that may have been meant, as a hint; there is at least one.
pub(super) fn did_you_mean(near: &[&str]) -> String {
    let near: Vec<String> = near.iter().map(|word| format!("`{word}`")).collect();
    format!("did you mean {}?", near.join(" or "))
}

/// All words, as a hint.
pub(super) fn all(known: &[&str]) -> String {
    format!("expected one of: {}", known.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_is_near_is_meant() {
        let known = ["timeout", "settle", "env", "max"];
        for (text, meant) in [
            ("timeuot", "timeout"),
            ("Timeout", "timeout"),
            ("time-out", "timeout"),
            ("time", "timeout"),
            ("environment", "env"),
            ("mox", "max"),
            ("settled", "settle"),
        ] {
            assert_eq!(suggestion(text, &known), format!("did you mean `{meant}`?"), "{text}");
        }
        for text in ["", "e", "colour", &"e".repeat(5_000), "\u{1f600}\u{1f600}\u{1f600}"] {
            assert_eq!(
                suggestion(text, &known),
                "expected one of: timeout, settle, env, max",
                "{text}"
            );
        }
    }

    #[test]
    fn words_that_are_as_near_are_all_said() {
        let known = ["nodejs20.x", "nodejs22.x", "other"];
        let hint = suggestion("nodejs21.x", &known);
        assert_eq!(hint, "did you mean `nodejs20.x` or `nodejs22.x`?");
    }

    #[test]
    fn foreign_text_cannot_steer_a_terminal() {
        let text = "a\"b\n\u{1b}[31m\u{202e}";
        assert_eq!(remark(text), r#"a"b \u{1b}[31m\u{202e}"#);
        assert!(remark(&"x".repeat(5_000)).ends_with("x…"));
    }
}
