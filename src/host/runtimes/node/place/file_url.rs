//! `file://` URLs, as V8 names the ES modules that it runs.

use std::path::{Path, PathBuf};

use percent_encoding::percent_decode_str;

/// The absolute path that is given as such or as a `file://` URL; `None` for all that names no
/// file: `node:fs`, `evalmachine.<anonymous>`, a relative path.
pub(crate) fn path(file: &str) -> Option<PathBuf> {
    let path = match file.strip_prefix("file://") {
        Some(rest) => {
            let rest = rest.strip_prefix("localhost").unwrap_or(rest);
            // In a path they are encoded; here they begin what makes Node load a module again.
            let rest = rest.split(['?', '#']).next().unwrap_or(rest);
            PathBuf::from(percent_decode_str(rest).decode_utf8().ok()?.as_ref())
        }
        None => PathBuf::from(file),
    };
    Path::is_absolute(&path).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_decoded_and_a_path_is_not() {
        let found = |file: &str| path(file).map(|path| path.to_string_lossy().into_owned());
        assert_eq!(found("/a b/%20.js").as_deref(), Some("/a b/%20.js"));
        assert_eq!(found("file:///a%20b/c%23.mjs").as_deref(), Some("/a b/c#.mjs"));
        assert_eq!(found("file://localhost/a.mjs").as_deref(), Some("/a.mjs"));
        assert_eq!(found("file:///a.mjs?again=1#x").as_deref(), Some("/a.mjs"));
        for nowhere in ["node:fs", "evalmachine.<anonymous>", "", "a.js", "file://host/a.js"] {
            assert_eq!(found(nowhere), None, "{nowhere}");
        }
    }
}
