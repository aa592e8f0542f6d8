//! The surroundings that a template is read against: files, and the region.

use std::path::{Component, Path, PathBuf};

/// Answers questions about what is around a template. A path is relative to the template's folder
/// unless it is absolute.
pub trait Lookup {
    /// Returns true for a file.
    fn is_file(&self, path: &Path) -> bool;

    /// Returns true for a directory.
    fn is_folder(&self, path: &Path) -> bool;

    /// The names of the folders in a folder, in a fixed order; none if it cannot be listed.
    fn folders(&self, path: &Path) -> Vec<String>;

    /// The text of a file; `None` if it cannot be read as text.
    fn text(&self, path: &Path) -> Option<String>;

    /// The region for `AWS_REGION` of the handlers, if it is known.
    fn region(&self) -> Option<String>;
}

/// A path below a folder, without `.` in it.
pub(super) fn join(folder: &Path, below: &str) -> PathBuf {
    let parts: PathBuf =
        folder.join(below).components().filter(|part| *part != Component::CurDir).collect();
    if parts.as_os_str().is_empty() { PathBuf::from(".") } else { parts }
}
