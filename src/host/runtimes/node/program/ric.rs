//! The user's own copy of AWS' runtime interface client, `aws-lambda-ric`.

use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::host::runtimes::node::place::package::Manifest;
use crate::host::runtimes::node::program::executable::NodeVersion;
use crate::host::runtimes::node::program::runtime::Client;

/// The package's name.
const NAME: &str = "aws-lambda-ric";

/// The locations of its native part: in version 4, in version 3, and the output of node-gyp.
const NATIVE: [&str; 3] =
    ["rapid-client.node", "dist/rapid-client.node", "build/Release/rapid-client.node"];

/// The first Node.js that version 4 runs on (its `package.json`, engines).
const OLDEST_FOR_FOUR: u32 = 22;

/// An installed client.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Ric {
    /// The package's folder, absolute and without links.
    pub(crate) folder: PathBuf,
    /// Its version.
    pub(crate) version: String,
    /// Its major version.
    pub(crate) client: Client,
    /// The script that starts it.
    pub(crate) script: PathBuf,
}

/// `--ric` does not name a usable client.
#[derive(Debug, Error)]
pub(crate) enum RicError {
    /// The client does not exist.
    #[error("there is no {NAME} in {}", .0.display())]
    NotFound(PathBuf),
    /// Its version has not been tested.
    #[error("{} is {NAME} {version}, which loopcheck does not know", .folder.display())]
    Version {
        /// The package's folder.
        folder: PathBuf,
        /// The version in its `package.json`.
        version: String,
    },
    /// A part of it is missing.
    #[error("{NAME} in {} is not complete: there is no {missing}", .folder.display())]
    Incomplete {
        /// The package's folder.
        folder: PathBuf,
        /// The missing part.
        missing: &'static str,
    },
    /// The Node that was found is too old for it.
    #[error("{NAME} {version} needs Node.js {OLDEST_FOR_FOUR}, and {node} was found")]
    Node {
        /// The client's version.
        version: String,
        /// The Node's.
        node: NodeVersion,
    },
}

impl RicError {
    /// A hint with the remedy.
    pub(crate) fn hint(&self) -> String {
        match self {
            Self::NotFound(_) => format!(
                "give its folder, or that of a project that has it in node_modules; or leave out \
                 --ric: loopcheck has a client of its own (npm install {NAME} needs a C++ \
                 compiler, cmake, autoconf, automake and libtool)"
            ),
            Self::Version { .. } => format!("install {NAME} 3 or 4, or leave out --ric"),
            Self::Incomplete { .. } => format!(
                "build it: npm rebuild {NAME} --foreground-scripts (npm may have to be set to \
                 run install scripts; it needs a C++ compiler, cmake, autoconf, automake and \
                 libtool), or leave out --ric"
            ),
            Self::Node { .. } => {
                format!("put Node.js {OLDEST_FOR_FOUR} or newer first in PATH, or install {NAME} 3")
            }
        }
    }
}

impl Ric {
    /// The client in a folder: its own, a `node_modules`, or a project's.
    pub(crate) fn find(given: &Path) -> Result<Self, RicError> {
        let folders = ["", NAME, "node_modules/aws-lambda-ric"].map(|below| given.join(below));
        let found = folders.into_iter().find_map(|folder| {
            let manifest = Manifest::read(&folder)?;
            (manifest.name.as_deref() == Some(NAME)).then_some((folder, manifest))
        });
        let (folder, manifest) = found.ok_or_else(|| RicError::NotFound(given.to_owned()))?;
        let folder = folder.canonicalize().unwrap_or(folder);
        let version = manifest.version.unwrap_or_default();
        let client = match version.split('.').next() {
            Some("3") => Client::Three,
            Some("4") => Client::Four,
            _ => return Err(RicError::Version { folder, version }),
        };
        let bin = manifest.bin.as_str().or_else(|| manifest.bin.get(NAME)?.as_str());
        let script = bin.map(|bin| folder.join(bin.trim_start_matches("./")));
        let Some(script) = script.filter(|script| script.is_file()) else {
            return Err(RicError::Incomplete { folder, missing: "script to start it" });
        };
        if !NATIVE.iter().any(|native| folder.join(native).is_file()) {
            return Err(RicError::Incomplete {
                folder,
                missing: "native module (rapid-client.node)",
            });
        }
        Ok(Self { folder, version, client, script })
    }

    /// Returns `true` if it runs on this Node.
    pub(crate) fn check_node(&self, node: NodeVersion) -> Result<(), RicError> {
        if self.client == Client::Four && node.major < OLDEST_FOR_FOUR {
            return Err(RicError::Node { version: self.version.clone(), node });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::scratch::Scratch;

    fn install(scratch: &Scratch, version: &str, bin: &str, files: &[&str]) {
        let folder = "app/node_modules/aws-lambda-ric";
        let manifest = format!(r#"{{"name":"aws-lambda-ric","version":"{version}","bin":{bin}}}"#);
        scratch.file(&format!("{folder}/package.json"), manifest, 0o644);
        for file in files {
            scratch.file(&format!("{folder}/{file}"), "", 0o644);
        }
    }

    #[test]
    fn it_is_found_from_three_folders() {
        let scratch = Scratch::new();
        let files = ["bin/index.mjs", "dist/rapid-client.node"];
        install(&scratch, "3.3.0", r#"{"aws-lambda-ric":"bin/index.mjs"}"#, &files);
        let root = scratch.path();
        for given in ["app", "app/node_modules", "app/node_modules/aws-lambda-ric"] {
            let found = Ric::find(&root.join(given)).unwrap();
            assert_eq!(found.version, "3.3.0");
            assert_eq!(found.client, Client::Three);
            assert_eq!(found.script, root.join("app/node_modules/aws-lambda-ric/bin/index.mjs"));
        }
        assert!(matches!(Ric::find(root), Err(RicError::NotFound(_))));
        assert!(matches!(Ric::find(&root.join("none")), Err(RicError::NotFound(_))));
    }

    #[test]
    fn four_needs_a_newer_node() {
        let scratch = Scratch::new();
        install(&scratch, "4.0.2", r#""./index.mjs""#, &["index.mjs", "rapid-client.node"]);
        let found = Ric::find(&scratch.path().join("app")).unwrap();
        assert_eq!(found.client, Client::Four);
        assert!(found.check_node(NodeVersion::parse("v22.0.0").unwrap()).is_ok());
        let error = found.check_node(NodeVersion::parse("v20.20.2").unwrap()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "aws-lambda-ric 4.0.2 needs Node.js 22, and 20.20.2 was found"
        );
        assert!(!error.hint().is_empty());
    }

    #[test]
    fn an_unusable_client_is_an_error_with_a_hint() {
        let script = r#"{"aws-lambda-ric":"bin/index.mjs"}"#;
        for (version, bin, files, message) in [
            ("2.1.0", script, &[][..], "is aws-lambda-ric 2.1.0, which"),
            ("3.3.0", script, &["dist/rapid-client.node"], "there is no script to start it"),
            ("3.3.0", "[]", &["dist/rapid-client.node"], "there is no script to start it"),
            ("3.3.0", script, &["bin/index.mjs"], "there is no native module"),
        ] {
            let scratch = Scratch::new();
            install(&scratch, version, bin, files);
            let error = Ric::find(&scratch.path().join("app")).unwrap_err();
            assert!(error.to_string().contains(message), "{error}");
            assert!(error.hint().contains("--ric"), "{}", error.hint());
        }
    }
}
