//! The reasons why a handler could not be started.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use super::format::Misfit;

/// A handler could not be started.
#[derive(Debug, Error)]
pub(crate) enum StartError {
    /// There is no such file.
    #[error("handler {} does not exist", .0.display())]
    NotFound(PathBuf),
    /// It is a directory.
    #[error("handler {} is a directory", .0.display())]
    Directory(PathBuf),
    /// It is a device, a pipe or a socket.
    #[error("handler {} is not a program but a {kind}", .path.display())]
    NotRegular {
        /// The path.
        path: PathBuf,
        /// Its kind.
        kind: &'static str,
    },
    /// It may not be executed.
    #[error("handler {} is not executable", .0.display())]
    NotExecutable(PathBuf),
    /// Its content is nothing that this machine can execute.
    #[error("handler {} cannot run on this machine: {misfit}", .path.display())]
    Format {
        /// The path.
        path: PathBuf,
        /// Its kind.
        misfit: Misfit,
    },
    /// The interpreter of a script or the loader of a program is missing.
    #[error("handler {} needs {interpreter}, which is not on this machine", .path.display())]
    Interpreter {
        /// The path.
        path: PathBuf,
        /// The interpreter that the file names.
        interpreter: String,
    },
    /// The directory to start it in cannot be entered.
    #[error("the directory {} to start the handler in cannot be used", .path.display())]
    CurrentDirectory {
        /// The directory.
        path: PathBuf,
        /// The system's message.
        source: io::Error,
    },
    /// Anything else.
    #[error("handler {} could not be started", .path.display())]
    Other {
        /// The path.
        path: PathBuf,
        /// The system's message.
        source: io::Error,
    },
}

impl StartError {
    /// The remedy.
    pub(crate) fn hint(&self) -> String {
        match self {
            Self::NotFound(path) if path.components().count() == 1 => format!(
                "it is looked for in the current directory, not in PATH; check the name, \
                 or give the path of {}",
                path.display()
            ),
            Self::NotFound(_) => "check the path, or build the handler first".into(),
            Self::Directory(_) => {
                "name the executable, or a directory with a Cargo.toml, which is built for you"
                    .into()
            }
            Self::NotRegular { .. } => "name the handler's executable file".into(),
            Self::NotExecutable(path) => format!("chmod +x {}", path.display()),
            Self::Format { misfit, .. } => misfit.hint().into(),
            Self::Interpreter { .. } => {
                "install it, or build the handler for this machine's own C library".into()
            }
            Self::CurrentDirectory { .. } => "check that it exists and may be entered".into(),
            Self::Other { .. } => "start the handler by hand to see what is wrong".into(),
        }
    }

    /// Returns whether the user named something that is not a handler, rather than a handler that
    /// fails.
    pub(crate) fn is_usage(&self) -> bool {
        match self {
            Self::NotFound(_)
            | Self::Directory(_)
            | Self::NotRegular { .. }
            | Self::NotExecutable(_) => true,
            Self::Format { .. }
            | Self::Interpreter { .. }
            | Self::CurrentDirectory { .. }
            | Self::Other { .. } => false,
        }
    }
}
