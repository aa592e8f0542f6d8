//! `loopcheck replay`.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::process::ExitCode;

use crate::cli::ReplayArgs;
use crate::command::messages::report_error;
use crate::command::observed::Observed;
use crate::command::output::Outputs;
use crate::command::{baseline, settings};
use crate::error::CommandError;
use crate::gate;
use crate::recording::reader::RecordingReader;
use crate::report::Document;

/// Judges a recording again.
pub(crate) fn replay(args: &ReplayArgs) -> ExitCode {
    match judge(args) {
        Ok(code) => ExitCode::from(code),
        Err(error) => report_error(&error),
    }
}

fn judge(args: &ReplayArgs) -> Result<u8, CommandError> {
    let outputs = Outputs::open(&args.output)?;
    // A recording may be far from the repository that it was made in.
    let settings = settings::load(&args.gate, None)?;
    let gate = baseline::known(args.gate.baseline.as_deref(), settings.gate)?;
    let observed = read(&args.recording)?;
    let mut report = observed.report();
    gate::apply(&mut report, &gate, observed.day());
    let others = settings.config.handlers.into_iter().map(|table| table.name);
    let others: Vec<String> = others.filter(|name| *name != report.handler.name).collect();
    gate::conclude(&mut report, &others);
    let document = Document::One(Box::new(report));
    outputs.write(&document, true)?;
    Ok(document.exit_code())
}

fn read(path: &Path) -> Result<Observed, CommandError> {
    let file = File::open(path).map_err(|error| {
        let message = format!("could not open the recording {}: {error}", path.display());
        CommandError::input(message, None)
    })?;
    let reader = RecordingReader::new(BufReader::new(file)).map_err(|error| {
        CommandError::input(format!("{}: {error}", path.display()), error.hint())
    })?;
    Ok(Observed::of(reader))
}
