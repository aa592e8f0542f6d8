//! The version of the npm package that a file belongs to, from the package's own `package.json`.
//!
//! Reads files; conclusions from a path alone are drawn in `model`.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::host::runtimes::node::place::file_url;

/// A longer `package.json` is not read. In bytes.
const LONGEST_MANIFEST: u64 = 4 * 1024 * 1024;

/// The parts of a `package.json` that are read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Manifest {
    /// The package's name.
    pub(crate) name: Option<String>,
    /// Its version.
    pub(crate) version: Option<String>,
    /// The file that the package is loaded by.
    pub(crate) main: Option<String>,
    /// Its commands: one path, or paths by name.
    pub(crate) bin: serde_json::Value,
    /// The packages of a workspace; `null` in most of them.
    pub(crate) workspaces: serde_json::Value,
}

impl Manifest {
    /// That of the package in this folder; `None` without a usable one.
    pub(crate) fn read(folder: &Path) -> Option<Self> {
        let path = folder.join("package.json");
        let metadata = fs::metadata(&path).ok()?;
        if !metadata.is_file() || metadata.len() > LONGEST_MANIFEST {
            return None;
        }
        let text = fs::read(&path).ok()?;
        // What is no string where one belongs must not cost the rest.
        let value: serde_json::Value = serde_json::from_slice(&text).ok()?;
        let string = |key: &str| value.get(key)?.as_str().map(str::to_owned);
        Some(Self {
            name: string("name"),
            version: string("version"),
            main: string("main"),
            bin: value.get("bin").cloned().unwrap_or_default(),
            workspaces: value.get("workspaces").cloned().unwrap_or_default(),
        })
    }
}

/// The versions of the packages that were asked for, each read once.
#[derive(Debug, Default)]
pub(crate) struct PackageVersions {
    /// By the package's folder.
    versions: HashMap<PathBuf, Option<String>>,
}

impl PackageVersions {
    /// The package of a file in `node_modules` as `name@version`, named as it is imported; `None`
    /// for a file that is in none, and for a package without a version.
    pub(crate) fn of(&mut self, file: &str) -> Option<String> {
        let package = split(file)?;
        let version = self.version(&format!("{}{}", package.above, package.name))?;
        Some(format!("{}@{version}", package.name))
    }

    /// The same path with the version in it, as [`Location::resolve`] understands it:
    /// `…/node_modules/pg@8.11.3/lib/client.js`. What has no version is given back as it is.
    ///
    /// [`Location::resolve`]: crate::model::location::Location::resolve
    pub(crate) fn versioned(&mut self, file: &str) -> String {
        match (self.of(file), split(file)) {
            (Some(package), Some(split)) => format!("{}{package}{}", split.above, split.inside),
            _ => file.to_owned(),
        }
    }

    fn version(&mut self, folder: &str) -> Option<String> {
        let folder = file_url::path(folder)?;
        let version = self.versions.entry(folder);
        version.or_insert_with_key(|folder| read(folder)).clone()
    }
}

fn read(folder: &Path) -> Option<String> {
    let version = Manifest::read(folder)?.version?;
    let fits = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
    (!version.is_empty() && version.len() <= 64 && version.chars().all(fits)).then_some(version)
}

/// A path in `node_modules`, in its parts.
struct Split<'a> {
    /// Up to the innermost `node_modules/`, with it.
    above: &'a str,
    /// The package, with its scope.
    name: &'a str,
    /// The rest, from the slash.
    inside: &'a str,
}

fn split(file: &str) -> Option<Split<'_>> {
    let rest = path_in_packages(file)?;
    let (above, _) = file.split_at(file.len() - rest.len());
    let name = package_name(rest);
    let inside = &rest[name.len()..];
    (!name.is_empty() && !name.starts_with('.')).then_some(Split { above, name, inside })
}

/// The path from the name of the innermost package on.
pub(in crate::host::runtimes::node) fn path_in_packages(file: &str) -> Option<&str> {
    const FOLDER: &str = "/node_modules/";
    file.rfind(FOLDER).map(|at| &file[at + FOLDER.len()..])
}

/// The name of the package that such a path begins with, with its scope; empty when it begins with
/// none.
pub(in crate::host::runtimes::node) fn package_name(inside: &str) -> &str {
    let slashes = if inside.starts_with('@') { 1 } else { 0 };
    inside.match_indices('/').nth(slashes).map_or("", |(end, _)| &inside[..end])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::scratch::Scratch;

    #[test]
    fn the_version_of_the_innermost_package_is_read_once() {
        let scratch = Scratch::new();
        let root = scratch.path().to_str().unwrap();
        let manifest = |folder: &str, text: &str| {
            scratch.file(&format!("{folder}/package.json"), text, 0o644);
        };
        manifest("node_modules/pg", r#"{"name":"pg","version":"8.11.3","main":7}"#);
        manifest("node_modules/pg/lib", r#"{"type":"commonjs"}"#);
        manifest("node_modules/pg/node_modules/@a/b", r#"{"name":"other","version":"1.0.0-rc.1"}"#);
        manifest("node_modules/none", r#"{"name":"none"}"#);
        manifest("node_modules/odd", r#"{"version":"1/../2"}"#);
        manifest("node_modules/broken", "{");
        manifest(".", r#"{"version":"9.9.9"}"#);
        let mut versions = PackageVersions::default();
        for (file, package) in [
            ("node_modules/pg/lib/client.js", Some("pg@8.11.3")),
            ("node_modules/pg/node_modules/@a/b/c.js", Some("@a/b@1.0.0-rc.1")),
            ("node_modules/none/a.js", None),
            ("node_modules/odd/a.js", None),
            ("node_modules/broken/a.js", None),
            ("node_modules/gone/a.js", None),
            ("node_modules/.bin/a.js", None),
            ("src/a.js", None),
        ] {
            let found = versions.of(&format!("{root}/{file}"));
            assert_eq!(found.as_deref(), package, "{file}");
            assert_eq!(versions.of(&format!("file://{root}/{file}")), found, "{file}");
        }
        fs::remove_file(scratch.path().join("node_modules/pg/package.json")).unwrap();
        let file = format!("{root}/node_modules/pg/lib/client.js");
        let versioned = format!("{root}/node_modules/pg@8.11.3/lib/client.js");
        assert_eq!(versions.versioned(&file), versioned);
        assert_eq!(versions.versioned("/a/src/b.js"), "/a/src/b.js");
        assert_eq!(versions.of("node_modules/pg/lib/client.js"), None);
    }
}
