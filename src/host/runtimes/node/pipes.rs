//! The four pipes between the agent and us.
//!
//! One thread reads what the agent says, so that it never waits for our runtime; tasks write what
//! is said to it. All ends are closed on exec, so no other child of ours can keep a pipe open; the
//! handler gets its ends at fixed numbers.

use std::io::{self, BufRead, BufReader, PipeReader, PipeWriter};
use std::os::fd::OwnedFd;

use tokio::io::AsyncWriteExt as _;
use tokio::net::unix::pipe::Sender;
use tokio::sync::mpsc;

use crate::host::process::ChildFd;
use crate::host::runtimes::node::message::{self, FromAgent, LineError};

/// The variable with the numbers of the agent's ends.
pub(crate) const FD_VARIABLE: &str = "LOOPCHECK_FDS";

/// The variable that asks the agent to say who left what fails and nobody awaits.
pub(crate) const ERRORS_VARIABLE: &str = "LOOPCHECK_ERRORS";

/// Names the peer whose connections go through a proxy, and where that is, as JSON.
pub(crate) const PROXY_VARIABLE: &str = "LOOPCHECK_PROXY";

/// The numbers of the child's ends: up, acks, probe, events.
///
/// Below 16, because Node closes on exec every inherited descriptor up to there at least, whatever
/// gaps there are (libuv, `uv_disable_stdio_inheritance`); above what scripts use by hand.
const NUMBERS: [i32; 4] = [10, 11, 12, 13];

/// So much may be under way before the agent has to wait for us.
#[cfg(target_os = "linux")]
const PIPE_SIZE: usize = 1 << 20;

/// A longer line is not kept. The longest honest one is an answer of 6 MiB, each byte of it
/// escaped, or the records of some hundred thousand timers.
const LINE_LIMIT: usize = 128 << 20;

/// So much is kept of a line that is too long, to know what it was.
const HEAD: usize = 4096;

/// Lines that have been read and not yet looked at.
const LINES_AHEAD: usize = 256;

/// Our ends of the pipes.
#[derive(Debug)]
pub(crate) struct OurEnds {
    pub(super) up: PipeReader,
    pub(super) acks: PipeWriter,
    pub(super) probe: PipeWriter,
    pub(super) events: PipeWriter,
}

/// Opens the pipes: our ends, and those for the handler's process.
pub(crate) fn open() -> io::Result<(OurEnds, Vec<ChildFd>)> {
    let (up, up_child) = io::pipe()?;
    let (acks_child, acks) = io::pipe()?;
    let (probe_child, probe) = io::pipe()?;
    let (events_child, events) = io::pipe()?;
    #[cfg(target_os = "linux")]
    // Refused where the user's pipes have used up their limit; then it is as large as it is.
    let _ = rustix::pipe::fcntl_setpipe_size(&up, PIPE_SIZE);
    let theirs: [OwnedFd; 4] =
        [up_child.into(), acks_child.into(), probe_child.into(), events_child.into()];
    let theirs = NUMBERS.into_iter().zip(theirs).map(|(number, fd)| ChildFd { number, fd });
    Ok((OurEnds { up, acks, probe, events }, theirs.collect()))
}

/// The value of [`FD_VARIABLE`].
pub(crate) fn fd_numbers() -> String {
    NUMBERS.map(|number| number.to_string()).join(",")
}

/// Reads the agent's lines in a thread of its own, until the pipe ends.
///
/// Every message goes through `prepare`, so that slow work on it holds up nobody but the pipe.
pub(super) fn read(
    up: PipeReader,
    prepare: impl FnMut(&mut FromAgent) + Send + 'static,
) -> io::Result<mpsc::Receiver<Result<FromAgent, LineError>>> {
    let (sender, lines) = mpsc::channel(LINES_AHEAD);
    std::thread::Builder::new().name("loopcheck-agent".to_owned()).spawn(move || {
        read_lines(BufReader::with_capacity(1 << 16, up), LINE_LIMIT, prepare, &sender)
    })?;
    Ok(lines)
}

fn read_lines(
    mut reader: impl BufRead,
    limit: usize,
    mut prepare: impl FnMut(&mut FromAgent),
    sender: &mpsc::Sender<Result<FromAgent, LineError>>,
) {
    let mut line = Vec::new();
    loop {
        let read = read_line(&mut reader, limit, &mut line);
        let last = !matches!(read, Ok(Line { end: End::Newline, .. }));
        let message = match read {
            Ok(Line { bytes: 0, end: End::Pipe }) => return,
            Ok(Line { bytes, end: End::Pipe }) => Err(LineError::CutShort { bytes }),
            Ok(Line { bytes, .. }) if bytes > limit as u64 => message::parse_head(&line, bytes),
            Ok(_) => message::parse(&line),
            Err(error) => Err(LineError::Unreadable { reason: error.to_string() }),
        };
        let message = message.map(|mut message| {
            prepare(&mut message);
            message
        });
        // A long line's memory is given back.
        line = if line.capacity() > (1 << 20) { Vec::new() } else { line };
        if sender.blocking_send(message).is_err() || last {
            return;
        }
    }
}

struct Line {
    /// Without the newline.
    bytes: u64,
    end: End,
}

#[derive(Eq, PartialEq)]
enum End {
    Newline,
    Pipe,
}

