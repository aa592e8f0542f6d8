//! A configuration, once it is understood.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::gate::Expected;
use crate::rule::{Level, RuleId};

/// A configuration.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config {
    /// The options of every handler that has none of its own.
    pub options: RunOptions,
    /// The handlers, in the order of the file.
    pub handlers: Vec<HandlerTable>,
    /// The expectations, in the order of the file.
    pub expected: Vec<Expected>,
    /// The levels of rules that are not the rules' own.
    pub levels: BTreeMap<RuleId, Level>,
}

/// A `[[handler]]`, or a function of a template.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct HandlerTable {
    /// Its unique name.
    pub name: String,
    /// HANDLER, as one would give it in the folder of the file that names it. The paths here are
    /// relative to that folder.
    pub path: PathBuf,
    /// The events; empty: one event, `{}`.
    pub events: Vec<Event>,
    /// Its options.
    pub options: RunOptions,
    /// Environment variables.
    pub env: Vec<(String, String)>,
    /// The managed runtime to run as, for example `nodejs22.x`.
    pub runtime: Option<String>,
    /// The completion modes to gate on; empty: those that the handler uses.
    pub modes: Vec<String>,
    /// Of a directory with several binaries: the one to run.
    pub bin: Option<String>,
    /// Builds a directory in release mode.
    pub release: bool,
    /// The function's memory in MB.
    pub memory: Option<u32>,
    /// Where it stands in the file that names it, from 1.
    pub line: u32,
}

/// The options of a run, as far as one place decides them: the command line, a handler's table or
/// the top of the configuration.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct RunOptions {
    /// The number of deliveries of each event.
    pub invocations: Option<u32>,
    /// The function's timeout.
    pub timeout: Option<Duration>,
    /// The longest watch after each response.
    pub settle: Option<Duration>,
    /// The verification of predictions.
    pub prove: Option<bool>,
    /// The length of a freeze then.
    pub freeze_for: Option<Duration>,
}

impl RunOptions {
    /// These options, completed by others.
    #[must_use]
    pub fn or(self, others: Self) -> Self {
        Self {
            invocations: self.invocations.or(others.invocations),
            timeout: self.timeout.or(others.timeout),
            settle: self.settle.or(others.settle),
            prove: self.prove.or(others.prove),
            freeze_for: self.freeze_for.or(others.freeze_for),
        }
    }
}

/// An event of a handler.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Event {
    /// A file, relative to the folder of the file that names it.
    File(PathBuf),
    /// JSON itself.
    Json(String),
}

impl Event {
    /// As `--event` takes it, if the file that names it stands in `folder`.
    pub fn argument(&self, folder: &Path) -> OsString {
        match self {
            Self::File(file) => folder.join(file).into_os_string(),
            Self::Json(json) => json.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_file_is_looked_for_in_the_folder() {
        let folder = Path::new("services");
        assert_eq!(Event::File("a.json".into()).argument(folder), "services/a.json");
        assert_eq!(Event::Json("{\"a\": 1}".into()).argument(folder), "{\"a\": 1}");
    }
}
