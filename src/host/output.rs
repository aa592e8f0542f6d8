//! Lines from the output of a process.
//!
//! A reader must never stop the process for long: a handler that hangs because nobody shows its
//! output would be judged for our fault. So the pipe is always drained. Lines go into a bounded
//! channel; when it is full the reader waits once, for [`PATIENCE`], and from then on leaves out
//! every line for which there is no room, until there is room again. How many were left out is a
//! line of its own. Marking and printing lines is the caller's job.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe;
use tokio::sync::mpsc::{self, error::TrySendError};
use tokio::sync::watch;

/// The time that a reader waits for a consumer that takes nothing.
const PATIENCE: Duration = Duration::from_millis(250);

/// The longest line; a longer one becomes several.
const LONGEST_LINE: usize = 64 * 1024;

/// The most that is read from a pipe that somebody still writes to after the end.
const LONGEST_REST: usize = 1024 * 1024;

/// An output of a process.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// One line of output, without its end.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct OutputLine {
    /// Its origin.
    pub(crate) stream: Stream,
    /// The line; what is not UTF-8 is replaced.
    pub(crate) text: String,
}

/// The receiver of lines.
pub(crate) type Lines = mpsc::Sender<OutputLine>;

/// A channel for lines whose memory is bounded: 512 lines, of some 100 bytes each as a rule.
pub(crate) fn channel() -> (Lines, mpsc::Receiver<OutputLine>) {
    mpsc::channel(512)
}

/// Forwards the lines of a pipe until it ends, as [`Pipe::read`] has it.
pub(crate) async fn forward(
    pipe: OwnedFd,
    stream: Stream,
    lines: Lines,
    finish: watch::Receiver<bool>,
) -> io::Result<()> {
    let mut pipe = Pipe::new(pipe, finish)?;
    let mut splitter = Splitter::default();
    let mut sink = Sink { lines, stream, patient: true, left_out: 0 };
    let mut chunk = vec![0; 16 * 1024];
    while let Some(length) = pipe.read(&mut chunk).await {
        sink.send_all(splitter.push(&chunk[..length])).await;
    }
    sink.send_all(splitter.finish()).await;
    sink.tell_left_out(true).await;
    Ok(())
}

/// The reading end of a pipe that somebody may hold open for ever.
#[derive(Debug)]
pub(crate) struct Pipe {
    pipe: pipe::Receiver,
    finish: watch::Receiver<bool>,
    /// The number of bytes that may still be read; known once `finish` is true.
    rest: Option<usize>,
}

impl Pipe {
    /// A pipe that is read until it is closed or `finish` becomes true.
    pub(crate) fn new(pipe: OwnedFd, finish: watch::Receiver<bool>) -> io::Result<Self> {
        Ok(Self { pipe: pipe::Receiver::from_owned_fd(pipe)?, finish, rest: None })
    }

    /// Reads what is there, and waits if nothing is; `None` at the end.
    ///
    /// Bytes that were written before `finish` became true are still read. A pipe that cannot be read has
    /// ended.
    pub(crate) async fn read(&mut self, chunk: &mut [u8]) -> Option<usize> {
        if self.rest.is_none() {
            tokio::select! {
                biased;
                Ok(_) = self.finish.wait_for(|finish| *finish) => self.rest = Some(LONGEST_REST),
                read = self.pipe.read(chunk) => return read.ok().filter(|length| *length > 0),
            }
        }
        // Asked directly, because the runtime may not have noticed yet that there is more.
        let rest = self.rest.as_mut().filter(|rest| **rest > 0)?;
        let length = rustix::io::read(self.pipe.as_fd(), chunk).ok().filter(|read| *read > 0)?;
        *rest = rest.saturating_sub(length);
        Some(length)
    }
}

struct Sink {
    lines: Lines,
    stream: Stream,
    patient: bool,
    left_out: u64,
}

impl Sink {
    async fn send_all(&mut self, texts: impl IntoIterator<Item = String>) {
        for text in texts {
            self.tell_left_out(false).await;
            if self.left_out > 0 || !self.send(text, self.patient).await {
                self.patient = false;
                self.left_out += 1;
            }
        }
    }

