//! Where in the source something was started, and whose source that is.
//!
//! rustc writes the path of a source file as cargo passed it: relative for the workspace that was
//! built, absolute below the cargo home for a registry or git dependency. That is enough to tell
//! the owner. What Node.js tells has other signs; they are in `script_path`. A path is shortened
//! before it is shown, so that no home directory gets into a report.

use crate::model::script_path;

/// A place in a source file.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Location {
    /// The file, shortened; see [`Location::resolve`].
    pub file: String,
    /// Line, from 1.
    pub line: Option<u32>,
    /// Column, from 1.
    pub column: Option<u32>,
    /// The function that it is in, where that is told.
    pub function: Option<String>,
    /// Whether the file is told from the handler's workspace, and is its own.
    pub in_workspace: bool,
}

/// Whose code it is.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Owner {
    /// The handler's own workspace.
    Handler,
    /// A package that the handler depends on.
    Dependency(Package),
    /// The standard library.
    Standard,
    /// Node.js itself.
    Node,
}

/// A package, as far as its source path names it.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Package {
    /// The package's name (of a git checkout: the repository's).
    pub name: String,
    /// The package's version, when the path has one.
    pub version: Option<String>,
}

impl Package {
    /// Splits `@aws-sdk/client-s3@3.9.0`; the name of a scoped package begins with an `@` of its own.
    pub fn from_specifier(specifier: &str) -> Self {
        match specifier.rsplit_once('@') {
            Some((name, version)) if !name.is_empty() => {
                Self { name: name.to_owned(), version: Some(version.to_owned()) }
            }
            _ => Self { name: specifier.to_owned(), version: None },
        }
    }
}

impl Location {
    /// Shortens a source path and tells its owner.
    pub fn resolve(
        path: &str,
        workspace: &str,
        line: Option<u32>,
        column: Option<u32>,
    ) -> (Self, Owner) {
        let path = path.replace('\\', "/");
        let (file, owner) = if script_path::is_script(&path) {
            let path = script_path::without_scheme(&path);
            script_path::foreign(&path).unwrap_or_else(|| own(&path, workspace))
        } else {
            owner_of(&path, workspace)
        };
        let in_workspace = owner == Owner::Handler && is_inside(&path, workspace);
        (Self { file, line, column, function: None, in_workspace }, owner)
    }

    /// Whether it is in a file for Node.js.
    pub fn is_script(&self) -> bool {
        script_path::is_script(&self.file)
    }
}

fn owner_of(path: &str, workspace: &str) -> (String, Owner) {
    if let Some(rest) = after(path, "/registry/src/") {
        // <index>/<name>-<version>/…
        if let Some((_, inside)) = rest.split_once('/') {
            let (folder, _) = inside.split_once('/').unwrap_or((inside, ""));
            return (inside.to_owned(), Owner::Dependency(split_version(folder)));
        }
    }
    if let Some(rest) = after(path, "/git/checkouts/") {
        // <name>-<hash>/<revision>/…
        let mut parts = rest.splitn(3, '/');
        let folder = parts.next().unwrap_or_default();
        let revision = parts.next().unwrap_or_default();
        let inside = parts.next().unwrap_or_default();
        let name = folder.rsplit_once('-').map_or(folder, |(name, _)| name);
        let package = Package { name: name.to_owned(), version: Some(format!("git {revision}")) };
        return (format!("{name}/{inside}"), Owner::Dependency(package));
    }
    if let Some(rest) = after(path, "/library/")
        && (path.starts_with("/rustc/") || path.contains("/rustlib/src/"))
    {
        return (format!("library/{rest}"), Owner::Standard);
    }
    if let Some(rest) = path.strip_prefix("vendor/").or_else(|| after(path, "/vendor/")) {
        let (folder, inside) = rest.split_once('/').unwrap_or((rest, ""));
        if inside.contains("src/") || inside.ends_with(".rs") {
            return (format!("vendor/{rest}"), Owner::Dependency(split_version(folder)));
        }
    }
    own(path, workspace)
}

/// A path of the handler's own, seen from its workspace.
fn own(path: &str, workspace: &str) -> (String, Owner) {
    if !path.starts_with('/') && !path.contains(":/") {
        return (path.to_owned(), Owner::Handler);
    }
    let workspace = workspace.replace('\\', "/");
    let inside = path.strip_prefix(workspace.as_str()).and_then(|rest| rest.strip_prefix('/'));
    match inside {
        Some(inside) if !workspace.is_empty() => (inside.to_owned(), Owner::Handler),
        // A path dependency outside the workspace: the user's own code all the same.
        _ => (last_components(path, 3), Owner::Handler),
    }
}

