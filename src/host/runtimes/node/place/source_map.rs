//! Maps a place in a bundle to the place in the source that it was built from.
//!
//! The map is named by the last `//# sourceMappingURL=` at the end of the file. A file without one,
//! and a map that is missing, too large or broken, are not errors: the place in the bundle is used.
//! Nothing is fetched from a network. The owner of the code is not determined here.

use std::collections::HashMap;
use std::fs;
use std::path::{Component, Path, PathBuf};

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use percent_encoding::percent_decode_str;
use sourcemap::{DecodedMap, SourceMap};

use crate::host::runtimes::node::place::file_url;

/// A longer file, and a longer map, is not read. In bytes.
const LONGEST_FILE: u64 = 64 * 1024 * 1024;

/// The limit for the text of all maps of one run, in bytes. Decoded maps take up to five times as
/// much.
const LONGEST_MAPS: u64 = 256 * 1024 * 1024;

/// Base64 with and without its padding: both occur.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A place in an original source.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct MappedFrame {
    /// The file: absolute, or relative to a root that the map does not contain.
    pub(crate) file: String,
    /// Line, from 1.
    pub(crate) line: u32,
    /// Column in UTF-16 units, from 1.
    pub(crate) column: u32,
    /// The name that stands at that place in the source, where the bundler has renamed it: at a
    /// call that of what is called, so of the function of the frame above.
    pub(crate) name: Option<String>,
}

/// The maps of all files that were asked for, each read once.
#[derive(Debug, Default)]
pub(crate) struct SourceMaps {
    /// By the file's name as it was asked for; `None`: it has no usable map.
    files: HashMap<String, Option<FileMap>>,
    /// The size of the text of all maps that were read, in bytes.
    read: u64,
}

/// One map, and its sources as paths.
#[derive(Debug)]
struct FileMap {
    map: SourceMap,
    /// By the number of the source; `None`: code that stands in no file.
    sources: Vec<Option<String>>,
}

impl SourceMaps {
    /// The original of a place as V8 reports it: `file` is an absolute path or a `file://` URL,
    /// line and column count from 1.
    pub(crate) fn map(&mut self, file: &str, line: u32, column: u32) -> Option<MappedFrame> {
        self.of(file)?.original(line.checked_sub(1)?, column.checked_sub(1)?)
    }

    /// The name of a function before the bundler renamed it. The place is that of its head, as V8
    /// reports it for a frame that has just been entered: after the name (`function a(`), or after
    /// the sign that assigns it (`a=async()=>`).
    pub(crate) fn function_name(
        &mut self,
        file: &str,
        line: u32,
        column: u32,
        renamed: &str,
    ) -> Option<String> {
        let length = u32::try_from(renamed.encode_utf16().count()).ok()?;
        let (line, end) = (line.checked_sub(1)?, column.checked_sub(1)?);
        let map = self.of(file)?;
        [0, 1].iter().find_map(|sign| map.name_at(line, end.checked_sub(length + sign)?))
    }

    fn of(&mut self, file: &str) -> Option<&FileMap> {
        if !self.files.contains_key(file) {
            let found = self.read(file);
            self.files.insert(file.to_owned(), found);
        }
        self.files.get(file)?.as_ref()
    }

    fn read(&mut self, file: &str) -> Option<FileMap> {
        let file = file_url::path(file)?;
        let text = read_bounded(&file)?;
        let url = annotation(&text)?;
        let folder = file.parent()?;
        let (map, base) = match url.strip_prefix("data:") {
            Some(data) => (inline(data)?, folder.to_owned()),
            None => {
                let path = beside(folder, url)?;
                let base = path.parent()?.to_owned();
                (read_bounded(&path)?, base)
            }
        };
        self.read += map.len() as u64;
        if self.read > LONGEST_MAPS {
            return None;
        }
        FileMap::new(&map, &base)
    }
}

