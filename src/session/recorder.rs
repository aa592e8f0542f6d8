//! The recording of a run, written as it goes on.

use std::fs::File;
use std::io;

use crate::observation::Observation;
use crate::recording::writer::RecordingWriter;

/// Writes a recording during the run. An error ends it and is reported at the end.
pub(crate) struct Recorder {
    writer: Option<RecordingWriter<File>>,
    error: Option<io::Error>,
}

impl Recorder {
    /// Records into this file.
    pub(crate) fn new(file: File) -> io::Result<Self> {
        Ok(Self { writer: Some(RecordingWriter::new(file)?), error: None })
    }

    /// Keeps one observation.
    pub(crate) fn keep(&mut self, observation: &Observation) {
        if let Some(writer) = &mut self.writer
            && let Err(error) = writer.write(observation)
        {
            self.writer = None;
            self.error = Some(error);
        }
    }

    /// Ends the recording.
    pub(crate) fn finish(self) -> io::Result<()> {
        match (self.error, self.writer) {
            (Some(error), _) => Err(error),
            (None, Some(writer)) => writer.finish(),
            (None, None) => Ok(()),
        }
    }
}
