//! Reads a recording, observation by observation.
//!
//! A file that is no recording, or one without the start of a run, is an error: there is nothing
//! to judge. Whatever is wrong later is a [`Gap`] after the observations that came before it, and
//! nothing behind it is read, because a guess at where the next frame begins is a guess at what
//! was seen. There is no checksum: a value that was changed and still makes sense is believed.
//! What a gap does to the verdict is not decided here.

use std::io;
use std::io::{BufReader, Read};
use std::iter::FusedIterator;

use prost::Message;

use crate::model::diagnostic::{Diagnostic, GapId};
use crate::observation::{Observation, ObservationKind};
use crate::recording::convert;
use crate::recording::convert::Content;
use crate::recording::frame_error::FrameError;
use crate::recording::generated::Header;
use crate::recording::old::OldRuns;
use crate::recording::writer::{FORMAT_VERSION, MAGIC, MAX_FRAME_BYTES};

/// The observations of a recording, in their order; the first is the start of the run.
///
/// A recording that is whole ends with `None` after its last observation. Otherwise the last item
/// is an `Err` with the one gap that says why it ends here.
#[derive(Debug)]
pub struct RecordingReader<R: Read> {
    frames: Frames<R>,
    tool_version: String,
    first: Option<Observation>,
    progress: Progress,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Progress {
    Reading,
    Ended,
}

/// Why a file cannot be replayed at all.
///
/// The messages are complete: no further cause stands behind them.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file could not be read.
    #[error("the recording could not be read: {0}")]
    Io(io::Error),
    /// It does not begin like a recording.
    #[error("the file is not a loopcheck recording")]
    Foreign,
    /// It begins like one and ends before the header does.
    #[error("the recording ends before its header does")]
    HeaderTruncated,
    /// The header makes no sense.
    #[error("the header of the recording cannot be understood: {0}")]
    HeaderUnreadable(String),
    /// It was written in a format that came later.
    #[error(
        "the recording has format version {format_version}, and this loopcheck reads up to \
         version {FORMAT_VERSION}"
    )]
    FormatTooNew {
        /// The version of the recording's format.
        format_version: u32,
        /// The loopcheck that wrote it, fit for a terminal.
        tool_version: String,
    },
    /// Nothing was recorded.
    #[error("the recording ends before its first observation")]
    NoObservation,
    /// The first observation makes no sense.
    #[error("the first observation of the recording cannot be understood: {0}")]
    FirstUnreadable(String),
    /// The first observation is something else than the start of a run.
    #[error("the recording does not begin with the start of a run")]
    NoRunStarted,
}

impl ReadError {
    /// What the user can do.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Io(_) => None,
            Self::Foreign => Some(
                "write one with `loopcheck run --record FILE`; it is binary, and a conversion of \
                 its line ends breaks it"
                    .to_owned(),
            ),
            Self::FormatTooNew { tool_version, .. } => {
                Some(format!("replay it with loopcheck {tool_version}, which wrote it, or later"))
            }
            Self::HeaderTruncated
            | Self::HeaderUnreadable(_)
            | Self::NoObservation
            | Self::FirstUnreadable(_)
            | Self::NoRunStarted => Some("record the run again".to_owned()),
        }
    }
}

impl<R: Read> RecordingReader<R> {
    /// Opens a recording and reads up to the start of its run.
    ///
    /// # Errors
    ///
    /// When there is no run to judge; see [`ReadError`].
    pub fn new(input: R) -> Result<Self, ReadError> {
        let mut frames = Frames::new(input);
        check_magic(&mut frames.input)?;
        let tool_version = read_header(&mut frames)?;
        let first = match frames.next() {
            Ok(Next::Observation(first)) => first,
            Ok(Next::End { .. }) | Err(Stop::Truncated) => return Err(ReadError::NoObservation),
            Err(Stop::Io(error)) => return Err(ReadError::Io(error)),
            Err(stop) => return Err(ReadError::FirstUnreadable(stop.to_string())),
        };
        if !matches!(first.kind, ObservationKind::RunStarted(_)) {
            return Err(ReadError::NoRunStarted);
        }
        Ok(Self { frames, tool_version, first: Some(first), progress: Progress::Reading })
    }

    /// The version of the loopcheck that wrote the recording, as the recording has it.
    pub fn tool_version(&self) -> &str {
        &self.tool_version
    }

