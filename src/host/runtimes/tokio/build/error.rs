//! Reasons for which a handler cannot be built.

use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;

use thiserror::Error;

/// A handler could not be built.
#[derive(Debug, Error)]
pub(crate) enum BuildError {
    /// The directory has no manifest.
    #[error("{} has no Cargo.toml", .0.display())]
    NoManifest(PathBuf),
    /// The manifest has a workspace and no package.
    #[error("{} is a workspace without a package of its own", .directory.display())]
    VirtualWorkspace {
        /// The directory.
        directory: PathBuf,
        /// Names and directories of the members that have binaries.
        members: Vec<(String, PathBuf)>,
    },
    /// The package has no binary.
    #[error("package {0} has no binary")]
    NoBinary(String),
    /// The package has several binaries and none is the default.
    #[error("package {package} has several binaries: {}", .binaries.join(", "))]
    SeveralBinaries {
        /// The package.
        package: String,
        /// Their names.
        binaries: Vec<String>,
    },
    /// The package has no binary of that name.
    #[error("package {package} has no binary {asked}")]
    UnknownBinary {
        /// The package.
        package: String,
        /// The requested name.
        asked: String,
        /// The existing names.
        binaries: Vec<String>,
    },
    /// Cargo could not be started.
    #[error("{} could not be started to build the handler", .program.display())]
    Cargo {
        /// The program.
        program: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// Cargo's configuration could not be read.
    #[error("cargo's configuration for {} could not be read: {message}", .directory.display())]
    Configuration {
        /// The directory.
        directory: PathBuf,
        /// The error in it.
        message: String,
    },
    /// `cargo metadata` failed and has printed the reason.
    #[error("cargo could not read the package ({0})")]
    Metadata(ExitStatus),
    /// `cargo build` failed and has printed the reason.
    #[error("cargo could not build the handler ({0})")]
    Failed(ExitStatus),
    /// A message of cargo could not be parsed.
    #[error("cargo's answer was not understood: {0}")]
    Answer(String),
}

impl BuildError {
    /// A hint with the remedy.
    pub(crate) fn hint(&self) -> String {
        match self {
            Self::NoManifest(_) => {
                "name the handler's executable, the directory of its Cargo.toml, or for Node.js its file".into()
            }
            Self::VirtualWorkspace { members, .. } if members.is_empty() => {
                "no member of it has a binary; name the handler's executable".into()
            }
            Self::VirtualWorkspace { members, .. } => {
                let members: Vec<String> = members
                    .iter()
                    .map(|(name, directory)| format!("{} ({name})", directory.display()))
                    .collect();
                format!("name the directory of a member: {}", members.join(", "))
            }
            Self::NoBinary(_) => "name the directory of a package with a main.rs".into(),
            Self::SeveralBinaries { binaries, .. } => format!(
                "choose one with --bin, for example --bin {}, or set default-run in Cargo.toml",
                binaries.first().map_or("NAME", String::as_str)
            ),
            Self::UnknownBinary { binaries, .. } if binaries.is_empty() => {
                "it has no binary at all".into()
            }
            Self::UnknownBinary { binaries, .. } => format!("it has {}", binaries.join(", ")),
            Self::Cargo { .. } => {
                "install Rust from https://rustup.rs, or build the handler elsewhere with \
                 RUSTFLAGS=\"--cfg tokio_unstable\" and name the executable"
                    .into()
            }
            Self::Configuration { .. } => "mend the .cargo/config.toml, then try again".into(),
            Self::Metadata(_) | Self::Failed(_) => "cargo's own message is above".into(),
            Self::Answer(_) => {
                "build the handler with RUSTFLAGS=\"--cfg tokio_unstable\" and name the executable"
                    .into()
            }
        }
    }

    /// Returns `true` if HANDLER names something that cannot be built, `false` if a build failed.
    pub(crate) fn is_usage(&self) -> bool {
        match self {
            Self::NoManifest(_)
            | Self::VirtualWorkspace { .. }
            | Self::NoBinary(_)
            | Self::SeveralBinaries { .. }
            | Self::UnknownBinary { .. } => true,
            Self::Cargo { .. }
            | Self::Configuration { .. }
            | Self::Metadata(_)
            | Self::Failed(_)
            | Self::Answer(_) => false,
        }
    }
}
