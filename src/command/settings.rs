//! The configuration of a command: loopcheck.toml, found and read.

use std::io;
use std::path::{Path, PathBuf};

use crate::cli::GateArgs;
use crate::config::{self, Config};
use crate::error::CommandError;
use crate::gate::Gate;
use crate::host::repository;
use crate::model::diagnostic::{Diagnostic, FailureId};

/// The name of the configuration where none is given.
pub(crate) const FILE_NAME: &str = "loopcheck.toml";

/// Everything that was read before a run.
#[derive(Debug, Default)]
pub(crate) struct Settings {
    /// The configuration; an empty one if there is no file.
    pub(crate) config: Config,
    /// Its file, if there is one.
    pub(crate) file: Option<PathBuf>,
    /// The gate, without the baseline.
    pub(crate) gate: Gate,
}

impl Settings {
    /// The folder that the paths of the configuration are relative to.
    pub(crate) fn folder(&self) -> &Path {
        self.file.as_deref().and_then(Path::parent).unwrap_or(Path::new(""))
    }
}

/// Reads the configuration that is named; or if `search` is given, the one in that folder or above
/// it.
pub(crate) fn load(args: &GateArgs, search: Option<&Path>) -> Result<Settings, CommandError> {
    let file = match &args.config {
        Some(file) => Some(file.clone()),
        None => search.and_then(find),
    };
    let config = file.as_deref().map(read).transpose()?.unwrap_or_default();
    let gate = Gate {
        levels: config.levels.clone(),
        expected: config.expected.clone(),
        baseline: None,
        baseline_file: String::new(),
        strict: args.strict,
    };
    Ok(Settings { config, file, gate })
}

/// The configuration in a folder, or above it up to the root of its repository.
fn find(folder: &Path) -> Option<PathBuf> {
    let start = folder.canonicalize().ok()?;
    let root = repository::root(&start);
    let last = root.as_deref().unwrap_or(&start);
    let above = start.ancestors().take_while(|above| above.starts_with(last));
    let steps = above.enumerate().find(|(_, above)| is_there(&above.join(FILE_NAME)));
    // As the user would write it, for it stands in messages.
    let (up, found) = steps?;
    let named = (0..up).fold(folder.to_owned(), |folder, _| folder.join(".."));
    let short = match Path::new(".").canonicalize() {
        Ok(here) => found.strip_prefix(&here).map(Path::to_owned).unwrap_or(named),
        Err(_) => named,
    };
    Some(short.join(FILE_NAME))
}

/// Returns whether anything has this name. What cannot be read is an error later, and not skipped.
fn is_there(file: &Path) -> bool {
    file.symlink_metadata().is_ok()
}

fn read(file: &Path) -> Result<Config, CommandError> {
    let text = std::fs::read(file).map_err(|error| unreadable(file, &error))?;
    let text = String::from_utf8(text).map_err(|error| {
        let line = error.as_bytes()[..error.utf8_error().valid_up_to()]
            .iter()
            .filter(|byte| **byte == b'\n')
            .count();
        let message = format!("{}:{}: this is not UTF-8", file.display(), line + 1);
        CommandError::input(message, Some("save it as UTF-8".into()))
    })?;
    let folder = parent(file);
    let name = in_repository(file);
    let exists = |path: &Path| folder.join(path).exists();
    config::parse(&text, &name, &exists).map_err(|errors| {
        let place = |line, column| format!("{}:{line}:{column}", file.display());
        CommandError::all(errors.into_iter().map(|error| Diagnostic {
            id: FailureId::BadInput.into(),
            message: format!("{}: {}", place(error.line, error.column), error.message),
            hint: error.hint,
        }))
    })
}

fn unreadable(file: &Path, error: &io::Error) -> CommandError {
    let hint = (error.kind() == io::ErrorKind::NotFound)
        .then(|| "`loopcheck init` writes a loopcheck.toml to begin with".to_owned());
    let message = format!("could not read the configuration {}: {error}", file.display());
    CommandError::input(message, hint)
}

/// A file as seen from the root of its repository, or else as it was named.
pub(crate) fn in_repository(file: &Path) -> String {
    let root = repository::root(parent(file));
    let inside = root.and_then(|root| repository::inside(&root, file));
    inside.unwrap_or_else(|| file.display().to_string())
}

/// The folder of a file.
pub(crate) fn parent(file: &Path) -> &Path {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}
