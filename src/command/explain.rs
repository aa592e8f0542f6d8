//! `loopcheck explain`.

use std::process::ExitCode;

use crate::cli::ExplainArgs;
use crate::command::messages::report_error;
use crate::command::output::Target;
use crate::error::CommandError;
use crate::reporter::table::explanation;
use crate::reporter::text;
use crate::{exit, explain as topics};

/// Says what an id means, or which ids there are.
pub(crate) fn explain(args: &ExplainArgs) -> ExitCode {
    let result = match &args.id {
        None => Target::Stdout.write(|style, out| explanation::list(style, out)),
        Some(id) => one(id),
    };
    match result {
        Ok(()) => ExitCode::from(exit::PASS),
        Err(error) => report_error(&error),
    }
}

fn one(id: &str) -> Result<(), CommandError> {
    let found = topics::find(id);
    if found.is_empty() {
        return Err(unknown(id));
    }
    Target::Stdout.write(|style, out| explanation::write(&found, style, out))
}

fn unknown(id: &str) -> CommandError {
    let message = format!("there is no id \"{}\"", text::clip(id, 100));
    let all = "`loopcheck explain` lists all ids";
    let hint = match topics::nearest(id) {
        Some(near) => format!("did you mean {near}? {all}"),
        None => all.to_owned(),
    };
    CommandError::input(message, Some(hint))
}