    /// The next observation, `None` at the proper end.
    fn advance(&mut self) -> Result<Option<Observation>, Stop> {
        let before = self.frames.count;
        match self.frames.next()? {
            Next::Observation(observation) => Ok(Some(observation)),
            Next::End { frames } if frames != before => Err(Stop::WrongCount { frames }),
            Next::End { .. } => match read_byte(&mut self.frames.input)? {
                None => Ok(None),
                Some(_) => Err(Stop::AfterEnd),
            },
        }
    }
}

impl<R: Read> Iterator for RecordingReader<R> {
    type Item = Result<Observation, Diagnostic>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(first) = self.first.take() {
            return Some(Ok(first));
        }
        if self.progress == Progress::Ended {
            return None;
        }
        let read = self.frames.count;
        match self.advance() {
            Ok(Some(observation)) => return Some(Ok(observation)),
            Ok(None) => self.progress = Progress::Ended,
            Err(stop) => {
                self.progress = Progress::Ended;
                return Some(Err(stop.into_gap(read)));
            }
        }
        None
    }
}

impl<R: Read> FusedIterator for RecordingReader<R> {}

/// Why reading stopped.
#[derive(Debug, thiserror::Error)]
enum Stop {
    #[error("the file ends")]
    Truncated,
    #[error("{0}")]
    Io(#[from] io::Error),
    #[error("its length is no number")]
    LengthUnreadable,
    #[error("its length is {0} bytes, over the limit of {MAX_FRAME_BYTES}")]
    TooLong(u64),
    #[error("{0}")]
    Frame(#[from] FrameError),
    #[error("the end mark counts {frames} observations")]
    WrongCount { frames: u64 },
    #[error("bytes follow the end mark")]
    AfterEnd,
}

impl Stop {
    /// The gap that this leaves after so many observations.
    fn into_gap(self, read: u64) -> Diagnostic {
        match self {
            Self::Truncated => Diagnostic::new(
                GapId::RecordingTruncated,
                format!("the recording ends after observation {read}, before the run does"),
            )
            .hint("let the run that is recorded come to its end, and copy the whole file"),
            stop => Diagnostic::new(
                GapId::RecordingUnreadable,
                format!("the recording cannot be understood after observation {read}: {stop}"),
            )
            .hint("replay it with the version of loopcheck that wrote it, or record it again"),
        }
    }
}

/// What a frame comes to, whichever version wrote it.
enum Next {
    /// Something that was seen.
    Observation(Observation),
    /// The end of the recording.
    End {
        /// How many frames stand before it.
        frames: u64,
    },
}

/// The frames of a file.
#[derive(Debug)]
struct Frames<R: Read> {
    input: BufReader<R>,
    /// The message that is being read; kept for its capacity.
    buffer: Vec<u8>,
    /// Observations so far.
    count: u64,
    /// What frames of earlier versions depend on.
    old: OldRuns,
}

impl<R: Read> Frames<R> {
    fn new(input: R) -> Self {
        Self { input: BufReader::new(input), buffer: Vec::new(), count: 0, old: OldRuns::default() }
    }

    fn next(&mut self) -> Result<Next, Stop> {
        let observation = match convert::from_bytes(self.next_message()?)? {
            Content::End { frames } => return Ok(Next::End { frames }),
            Content::Observation(observation) => observation,
            Content::Old(frame) => self.old.convert(frame),
        };
        if let ObservationKind::RunStarted(run) = &observation.kind {
            self.old.start(run);
        }
        self.count += 1;
        Ok(Next::Observation(observation))
    }

    /// The bytes of the next message, without its length.
    fn next_message(&mut self) -> Result<&[u8], Stop> {
        let length = read_length(&mut self.input)?;
        if length > MAX_FRAME_BYTES as u64 {
            return Err(Stop::TooLong(length));
        }
        self.buffer.clear();
        // A length is only a claim: memory is taken as the bytes come.
        let read = self.input.by_ref().take(length).read_to_end(&mut self.buffer)?;
        if (read as u64) < length {
            return Err(Stop::Truncated);
        }
        Ok(&self.buffer)
    }
}

fn check_magic(input: &mut impl Read) -> Result<(), ReadError> {
    let mut begin = Vec::new();
    input.take(MAGIC.len() as u64).read_to_end(&mut begin).map_err(ReadError::Io)?;
    if begin == MAGIC {
        Ok(())
    } else if MAGIC.starts_with(&begin) {
        Err(ReadError::HeaderTruncated)
    } else {
        Err(ReadError::Foreign)
    }
}

/// The version of the loopcheck that wrote the recording.
fn read_header(frames: &mut Frames<impl Read>) -> Result<String, ReadError> {
    let bytes = match frames.next_message() {
        Ok(bytes) => bytes,
        Err(Stop::Truncated) => return Err(ReadError::HeaderTruncated),
        Err(Stop::Io(error)) => return Err(ReadError::Io(error)),
        Err(stop) => return Err(ReadError::HeaderUnreadable(stop.to_string())),
    };
    // Not as strict as with frames: the version must be found in a header with more fields too.
    let header =
        Header::decode(bytes).map_err(|error| ReadError::HeaderUnreadable(error.to_string()))?;
    match header.format_version {
        // A later version only says more; what an earlier one did not say is what was true then.
        1..=FORMAT_VERSION => Ok(header.tool_version),
        0 => Err(ReadError::HeaderUnreadable("it has no format version".to_owned())),
        format_version => Err(ReadError::FormatTooNew {
            format_version,
            tool_version: header.tool_version.escape_debug().take(40).collect(),
        }),
    }
}

/// A length as a varint.
fn read_length(input: &mut impl Read) -> Result<u64, Stop> {
    let mut length = 0_u64;
    for shift in (0..u64::BITS).step_by(7) {
        let byte = read_byte(input)?.ok_or(Stop::Truncated)?;
        let bits = u64::from(byte & 0x7f);
        if (bits << shift) >> shift != bits {
            return Err(Stop::LengthUnreadable);
        }
        length |= bits << shift;
        if byte & 0x80 == 0 {
            return Ok(length);
        }
    }
    Err(Stop::LengthUnreadable)
}

/// The next byte, `None` at the end of the file.
fn read_byte(input: &mut impl Read) -> io::Result<Option<u8>> {
    let mut byte = [0];
    match input.read_exact(&mut byte) {
        Ok(()) => Ok(Some(byte[0])),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::{ProptestConfig, any, prop_assert, prop_assert_eq, proptest};

    use super::*;
    use crate::model::time::Timestamp;
    use crate::observation::{ExitedWith, RunStarted};
    use crate::recording::arbitrary;
    use crate::recording::writer::RecordingWriter;

    fn recording(observations: &[Observation]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut writer = RecordingWriter::new(&mut bytes).unwrap();
        for observation in observations {
            writer.write(observation).unwrap();
        }
        writer.finish().unwrap();
        bytes
    }

    /// A short recording whose every byte can be tried.
    fn small() -> Vec<Observation> {
        let kinds = [
            ObservationKind::RunStarted(Box::new(RunStarted {
                runtime: crate::observation::Runtime::Tokio,
                handler: "./h".to_owned(),
                detail: String::new(),
                invocations: 2,
                events: 1,
                timeout: std::time::Duration::from_millis(3_500),
                settle: std::time::Duration::from_secs(1),
                modes: vec!["rust".to_owned()],
                runtime_api: ([127, 0, 0, 1], 9001).into(),
                console: ([0, 0, 0, 0, 0, 0, 0, 1], 6669).into(),
                workspace: ".".to_owned(),
                identity: crate::observation::Identity::default(),
                enforced: None,
                broken: None,
            })),
            ObservationKind::ProcessStarted { pid: 300 },
            ObservationKind::Diagnostic(Diagnostic::new(GapId::FeedLag, "late").hint("wait")),
            ObservationKind::ProcessExited { status: ExitedWith::Signal(9) },
        ];
        let at = Timestamp::from_nanos(1_763_878_500_123_456_789);
        kinds.into_iter().map(|kind| Observation { at, kind }).collect()
    }

    /// Everything that reading gives.
    fn read(bytes: &[u8]) -> Result<(Vec<Observation>, Option<Diagnostic>), ReadError> {
        let mut observations = Vec::new();
        let mut gap = None;
        for item in RecordingReader::new(bytes)? {
            assert!(gap.is_none(), "nothing follows a gap");
            match item {
                Ok(observation) => observations.push(observation),
                Err(found) => gap = Some(found),
            }
        }
        Ok((observations, gap))
    }

    fn message(bytes: &[u8]) -> String {
        read(bytes).unwrap_err().to_string()
    }

    /// A recording with one more message of these bytes, and what reading it leaves as a gap.
    fn gap_after(more: &[u8]) -> Diagnostic {
        let mut bytes = recording(&small());
        bytes.truncate(bytes.len() - convert::end_frame(4).encode_length_delimited_to_vec().len());
        bytes.extend(more);
        let (observations, gap) = read(&bytes).unwrap();
        assert_eq!(observations, small());
        gap.unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn what_was_written_is_read(rest in vec(arbitrary::observation(), 0..12)) {
            let mut observations = vec![arbitrary::start()];
            observations.extend(rest);
            let (found, gap) = read(&recording(&observations)).unwrap();
            prop_assert_eq!(gap, None);
            prop_assert_eq!(found, observations);
        }

        #[test]
        fn no_bytes_panic(bytes: Vec<u8>) {
            prop_assert!(read(&bytes).is_err());
            let _ = read(&[&MAGIC[..], &bytes].concat());
            let mut begun = recording(&small()[..1]);
            begun.truncate(begun.len() - 4);
            begun.extend(&bytes);
            let _ = read(&begun);
        }

        #[test]
        fn changed_bytes_do_not_panic(
            changes in vec((any::<proptest::sample::Index>(), any::<u8>()), 1..20),
        ) {
            let mut bytes = recording(&small());
            for (at, value) in changes {
                let at = at.index(bytes.len());
                bytes[at] = value;
            }
            let _ = read(&bytes);
        }
    }

    #[test]
    fn every_prefix_is_an_error_or_gives_what_it_holds_and_a_gap() {
        let mut observations = vec![arbitrary::start()];
        // Every prefix is read, so that the recording has to be short.
        let is_short =
            |observation: &Observation| convert::to_frame(observation).encoded_len() < 400;
        observations.extend(arbitrary::sample(100).into_iter().filter(is_short).take(12));
        let whole = recording(&observations);
        let mut seen = 0;
        for length in 0..whole.len() {
            match read(&whole[..length]) {
                Err(ReadError::HeaderTruncated | ReadError::NoObservation) => assert_eq!(seen, 0),
                Err(error) => panic!("{length}: {error}"),
                Ok((found, gap)) => {
                    assert!(found.len() >= seen && observations.starts_with(&found), "{length}");
                    seen = found.len();
                    assert_eq!(gap.unwrap().id, GapId::RecordingTruncated);
                }
            }
        }
        assert_eq!(seen, observations.len());
        assert_eq!(read(&whole).unwrap(), (observations, None));
    }

    #[test]
    fn no_single_changed_byte_panics_or_hides_an_observation() {
        let whole = recording(&small());
        for at in 0..whole.len() {
            for value in 0..=u8::MAX {
                let mut bytes = whole.clone();
                bytes[at] = value;
                if let Ok((found, None)) = read(&bytes) {
                    assert_eq!(found.len(), small().len(), "byte {at} as {value}");
                }
            }
        }
    }

    #[test]
    fn a_foreign_file_is_refused() {
        assert_eq!(message(b""), "the recording ends before its header does");
        for foreign in [&b"{\"schema\":\"loopcheck.report/v1\"}"[..], b"LOOP", b"\x8dLOOP\n\0"] {
            assert_eq!(message(foreign), "the file is not a loopcheck recording");
            assert!(read(foreign).unwrap_err().hint().unwrap().contains("--record"));
        }
        let unix_line_ends = String::from_utf8_lossy(&recording(&small())).replace("\r\n", "\n");
        assert!(matches!(read(unix_line_ends.as_bytes()), Err(ReadError::Foreign)));
    }

    #[test]
    fn a_later_format_is_refused_and_says_who_reads_it() {
        let header = Header { format_version: 6, tool_version: "9.1.0\u{1b}[2J".to_owned() };
        let mut bytes = MAGIC.to_vec();
        let mut header = header.encode_to_vec();
        // A later header may have more fields: number 99, a varint.
        header.extend([0x98, 0x06, 0x01]);
        bytes.push(header.len() as u8);
        bytes.extend(header);
        let error = read(&bytes).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the recording has format version 6, and this loopcheck reads up to version 5"
        );
        assert_eq!(
            error.hint().unwrap(),
            "replay it with loopcheck 9.1.0\\u{1b}[2J, which wrote it, or later"
        );
    }

    #[test]
    fn another_version_of_the_tool_is_reported_and_not_judged() {
        let header = Header { format_version: 1, tool_version: "0.0.7".to_owned() };
        let ours = Header { tool_version: env!("CARGO_PKG_VERSION").to_owned(), ..header.clone() };
        let begin = MAGIC.len() + ours.encode_length_delimited_to_vec().len();
        let mut bytes = MAGIC.to_vec();
        bytes.extend(header.encode_length_delimited_to_vec());
        bytes.extend(&recording(&small())[begin..]);
        let reader = RecordingReader::new(&bytes[..]).unwrap();
        assert_eq!(reader.tool_version(), "0.0.7");
        assert!(reader.eq(small().into_iter().map(Ok)));
    }

    #[test]
    fn a_header_without_a_version_is_refused() {
        let bytes = [&MAGIC[..], &[0]].concat();
        assert_eq!(
            message(&bytes),
            "the header of the recording cannot be understood: it has no format version"
        );
    }

    #[test]
    fn a_recording_of_no_run_is_refused() {
        assert_eq!(message(&recording(&[])), "the recording ends before its first observation");
        assert_eq!(
            message(&recording(&small()[1..])),
            "the recording does not begin with the start of a run"
        );
        let mut bytes = recording(&[]);
        bytes.truncate(bytes.len() - convert::end_frame(0).encode_length_delimited_to_vec().len());
        bytes.push(0);
        assert_eq!(
            message(&bytes),
            "the first observation of the recording cannot be understood: the kind of observation \
             is missing or unknown"
        );
    }

    #[test]
    fn a_frame_that_cannot_be_understood_ends_the_reading() {
        // Field 99, of no bytes.
        let mut unknown = vec![3, 0x9a, 0x06, 0];
        unknown.extend(convert::to_frame(&small()[1]).encode_length_delimited_to_vec());
        let gap = gap_after(&unknown);
        assert_eq!(gap.id, GapId::RecordingUnreadable);
        assert_eq!(
            gap.message,
            "the recording cannot be understood after observation 4: it holds more than this \
             version of loopcheck knows"
        );
    }

    #[test]
    fn a_huge_length_takes_no_memory() {
        // 2^60, and then nothing.
        let gap = gap_after(&[0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10]);
        assert_eq!(gap.id, GapId::RecordingUnreadable);
        assert!(gap.message.ends_with("1152921504606846976 bytes, over the limit of 268435456"));
        // The longest that is allowed, and then three bytes.
        let longest = [0x80, 0x80, 0x80, 0x80, 0x01, 1, 2, 3];
        assert_eq!(gap_after(&longest).id, GapId::RecordingTruncated);
        let mut frames = Frames::new(&longest[..]);
        assert!(matches!(frames.next_message(), Err(Stop::Truncated)));
        assert!(frames.buffer.capacity() < 1_024, "{}", frames.buffer.capacity());
        for no_number in [[0xff; 11], [0x80; 11]] {
            let gap = gap_after(&no_number);
            assert!(gap.message.ends_with("its length is no number"), "{}", gap.message);
        }
    }

    #[test]
    fn a_length_at_its_limit_is_read() {
        for length in [0, 1, 127, 128, 300, u64::from(u32::MAX), u64::MAX] {
            let mut bytes = Vec::new();
            prost::encoding::encode_varint(length, &mut bytes);
            assert_eq!(read_length(&mut &bytes[..]).unwrap(), length);
        }
    }

    #[test]
    fn an_end_that_does_not_fit_is_a_gap() {
        let wrong = convert::end_frame(5).encode_length_delimited_to_vec();
        assert_eq!(
            gap_after(&wrong).message,
            "the recording cannot be understood after observation 4: the end mark counts 5 \
             observations"
        );
        let mut twice = convert::end_frame(4).encode_length_delimited_to_vec();
        twice.extend(recording(&small()));
        assert!(gap_after(&twice).message.ends_with("bytes follow the end mark"));
    }

    #[test]
    fn a_disk_that_fails_is_an_error_or_a_gap() {
        #[derive(Debug)]
        struct Failing<'a>(&'a [u8]);
        impl Read for Failing<'_> {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                match self.0.read(buffer) {
                    Ok(0) => Err(io::Error::other("the disk is gone")),
                    read => read,
                }
            }
        }
        let whole = recording(&small());
        let error = RecordingReader::new(Failing(&whole[..10])).unwrap_err();
        assert_eq!(error.to_string(), "the recording could not be read: the disk is gone");
        let items: Vec<_> = RecordingReader::new(Failing(&whole)).unwrap().collect();
        assert_eq!(items.len(), 5);
        let gap = items[4].clone().unwrap_err();
        assert_eq!(gap.id, GapId::RecordingUnreadable);
        assert!(gap.message.ends_with("the disk is gone"), "{}", gap.message);
    }
}