    async fn tell_left_out(&mut self, patient: bool) {
        if self.left_out == 0 {
            return;
        }
        let notice = format!("({} lines left out: they came too fast to be shown)", self.left_out);
        if self.send(notice, patient).await {
            self.patient = true;
            self.left_out = 0;
        }
    }

    /// Returns whether the line is off our hands; nobody wants it when the channel is closed.
    async fn send(&mut self, text: String, patient: bool) -> bool {
        match self.lines.try_send(OutputLine { stream: self.stream, text }) {
            Ok(()) | Err(TrySendError::Closed(_)) => true,
            Err(TrySendError::Full(_)) if !patient => false,
            Err(TrySendError::Full(line)) => {
                tokio::time::timeout(PATIENCE, self.lines.send(line)).await.is_ok()
            }
        }
    }
}

/// Cuts bytes into lines.
#[derive(Debug, Default)]
struct Splitter {
    /// The line that has not ended yet; shorter than [`LONGEST_LINE`].
    open: Vec<u8>,
}

impl Splitter {
    fn push(&mut self, bytes: &[u8]) -> Vec<String> {
        let mut lines = Vec::new();
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.open.extend_from_slice(part);
            if self.open.ends_with(b"\n") {
                self.cut_long(&mut lines, LONGEST_LINE + 1);
                lines.push(text(&self.open));
                self.open.clear();
            } else {
                self.cut_long(&mut lines, LONGEST_LINE);
            }
        }
        lines
    }

    fn finish(self) -> Option<String> {
        (!self.open.is_empty()).then(|| text(&self.open))
    }

    fn cut_long(&mut self, lines: &mut Vec<String>, longest: usize) {
        while self.open.len() > longest {
            let cut = whole_characters(&self.open[..LONGEST_LINE]);
            lines.push(String::from_utf8_lossy(&self.open[..cut]).into_owned());
            self.open.drain(..cut);
        }
    }
}

/// Returns how much of `bytes` can be cut off without cutting a character in two.
fn whole_characters(bytes: &[u8]) -> usize {
    let continued = bytes.iter().rev().take(3).take_while(|byte| **byte & 0xC0 == 0x80).count();
    let start = bytes.len() - continued - 1;
    match bytes[start].leading_ones() {
        length @ 2..=4 if length as usize > continued + 1 => start,
        _ => bytes.len(),
    }
}

fn text(line: &[u8]) -> String {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    String::from_utf8_lossy(line).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(chunks: &[&[u8]]) -> Vec<String> {
        let mut splitter = Splitter::default();
        let mut lines: Vec<String> = chunks.iter().flat_map(|c| splitter.push(c)).collect();
        lines.extend(splitter.finish());
        lines
    }

    #[test]
    fn lines_are_cut_wherever_the_chunks_end() {
        assert_eq!(split(&[b"a\nb", b"c\n", b"\r\n", b"last"]), ["a", "bc", "", "last"]);
        assert!(split(&[b""]).is_empty());
    }

    #[test]
    fn what_is_not_utf8_is_replaced() {
        assert_eq!(split(&[b"a\xffb\n"]), ["a\u{fffd}b"]);
    }

    #[test]
    fn a_long_line_becomes_several_and_loses_nothing() {
        for length in [LONGEST_LINE - 1, LONGEST_LINE, LONGEST_LINE + 1, 3 * LONGEST_LINE] {
            let line = "x".repeat(length);
            let lines = split(&[line.as_bytes(), b"\nnext\n"]);
            assert_eq!(lines.len(), length.div_ceil(LONGEST_LINE) + 1, "{length}");
            assert_eq!(lines.concat(), line + "next");
        }
    }

    #[test]
    fn a_long_line_is_not_cut_inside_a_character() {
        for character in ["é", "€", "🦀"] {
            for shift in 0..4 {
                let line = "x".repeat(shift) + &character.repeat(LONGEST_LINE / 2);
                assert_eq!(split(&[line.as_bytes()]).concat(), line, "{character} {shift}");
            }
        }
    }

    #[test]
    fn bytes_that_only_continue_characters_are_cut_too() {
        let lines = split(&[&[0x80; 2 * LONGEST_LINE]]);
        assert_eq!(lines.len(), 2);
    }
}
