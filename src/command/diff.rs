//! `loopcheck diff`.

use std::path::Path;
use std::process::ExitCode;

use crate::cli::{DiffArgs, DiffFormat, FormatArg};
use crate::command::messages::report_error;
use crate::command::output::Target;
use crate::command::read_report;
use crate::error::CommandError;
use crate::gate;
use crate::report::Diff;
use crate::reporter::{json, markdown, table};

/// Compares two reports.
pub(crate) fn diff(args: &DiffArgs) -> ExitCode {
    match compare(args) {
        Ok(code) => ExitCode::from(code),
        Err(error) => report_error(&error),
    }
}

fn compare(args: &DiffArgs) -> Result<u8, CommandError> {
    if read_report::is_stdin(&args.old) && read_report::is_stdin(&args.new) {
        return Err(CommandError::input("stdin can be one report only", None));
    }
    let targets = open(&args.formats)?;
    let old = read_report::read(&args.old)?;
    let new = read_report::read(&args.new)?;
    let diff =
        gate::compare((&read_report::name(&args.old), &old), (&read_report::name(&args.new), &new));
    for (format, target) in targets {
        write(&diff, format, target)?;
    }
    Ok(diff.exit_code)
}

/// Opens every target, so that a bad path is known at once.
fn open(formats: &[FormatArg<DiffFormat>]) -> Result<Vec<(DiffFormat, Target)>, CommandError> {
    let default = [FormatArg { format: DiffFormat::Table, file: None }];
    let formats = if formats.is_empty() { &default[..] } else { formats };
    let files: Vec<Option<&Path>> = formats.iter().map(|arg| arg.file.as_deref()).collect();
    let targets = Target::open_all(&files, "the comparison", "diff.json")?;
    Ok(formats.iter().map(|arg| arg.format).zip(targets).collect())
}

fn write(diff: &Diff, format: DiffFormat, target: Target) -> Result<(), CommandError> {
    target.write(|style, out| match format {
        DiffFormat::Table => table::diff::write(diff, style, out),
        DiffFormat::Json => json::write_diff(diff, out),
        DiffFormat::Markdown => markdown::diff::write(diff, out),
    })
}
