//! Which file and export the `Handler` of a Node.js function names.

use std::path::{Path, PathBuf};

use crate::model::problem::Problem;
use crate::model::problem::quoted;
use crate::template::function::{Code, Refused, no_folder};
use crate::template::lookup::{Lookup, join};
use crate::template::resource::{Function, Located};
use crate::template::tree::{Element, Position};

/// The order in which Lambda tries what a handler's name may stand for, and what Node.js can run
/// if there is none of these.
const EXTENSIONS: [&str; 4] = ["js", "mjs", "cjs", "ts"];

/// Extensions of files that have to be built before they are run.
const OTHER_EXTENSIONS: [&str; 4] = ["tsx", "mts", "cts", "jsx"];

/// The template that `sam build` writes, with the paths of what it built.
const BUILT: &str = ".aws-sam/build/template.yaml";

/// A handler's name, taken apart.
#[derive(Debug, Eq, PartialEq)]
struct Name<'a> {
    /// `src/app` of `src/app.api.orders`
    module: &'a str,
    /// `api.orders`
    export: &'a str,
}

/// HANDLER for a function with a Node.js runtime.
pub(super) fn handler(
    function: &Function<'_>,
    code: &Code,
    handler: &Located<String>,
    lookup: &dyn Lookup,
) -> Result<PathBuf, Refused> {
    if handler.value.starts_with('/') {
        let what = format!("its handler {} is in a layer", quoted(&handler.value));
        return Err(Refused::Skipped(what));
    }
    let Some(name) = parse(&handler.value) else {
        let message = format!(
            "Handler {} of {} names no file and export",
            quoted(&handler.value),
            function.quoted()
        );
        let hint = "write it as FILE.EXPORT: src/app.handler for `handler` of src/app.js";
        return Err(handler.position.problem(message, Some(hint.into())).into());
    };
    let stem = join(&code.path, name.module);
    let file = match entry_point(function, code, &name, lookup)? {
        Some(file) => file,
        None => in_lambdas_order(&stem, lookup).ok_or_else(|| {
            let missing = || missing(function, &stem, handler.position, lookup);
            no_folder(function, code, lookup).unwrap_or_else(missing)
        })?,
    };
    Ok(PathBuf::from(format!("{}:{}", file.display(), name.export)))
}

/// The module is what stands before the first dot behind the last slash; the rest is a path of
/// exports (AWS Lambda developer guide, "Define Lambda function handler in Node.js").
fn parse(handler: &str) -> Option<Name<'_>> {
    let base = handler.rfind('/').map_or(0, |slash| slash + 1);
    let dot = base + handler[base..].find('.')?;
    let (module, export) = (&handler[..dot], &handler[dot + 1..]);
    let is_name = |name: &str| {
        !name.is_empty()
            && !name.contains(|c: char| c.is_whitespace() || c.is_control() || c == ':')
    };
    let whole = dot > base && !handler.contains("..") && export.split('.').all(is_name);
    (whole && !module.contains(char::is_control)).then_some(Name { module, export })
}

fn in_lambdas_order(stem: &Path, lookup: &dyn Lookup) -> Option<PathBuf> {
    with_extensions(stem, &EXTENSIONS).find(|file| lookup.is_file(file))
}

/// A module's name has no extension yet, and may have a dot in one of its folders only.
fn with_extensions(stem: &Path, extensions: &[&str]) -> impl Iterator<Item = PathBuf> {
    extensions.iter().map(|extension| stem.with_extension(extension))
}

