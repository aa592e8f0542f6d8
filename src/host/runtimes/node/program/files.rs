//! The JavaScript that runs inside the handler's process: embedded here, and written to a folder
//! for one run.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// Embeds files of a folder by their names.
macro_rules! embed {
    ($folder:literal: $($name:literal,)+) => {
        &[$(($name, include_str!(concat!("../", $folder, "/", $name))),)+]
    };
}

/// The files of the agent by their names. They are written into the same folder as those of the mini
/// runtime, so that each loads any other as `./name.cjs`. A test compares the lists with the folders.
const AGENT_FILES: &[(&str, &str)] = embed![
    "agent":
    "agent.cjs",
    "alive.cjs",
    "audit.cjs",
    "clock.cjs",
    "context.cjs",
    "facts.cjs",
    "hooks.cjs",
    "kinds.cjs",
    "marks.cjs",
    "pipe.cjs",
    "promises.cjs",
    "proxy.cjs",
    "records.cjs",
    "ric.cjs",
    "site.cjs",
    "symbols.cjs",
];

/// The files of the mini runtime.
const RUNTIME_FILES: &[(&str, &str)] = embed![
    "mini_runtime":
    "api.cjs",
    "bootstrap.cjs",
    "client3.cjs",
    "client4.cjs",
    "errors.cjs",
    "globals.cjs",
    "lambda-context.cjs",
    "load.cjs",
    "stream.cjs",
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
        for (name, text) in AGENT_FILES.iter().chain(RUNTIME_FILES) {
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

    fn all_files() -> impl Iterator<Item = &'static (&'static str, &'static str)> {
        AGENT_FILES.iter().chain(RUNTIME_FILES)
    }

    #[test]
    fn every_file_of_the_folders_is_embedded() {
        for (folder, files, entry) in
            [("agent", AGENT_FILES, AGENT), ("mini_runtime", RUNTIME_FILES, BOOTSTRAP)]
        {
            let folder = format!("src/host/runtimes/node/{folder}");
            let there: BTreeSet<String> =
                fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(&folder))
                    .unwrap()
                    .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                    .filter(|name| name.ends_with(".cjs"))
                    .collect();
            let embedded: BTreeSet<String> =
                files.iter().map(|(name, _)| (*name).to_owned()).collect();
            assert_eq!(embedded.len(), files.len(), "every file once");
            assert_eq!(embedded, there, "left: what is embedded; right: {folder}");
            assert!(embedded.contains(entry), "{entry}");
        }
    }

    #[test]
    fn a_file_loads_only_what_is_embedded_or_nodes_own() {
        let known: BTreeSet<String> = all_files().map(|(name, _)| format!("./{name}")).collect();
        for (name, text) in all_files() {
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
        assert_eq!(fs::read_dir(&folder).unwrap().count(), all_files().count());
        assert!(files.agent().is_file() && files.bootstrap().is_file());
        drop(files);
        assert!(!folder.exists());
        assert!(AgentFiles::write_below(Path::new("/nowhere/at/all")).is_err());
    }
}
