//! The compiler flags of a build: the user's own, and `--cfg tokio_unstable`.
//!
//! Cargo takes flags from one source only, the first of several that is present. They are resolved
//! as cargo would, and all of them are passed in the source with the highest precedence.

use std::ffi::OsString;
use std::path::Path;

use cargo_config2::{Config, ResolveOptions};

use super::error::BuildError;

const UNSTABLE: &str = "tokio_unstable";

/// The settings of cargo's configuration for a build.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Flags {
    /// For `CARGO_ENCODED_RUSTFLAGS`.
    pub(super) encoded: String,
    /// The target to choose, when the user's configuration names several.
    pub(super) target: Option<String>,
}

/// Resolves the flags for a build in `directory`. It runs cargo and rustc, so it blocks.
pub(super) fn resolve(
    directory: &Path,
    environment: Vec<(OsString, OsString)>,
) -> Result<Flags, BuildError> {
    let flags = || -> Result<Flags, cargo_config2::Error> {
        let options = ResolveOptions::default().env(environment);
        let config = Config::load_with_options(directory, options)?;
        let targets = config.build_target_for_config(None::<&str>)?;
        let host = config.host_triple()?;
        let chosen = targets.iter().position(|target| target.triple() == host).unwrap_or(0);
        let rustflags = match targets.get(chosen) {
            Some(target) => config.rustflags(target)?,
            None => config.rustflags(host)?,
        };
        let flags = rustflags.map(|flags| flags.flags).unwrap_or_default();
        let encoded = cargo_config2::Flags::from(with_unstable(flags)).encode()?;
        let named = config.build_target_for_cli(None::<&str>)?;
        let target = named.get(chosen).filter(|_| named.len() > 1).cloned();
        Ok(Flags { encoded, target })
    };
    flags().map_err(|error| BuildError::Configuration {
        directory: directory.to_owned(),
        message: chain(&error),
    })
}

fn with_unstable(mut flags: Vec<String>) -> Vec<String> {
    flags.retain(|flag| !flag.is_empty());
    let joined = format!("--cfg={UNSTABLE}");
    let there = flags.contains(&joined)
        || flags.windows(2).any(|pair| pair[0] == "--cfg" && pair[1] == UNSTABLE);
    if !there {
        flags.extend(["--cfg".to_owned(), UNSTABLE.to_owned()]);
    }
    flags
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flags(text: &[&str]) -> Vec<String> {
        text.iter().map(|flag| (*flag).to_owned()).collect()
    }

    #[test]
    fn the_cfg_is_added_once() {
        let unstable = flags(&["--cfg", "tokio_unstable"]);
        assert_eq!(with_unstable(Vec::new()), unstable);
        assert_eq!(with_unstable(unstable.clone()), unstable);
        assert_eq!(with_unstable(flags(&["--cfg=tokio_unstable"])), ["--cfg=tokio_unstable"]);
        assert_eq!(with_unstable(flags(&[""])), unstable);
        assert_eq!(
            with_unstable(flags(&["--check-cfg", "tokio_unstable"])),
            ["--check-cfg", "tokio_unstable", "--cfg", "tokio_unstable"]
        );
    }
}
