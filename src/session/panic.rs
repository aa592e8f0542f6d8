//! Panics from the handler's output, because the console feed does not report them.

use crate::observation::{UncaughtError, UncaughtKind};

/// The text before the place in the line that std's default hook prints:
/// `thread 'main' (4711) panicked at src/main.rs:5:9:`.
const PANICKED: &str = " panicked at ";

/// The panic that a line reports.
pub(super) fn parse(line: &str) -> Option<UncaughtError> {
    let place = line.strip_prefix("thread ")?.split_once(PANICKED)?.1.strip_suffix(':')?;
    let mut parts = place.rsplitn(3, ':');
    let column = parts.next().and_then(|column| column.parse().ok());
    let line = parts.next().and_then(|line| line.parse().ok());
    let file = parts.next().map(str::to_owned);
    Some(UncaughtError { kind: UncaughtKind::Panic, left_by: None, file, line, column })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_of_the_default_hook_is_known() {
        let place = |line: &str| parse(line).map(|error| (error.file, error.line, error.column));
        let expected = Some((Some("src/main.rs".into()), Some(31), Some(9)));
        assert_eq!(place("thread 'main' panicked at src/main.rs:31:9:"), expected);
        assert_eq!(place("thread 'tokio-rt-worker' (77) panicked at src/main.rs:31:9:"), expected);
        for other in ["", "it panicked at src/main.rs:31:9:", "thread 'a' panicked", "thread "] {
            assert_eq!(parse(other), None, "{other}");
        }
    }
}
