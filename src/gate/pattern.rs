//! A glob of the configuration.

use globset::GlobBuilder;
use regex::{Regex, RegexBuilder};

/// A glob, compiled.
#[derive(Clone, Debug)]
pub struct Pattern {
    text: String,
    matcher: Regex,
}

impl Pattern {
    /// A glob over names, in which `*` stands for anything.
    ///
    /// # Errors
    ///
    /// The error, in words.
    pub fn name(text: &str) -> Result<Self, String> {
        Self::compile(text, false)
    }

    /// A glob over paths, in which `*` stops at a slash and `**` does not.
    ///
    /// # Errors
    ///
    /// The error, in words.
    pub fn path(text: &str) -> Result<Self, String> {
        Self::compile(text, true)
    }

    fn compile(text: &str, path: bool) -> Result<Self, String> {
        let glob = GlobBuilder::new(text).literal_separator(path).build();
        let glob = glob.map_err(|error| error.kind().to_string())?;
        let matcher = RegexBuilder::new(&of_characters(glob.regex()))
            .dot_matches_new_line(true)
            .build()
            .map_err(|_| "it is too large".to_owned())?;
        Ok(Self { text: text.to_owned(), matcher })
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns true if the whole text matches.
    pub fn matches(&self, text: &str) -> bool {
        self.matcher.is_match(text)
    }
}

/// A regex over bytes, as globset makes it, over characters: to `?` and `[é]`, `é` is one and not
/// two. In it a character beyond ASCII is written as its bytes, one escape after the other.
fn of_characters(of_bytes: &str) -> String {
    let mut rest = of_bytes.strip_prefix("(?-u)").unwrap_or(of_bytes);
    let (mut regex, mut bytes) = (String::new(), Vec::new());
    while let Some(next) = rest.chars().next() {
        let (piece, behind) = match escaped_byte(rest) {
            Some((byte, behind)) => {
                bytes.push(byte);
                ("", behind)
            }
            // What is escaped otherwise is no beginning of a byte.
            None if next == '\\' => rest.split_at(rest.ceil_char_boundary(2)),
            None => rest.split_at(next.len_utf8()),
        };
        if !piece.is_empty() {
            regex.push_str(&String::from_utf8_lossy(&bytes));
            bytes.clear();
        }
        regex.push_str(piece);
        rest = behind;
    }
    regex + &String::from_utf8_lossy(&bytes)
}

/// A byte that is escaped in hexadecimal at the beginning, and what is behind it.
fn escaped_byte(regex: &str) -> Option<(u8, &str)> {
    let (digits, behind) = regex.strip_prefix("\\x")?.split_at_checked(2)?;
    Some((u8::from_str_radix(digits, 16).ok()?, behind))
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_in_a_path_stops_at_a_slash() {
        let path = Pattern::path("src/*.rs").unwrap();
        assert!(path.matches("src/main.rs"));
        assert!(!path.matches("src/deep/main.rs"));
        assert!(Pattern::path("src/**/*.rs").unwrap().matches("src/deep/main.rs"));
        assert!(Pattern::name("a*").unwrap().matches("a/b"));
        assert!(!Pattern::name("a").unwrap().matches("ab"));
    }

    #[test]
    fn a_character_is_one_whatever_its_size() {
        for (glob, text, fits) in [
            ("gr?ße", "größe", true),
            ("gr??ße", "größe", false),
            ("gr[ö]ße", "größe", true),
            ("gr[!x]ße", "größe", true),
            ("gr[!ö]ße", "größe", false),
            ("[é]*", "étage", true),
            ("[é]*", "über", false),
            ("[à-ü]x", "öx", true),
            ("[à-ü]x", "ax", false),
            ("{é,😀}?", "😀ä", true),
            ("a?b", "a\nb", true),
            ("a*b", "a\r\nb", true),
            (r"\\xc3", r"\xc3", true),
            (r"a.b+(c)|^$#", "a.b+(c)|^$#", true),
            ("[[]x]", "[x]", true),
            ("[a&&b~~c]", "&", true),
            ("setTimeout(*)", "setTimeout(größe)", true),
        ] {
            assert_eq!(Pattern::name(glob).unwrap().matches(text), fits, "{glob} {text}");
        }
        assert!(!Pattern::path("src/?.js").unwrap().matches("src//.js"));
        assert!(Pattern::path("src/?.js").unwrap().matches("src/é.js"));
    }

    #[test]
    fn a_glob_that_is_too_large_is_an_error() {
        let error = Pattern::name(&"[a-z]".repeat(1_000_000)).unwrap_err();
        assert_eq!(error, "it is too large");
    }

    #[test]
    fn an_invalid_glob_is_an_error() {
        assert!(Pattern::name("a[").is_err_and(|error| !error.is_empty()));
        assert!(Pattern::name("{a,b").is_err());
    }
}