impl FileMap {
    fn new(map: &[u8], base: &Path) -> Option<Self> {
        let mut map = match sourcemap::decode_slice(map).ok()? {
            DecodedMap::Regular(map) => map,
            DecodedMap::Index(index) => index.flatten().ok()?,
            DecodedMap::Hermes(_) => return None,
        };
        let count = map.get_source_count();
        let sources =
            (0..count).map(|id| map.get_source(id).and_then(|source| original(base, source)));
        let sources = sources.collect();
        for id in 0..count {
            // Often most of a map, and nobody reads it.
            map.set_source_contents(id, None);
        }
        Some(Self { map, sources })
    }

    /// Line and column from 0.
    fn original(&self, line: u32, column: u32) -> Option<MappedFrame> {
        let token = self.map.lookup_token(line, column)?;
        // The last mapping of an earlier line says nothing about this one.
        if token.get_dst_line() != line || !token.has_source() {
            return None;
        }
        let file = self.sources.get(usize::try_from(token.get_src_id()).ok()?)?.clone()?;
        let name = token.get_name().filter(|name| !name.is_empty()).map(str::to_owned);
        let (line, column) = token.get_src();
        Some(MappedFrame { file, line: line.checked_add(1)?, column: column.checked_add(1)?, name })
    }

    /// The original of the name that begins exactly here; line and column from 0.
    fn name_at(&self, line: u32, column: u32) -> Option<String> {
        let token = self.map.lookup_token(line, column)?;
        let name = token.get_name().filter(|name| !name.is_empty())?;
        (token.get_dst() == (line, column)).then(|| name.to_owned())
    }
}

fn read_bounded(path: &Path) -> Option<Vec<u8>> {
    let metadata = fs::metadata(path).ok()?;
    if !metadata.is_file() || metadata.len() > LONGEST_FILE {
        return None;
    }
    fs::read(path).ok()
}

/// The URL behind the last `sourceMappingURL=`, if that comment stands at the end of the file: a
/// bundle may quote those of the files in it.
fn annotation(text: &[u8]) -> Option<&str> {
    const KEY: &[u8] = b"sourceMappingURL=";
    let at = text.windows(KEY.len()).rposition(|window| window == KEY)?;
    let before = text[..at].trim_ascii_end();
    if ![&b"//#"[..], b"//@", b"/*#", b"/*@"].iter().any(|open| before.ends_with(open)) {
        return None;
    }
    let rest = std::str::from_utf8(&text[at + KEY.len()..]).ok()?;
    let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
    let (url, rest) = rest.split_at(end);
    let (url, closed) = url.strip_suffix("*/").map_or((url, false), |url| (url, true));
    let rest = rest.trim_start();
    let rest = if closed { rest } else { rest.strip_prefix("*/").unwrap_or(rest) };
    let comments_only =
        rest.lines().map(str::trim).all(|line| line.is_empty() || line.starts_with("//"));
    let quoted = !url.starts_with("data:") && url.contains(['"', '\'', '`']);
    (comments_only && !quoted && !url.is_empty()).then_some(url)
}

/// The content after `data:`.
fn inline(data: &str) -> Option<Vec<u8>> {
    let (kind, data) = data.split_once(',')?;
    let bytes: Vec<u8> = percent_decode_str(data).collect();
    if kind.rsplit(';').next().is_some_and(|last| last.trim().eq_ignore_ascii_case("base64")) {
        BASE64.decode(bytes).ok()
    } else {
        Some(bytes)
    }
}

/// The file that a URL names, relative to a folder; `None` if it is not in a file.
fn beside(folder: &Path, url: &str) -> Option<PathBuf> {
    match scheme(url) {
        Some("file") => file_url::path(url),
        Some(_) => None,
        None => {
            let literal = normal(&folder.join(url));
            if literal.exists() {
                return Some(literal);
            }
            let path = url.split(['?', '#']).next().unwrap_or(url);
            let decoded = percent_decode_str(path).decode_utf8().ok()?;
            Some(normal(&folder.join(&*decoded)))
        }
    }
}

