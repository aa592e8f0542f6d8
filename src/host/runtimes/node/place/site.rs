//! The place at which an item is shown: one frame of its stacks.
//!
//! The first frame of the user's own code, in the thing's own stack or else in that of the nearest
//! context that has one; else the first frame of a library. Frames are mapped to their source
//! before any of that is asked, as a bundle is one file.

use std::collections::HashSet;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::host::runtimes::node::picture::record::{Frame, Kind, Record};
use crate::host::runtimes::node::place::file_url;
use crate::host::runtimes::node::place::package::{
    PackageVersions, package_name, path_in_packages,
};
use crate::host::runtimes::node::place::source_map::SourceMaps;

/// Knows the sources of the files that run.
pub(in crate::host::runtimes::node) trait Sources: Send {
    /// A frame in its source; `None` when it is the source, as far as is known.
    fn original(&mut self, frame: &Frame) -> Option<Frame>;

    /// The name of a function in its source, from the frame of its head.
    fn function_name(&mut self, head: &Frame) -> Option<String>;
}

impl Sources for SourceMaps {
    fn original(&mut self, frame: &Frame) -> Option<Frame> {
        let mapped = self.map(&frame.file, frame.line?, frame.column?)?;
        let (line, column) = (Some(mapped.line), Some(mapped.column));
        // The name in the map is that of what is called.
        Some(Frame { file: mapped.file, line, column, function: None })
    }

    fn function_name(&mut self, head: &Frame) -> Option<String> {
        let renamed = head.function.as_deref()?;
        Self::function_name(self, &head.file, head.line?, head.column?, renamed)
    }
}

/// The place where an item was created.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(in crate::host::runtimes::node) struct Site {
    /// The frame that it is shown at.
    pub(in crate::host::runtimes::node) shown: Option<Frame>,
    /// The first library frame above the user's, as `package/file:line`.
    pub(in crate::host::runtimes::node) library: Option<String>,
    /// The package of that frame, or of the one that is shown.
    pub(in crate::host::runtimes::node) package: Option<String>,
    /// The names of all packages above the user's frame, each once, the innermost first.
    pub(in crate::host::runtimes::node) packages: Vec<String>,
    /// The functions that made it, the innermost first, as they are named in the file that runs:
    /// the names in a source map are those of what is called.
    pub(in crate::host::runtimes::node) functions: Vec<Function>,
}

/// A function that was running.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(in crate::host::runtimes::node) struct Function {
    /// The file that runs, before any source map.
    pub(in crate::host::runtimes::node) file: Arc<str>,
    /// Its name; empty when it has none.
    pub(in crate::host::runtimes::node) name: Arc<str>,
}

/// Finds the sites of records.
pub(in crate::host::runtimes::node) struct Sites {
    sources: Box<dyn Sources>,
    /// The folder of our own scripts.
    ours: Option<String>,
    /// The folder that paths of files are relative to.
    workspace: Option<String>,
    packages: PackageVersions,
    texts: HashSet<Arc<str>>,
}

impl fmt::Debug for Sites {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Sites").field("ours", &self.ours).finish_non_exhaustive()
    }
}

impl Sites {
    pub(in crate::host::runtimes::node) fn new(
        sources: Box<dyn Sources>,
        ours: Option<PathBuf>,
    ) -> Self {
        let ours = ours.map(|folder| format!("{}/", folder.display()));
        let packages = PackageVersions::default();
        Self { sources, ours, workspace: None, packages, texts: HashSet::new() }
    }

    /// Names files in this folder by their path relative to it, so that the feed and its recordings
    /// do not contain the folder's location on a machine.
    #[must_use]
    pub(in crate::host::runtimes::node) fn seen_from(self, workspace: &Path) -> Self {
        let workspace = workspace.to_string_lossy();
        let folder = workspace.trim_end_matches('/');
        Self { workspace: (!folder.is_empty()).then(|| format!("{folder}/")), ..self }
    }

    /// Turns the frames of a record into its site.
    pub(in crate::host::runtimes::node) fn resolve(&mut self, record: &mut Record) {
        let own = std::mem::take(&mut record.frames);
        let ancestors = std::mem::take(&mut record.ancestors);
        let mut site = Site::default();
        let contexts = std::iter::once(&own).chain(&ancestors);
        for frame in contexts.flatten() {
            let frame = self.mapped(frame);
            if is_code(&frame, self.ours.as_deref()) && self.choose(frame, &mut site) {
                break;
            }
        }
        let functions = match record.kind {
            Kind::AsyncFn => own.get(..1).unwrap_or_default(),
            kind if kind.is_task() || kind == Kind::Request => &[],
            _ => &own,
        };
        site.functions = functions.iter().map(|frame| self.function(frame)).collect();
        if let Some(head) = own.first().filter(|_| record.kind == Kind::AsyncFn) {
            record.name = self.sources.function_name(head).or_else(|| record.name.take());
        }
        if let (Some(frame), Some(workspace)) = (&mut site.shown, &self.workspace)
            && let Some(inside) = frame.file.strip_prefix(workspace.as_str())
        {
            frame.file = inside.to_owned();
        }
        record.site = site;
    }