/// Whether a path of the handler's own is in its workspace.
fn is_inside(path: &str, workspace: &str) -> bool {
    let path = script_path::without_scheme(path);
    let workspace = workspace.replace('\\', "/");
    let relative = !path.starts_with('/') && !path.contains(":/");
    let inside = path.strip_prefix(workspace.as_str()).is_some_and(|rest| rest.starts_with('/'));
    (relative && !path.starts_with("../")) || (inside && !workspace.is_empty())
}

fn after<'a>(path: &'a str, marker: &str) -> Option<&'a str> {
    path.find(marker).map(|at| &path[at + marker.len()..])
}

fn last_components(path: &str, count: usize) -> String {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    parts[parts.len().saturating_sub(count)..].join("/")
}

/// Splits `hyper-util-0.1.21` into name and version.
fn split_version(folder: &str) -> Package {
    let split = folder
        .match_indices('-')
        .find(|(at, _)| is_version(&folder[at + 1..]))
        .map(|(at, _)| (folder[..at].to_owned(), folder[at + 1..].to_owned()));
    match split {
        Some((name, version)) => Package { name, version: Some(version) },
        None => Package { name: folder.to_owned(), version: None },
    }
}

fn is_version(text: &str) -> bool {
    let core = text.split(['-', '+']).next().unwrap_or_default();
    let numbers: Vec<&str> = core.split('.').collect();
    numbers.len() == 3
        && numbers.iter().all(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::model) fn check(path: &str, file: &str, owner: Owner) {
        let (location, found) = Location::resolve(path, "/home/me/work", Some(1), None);
        assert_eq!(location.file, file, "{path}");
        assert_eq!(found, owner, "{path}");
        assert!(!location.file.contains("home"), "{path}");
    }

    pub(in crate::model) fn dependency(name: &str, version: Option<&str>) -> Owner {
        Owner::Dependency(Package { name: name.into(), version: version.map(Into::into) })
    }

    #[test]
    fn a_scope_is_part_of_a_packages_name() {
        let check = |text: &str, name: &str, version: Option<&str>| {
            let package = Package::from_specifier(text);
            assert_eq!((package.name.as_str(), package.version.as_deref()), (name, version));
        };
        check("pg@8.16.3", "pg", Some("8.16.3"));
        check("@aws-sdk/client-s3@3.9.0", "@aws-sdk/client-s3", Some("3.9.0"));
        check("@aws-sdk/client-s3", "@aws-sdk/client-s3", None);
        check("pg", "pg", None);
    }

    #[test]
    fn a_relative_path_is_the_handlers() {
        check("src/main.rs", "src/main.rs", Owner::Handler);
        check("clean/src/main.rs", "clean/src/main.rs", Owner::Handler);
        check("/home/me/work/clean/src/main.rs", "clean/src/main.rs", Owner::Handler);
        check("/home/me/shared/src/lib.rs", "shared/src/lib.rs", Owner::Handler);
        for (path, inside) in [
            ("src/main.rs", true),
            ("/home/me/work/clean/src/main.rs", true),
            ("file:///home/me/work/app.js", true),
            ("/home/me/workshop/src/lib.rs", false),
            ("/home/me/shared/src/lib.rs", false),
            ("../shared/src/lib.rs", false),
            ("/home/me/.cargo/registry/src/index-0/hyper-1.0.0/src/lib.rs", false),
        ] {
            let (location, _) = Location::resolve(path, "/home/me/work", Some(1), None);
            assert_eq!(location.in_workspace, inside, "{path}");
        }
    }

    #[test]
    fn a_registry_path_names_the_package_and_its_version() {
        let home = "/home/me/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f";
        check(
            &format!("{home}/hyper-util-0.1.21/src/rt/tokio.rs"),
            "hyper-util-0.1.21/src/rt/tokio.rs",
            dependency("hyper-util", Some("0.1.21")),
        );
        check(
            &format!("{home}/sha-1-0.10.0-rc.1/src/lib.rs"),
            "sha-1-0.10.0-rc.1/src/lib.rs",
            dependency("sha-1", Some("0.10.0-rc.1")),
        );
    }

    #[test]
    fn git_checkouts_vendored_and_standard_paths_are_not_the_handlers() {
        check(
            "/home/me/.cargo/git/checkouts/console-0123456789abcdef/4f0e1b2/tokio/src/lib.rs",
            "console/tokio/src/lib.rs",
            dependency("console", Some("git 4f0e1b2")),
        );
        check("vendor/h2/src/client.rs", "vendor/h2/src/client.rs", dependency("h2", None));
        check(
            "/rustc/0123456789/library/std/src/thread/mod.rs",
            "library/std/src/thread/mod.rs",
            Owner::Standard,
        );
    }
}