/// The path of a source; `base` is the folder of the map.
fn original(base: &Path, source: &str) -> Option<String> {
    if source.is_empty() {
        return None;
    }
    match scheme(source) {
        None | Some("file") => beside(base, source)?.into_os_string().into_string().ok(),
        Some(scheme) => from_root(base, source.get(scheme.len() + 1..)?),
    }
}

/// A source that a bundler names from the root of the project, as in `webpack://name/./src/a.ts`.
/// Code that the bundler created itself (`webpack/bootstrap`, `external "pg"`) is in no file.
fn from_root(base: &Path, rest: &str) -> Option<String> {
    let path = match rest.strip_prefix("//") {
        Some(rest) => rest.split_once('/')?.1,
        None => rest,
    };
    let path = path.split('?').next().unwrap_or(path);
    let path = path.trim_start_matches('/').trim_start_matches("./");
    if path.is_empty() || path.starts_with("webpack/") || path.starts_with("external ") {
        return None;
    }
    let found = base.ancestors().map(|root| normal(&root.join(path))).find(|path| path.is_file());
    found.and_then(|found| found.into_os_string().into_string().ok()).or(Some(path.to_owned()))
}

/// The scheme of a URL; a single letter is a drive of Windows.
fn scheme(url: &str) -> Option<&str> {
    let (scheme, _) = url.split_once(':')?;
    let fits = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
    (scheme.len() > 1 && scheme.chars().all(fits)).then_some(scheme)
}

