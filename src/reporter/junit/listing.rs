//! The text of a test case of JUnit, and lists in it with a limit.

/// The text of a case.
pub(super) struct CaseText {
    /// The reason why it is red, in a line.
    pub(super) message: String,
    /// The reason why it is red, in a word.
    pub(super) kind: &'static str,
    /// The reason why it is red, in full.
    pub(super) body: String,
    /// Further remarks.
    pub(super) aside: String,
    /// Where to look.
    pub(super) place: Option<(String, Option<u32>)>,
}

/// Text that does not grow without end: libxml2 takes no text above 10 MB, and GitLab no report
/// above 30 MB.
pub(super) struct Listing {
    text: String,
    left_out: usize,
}

impl Listing {
    const FULL: usize = 200_000;

    pub(super) fn new() -> Self {
        Self { text: String::new(), left_out: 0 }
    }

    /// Adds lines that belong together, if there is room; they are made only then.
    pub(super) fn add(&mut self, lines: impl FnOnce() -> Vec<String>) {
        if self.text.len() > Self::FULL {
            self.left_out += 1;
            return;
        }
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        for line in lines() {
            self.text.push_str(&line);
            self.text.push('\n');
        }
    }

    pub(super) fn finish(mut self) -> String {
        if self.left_out > 0 {
            let rest = format!("\nand {} more; the JSON report has all of them\n", self.left_out);
            self.text.push_str(&rest);
        }
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listing_ends_where_it_is_full() {
        let mut listing = Listing::new();
        (0..10_000).for_each(|_| listing.add(|| vec!["x".repeat(1000)]));
        let text = listing.finish();
        assert!(text.len() < Listing::FULL + 2000, "{}", text.len());
        assert!(text.ends_with("more; the JSON report has all of them\n"));
    }
}