    /// Adds the facts of this frame. Returns `true` if it is in the user's code.
    fn choose(&mut self, frame: Frame, site: &mut Site) -> bool {
        let Some(inside) = path_in_packages(&frame.file) else {
            site.shown = Some(frame);
            return true;
        };
        let package = package_name(inside);
        if !package.is_empty() && !site.packages.iter().any(|known| known == package) {
            site.packages.push(package.to_owned());
        }
        // Nothing stands above the first one.
        if site.library.is_none() {
            site.library = Some(match frame.line {
                Some(line) => format!("{inside}:{line}"),
                None => inside.to_owned(),
            });
            site.package = self.packages.of(&frame.file);
            // With the version in the path, which nobody could read later.
            let file = self.packages.versioned(&frame.file);
            site.shown = Some(Frame { file, ..frame });
        }
        false
    }

    fn mapped(&mut self, frame: &Frame) -> Frame {
        let mut frame = Frame { file: path_of(&frame.file), ..frame.clone() };
        if let Some(mapped) = self.sources.original(&frame) {
            frame = Frame { file: path_of(&mapped.file), ..mapped };
        }
        frame
    }

    fn function(&mut self, frame: &Frame) -> Function {
        let name = frame.function.as_deref().unwrap_or_default();
        Function { file: self.shared(&frame.file), name: self.shared(name) }
    }

    /// One copy of each text for all records.
    fn shared(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.texts.get(text) {
            return Arc::clone(known);
        }
        let new: Arc<str> = text.into();
        self.texts.insert(Arc::clone(&new));
        new
    }
}

/// Returns `true` if a frame is in a file of the user or of a package: not in Node's own code, nor
/// loopcheck's, nor in evaluated text.
fn is_code(frame: &Frame, ours: Option<&str>) -> bool {
    const NO_FILES: &[&str] = &["node:", "wasm:", "<", "[", "native", "evalmachine."];
    let file = frame.file.as_str();
    let foreign = NO_FILES.iter().any(|start| file.starts_with(start));
    !file.is_empty() && !foreign && !ours.is_some_and(|ours| file.starts_with(ours))
}

