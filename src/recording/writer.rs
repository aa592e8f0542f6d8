//! Writes a recording, frame by frame as the observations come.
//!
//! Every observation is handed to the operating system before the next one, in one piece: what
//! came before a crash is in the file. It is not forced to the disk, so a crash of the machine may
//! still cost the end. What an error means for the run is the caller's decision.
//!
//! A recording holds neither payloads nor values of environment variables, because observations
//! hold none. It does hold the handler's name, addresses, names of processes, and the content
//! of the feed, which includes source paths of the machine that built the handler.

use std::io;
use std::io::Write;

use prost::Message;

use crate::observation::Observation;
use crate::recording::convert;
use crate::recording::generated::Header;

/// What every recording begins with: no text, and broken by anything that changes line ends.
pub const MAGIC: [u8; 8] = *b"\x8dLOOP\r\n\0";

/// The version of the format that this loopcheck writes; it reads the earlier ones as well.
pub const FORMAT_VERSION: u32 = 5;

/// The longest header or frame, without its length. A console update of a few megabytes is large.
pub const MAX_FRAME_BYTES: usize = 256 * 1024 * 1024;

/// Writes the observations of one run.
#[derive(Debug)]
pub struct RecordingWriter<W: Write> {
    output: W,
    /// The frame that is being written; kept for its capacity.
    buffer: Vec<u8>,
    frames: u64,
    state: State,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum State {
    Sound,
    /// A frame may have been written in part, or not at all: nothing may follow it.
    Broken,
}

impl<W: Write> RecordingWriter<W> {
    /// Begins a recording.
    ///
    /// # Errors
    ///
    /// When the output does not take it.
    pub fn new(output: W) -> io::Result<Self> {
        let header = Header {
            format_version: FORMAT_VERSION,
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        };
        let mut writer = Self { output, buffer: Vec::new(), frames: 0, state: State::Sound };
        writer.output.write_all(&MAGIC)?;
        writer.append(&header)?;
        Ok(writer)
    }

    /// Adds an observation. A reader wants the first one to be the start of the run.
    ///
    /// # Errors
    ///
    /// When the output does not take it, when it is over [`MAX_FRAME_BYTES`], and always after an
    /// error: the recording then ends before the observation that caused it, and has no end mark.
    pub fn write(&mut self, observation: &Observation) -> io::Result<()> {
        self.append(&convert::to_frame(observation))?;
        self.frames += 1;
        Ok(())
    }

    /// Ends the recording. Without this it counts as truncated.
    ///
    /// # Errors
    ///
    /// When the output does not take it, and always after an error.
    pub fn finish(mut self) -> io::Result<()> {
        self.append(&convert::end_frame(self.frames))
    }

    fn append(&mut self, message: &impl Message) -> io::Result<()> {
        if self.state == State::Broken {
            return Err(io::Error::other("the recording broke off at an earlier error"));
        }
        self.state = State::Broken;
        let length = message.encoded_len();
        if length > MAX_FRAME_BYTES {
            let message = format!("an observation of {length} bytes is too large to be recorded");
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
        self.buffer.clear();
        message.encode_length_delimited(&mut self.buffer)?;
        self.output.write_all(&self.buffer)?;
        self.output.flush()?;
        self.state = State::Sound;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::Timestamp;
    use crate::observation::ObservationKind;
    use crate::recording::arbitrary;

    /// Takes so many bytes and then no more.
    struct Disk {
        free: usize,
        written: Vec<u8>,
    }

    impl Write for Disk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let taken = bytes.len().min(self.free);
            if taken == 0 && !bytes.is_empty() {
                return Err(io::ErrorKind::StorageFull.into());
            }
            self.free -= taken;
            self.written.extend(&bytes[..taken]);
            Ok(taken)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn the_magic_is_no_text_and_stands_first() {
        assert!(std::str::from_utf8(&MAGIC).is_err());
        let mut bytes = Vec::new();
        RecordingWriter::new(&mut bytes).unwrap().finish().unwrap();
        assert!(bytes.starts_with(&MAGIC));
    }

    #[test]
    fn every_observation_is_out_before_the_next() {
        let mut disk = Disk { free: usize::MAX, written: Vec::new() };
        let mut writer = RecordingWriter::new(&mut disk).unwrap();
        for observation in arbitrary::sample(20) {
            let before = writer.output.written.len();
            writer.write(&observation).unwrap();
            let frame = convert::to_frame(&observation).encode_length_delimited_to_vec();
            assert_eq!(writer.output.written.len(), before + frame.len());
        }
    }

    #[test]
    fn after_an_error_nothing_more_is_written() {
        let observation =
            Observation { at: Timestamp::from_nanos(1), kind: ObservationKind::FeedAttached };
        let mut disk = Disk { free: 30, written: Vec::new() };
        let mut writer = RecordingWriter::new(&mut disk).unwrap();
        let error = loop {
            if let Err(error) = writer.write(&observation) {
                break error;
            }
        };
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
        // Room again, for example because another program removed its files.
        writer.output.free = 1_000;
        assert!(writer.write(&observation).is_err());
        assert!(writer.finish().is_err());
        assert_eq!(disk.written.len(), 30);
    }

    #[test]
    fn an_observation_that_no_reader_would_take_is_refused() {
        let reason = "x".repeat(MAX_FRAME_BYTES);
        let kind = ObservationKind::FeedLost { reason };
        let mut bytes = Vec::new();
        let mut writer = RecordingWriter::new(&mut bytes).unwrap();
        let error = writer.write(&Observation { at: Timestamp::default(), kind }).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
        assert!(writer.finish().is_err(), "a recording with a hole has no end mark");
    }
}
