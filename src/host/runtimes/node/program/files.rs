//! The JavaScript that runs inside the handler's process: embedded here, and written to a folder
//! for one run.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// Embeds files of `agent/` by their names.
macro_rules! agent_files {
    ($($name:literal,)+) => {
        &[$(($name, include_str!(concat!("../agent/", $name))),)+]
    };
}

/// Every file by its name; they load each other as `./name.cjs`. A test compares the list with the
/// folder.
const FILES: &[(&str, &str)] = agent_files![
    "agent.cjs",
    "alive.cjs",
    "api.cjs",
    "audit.cjs",
    "bootstrap.cjs",
    "client3.cjs",
    "client4.cjs",
    "clock.cjs",
    "context.cjs",
    "errors.cjs",
    "facts.cjs",
    "globals.cjs",
    "hooks.cjs",
    "kinds.cjs",
    "lambda-context.cjs",
    "load.cjs",
    "marks.cjs",
    "pipe.cjs",
    "promises.cjs",
    "proxy.cjs",
    "records.cjs",
    "ric.cjs",
    "site.cjs",
    "stream.cjs",
    "symbols.cjs",
];

/// The entry that watches the handler, loaded before anything else.
const AGENT: &str = "agent.cjs";

/// The mini runtime.
const BOOTSTRAP: &str = "bootstrap.cjs";

/// The files of one run; dropping it removes them.
#[derive(Debug)]
pub(crate) struct AgentFiles {
    /// Removes the folder when it is dropped.
    _folder: TempDir,
    /// The same folder without links, as Node names the modules that it loads from it.
    path: PathBuf,
}

impl AgentFiles {
    /// Writes all files into a new folder that only the user can access.
    pub(crate) fn write() -> io::Result<Self> {
        Self::write_below(&std::env::temp_dir())
    }

    fn write_below(parent: &Path) -> io::Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("loopcheck-")
            .permissions(Permissions::from_mode(0o700))
            .tempdir_in(parent)?;
        let path = folder.path().canonicalize()?;
        for (name, text) in FILES {
            fs::write(path.join(name), text)?;
        }
        if path.to_str().is_none() {
            let message = format!("the temporary folder {} is not UTF-8", path.display());
            return Err(io::Error::new(io::ErrorKind::InvalidFilename, message));
        }
        Ok(Self { _folder: folder, path })
    }

    /// The folder, absolute and without links. A frame in it belongs to loopcheck.
    pub(crate) fn folder(&self) -> &Path {
        &self.path
    }

    /// The argument of `--require`.
    pub(crate) fn agent(&self) -> PathBuf {
        self.path.join(AGENT)
    }

    /// The script of the mini runtime.
    pub(crate) fn bootstrap(&self) -> PathBuf {
        self.path.join(BOOTSTRAP)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::host::scratch::Scratch;

    #[test]
    fn every_file_of_the_folder_is_embedded() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/host/runtimes/node/agent");
        let there: BTreeSet<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.ends_with(".cjs"))
            .collect();
        let embedded: BTreeSet<String> = FILES.iter().map(|(name, _)| (*name).to_owned()).collect();
        assert_eq!(embedded.len(), FILES.len(), "every file once");
        assert_eq!(embedded, there, "left: FILES; right: src/host/runtimes/node/agent");
        for entry in [AGENT, BOOTSTRAP] {
            assert!(embedded.contains(entry), "{entry}");
        }
    }

    #[test]
    fn a_file_loads_only_what_is_embedded_or_nodes_own() {
        let known: BTreeSet<String> = FILES.iter().map(|(name, _)| format!("./{name}")).collect();
        for (name, text) in FILES {
            let calls = text.split("require('").skip(1).filter_map(|rest| rest.split('\'').next());
            for asked in calls.filter(|asked| asked.starts_with('.')) {
                assert!(known.contains(asked), "{name} loads {asked}");
            }
        }
    }

    #[test]
    fn the_files_are_private_and_go_with_their_owner() {
        let scratch = Scratch::new();
        let files = AgentFiles::write_below(scratch.path()).unwrap();
        let folder = files.folder().to_owned();
        assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
        assert_eq!(fs::read_dir(&folder).unwrap().count(), FILES.len());
        assert!(files.agent().is_file() && files.bootstrap().is_file());
        drop(files);
        assert!(!folder.exists());
        assert!(AgentFiles::write_below(Path::new("/nowhere/at/all")).is_err());
    }
}
