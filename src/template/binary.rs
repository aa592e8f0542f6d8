//! Which package of a workspace a binary belongs to.
//!
//! cargo itself is asked when the handler is built. Here only the package is looked for, by the
//! rules of The Cargo Book, "Cargo Targets" and "Workspaces".

use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};
use toml::{Table, Value};

use crate::template::lookup::{Lookup, join};

/// The most folders of a workspace that are looked into.
const MOST_MEMBERS: usize = 2_000;

/// The folder of the package that has this binary: the folder's own, or a member of its workspace.
pub(super) fn package_of(folder: &Path, bin: &str, lookup: &dyn Lookup) -> Option<PathBuf> {
    let root = manifest(folder, lookup)?;
    if has_binary(folder, &root, bin, lookup) {
        return Some(folder.to_owned());
    }
    let workspace = root.get("workspace")?;
    let excluded: Vec<PathBuf> =
        texts(workspace, "exclude").map(|excluded| join(folder, excluded)).collect();
    let members = texts(workspace, "members").flat_map(|member| expand(folder, member, lookup));
    let mut members = members.filter(|member| !excluded.contains(member)).take(MOST_MEMBERS);
    members.find(|member| {
        manifest(member, lookup).is_some_and(|manifest| has_binary(member, &manifest, bin, lookup))
    })
}

fn manifest(folder: &Path, lookup: &dyn Lookup) -> Option<Table> {
    lookup.text(&folder.join("Cargo.toml"))?.parse().ok()
}

fn has_binary(folder: &Path, manifest: &Table, bin: &str, lookup: &dyn Lookup) -> bool {
    let Some(package) = manifest.get("package") else { return false };
    let named = |entry: &Value| entry.get("name").and_then(Value::as_str) == Some(bin);
    let listed = manifest.get("bin").and_then(Value::as_array);
    if listed.is_some_and(|listed| listed.iter().any(named)) {
        return true;
    }
    let is_file = |path: &str| lookup.is_file(&join(folder, path));
    let plain = !bin.is_empty() && !bin.contains(['/', '\\']) && bin != "..";
    (named(package) && is_file("src/main.rs"))
        || (plain && is_file(&format!("src/bin/{bin}.rs")))
        || (plain && is_file(&format!("src/bin/{bin}/main.rs")))
}

fn texts<'a>(table: &'a Value, key: &str) -> impl Iterator<Item = &'a str> {
    let listed = table.get(key).and_then(Value::as_array);
    listed.into_iter().flatten().filter_map(Value::as_str)
}

/// The folders that a member stands for: `crates/*` is many.
fn expand(root: &Path, member: &str, lookup: &dyn Lookup) -> Vec<PathBuf> {
    let parts = member.split('/').filter(|part| !part.is_empty() && *part != ".");
    parts.fold(vec![join(root, "")], |folders, part| match glob(part) {
        None => folders.iter().map(|folder| join(folder, part)).collect(),
        Some(glob) => {
            let below = |folder: &PathBuf| {
                let names = lookup.folders(folder).into_iter().filter(|name| glob.is_match(name));
                names.map(|name| join(folder, &name)).collect::<Vec<_>>()
            };
            folders.iter().flat_map(below).take(MOST_MEMBERS).collect()
        }
    })
}

fn glob(part: &str) -> Option<GlobMatcher> {
    let pattern = part.contains(['*', '?', '[']).then_some(part)?;
    GlobBuilder::new(pattern).build().ok().map(|glob| glob.compile_matcher())
}
