//! Our stderr: the handler's output, line by line and marked, and one line of progress.
//!
//! The report is the only thing that goes to stdout, and it is not written here.

use std::collections::VecDeque;
use std::io::{IsTerminal, Write};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Lines of output that are kept to explain a failure.
const LINES_KEPT: usize = 64;

/// Stderr.
pub(crate) struct Terminal {
    bar: ProgressBar,
    /// The prefix of the handler's lines.
    label: String,
    /// Stands before our own lines, if there are several handlers.
    of_whom: String,
    last_lines: Mutex<VecDeque<String>>,
}

impl Terminal {
    /// Stderr, with a line of progress if it is a terminal.
    pub(crate) fn stderr() -> Self {
        let bar = if std::io::stderr().is_terminal() {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            if let Ok(style) = ProgressStyle::with_template("{spinner:.dim} {msg:.dim}") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        } else {
            ProgressBar::hidden()
        };
        Self { bar, label: "handler".into(), of_whom: String::new(), last_lines: Mutex::default() }
    }

    /// The same stderr for one of several handlers, whose lines are marked with its name.
    pub(crate) fn of(&self, handler: &str) -> Self {
        let label = printable(handler);
        let of_whom = format!("{label}: ");
        Self { bar: self.bar.clone(), label, of_whom, last_lines: Mutex::default() }
    }

    /// Says what is being done, on a terminal only.
    pub(crate) fn progress(&self, text: impl Into<String>) {
        self.bar.set_message(format!("{}{}", self.of_whom, text.into()));
    }

    /// Removes the line of progress.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }

    /// One line that the handler printed.
    pub(crate) fn handler_line(&self, line: &str) {
        let mut lines = self.last_lines.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() == LINES_KEPT {
            lines.pop_front();
        }
        lines.push_back(line.to_owned());
        drop(lines);
        self.line(&format!("{} | {line}", self.label));
    }

    /// One line of our own.
    pub(crate) fn note(&self, text: &str) {
        self.line(&format!("loopcheck: {}{text}", self.of_whom));
    }

    /// Lets something else write to stderr.
    pub(crate) fn aside(&self, write: impl FnOnce()) {
        self.bar.suspend(write);
    }

    /// One line that cargo printed.
    pub(crate) fn build_line(&self, line: &str) {
        self.line(line);
    }

    /// The last lines of the handler.
    pub(crate) fn last_handler_lines(&self) -> Vec<String> {
        let lines = self.last_lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.iter().cloned().collect()
    }

    fn line(&self, line: &str) {
        // A closed stderr is no reason to stop: the report goes elsewhere.
        self.bar.suspend(|| {
            let _ = writeln!(std::io::stderr().lock(), "{line}");
        });
    }
}

/// A name of the user's, harmless for a terminal.
fn printable(name: &str) -> String {
    name.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