/// The source that esbuild makes the handler's module of, if it is there. In a template that `sam
/// build` has written, it is not, but the module is (AWS SAM developer guide, "Building Node.js
/// Lambda functions with esbuild").
fn entry_point(
    function: &Function<'_>,
    code: &Code,
    name: &Name<'_>,
    lookup: &dyn Lookup,
) -> Result<Option<PathBuf>, Problem> {
    let listed = function
        .build_property("EntryPoints")
        .filter(|_| function.build_method() == Some("esbuild"))
        .and_then(Element::items);
    let listed = listed.into_iter().flatten();
    let listed: Vec<(&str, Position)> =
        listed.filter_map(|item| Some((item.scalar()?, item.position()))).collect();
    let Some((file, position)) = of_module(&listed, Path::new(name.module)) else {
        return Ok(None);
    };
    let file = join(&code.path, file);
    if !lookup.is_file(&file) {
        return Ok(None);
    }
    match file.extension().and_then(|extension| extension.to_str()) {
        Some(extension) if EXTENSIONS.contains(&extension) => Ok(Some(file)),
        _ => Err(not_built(&file, position, lookup)),
    }
}

/// The entry point that becomes a module. What is built may lose folders that all of them share, so
/// that the end of the path counts if it identifies one, and the name of the file if only
/// one has it.
fn of_module<'a>(listed: &[(&'a str, Position)], module: &Path) -> Option<(&'a str, Position)> {
    let stem = |file: &str| join(Path::new(""), file).with_extension("");
    let only = |is_it: &dyn Fn(PathBuf) -> bool| {
        let mut found = listed.iter().filter(|(file, _)| is_it(stem(file)));
        found.next().filter(|_| found.next().is_none()).copied()
    };
    only(&|stem| stem == module)
        .or_else(|| only(&|stem| stem.ends_with(module)))
        .or_else(|| only(&|stem| stem.file_name() == module.file_name()))
}

fn missing(
    function: &Function<'_>,
    stem: &Path,
    position: Position,
    lookup: &dyn Lookup,
) -> Problem {
    let source = with_extensions(stem, &OTHER_EXTENSIONS).find(|file| lookup.is_file(file));
    if let Some(source) = source {
        return not_built(&source, position, lookup);
    }
    let file = stem.with_extension("js").display().to_string();
    let message =
        format!("Handler of {} names {}, which does not exist", function.quoted(), quoted(&file));
    position.problem(message, Some(built_hint(lookup)))
}

fn not_built(file: &Path, position: Position, lookup: &dyn Lookup) -> Problem {
    let file = quoted(&file.display().to_string());
    position.problem(format!("{file} has to be built before it is run"), Some(built_hint(lookup)))
}

fn built_hint(lookup: &dyn Lookup) -> String {
    if lookup.is_file(Path::new(BUILT)) {
        format!("check Handler and CodeUri, or give what `sam build` has built: --template {BUILT}")
    } else {
        format!(
            "check Handler and CodeUri; if it has to be built, run `sam build` and give --template \
             {BUILT}"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_taken_apart_as_lambda_does() {
        for (handler, module, export) in [
            ("app.handler", "app", "handler"),
            ("src/app.handler", "src/app", "handler"),
            ("src/app.api.orders", "src/app", "api.orders"),
            ("a.b/c.d", "a.b/c", "d"),
            ("./a/c.d", "./a/c", "d"),
            ("a b/c.d", "a b/c", "d"),
            ("é/ü.ö", "é/ü", "ö"),
        ] {
            assert_eq!(parse(handler), Some(Name { module, export }), "{handler}");
        }
        for other in [
            "",
            ".",
            "app",
            "app.",
            ".handler",
            "src/.handler",
            "../app.handler",
            "a..b",
            "app.a..b",
            "app.a b",
            "app.a:b",
            "a.b/c",
            "app.h\n",
            "a\u{1}.b",
            "app.handler/",
        ] {
            assert_eq!(parse(other), None, "{other:?}");
        }
    }

    #[test]
    fn paths_are_joined_without_dots() {
        for (folder, below, joined) in [
            (".", ".", "."),
            ("", "", "."),
            (".", "src/app", "src/app"),
            ("./hello/", "src/app", "hello/src/app"),
            ("../a", "./b", "../a/b"),
            ("/abs", "b", "/abs/b"),
        ] {
            assert_eq!(join(Path::new(folder), below), Path::new(joined), "{folder} {below}");
        }
    }
}