/// Reads up to the next newline; of a line over the limit only the beginning is kept.
fn read_line(reader: &mut impl BufRead, limit: usize, line: &mut Vec<u8>) -> io::Result<Line> {
    line.clear();
    let mut bytes = 0_u64;
    loop {
        let part = match reader.fill_buf() {
            Ok(part) => part,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if part.is_empty() {
            return Ok(Line { bytes, end: End::Pipe });
        }
        let newline = part.iter().position(|byte| *byte == b'\n');
        let content = &part[..newline.unwrap_or(part.len())];
        bytes += content.len() as u64;
        if bytes > limit as u64 {
            line.truncate(HEAD);
            line.shrink_to_fit();
        }
        let room =
            if bytes > limit as u64 { HEAD.saturating_sub(line.len()) } else { content.len() };
        line.extend_from_slice(&content[..content.len().min(room)]);
        let used = content.len() + usize::from(newline.is_some());
        reader.consume(used);
        if newline.is_some() {
            return Ok(Line { bytes, end: End::Newline });
        }
    }
}

/// Where lines for the agent are put; they are written in this order, when it reads.
#[derive(Clone, Debug)]
pub(super) struct Writer(mpsc::UnboundedSender<Vec<u8>>);

impl Writer {
    /// Writes on the current tokio runtime; the pipe closes when the last clone is gone.
    pub(super) fn start(pipe: PipeWriter) -> io::Result<Self> {
        let mut pipe = Sender::from_owned_fd(pipe.into())?;
        let (sender, mut lines) = mpsc::unbounded_channel::<Vec<u8>>();
        tokio::spawn(async move {
            while let Some(line) = lines.recv().await {
                // An agent that reads no more has closed its end or is gone; the end of its
                // own pipe shows that.
                if pipe.write_all(&line).await.is_err() {
                    return;
                }
            }
        });
        Ok(Self(sender))
    }

    pub(super) fn send(&self, line: Vec<u8>) {
        let _ = self.0.send(line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(input: &[u8], limit: usize) -> Vec<Result<FromAgent, LineError>> {
        let (sender, mut receiver) = mpsc::channel(100);
        read_lines(BufReader::with_capacity(8, input), limit, |_| {}, &sender);
        drop(sender);
        std::iter::from_fn(|| receiver.try_recv().ok()).collect()
    }

    #[test]
    fn garbage_is_an_error_and_the_next_line_is_read() {
        let read = lines(b"\x00\xffgarbage\n\n{\"t\":\"next\"}\n", 1000);
        assert!(matches!(read[0], Err(LineError::Foreign { bytes: 9, .. })));
        assert!(matches!(read[1], Err(LineError::Foreign { bytes: 0, .. })));
        assert!(matches!(read[2], Ok(FromAgent::Next)));
        assert_eq!(read.len(), 3);
    }

    #[test]
    fn a_pipe_that_ends_in_a_line_says_so() {
        let read = lines(b"{\"t\":\"next\"}\n{\"t\":\"ne", 1000);
        assert!(matches!(read[..], [Ok(FromAgent::Next), Err(LineError::CutShort { bytes: 8 })]));
        assert!(lines(b"", 1000).is_empty());
    }

    #[test]
    fn a_line_over_the_limit_is_counted_and_not_kept() {
        let body = "x".repeat(10_000);
        let input = format!(
            "{{\"t\":\"answer\",\"req\":\"a\",\"body\":\"{body}\"}}\n{body}\n{{\"t\":\"next\"}}\n"
        );
        let read = lines(input.as_bytes(), 100);
        let [first, second, third] = &read[..] else { panic!("{read:?}") };
        assert!(matches!(first, Ok(FromAgent::TooLarge { bytes: 10_034, .. })), "{first:?}");
        assert!(matches!(second, Err(LineError::TooLong { bytes: 10_000 })), "{second:?}");
        assert!(matches!(third, Ok(FromAgent::Next)));
    }

    #[tokio::test]
    async fn ends_are_closed_on_exec_and_lines_pass_through() {
        let (ours, theirs) = open().unwrap();
        assert_eq!(theirs.iter().map(|fd| fd.number).collect::<Vec<_>>(), NUMBERS);
        for fd in theirs.iter().map(|child| &child.fd) {
            let flags = rustix::io::fcntl_getfd(fd).unwrap();
            assert!(flags.contains(rustix::io::FdFlags::CLOEXEC));
        }
        let mut theirs = theirs.into_iter().map(|child| child.fd);
        let mut up = PipeWriter::from(theirs.next().unwrap());
        let mut acks = BufReader::new(PipeReader::from(theirs.next().unwrap()));
        let mut lines = read(ours.up, |_| {}).unwrap();
        io::Write::write_all(&mut up, b"{\"t\":\"next\"}\n").unwrap();
        assert!(matches!(lines.recv().await, Some(Ok(FromAgent::Next))));
        Writer::start(ours.acks).unwrap().send(b"one\n".to_vec());
        let line = tokio::task::spawn_blocking(move || {
            let mut line = String::new();
            acks.read_line(&mut line).map(|_| line)
        });
        assert_eq!(line.await.unwrap().unwrap(), "one\n");
        drop(up);
        assert!(lines.recv().await.is_none());
    }
}
