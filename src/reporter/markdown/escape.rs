//! Foreign text in Markdown that nothing can come of: no HTML, link, image, table cell, mention of
//! a user or reference to an issue.
//!
//! GitHub looks for mentions and references in finished text, so escaping does not stop them; in
//! code it does not look. So every word that is more than a word becomes code.

use crate::reporter::text;

/// A sentence: plain words stay as they are, all others become code.
pub(super) fn prose(sentence: &str) -> String {
    sentence_of(sentence, |words| (word(words[0]), &words[1..]))
}

/// The same for a sentence of ours, in which what stands between backticks is code. What others put
/// between backticks is code as well, so nothing can come of that either.
pub(super) fn advice(sentence: &str) -> String {
    sentence_of(sentence, |words| quoted(words).unwrap_or_else(|| (word(words[0]), &words[1..])))
}

/// Finishes a sentence piece by piece: each call gets the words that are left, at least one.
fn sentence_of(
    sentence: &str,
    piece: impl for<'a, 'b> Fn(&'a [&'b str]) -> (String, &'a [&'b str]),
) -> String {
    let sentence = text::sanitize(sentence);
    // Markdown would make one space of several.
    if sentence.contains("  ") || sentence.trim() != sentence {
        return code(&sentence);
    }
    let words: Vec<&str> = sentence.split(' ').collect();
    let mut finished = Vec::new();
    let mut rest = &words[..];
    while !rest.is_empty() {
        let (done, left) = piece(rest);
        finished.push(done);
        rest = left;
    }
    finished.join(" ")
}

/// Text that is already in backticks at the beginning of these words, and the words after it.
fn quoted<'a, 'b>(words: &'a [&'b str]) -> Option<(String, &'a [&'b str])> {
    let (before, _, _) = around(words.first()?);
    let opened = words[0][before.len()..].strip_prefix('`')?;
    let last = match opened.contains('`') {
        true => 0,
        false => 1 + words[1..].iter().position(|word| word.contains('`'))?,
    };
    let all = words[..=last].join(" ");
    let (_, core, after) = around(&all);
    let inner = core.strip_prefix('`')?.strip_suffix('`')?;
    let whole = !inner.is_empty() && !inner.contains('`');
    whole.then(|| (format!("{before}{}{after}", code(inner)), &words[last + 1..]))
}

/// A text as code, whatever stands in it.
pub(super) fn code(foreign: &str) -> String {
    let safe = text::sanitize(foreign);
    let spaced = safe.starts_with(' ') || safe.ends_with(' ');
    if safe.is_empty() {
        "(empty)".to_owned()
    } else if spaced || safe.contains(['`', '|', '\\']) {
        // A bar ends a table's cell even in code, and what a backslash before it does differs.
        format!("<code>{}</code>", safe.chars().map(entity).collect::<String>())
    } else {
        format!("`{safe}`")
    }
}

/// One word, with the punctuation around it left outside.
fn word(word: &str) -> String {
    let (before, core, after) = around(word);
    if core.is_empty() || is_plain(core) {
        return word.to_owned();
    }
    format!("{before}{}{after}", code(core))
}

/// A text, and the punctuation before and after it.
fn around(text: &str) -> (&str, &str, &str) {
    let start = text.trim_start_matches(['(', '"']);
    let mut core = start.trim_end_matches([',', ';', ':', '.', ')', '"', '?', '!', '…']);
    // A bracket that is opened in it is closed in it: `setTimeout(audit)`.
    while core.matches('(').count() > core.matches(')').count()
        && start[core.len()..].starts_with(')')
    {
        core = &start[..=core.len()];
    }
    (&text[..text.len() - start.len()], core, &start[core.len()..])
}

/// Returns true for text without a meaning in Markdown: a word, a number, or one of our own signs.
fn is_plain(word: &str) -> bool {
    let letters = |part: &str| !part.is_empty() && part.chars().all(char::is_alphabetic);
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    // GitHub takes seven and more of these for a commit.
    let commit = word.len() >= 7 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    matches!(word, "×" | "·" | "–" | "✗" | "!")
        || (!commit && (word.split(['-', '\'']).all(letters) || word.split('.').all(digits)))
}

/// The entity of a character, which is plain text.
fn entity(c: char) -> String {
    if c == ' ' || c.is_ascii_punctuation() {
        format!("&#{};", u32::from(c))
    } else {
        c.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_sentences_stay_as_they_are() {
        for plain in [
            "stopped; due 300 ms after the response, it fires late, at the next thaw",
            "2 × a task that is still running: \"flush-metrics\"",
            "await its JoinHandle before you return (or hand the work to a queue)!",
            "1 cold, 2 warm (grows)",
            "its end wasn't seen within 3.2 s",
        ] {
            assert_eq!(prose(plain), plain);
        }
    }

    #[test]
    fn what_is_more_than_a_word_is_code() {
        for (foreign, expected) in [
            (
                "waits on Sleep, made at src/main.rs:44:13, due",
                "waits on Sleep, made at `src/main.rs:44:13`, due",
            ),
            ("ask @octocat.", "ask `@octocat`."),
            ("(see #1)", "(see `#1`)"),
            ("GH-1 or deadbeef", "`GH-1` or `deadbeef`"),
            ("<b>no</b>", "`<b>no</b>`"),
            ("![x](y)", "`![x](y)`"),
            ("\"setTimeout(audit)\",", "\"`setTimeout(audit)`\","),
            ("(f(g(x))).", "(`f(g(x))`)."),
            ("www.example.com", "`www.example.com`"),
            ("a|b", "<code>a&#124;b</code>"),
            ("`x`", "<code>&#96;x&#96;</code>"),
            ("\\", "<code>&#92;</code>"),
            ("a  b", "`a  b`"),
            (" a", "<code>&#32;a</code>"),
            ("line\nline", "<code>line&#92;nline</code>"),
            ("*", "`*`"),
            ("---", "`---`"),
        ] {
            assert_eq!(prose(foreign), expected, "{foreign}");
        }
        assert_eq!(code(""), "(empty)");
        assert_eq!(code("src/main.rs"), "`src/main.rs`");
    }

    #[test]
    fn what_stands_between_backticks_in_our_own_advice_is_code() {
        for (ours, expected) in [
            ("`x`", "`x`"),
            ("(`a b` or `c|d`), then", "(`a b` or <code>c&#124;d</code>), then"),
            ("[`x`](y)", "<code>&#91;&#96;x&#96;&#93;&#40;y&#41;</code>"),
            ("a`x`", "<code>a&#96;x&#96;</code>"),
            ("`x``y`", "<code>&#96;x&#96;&#96;y&#96;</code>"),
            ("`x y", "<code>&#96;x</code> y"),
            ("``", "<code>&#96;&#96;</code>"),
        ] {
            assert_eq!(advice(ours), expected, "{ours}");
        }
    }
}
