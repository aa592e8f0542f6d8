//! The path of something in its repository, which is the same on every machine.

use std::path::{Component, Path, PathBuf};

/// The root of the repository that a folder is in: where `.git` is. Without one, the current
/// directory stands for it, if the folder is in that.
pub(crate) fn root(folder: &Path) -> Option<PathBuf> {
    let folder = folder.canonicalize().ok()?;
    let marked = folder.ancestors().find(|above| above.join(".git").exists());
    let current = || Path::new(".").canonicalize().ok().filter(|here| folder.starts_with(here));
    marked.map(Path::to_owned).or_else(current)
}

/// A path as seen from the root, with slashes; empty for the root itself. `None`: it is not there,
/// or outside.
pub(crate) fn inside(root: &Path, path: &Path) -> Option<String> {
    let (root, path) = (root.canonicalize().ok()?, path.canonicalize().ok()?);
    let inside = path.strip_prefix(root).ok()?;
    let parts = inside.components().map(|part| match part {
        Component::Normal(name) => name.to_str(),
        _ => None,
    });
    Some(parts.collect::<Option<Vec<&str>>>()?.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::scratch::Scratch;

    #[test]
    fn a_path_is_seen_from_where_git_is() {
        let scratch = Scratch::new();
        scratch.file("a/.git/HEAD", "", 0o644);
        scratch.file("a/b/c/handler.js", "", 0o644);
        let repository = scratch.path().join("a");
        let found = root(&repository.join("b/c")).unwrap();
        assert_eq!(found, repository.canonicalize().unwrap());
        assert_eq!(
            inside(&found, &repository.join("b/c/../c/handler.js")).unwrap(),
            "b/c/handler.js"
        );
        assert_eq!(inside(&found, &repository).unwrap(), "");
        assert_eq!(inside(&found, scratch.path()), None);
        assert_eq!(inside(&found, &repository.join("nothing")), None);
    }
}
