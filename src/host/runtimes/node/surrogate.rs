//! Text of JavaScript that is no Unicode.
//!
//! A string of JavaScript can end in the middle of an emoji. JSON can say so, as the escape of half
//! a surrogate pair, and Rust's strings cannot; such a half becomes the replacement character.

/// What stands for half a pair.
const REPLACEMENT: &[u8] = b"\\ufffd";

/// The same JSON without halves of pairs; `None` when there are none.
pub(super) fn without_halves(json: &[u8]) -> Option<Vec<u8>> {
    let mut mended = Vec::new();
    let mut copied = 0;
    let mut at = 0;
    while let Some(found) = json.get(at..)?.iter().position(|byte| *byte == b'\\') {
        let escape = at + found;
        at = match surrogate(json, escape) {
            // Any other escape; the second byte of it may be a backslash.
            None => escape + 2,
            Some(Half::High) if surrogate(json, escape + 6) == Some(Half::Low) => escape + 12,
            Some(_) => {
                mended.extend_from_slice(&json[copied..escape]);
                mended.extend_from_slice(REPLACEMENT);
                copied = escape + 6;
                copied
            }
        };
        if at >= json.len() {
            break;
        }
    }
    mended.extend_from_slice(json.get(copied..)?);
    (copied > 0).then_some(mended)
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Half {
    High,
    Low,
}

/// The half of a pair whose escape begins here.
fn surrogate(json: &[u8], at: usize) -> Option<Half> {
    let digits = json.get(at..at + 6)?.strip_prefix(b"\\u")?;
    if !digits[0].eq_ignore_ascii_case(&b'd') {
        return None;
    }
    match digits[1].to_ascii_lowercase() {
        b'8' | b'9' | b'a' | b'b' => Some(Half::High),
        b'c'..=b'f' => Some(Half::Low),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mended(json: &str) -> Option<String> {
        without_halves(json.as_bytes()).map(|json| String::from_utf8(json).unwrap())
    }

    #[test]
    fn a_half_becomes_the_replacement_character() {
        assert_eq!(mended(r#""a\ud83d""#).unwrap(), r#""a\ufffd""#);
        assert_eq!(
            mended(r#""\uDE00b\uD83D\ud83d\ude00""#).unwrap(),
            r#""\ufffdb\ufffd\ud83d\ude00""#
        );
        assert_eq!(mended(r"\ud83d").unwrap(), r"\ufffd");
    }

    #[test]
    fn pairs_and_other_escapes_stay_as_they_are() {
        for json in
            [r#""\ud83d\ude00""#, r#""\\ud83d\n\"""#, r#""\u00e4""#, "", "\\", "x\\", r"\ud8"]
        {
            assert_eq!(mended(json), None, "{json}");
        }
    }
}
