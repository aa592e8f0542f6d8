//! Owners of Rust source files.
//!
//! rustc writes the path of a source file as cargo passed it: relative for the workspace that was
//! built, absolute below the cargo home for a registry or git dependency. That is enough to find the
//! owner.

use crate::model::location::{Owner, Package};

/// The shortened path and the owner of a file that is not the handler's.
pub(super) fn foreign(path: &str) -> Option<(String, Owner)> {
    if let Some(rest) = after(path, "/registry/src/") {
        // <index>/<name>-<version>/…
        if let Some((_, inside)) = rest.split_once('/') {
            let (folder, _) = inside.split_once('/').unwrap_or((inside, ""));
            return Some((inside.to_owned(), Owner::Dependency(split_version(folder))));
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
        return Some((format!("{name}/{inside}"), Owner::Dependency(package)));
    }
    if let Some(rest) = after(path, "/library/")
        && (path.starts_with("/rustc/") || path.contains("/rustlib/src/"))
    {
        return Some((format!("library/{rest}"), Owner::Standard("std")));
    }
    if let Some(rest) = path.strip_prefix("vendor/").or_else(|| after(path, "/vendor/")) {
        let (folder, inside) = rest.split_once('/').unwrap_or((rest, ""));
        if inside.contains("src/") || inside.ends_with(".rs") {
            return Some((format!("vendor/{rest}"), Owner::Dependency(split_version(folder))));
        }
    }
    None
}

fn after<'a>(path: &'a str, marker: &str) -> Option<&'a str> {
    path.find(marker).map(|at| &path[at + marker.len()..])
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