/// A path without `.` and `..`; links are not followed.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => drop(normal.pop()),
            other => normal.push(other),
        }
    }
    normal
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::scratch::Scratch;

    const BUNDLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/node/bundle/");

    /// A place of the fixture; `file` and the result are below its folder.
    fn place(maps: &mut SourceMaps, file: &str, line: u32, column: u32) -> String {
        let Some(found) = maps.map(&format!("{BUNDLE}{file}"), line, column) else {
            return "-".into();
        };
        let file = found.file.strip_prefix(BUNDLE).unwrap_or(&found.file).to_owned();
        let name = found.name.map(|name| format!(" {name}")).unwrap_or_default();
        format!("{file}:{}:{}{name}", found.line, found.column)
    }

    /// The place of the first `text` in a file, from 1.
    fn find(file: &str, text: &str) -> (u32, u32) {
        let content = fs::read_to_string(format!("{BUNDLE}{file}")).unwrap();
        let (index, line) = content
            .lines()
            .enumerate()
            .find(|(_, line)| line.contains(text))
            .unwrap_or_else(|| panic!("{file} has no {text}"));
        let column = line[..line.find(text).unwrap()].encode_utf16().count();
        (u32::try_from(index).unwrap() + 1, u32::try_from(column).unwrap() + 1)
    }

    #[test]
    fn a_bundle_leads_to_its_typescript() {
        let mut maps = SourceMaps::default();
        for file in ["dist/bundle.js", "dist/minified.js", "dist/inline.mjs"] {
            for (text, source) in [
                ("setInterval(", "src/metrics.ts"),
                ("setTimeout(", "src/metrics.ts"),
                (".startFlushing(", "src/handler.ts"),
            ] {
                let (line, column) = find(file, text);
                let (original, at) = find(source, text);
                // A bundler has mappings for names, not for the dot before one.
                let at = if text.starts_with('.') { at - "metrics".len() as u32 } else { at };
                let found = place(&mut maps, file, line, column);
                let truth = format!("{source}:{original}:{at}");
                assert!(found.starts_with(&truth), "{file}, {text}: {found}, not {truth}");
            }
        }
    }

    #[test]
    fn a_renamed_function_has_its_name_at_its_head() {
        let mut maps = SourceMaps::default();
        let file = "dist/minified.js";
        let (line, column) = find(file, "async function p(");
        let head = column + u32::try_from("async function ".len()).unwrap();
        assert_eq!(place(&mut maps, file, line, head), "src/handler.ts:10:16 publish");
        let path = format!("{BUNDLE}{file}");
        let mut name = |column: u32| maps.function_name(&path, line, column, "p");
        // `publish(` is where Node 20 says that the frame of the function is.
        assert_eq!(name(head + 1).as_deref(), Some("publish"));
        assert_eq!((name(head), name(0)), (None, None));
        let (line, column) = find(file, "g=async ");
        let name = maps.function_name(&path, line, column + 2, "g");
        assert_eq!(name.as_deref(), Some("handler"));
        // The code that the bundler itself has put there.
        assert_eq!(place(&mut maps, file, 1, 1), "-");
        // A line behind the last mapping.
        assert_eq!(place(&mut maps, file, 2, 1), "-");
        assert_eq!(place(&mut maps, file, 0, 0), "-");
    }

    /// The map of a file with one line; it leads to line 2, column 3 of its first source.
    const SMALL: &str =
        r#"{"version":3,"sources":["../src/a%20b.ts"],"names":[],"mappings":"AACE"}"#;

    fn mapped(scratch: &Scratch, file: &str, content: &str) -> Option<String> {
        let path = scratch.file(file, content, 0o644);
        let found = SourceMaps::default().map(path.to_str().unwrap(), 1, 1)?;
        assert_eq!((found.line, found.column), (2, 3), "{file}");
        let below = Path::new(&found.file).strip_prefix(scratch.path());
        Some(below.map_or(found.file.clone(), |path| path.to_string_lossy().into_owned()))
    }

    fn with(annotation: &str) -> String {
        format!("x();\n{annotation}\n")
    }

    #[test]
    fn the_map_is_where_the_end_of_the_file_says() {
        let scratch = Scratch::new();
        scratch.file("maps/a b.map", SMALL, 0o644);
        let expected = Some("src/a b.ts".to_owned());
        for annotation in [
            "//# sourceMappingURL=../maps/a%20b.map",
            "//@ sourceMappingURL=../maps/a%20b.map",
            "/*# sourceMappingURL=../maps/a%20b.map */",
            "/*# sourceMappingURL=../maps/a%20b.map*/",
            "//# sourceMappingURL=none.map\n//# sourceMappingURL=../maps/a%20b.map?v=1\n//# debugId=1\n",
        ] {
            assert_eq!(mapped(&scratch, "dist/a.js", &with(annotation)), expected, "{annotation}");
        }
        for annotation in [
            "",
            "//# sourceMappingURL=",
            "//# sourceMappingURL=none.map",
            "//# sourceMappingURL=https://example.org/a.map",
            "//# sourceMappingURL=../maps/a%20b.map\nmore();",
            "f(\"//# sourceMappingURL=../maps/a%20b.map\");",
            "sourceMappingURL=../maps/a%20b.map",
            "//# sourceMappingURL=..",
        ] {
            assert_eq!(mapped(&scratch, "dist/a.js", &with(annotation)), None, "{annotation}");
        }
    }

    #[test]
    fn a_map_may_stand_in_the_file() {
        let scratch = Scratch::new();
        let encoded = BASE64.encode(SMALL);
        let bare = encoded.trim_end_matches('=');
        let plain = SMALL.replace('%', "%25").replace('"', "%22").replace(' ', "%20");
        for url in [
            format!("data:application/json;base64,{encoded}"),
            format!("data:application/json;charset=utf-8;base64,{bare}"),
            format!("data:application/json,{plain}"),
        ] {
            let file = with(&format!("//# sourceMappingURL={url}"));
            assert_eq!(mapped(&scratch, "dist/a.js", &file), Some("src/a b.ts".into()), "{url}");
        }
        for url in ["data:application/json;base64,!", "data:application/json;base64,AAAA", "data:x"]
        {
            let file = with(&format!("//# sourceMappingURL={url}"));
            assert_eq!(mapped(&scratch, "dist/a.js", &file), None, "{url}");
        }
    }

    fn through(scratch: &Scratch, map: &str) -> Option<String> {
        scratch.file("dist/a.js.map", map, 0o644);
        mapped(scratch, "dist/a.js", &with("//# sourceMappingURL=a.js.map"))
    }

    #[test]
    fn sources_are_found_wherever_they_are_said_to_be() {
        let scratch = Scratch::new();
        scratch.file("lib/here.ts", "", 0o644);
        let one = |root: &str, source: &str| {
            let map = format!(
                r#"{{"version":3,"sourceRoot":"{root}","sources":["{source}"],"names":[],"mappings":"AACE"}}"#
            );
            through(&scratch, &map)
        };
        for (root, source, file) in [
            ("", "a.ts", "dist/a.ts"),
            ("", "./x/../../a.ts", "a.ts"),
            ("../src/", "a.ts", "src/a.ts"),
            ("/opt", "a.ts", "/opt/a.ts"),
            ("../src", "/opt/a.ts", "/opt/a.ts"),
            ("", "file:///opt/a%20b.ts", "/opt/a b.ts"),
            ("", "webpack://app/./lib/here.ts?1a2b", "lib/here.ts"),
            ("", "webpack:///./lib/gone.ts", "lib/gone.ts"),
            ("", "../node_modules/pg/lib/client.js", "node_modules/pg/lib/client.js"),
        ] {
            assert_eq!(one(root, source).as_deref(), Some(file), "{root} {source}");
        }
        for nowhere in ["", "webpack://app/webpack/bootstrap", "webpack://app/external \\\"pg\\\""]
        {
            assert_eq!(one("", nowhere), None, "{nowhere}");
        }
    }

    #[test]
    fn an_index_of_maps_is_read_and_a_broken_map_is_none() {
        let scratch = Scratch::new();
        let section =
            |line: u32| format!(r#"{{"offset":{{"line":{line},"column":0}},"map":{SMALL}}}"#);
        let index = format!(r#"{{"version":3,"sections":[{},{}]}}"#, section(0), section(7));
        assert_eq!(through(&scratch, &index), Some("src/a b.ts".into()));
        let file = scratch.path().join("dist/a.js");
        let mut maps = SourceMaps::default();
        let file = file.to_str().unwrap();
        assert_eq!(maps.map(file, 8, 4).map(|found| (found.line, found.column)), Some((2, 3)));
        assert_eq!(maps.map(file, 9, 1), None);
        assert_eq!(maps.map(&format!("file://{file}"), 8, 1).map(|found| found.line), Some(2));
        for broken in [
            "",
            "{}",
            "[1]",
            r#"{"version":3,"sources":[],"names":[],"mappings":"AACE"}"#,
            r#"{"version":3,"sources":["a.ts"],"names":[],"mappings":"A"}"#,
            r#"{"version":3,"sources":["a.ts"],"names":[],"mappings":"!"}"#,
            r#"{"version":3,"sections":[{"offset":{"line":0,"column":0},"url":"b.map"}]}"#,
        ] {
            assert_eq!(through(&scratch, broken), None, "{broken}");
        }
    }

    #[test]
    fn a_file_is_read_once() {
        let scratch = Scratch::new();
        let file = with("//# sourceMappingURL=a.js.map");
        let path = scratch.file("dist/a.js", file, 0o644);
        let map = scratch.file("dist/a.js.map", SMALL, 0o644);
        let mut maps = SourceMaps::default();
        assert!(maps.map(path.to_str().unwrap(), 1, 1).is_some());
        fs::remove_file(map).unwrap();
        assert!(maps.map(path.to_str().unwrap(), 1, 1).is_some());
        for nowhere in ["node:internal/timers", "", "evalmachine.<anonymous>", "/dev/null", "/"] {
            assert_eq!(maps.map(nowhere, 1, 1), None, "{nowhere}");
        }
    }
}
