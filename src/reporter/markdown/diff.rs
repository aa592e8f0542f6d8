//! The comparison of two reports, for a pull request's comment or the summary of a job.
//!
//! Names that are not ours stand in code spans: nothing in them is a link, a mention, an image or
//! HTML.

use std::io::{self, Write};

use crate::report::{Change, Compared, Diff, Verdict};
use crate::reporter::sentence::change;
use crate::reporter::text;

/// Names are cut off after so many characters; the JSON form has them whole.
const LONGEST: usize = 200;

/// A comment of a pull request takes 65,536 characters; what does not fit is counted.
const FULL: usize = 50_000;

/// Writes the comparison as Markdown.
pub fn write(diff: &Diff, out: &mut dyn Write) -> io::Result<()> {
    let mut page = format!("### {} loopcheck: {}\n\n", mark(diff.verdict), change::numbers(diff));
    page += &format!("{} → {}\n", side(&diff.old), side(&diff.new));
    list(&mut page, "Not judged", &diff.unjudged, |one| change::unjudged(diff, one, &code));
    list(&mut page, "New handlers", &diff.handlers_added, |name| code(name));
    let gone = "Removed handlers";
    list(&mut page, gone, &diff.handlers_removed, |name| code(name));
    list(&mut page, "Added", &diff.added, entry);
    list(&mut page, "Worsened", &diff.worsened, entry);
    list(&mut page, "Removed", &diff.removed, entry);
    out.write_all(page.as_bytes())
}

const fn mark(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "✅",
        Verdict::Fail | Verdict::Error => "❌",
        Verdict::Inconclusive => "❔",
    }
}

fn side(side: &Compared) -> String {
    format!("{} ({})", code(&side.file), side.verdict.as_str())
}

fn list<T>(page: &mut String, heading: &str, entries: &[T], entry: impl Fn(&T) -> String) {
    if entries.is_empty() {
        return;
    }
    *page += &format!("\n#### {heading}\n\n");
    for (index, one) in entries.iter().enumerate() {
        if page.len() > FULL {
            *page += &format!("- and {} more\n", entries.len() - index);
            return;
        }
        *page += &format!("- {}\n", entry(one));
    }
}

fn entry(known: &Change) -> String {
    let mut entry = format!("**{}** {}", known.rule.as_str(), change::title(known));
    if let Some(name) = &known.name {
        entry += &format!(", {}", code(name));
    }
    if let Some(place) = change::place(known, &code) {
        entry += &format!(", {place}");
    }
    format!("{entry}, of {}: {}", code(&known.handler), change::why(known, &code))
}

/// Foreign text as a code span.
fn code(foreign: &str) -> String {
    let text = text::clip(foreign, LONGEST);
    if text.trim().is_empty() {
        return "*without a name*".to_owned();
    }
    let longest_run = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest_run + 1);
    // A space at both ends is taken away again.
    let pad = if longest_run > 0 || text.starts_with(' ') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_span_is_longer_than_the_backticks_in_it() {
        assert_eq!(code("a"), "`a`");
        assert_eq!(code("a`b"), "`` a`b ``");
        assert_eq!(code("``"), "``` `` ```");
        assert_eq!(code(" a "), "`  a  `");
        assert_eq!(code("a\nb"), "`a\\nb`");
        assert_eq!(code(" "), "*without a name*");
    }
}
