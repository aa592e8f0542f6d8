//! The source tree as text, for the tests of the house rules.
//!
//! It is read without a parser: comments and literals are blanked, test code is cut out, and what
//! is left is searched for paths. That is enough for imports, and it needs no compiler. What is
//! allowed is not decided here.

use std::collections::BTreeSet;
use std::fs;
use std::ops::Range;
use std::path::Path;

/// The directory of our Cargo.toml.
pub(crate) const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// A file of Rust code.
pub(crate) struct SourceFile {
    /// From the root of the repository, with `/` between the parts.
    pub(crate) path: String,
    /// The module that it holds: `["source", "clock"]`; empty for `lib.rs` and `main.rs`.
    pub(crate) module: Vec<String>,
    /// What stands in it.
    pub(crate) text: String,
    /// The same with comments, literals and test code blanked; every line stays where it is.
    pub(crate) code: String,
    /// Whether the whole file is compiled for tests only.
    pub(crate) test_only: bool,
    /// How many lines belong to tests.
    test_lines: usize,
}

/// A path in the code, such as `crate::model::diagnostic::Gap`.
pub(crate) struct CodePath {
    /// From 1.
    pub(crate) line: usize,
    /// Its parts.
    pub(crate) parts: Vec<String>,
    /// Whether a `use` names it.
    pub(crate) imported: bool,
}

/// The files of `src`, in order of their paths.
pub(crate) fn sources() -> Vec<SourceFile> {
    let mut files: Vec<SourceFile> =
        rust_files("src").into_iter().map(|path| SourceFile::new(&path, text(&path))).collect();
    let declared: BTreeSet<Vec<String>> = files.iter().flat_map(SourceFile::test_modules).collect();
    for file in &mut files {
        file.test_only = (1..=file.module.len()).any(|end| declared.contains(&file.module[..end]));
    }
    files
}

/// Every `.rs` file below a folder of the repository, without build output.
pub(crate) fn rust_files(folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    let entries = fs::read_dir(Path::new(ROOT).join(folder)).expect("the folder can be listed");
    for entry in entries {
        let entry = entry.expect("the folder can be listed");
        let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
        let is_folder = entry.file_type().expect("a file has a type").is_dir();
        if is_folder && entry.file_name() != "target" {
            found.extend(rust_files(&path));
        } else if path.ends_with(".rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The text of a file of the repository.
pub(crate) fn text(path: &str) -> String {
    fs::read_to_string(Path::new(ROOT).join(path)).unwrap_or_else(|error| {
        panic!("{path} cannot be read ({error}); it belongs to the repository")
    })
}

impl SourceFile {
    /// A file with this text.
    pub(crate) fn new(path: &str, text: String) -> Self {
        let mut code = blank_comments_and_literals(&text);
        let mut test_lines = 0;
        for item in test_items(&code) {
            test_lines += code[item.clone()].lines().count();
            let blank = blanked(code[item.clone()].as_bytes());
            code.replace_range(item, &blank);
        }
        let (path, module) = (path.to_owned(), module_of(path));
        Self { path, module, text, code, test_only: false, test_lines }
    }

    /// Lines that are not for tests.
    pub(crate) fn lines(&self) -> usize {
        self.text.lines().count() - self.test_lines
    }

    /// The name of the module right below the root that this file is part of.
    pub(crate) fn top(&self) -> Option<&str> {
        self.module.first().map(String::as_str)
    }

    /// Modules that are declared in this file for tests only.
    fn test_modules(&self) -> Vec<Vec<String>> {
        let code = blank_comments_and_literals(&self.text);
        let items = test_items(&code).into_iter().map(|item| code[item].to_owned());
        items
            .filter_map(|item| {
                let declared = item.strip_suffix(';')?.split_whitespace().last()?.to_owned();
                item.contains("mod ").then(|| [&self.module[..], &[declared]].concat())
            })
            .collect()
    }

    /// Every path in the code that is not for tests.
    pub(crate) fn paths(&self) -> Vec<CodePath> {
        let code = &self.code;
        let mut paths = Vec::new();
        let mut at = 0;
        while let Some(word) = next_word(code, at) {
            at = word.end;
            let line = code[..word.start].matches('\n').count() + 1;
            let before = code[..word.start].trim_end();
            if &code[word.clone()] == "use" && code[at..].starts_with(char::is_whitespace) {
                let end = code[at..].find(';').map_or(code.len(), |length| at + length);
                for parts in use_tree(&code[at..end]) {
                    paths.push(CodePath { line, parts, imported: true });
                }
                at = end;
            } else if code[at..].starts_with("::") && !before.ends_with("::") {
                let mut parts = vec![code[word].to_owned()];
                while code[at..].starts_with("::") {
                    match next_word(code, at + 2) {
                        Some(next) if next.start == at + 2 => {
                            parts.push(code[next.clone()].to_owned());
                            at = next.end;
                        }
                        _ => break,
                    }
                }
                paths.push(CodePath { line, parts, imported: false });
            }
        }
        paths
    }

    /// Every import of something of our own, as its path from the root of the crate.
    pub(crate) fn own_imports(&self) -> Vec<CodePath> {
        let imports = self.paths().into_iter().filter_map(|mut path| {
            let supers = path.parts.iter().take_while(|part| *part == "super").count();
            path.parts = match path.parts[0].as_str() {
                "crate" => path.parts.split_off(1),
                "super" => {
                    let above = self.module.len().checked_sub(supers)?;
                    [&self.module[..above], &path.parts[supers..]].concat()
                }
                _ => return None,
            };
            Some(path)
        });
        imports.filter(|path| !path.parts.is_empty()).collect()
    }
}

fn module_of(path: &str) -> Vec<String> {
    let inner = path.trim_start_matches("src/").trim_end_matches(".rs").trim_end_matches("/mod");
    if matches!(inner, "lib" | "main") {
        return Vec::new();
    }
    inner.split('/').map(str::to_owned).collect()
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn next_word(code: &str, from: usize) -> Option<Range<usize>> {
    let bytes = code.as_bytes();
    let start = (from..bytes.len()).find(|at| is_word(bytes[*at]))?;
    let end = (start..bytes.len()).find(|at| !is_word(bytes[*at])).unwrap_or(bytes.len());
    Some(start..end)
}

/// `a::{b, c::d}` is `a::b` and `a::c::d`.
fn use_tree(tree: &str) -> Vec<Vec<String>> {
    let tree = tree.trim();
    let Some(open) = tree.find('{') else {
        let path = tree.split(" as ").next().unwrap_or_default();
        let parts = path.split("::").map(str::trim).filter(|part| !part.is_empty());
        return vec![parts.filter(|part| *part != "self").map(str::to_owned).collect()];
    };
    let head = use_tree(&tree[..open]).concat();
    let inner = tree[open + 1..].trim_end().trim_end_matches('}');
    // A `}` too many was taken away where the last branch ends in one.
    let missing = inner.matches('{').count() - inner.matches('}').count();
    let inner = format!("{inner}{}", "}".repeat(missing));
    let mut depth = 0;
    let branches = inner.split(|c| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        c == ',' && depth == 0
    });
    branches
        .filter(|branch| !branch.trim().is_empty())
        .flat_map(use_tree)
        .map(|branch| [&head[..], &branch[..]].concat())
        .collect()
}

fn blanked(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| if *byte == b'\n' { '\n' } else { ' ' }).collect()
}

/// Items under `#[cfg(test)]` or `#[cfg(all(test, …))]`, with that attribute.
fn test_items(code: &str) -> Vec<Range<usize>> {
    let mut items: Vec<Range<usize>> = Vec::new();
    let mut at = 0;
    while let Some(start) = code[at..].find("#[cfg(").map(|found| at + found) {
        let end = end_of_group(code, start + 1);
        let condition = &code[start..end];
        at = end;
        if condition.starts_with("#[cfg(test)") || condition.starts_with("#[cfg(all(test,") {
            at = end_of_item(code, end);
            items.push(start..at);
        }
    }
    items
}

/// Where the item ends that starts here, its attributes included.
fn end_of_item(code: &str, from: usize) -> usize {
    let bytes = code.as_bytes();
    let mut at = from;
    while at < bytes.len() {
        match bytes[at] {
            b';' => return at + 1,
            b'{' => return end_of_group(code, at),
            b'(' | b'[' => at = end_of_group(code, at),
            _ => at += 1,
        }
    }
    at
}

/// Where the bracket ends that is opened here.
fn end_of_group(code: &str, open: usize) -> usize {
    let mut depth = 0;
    for (offset, byte) in code.as_bytes()[open..].iter().enumerate() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return open + offset + 1;
        }
    }
    code.len()
}

