//! `loopcheck merge`.

use std::process::ExitCode;

use crate::cli::MergeArgs;
use crate::command::messages::report_error;
use crate::command::output::Outputs;
use crate::command::read_report;
use crate::error::CommandError;
use crate::gate;
use crate::report::Document;

/// Joins reports into one.
pub(crate) fn merge(args: &MergeArgs) -> ExitCode {
    match join(args) {
        Ok(code) => ExitCode::from(code),
        Err(error) => report_error(&error),
    }
}

fn join(args: &MergeArgs) -> Result<u8, CommandError> {
    if args.reports.iter().filter(|path| read_report::is_stdin(path)).count() > 1 {
        return Err(CommandError::input("stdin can be one report only", None));
    }
    let outputs = Outputs::open(&args.output)?;
    let documents: Result<Vec<(String, Document)>, CommandError> = args
        .reports
        .iter()
        .map(|path| Ok((read_report::name(path), read_report::read(path)?)))
        .collect();
    let suite = gate::merge(documents?).map_err(|error| {
        let hint = "give each report of one run of every shard, once";
        CommandError::input(error.to_string(), Some(hint.to_owned()))
    })?;
    let document = Document::Many(Box::new(suite));
    outputs.write(&document, true)?;
    Ok(document.exit_code())
}
