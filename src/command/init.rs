//! `loopcheck init`.

use std::process::ExitCode;

use crate::cli::InitArgs;
use crate::command::messages::{note, report_error};
use crate::command::output::Target;
use crate::config;
use crate::error::CommandError;
use crate::exit;

/// Writes a configuration to begin with.
pub(crate) fn init(args: &InitArgs) -> ExitCode {
    match write(args) {
        Ok(()) => ExitCode::from(exit::PASS),
        Err(error) => report_error(&error),
    }
}

fn write(args: &InitArgs) -> Result<(), CommandError> {
    let name = args.file.display();
    if args.file.exists() && !args.force {
        let hint = "--force replaces it";
        return Err(CommandError::input(format!("{name} already exists"), Some(hint.to_owned())));
    }
    let target = Target::open(Some(&args.file), "the configuration")?;
    target.write(|_, out| out.write_all(config::initial().as_bytes()))?;
    note(&format!("wrote {name}"));
    Ok(())
}
