//! The functions of a SAM or CloudFormation template as handlers.

use std::path::{Path, PathBuf};

use crate::command::settings::parent;
use crate::config::HandlerTable;
use crate::error::CommandError;
use crate::host::terminal::Terminal;
use crate::model::diagnostic::{Diagnostic, FailureId, GapId};
use crate::report::ReportedDiagnostic;
use crate::session;
use crate::template::{self, Handlers, Lookup};

/// The functions of a template.
pub(crate) struct Functions {
    pub(crate) tables: Vec<HandlerTable>,
    /// The folder that their paths are relative to.
    pub(crate) folder: PathBuf,
    /// The functions that are not run, each with its name.
    pub(crate) gaps: Vec<(String, ReportedDiagnostic)>,
}

/// Reads a template, and notes which functions are not run, or not as in the cloud.
pub(crate) fn read(file: &Path, terminal: &Terminal) -> Result<Functions, CommandError> {
    let name = file.display();
    let text = std::fs::read_to_string(file).map_err(|error| {
        CommandError::input(format!("could not read the template {name}: {error}"), None)
    })?;
    let folder = parent(file).to_owned();
    let found = template::handlers(&text, &Around { folder: &folder }).map_err(|problems| {
        CommandError::all(problems.into_iter().map(|problem| Diagnostic {
            id: FailureId::BadInput.into(),
            message: format!("{name}:{}:{}: {}", problem.line, problem.column, problem.message),
            hint: problem.hint,
        }))
    })?;
    for unresolved in &found.unresolved {
        let variables = unresolved.variables.join(", ");
        terminal.note(&format!(
            "{} is started without {variables}: the values are known in the cloud only; --env sets them",
            unresolved.function
        ));
    }
    let gaps = skipped(file, &found);
    Ok(Functions { tables: found.tables, folder, gaps })
}

/// The functions that are not run. Every report names them, so that they do not pass for checked.
fn skipped(file: &Path, found: &Handlers) -> Vec<(String, ReportedDiagnostic)> {
    let each = found.skipped.iter().map(|skipped| {
        let (file, line, reason) = (file.display(), skipped.line, &skipped.reason);
        let id = if skipped.is_ours { GapId::FunctionUnjudged } else { GapId::FunctionNotRun };
        let name = skipped.name.escape_debug();
        let gap = Diagnostic::new(id, format!("{file}:{line}: {name} is not run: {reason}"));
        let gap = match id {
            GapId::FunctionUnjudged => {
                gap.hint("name its handler in loopcheck.toml, or leave it out with --filter")
            }
            _ => gap,
        };
        (skipped.name.clone(), ReportedDiagnostic::from(&gap))
    });
    each.collect()
}

/// The files around a template.
struct Around<'a> {
    folder: &'a Path,
}

impl Lookup for Around<'_> {
    fn is_file(&self, path: &Path) -> bool {
        self.folder.join(path).is_file()
    }

    fn is_folder(&self, path: &Path) -> bool {
        self.folder.join(path).is_dir()
    }

    fn folders(&self, path: &Path) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(self.folder.join(path)) else { return Vec::new() };
        let folders = entries.flatten().filter(|entry| entry.path().is_dir());
        let mut names: Vec<String> =
            folders.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.sort();
        names
    }

    fn text(&self, path: &Path) -> Option<String> {
        std::fs::read_to_string(self.folder.join(path)).ok()
    }

    fn region(&self) -> Option<String> {
        Some(session::region())
    }
}
