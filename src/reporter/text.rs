//! The words that the formats for humans share: numbers, durations, and one sentence for each
//! fate, mode and state. Sentences about a whole finding are in `sentence`.

use std::borrow::Cow;

use crate::policy::Policy;
use crate::report::{
    Created, Fate, Growth, HandleKind, Kind, Modifier, ReportedOutcome, ResponseTime, State,
};

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

/// Whether this character must not reach a terminal as it is: control characters, line separators,
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

/// `1 item`, `2 items`.
pub fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// A duration with a unit that fits: `0.4 ms`, `301 ms`, `1.5 s`, `2 min 5 s`.
pub fn duration(ms: f64) -> String {
    if !ms.is_finite() {
        return "an unknown time".to_owned();
    }
    let ms = ms.max(0.0);
    if ms < 9.95 {
        return format!("{} ms", short_decimal(ms, 1));
    }
    if ms < 999.5 {
        return format!("{ms:.0} ms");
    }
    if ms < 59_995.0 {
        return format!("{} s", short_decimal(ms / 1000.0, 2));
    }
    let seconds = (ms / 1000.0).round();
    let (minutes, rest) = ((seconds / 60.0).floor(), seconds % 60.0);
    if rest == 0.0 { format!("{minutes:.0} min") } else { format!("{minutes:.0} min {rest:.0} s") }
}

/// A moment by its distance from the response.
pub fn from_response(ms: f64) -> String {
    if ms < 0.0 {
        return format!("{} before the response", duration(-ms));
    }
    format!("{} after the response", duration(ms))
}

/// A moment by its distance from the handler's completion.
pub fn from_completion(ms: f64) -> String {
    format!("{} after the handler had completed", duration(ms))
}

/// What a kind of item is called.
pub const fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Task => "task",
        Kind::Blocking => "blocking task",
        Kind::Timer => "timer",
        Kind::Socket => "socket",
        Kind::Other => "handle",
    }
}

/// What was found, for a handle.
pub const fn handle(handle: HandleKind) -> &'static str {
    match handle {
        HandleKind::Process => "a child process that is still running",
        HandleKind::Thread => "a thread that is still running",
        HandleKind::Worker => "a worker thread that is still running",
        HandleKind::Watcher => "a file watcher that is still open",
        HandleKind::MessagePort => "a message port that is still open",
        HandleKind::Other => "a handle that is still open",
    }
}

/// Since when it is there.
pub const fn created(created: Option<Created>) -> &'static str {
    match created {
        Some(Created::Init) => "init, before the first event",
        Some(Created::Invocation) => "an invocation",
        None => "not known",
    }
}

/// How the counts go on: in one word, for it stands beside the counts.
pub const fn growth(growth: Growth) -> &'static str {
    match growth {
        Growth::Once => "once",
        Growth::Constant => "constant",
        Growth::Grows => "grows",
    }
}

/// What an item was doing at the response.
pub const fn state(state: State) -> &'static str {
    match state {
        State::Idle => "idle; it is not known what will wake it",
        State::Waiting => "waits",
        State::Scheduled => "woken, and waits for its turn to run",
        State::Busy => "running",
        State::Stuck => "stuck: nothing can wake it again",
        State::Closing => "closed by its peer",
    }
}

/// What a fate means, for everything that it befalls.
pub const fn fate(fate: Fate) -> &'static str {
    match fate {
        Fate::HoldsUntilTimeout => {
            "holds the response until the function times out; the caller gets an error"
        }
        Fate::EnvHoldsUntilTimeout => {
            "keeps the environment awake until the function times out and is killed"
        }
        Fate::Holds => "holds the response until it ends",
        Fate::EnvHolds => "keeps the environment awake, and billed, until it ends",
        Fate::FrozenOverdue => "stopped, and due meanwhile; it fires late, at the next thaw",
        Fate::Frozen => "stopped where it stands; it goes on in a later invocation, or never",
        Fate::RunsOn => "goes on running between invocations",
        Fate::CompletesEarly => "ends before the environment is frozen",
        Fate::Ignored => "holds nothing; the platform does not wait for it",
    }
}

/// What a modifier adds to a fate.
pub const fn modifier(modifier: Modifier) -> &'static str {
    match modifier {
        Modifier::StaleRisk => "the peer may have dropped the connection by then",
        Modifier::LateError => "an error in it is blamed on a later invocation",
        Modifier::LostAtShutdown => "lost without notice when the environment is shut down",
        Modifier::Burst => "every tick that was missed comes at once",
        Modifier::Accumulates => "every invocation adds more",
    }
}

/// When the caller has the response, and what becomes of the environment.
pub fn mode(policy: Policy, response: ResponseTime, held_ms: Option<f64>) -> String {
    let response = match (response, held_ms) {
        (ResponseTime::AtOnce, _) if policy == Policy::HoldResponse => {
            return "the response leaves at once, for nothing holds it".to_owned();
        }
        (ResponseTime::AtOnce, _) => "the response leaves at once".to_owned(),
        (ResponseTime::Held, Some(ms)) => format!("the response is held for {}", duration(ms)),
        (ResponseTime::Held, None) => "the response is held".to_owned(),
        (ResponseTime::Timeout, _) => {
            return "the response is held until the function times out".to_owned();
        }
    };
    let then = match policy {
        Policy::Freeze => ", then the environment is frozen",
        Policy::HoldResponse => ", until nothing holds it",
        Policy::HoldEnv => ", then the environment is awake, and billed, until nothing holds it",
        Policy::RunOn => ", and the environment goes on running",
    };
    response + then
}

/// How an invocation ended; `None` when loopcheck cut it short.
pub const fn outcome(outcome: Option<ReportedOutcome>) -> &'static str {
    match outcome {
        Some(outcome) => outcome.as_str(),
        None => "cut short",
    }
}

/// `cold` for the first invocation, then `warm`.
pub const fn warmth(index: u32) -> &'static str {
    if index == 1 { "cold" } else { "warm" }
}

fn short_decimal(number: f64, digits: usize) -> String {
    let text = format!("{number:.digits$}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_a_unit_that_fits() {
        let cases = [
            (0.0, "0 ms"),
            (0.04, "0 ms"),
            (0.44, "0.4 ms"),
            (9.94, "9.9 ms"),
            (9.96, "10 ms"),
            (301.2, "301 ms"),
            (999.4, "999 ms"),
            (999.6, "1 s"),
            (1500.0, "1.5 s"),
            (59_990.0, "59.99 s"),
            (59_996.0, "1 min"),
            (125_000.0, "2 min 5 s"),
            (-3.0, "0 ms"),
            (f64::NAN, "an unknown time"),
            (f64::INFINITY, "an unknown time"),
        ];
        for (ms, expected) in cases {
            assert_eq!(duration(ms), expected, "{ms}");
        }
    }

    #[test]
    fn moments_are_before_or_after_the_response() {
        assert_eq!(from_response(301.0), "301 ms after the response");
        assert_eq!(from_response(-2.0), "2 ms before the response");
    }

    #[test]
    fn counts_have_a_plural() {
        assert_eq!(count(0, "item"), "0 items");
        assert_eq!(count(1, "item"), "1 item");
        assert_eq!(count(2, "item"), "2 items");
    }

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
