//! The choice of package and binary in a directory.

use std::path::Path;

use cargo_metadata::{Metadata, Package};

use super::error::BuildError;

/// The package and binary to build.
#[derive(Clone, Copy, Debug)]
pub(super) struct Selection<'a> {
    pub(super) package: &'a Package,
    pub(super) bin: &'a str,
}

/// Chooses the binary that the user asks for.
pub(super) fn select<'a>(
    metadata: &'a Metadata,
    manifest: &Path,
    bin: Option<&str>,
) -> Result<Selection<'a>, BuildError> {
    let package = package(metadata, manifest)?;
    let binaries = binaries(package);
    let named = |name: &str| binaries.iter().copied().find(|binary| *binary == name);
    let name = || package.name.to_string();
    let owned = || binaries.iter().map(|binary| (*binary).to_owned()).collect();
    let bin = match (bin, &package.default_run, binaries.as_slice()) {
        (Some(asked), _, _) => named(asked).ok_or_else(|| BuildError::UnknownBinary {
            package: name(),
            asked: asked.to_owned(),
            binaries: owned(),
        })?,
        (None, _, []) => return Err(BuildError::NoBinary(name())),
        (None, _, [only]) => only,
        (None, default, _) => default
            .as_deref()
            .and_then(named)
            .ok_or_else(|| BuildError::SeveralBinaries { package: name(), binaries: owned() })?,
    };
    Ok(Selection { package, bin })
}

fn package<'a>(metadata: &'a Metadata, manifest: &Path) -> Result<&'a Package, BuildError> {
    let manifest = canonical(manifest);
    let members = metadata.workspace_packages();
    let found = members.iter().find(|p| canonical(p.manifest_path.as_std_path()) == manifest);
    found.copied().ok_or_else(|| BuildError::VirtualWorkspace {
        directory: manifest.parent().unwrap_or(&manifest).to_owned(),
        members: members
            .iter()
            .filter(|member| !binaries(member).is_empty())
            .map(|member| (member.name.to_string(), directory(member)))
            .collect(),
    })
}

/// The directory of a package.
pub(super) fn directory(package: &Package) -> std::path::PathBuf {
    let manifest = package.manifest_path.as_std_path();
    manifest.parent().unwrap_or(manifest).to_owned()
}

fn binaries(package: &Package) -> Vec<&str> {
    let mut names: Vec<&str> = package
        .targets
        .iter()
        .filter(|target| target.is_bin())
        .map(|target| target.name.as_str())
        .collect();
    names.sort_unstable();
    names
}

/// Paths are compared without symbolic links, because cargo does not resolve them.
fn canonical(path: &Path) -> std::path::PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}
