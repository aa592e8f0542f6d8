//! `loopcheck replay`.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::process::ExitCode;

use crate::analysis;
use crate::cli::ReplayArgs;
use crate::command::complaint::report_error;
use crate::command::output::Outputs;
use crate::error::CommandError;
use crate::ingest::Evidence;
use crate::recording::reader::RecordingReader;

/// Judges a recording again.
pub(crate) fn replay(args: ReplayArgs) -> ExitCode {
    let result = Outputs::open(&args.output).and_then(|outputs| {
        let evidence = read(&args.recording)?;
        let report = analysis::judge(&evidence.store);
        outputs.write(&report, true)?;
        Ok(report.exit_code)
    });
    match result {
        Ok(code) => ExitCode::from(code),
        Err(error) => report_error(&error.gap),
    }
}

fn read(path: &Path) -> Result<Evidence, CommandError> {
    let file = File::open(path).map_err(|error| {
        let message = format!("could not open the recording {}: {error}", path.display());
        CommandError::input(message, None)
    })?;
    let reader = RecordingReader::new(BufReader::new(file)).map_err(|error| {
        CommandError::input(format!("{}: {error}", path.display()), error.hint())
    })?;
    let mut evidence = Evidence::default();
    for observation in reader {
        match observation {
            Ok(observation) => evidence.observe(&observation),
            Err(gap) => evidence.store.note(gap),
        }
    }
    Ok(evidence)
}