/// The path of a `file://` URL.
fn path_of(file: &str) -> String {
    match file_url::path(file) {
        Some(path) => path.to_string_lossy().into_owned(),
        None => file.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::scratch::Scratch;

    fn frame(file: &str, line: u32, function: &str) -> Frame {
        let function = Some(function.to_owned());
        Frame { file: file.into(), line: Some(line), column: Some(1), function }
    }

    /// Every line of one file is a library of its own.
    struct Bundle;

    impl Sources for Bundle {
        fn original(&mut self, frame: &Frame) -> Option<Frame> {
            (frame.file == "/srv/bundle.js").then(|| Frame {
                file: format!("/srv/node_modules/lib/{}.ts", frame.line.unwrap()),
                function: None,
                ..frame.clone()
            })
        }

        fn function_name(&mut self, head: &Frame) -> Option<String> {
            head.function.as_ref().map(|name| format!("{name} of the source"))
        }
    }

    fn site(own: &[Frame], ancestors: &[&[Frame]]) -> Site {
        let mut sites = Sites::new(Box::new(Bundle), Some("/tmp/agent".into()));
        let mut record = Record {
            frames: own.to_vec(),
            ancestors: ancestors.iter().map(|frames| frames.to_vec()).collect(),
            ..Record::default()
        };
        sites.resolve(&mut record);
        assert!(record.frames.is_empty() && record.ancestors.is_empty());
        record.site
    }

    fn shown(site: &Site) -> (&str, u32) {
        let frame = site.shown.as_ref().unwrap();
        (frame.file.as_str(), frame.line.unwrap())
    }

    #[test]
    fn the_first_frame_of_the_user_with_the_library_above_it() {
        let own = [
            frame("node:net", 1, "connect"),
            frame("/srv/node_modules/pg/lib/connection.js", 12, "connect"),
            frame("/srv/node_modules/pg-pool/index.js", 3, "newClient"),
            frame("file:///srv/my%20app/db.js", 7, "query"),
            frame("/srv/node_modules/middy/index.js", 9, "run"),
            frame("/tmp/agent/bootstrap.cjs", 2, "main"),
        ];
        let site = site(&own, &[]);
        assert_eq!(shown(&site), ("/srv/my app/db.js", 7));
        assert_eq!(site.library.as_deref(), Some("pg/lib/connection.js:12"));
        assert_eq!(site.package.as_deref(), None, "its version is not there");
        assert_eq!(site.packages, ["pg", "pg-pool"]);
        assert_eq!(&*site.functions[3].name, "query");
    }

    #[test]
    fn a_library_below_the_user_is_not_in_between() {
        let own = [frame("/srv/a.js", 1, "f"), frame("/srv/node_modules/middy/index.js", 9, "run")];
        let site = site(&own, &[]);
        assert_eq!((site.library, site.package), (None, None));
    }

    #[test]
    fn the_nearest_ancestor_with_a_frame_of_the_user_is_taken() {
        let own = [frame("/srv/node_modules/undici/index.js", 5, "connect")];
        let near = [frame("/srv/node_modules/other/index.js", 6, "x")];
        let far = [frame("/srv/b.js", 2, "load"), frame("/srv/c.js", 3, "handler")];
        let site = site(&own, &[&near, &far, &[frame("/srv/d.js", 4, "z")]]);
        assert_eq!(shown(&site), ("/srv/b.js", 2));
        assert_eq!(site.library.as_deref(), Some("undici/index.js:5"));
    }

    #[test]
    fn without_a_frame_of_the_user_the_first_library_is_shown() {
        let own = [frame("/srv/node_modules/mongodb/lib/connect.js", 295, "x")];
        let site = site(&own, &[&[frame("/srv/node_modules/zlib/a.js", 1, "y")]]);
        assert_eq!(shown(&site), ("/srv/node_modules/mongodb/lib/connect.js", 295));
    }

    #[test]
    fn frames_are_mapped_before_they_are_judged() {
        let own = [frame("/srv/bundle.js", 4, "f"), frame("/srv/handler.ts", 8, "g")];
        let site = site(&own, &[]);
        assert_eq!(shown(&site), ("/srv/handler.ts", 8));
        assert_eq!(site.library.as_deref(), Some("lib/4.ts:4"));
        assert_eq!(&*site.functions[0].file, "/srv/bundle.js", "functions are those that run");
    }

    #[test]
    fn a_file_of_the_workspace_is_named_relative_to_it() {
        for (workspace, file, expected) in [
            ("/srv", "/srv/src/a.js", "src/a.js"),
            ("/srv/", "/srv/node_modules/pg/b.js", "node_modules/pg/b.js"),
            ("/srv", "/srvs/a.js", "/srvs/a.js"),
            ("", "/srv/a.js", "/srv/a.js"),
            ("/", "/srv/a.js", "/srv/a.js"),
        ] {
            let mut sites = Sites::new(Box::new(Bundle), None).seen_from(Path::new(workspace));
            let mut record = Record { frames: vec![frame(file, 7, "f")], ..Record::default() };
            sites.resolve(&mut record);
            assert_eq!(record.site.shown.unwrap().file, expected, "{workspace}");
        }
    }

    #[test]
    fn an_async_function_has_the_name_of_its_source() {
        let mut sites = Sites::new(Box::new(Bundle), None);
        let frames = vec![frame("/srv/a.js", 1, "f"), frame("/srv/a.js", 9, "g")];
        let name = Some("f".to_owned());
        let mut record = Record { kind: Kind::AsyncFn, name, frames, ..Record::default() };
        sites.resolve(&mut record);
        assert_eq!(record.name.as_deref(), Some("f of the source"));
        assert_eq!(record.site.functions.len(), 1, "only its own head is of use");
    }

    #[test]
    fn a_package_is_shown_with_its_version() {
        let scratch = Scratch::new();
        scratch.file("node_modules/pg/package.json", r#"{"version":"8.1.0"}"#, 0o600);
        let root = scratch.path().to_str().unwrap();
        let site = site(&[frame(&format!("{root}/node_modules/pg/lib/c.js"), 7, "f")], &[]);
        assert_eq!(shown(&site), (format!("{root}/node_modules/pg@8.1.0/lib/c.js").as_str(), 7));
        assert_eq!(site.package.as_deref(), Some("pg@8.1.0"));
    }

    #[test]
    fn nothing_is_shown_for_frames_that_are_in_no_file() {
        let own = [frame("node:timers", 1, "f"), frame("<anonymous>", 1, "g"), frame("", 1, "h")];
        let site = site(&own, &[]);
        assert_eq!((site.shown, site.library), (None, None));
    }
}