fn blank_comments_and_literals(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut code = String::with_capacity(text.len());
    let mut at = 0;
    while at < bytes.len() {
        let end = comment(bytes, at).or_else(|| literal(bytes, at));
        match end {
            Some(end) => {
                code.push_str(&blanked(&bytes[at..end]));
                at = end;
            }
            None => {
                code.push(if bytes[at].is_ascii() { char::from(bytes[at]) } else { ' ' });
                at += 1;
            }
        }
    }
    code
}

/// The end of the comment that starts here.
fn comment(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = &bytes[at..];
    if rest.starts_with(b"//") {
        return Some(at + rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len()));
    }
    if !rest.starts_with(b"/*") {
        return None;
    }
    let mut depth = 0;
    let mut offset = 0;
    while offset < rest.len() {
        if rest[offset..].starts_with(b"/*") {
            depth += 1;
            offset += 2;
        } else if rest[offset..].starts_with(b"*/") {
            depth -= 1;
            offset += 2;
        } else {
            offset += 1;
        }
        if depth == 0 {
            break;
        }
    }
    Some(at + offset)
}

/// The end of the text or character that starts here.
fn literal(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = &bytes[at..];
    match rest[0] {
        b'"' => Some(at + quoted(rest, b'"')),
        // A lifetime has no second quote right after its first character.
        b'\'' if rest.get(1) == Some(&b'\\') => Some(at + quoted(rest, b'\'')),
        b'\'' => {
            let character = std::str::from_utf8(&rest[1..rest.len().min(5)])
                .or_else(|error| std::str::from_utf8(&rest[1..1 + error.valid_up_to()]))
                .ok()?;
            let length = character.chars().next()?.len_utf8();
            (rest.get(1 + length) == Some(&b'\'')).then_some(at + length + 2)
        }
        b'r' if at == 0 || !is_word(bytes[at - 1]) || bytes[at - 1] == b'b' => {
            let hashes = rest[1..].iter().take_while(|byte| **byte == b'#').count();
            if rest.get(1 + hashes) != Some(&b'"') {
                return None;
            }
            let end = format!("\"{}", "#".repeat(hashes));
            let body = &rest[hashes + 2..];
            let length = body.windows(end.len()).position(|part| part == end.as_bytes())?;
            Some(at + hashes + 2 + length + end.len())
        }
        _ => None,
    }
}

fn quoted(rest: &[u8], quote: u8) -> usize {
    let mut offset = 1;
    while offset < rest.len() && rest[offset] != quote {
        offset += if rest[offset] == b'\\' { 2 } else { 1 };
    }
    (offset + 1).min(rest.len())
}
