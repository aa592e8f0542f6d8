//! From the path of a source file to its place and its owner.

use crate::model::location::{Location, Owner};
use crate::model::source_path::{cargo, node};

impl Location {
    /// Shortens a source path and finds its owner.
    pub fn resolve(
        path: &str,
        workspace: &str,
        line: Option<u32>,
        column: Option<u32>,
    ) -> (Self, Owner) {
        let path = path.replace('\\', "/");
        let (file, owner) = if node::is_script(&path) {
            let path = node::without_scheme(&path);
            node::foreign(&path).unwrap_or_else(|| own(&path, workspace))
        } else {
            cargo::foreign(&path).unwrap_or_else(|| own(&path, workspace))
        };
        let in_workspace = owner == Owner::Handler && is_inside(&path, workspace);
        (Self { file, line, column, function: None, in_workspace }, owner)
    }

    /// Returns true for a file of a scripting language, whose feed names the function as well.
    pub fn is_script(&self) -> bool {
        node::is_script(&self.file)
    }
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

/// Returns true for a path of the handler's own that is in its workspace.
fn is_inside(path: &str, workspace: &str) -> bool {
    let path = node::without_scheme(path);
    let workspace = workspace.replace('\\', "/");
    let relative = !path.starts_with('/') && !path.contains(":/");
    let inside = path.strip_prefix(workspace.as_str()).is_some_and(|rest| rest.starts_with('/'));
    (relative && !path.starts_with("../")) || (inside && !workspace.is_empty())
}

fn last_components(path: &str, count: usize) -> String {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    parts[parts.len().saturating_sub(count)..].join("/")
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::model::location::Package;

    pub(in crate::model::source_path) fn check(path: &str, file: &str, owner: Owner) {
        let (location, found) = Location::resolve(path, "/home/me/work", Some(1), None);
        assert_eq!(location.file, file, "{path}");
        assert_eq!(found, owner, "{path}");
        assert!(!location.file.contains("home"), "{path}");
    }

    pub(in crate::model::source_path) fn dependency(name: &str, version: Option<&str>) -> Owner {
        Owner::Dependency(Package { name: name.into(), version: version.map(Into::into) })
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
            Owner::Standard("std"),
        );
    }
}
