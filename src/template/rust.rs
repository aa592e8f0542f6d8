//! Which cargo package a function on an OS-only runtime is built from.
//!
//! The source goes before what was built of it: what `cargo lambda build` or `sam build` leave is
//! built without the console feed, so that its tasks would not be seen.

use std::path::{Component, Path, PathBuf};

use crate::model::problem::quoted;
use crate::template::binary;
use crate::template::function::{Code, Refused, no_folder};
use crate::template::lookup::{Lookup, join};
use crate::template::resource::Function;

/// The file that an OS-only runtime of Lambda starts.
const BOOTSTRAP: &str = "bootstrap";

/// The handler to run.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Target {
    /// HANDLER: a folder with a `Cargo.toml`, or an executable.
    pub(super) path: PathBuf,
    /// The binary of the package, if it is named.
    pub(super) bin: Option<String>,
}

/// HANDLER for a function on an OS-only runtime.
pub(super) fn target(
    function: &Function<'_>,
    code: &Code,
    handler: Option<&str>,
    lookup: &dyn Lookup,
) -> Result<Target, Refused> {
    let method = function.build_method();
    if let Some(other) = method.filter(|method| !["rust-cargolambda", "makefile"].contains(method))
    {
        return Err(Refused::Skipped(format!(
            "its BuildMethod {} does not build Rust",
            quoted(other)
        )));
    }
    let folder = match code.path.file_name() {
        Some(name) if name == "Cargo.toml" => join(code.path.parent().unwrap_or(&code.path), ""),
        _ => code.path.clone(),
    };
    if lookup.is_file(&folder.join("Cargo.toml")) {
        return Ok(package(function, folder, handler, lookup));
    }
    if let Some(target) = source_of_output(&folder, lookup) {
        return Ok(target);
    }
    let executable = join(&folder, BOOTSTRAP);
    if lookup.is_file(&executable) {
        return Ok(Target { path: executable, bin: None });
    }
    if method == Some("makefile") {
        let what = "it is built by a makefile, and what that builds is not known before".into();
        return Err(Refused::Skipped(what));
    }
    if let Some(problem) = no_folder(function, code, lookup).filter(|_| folder == code.path) {
        return Err(problem.into());
    }
    let message = format!(
        "the code of {}, {}, has neither a Cargo.toml nor a bootstrap",
        function.quoted(),
        quoted(&folder.display().to_string())
    );
    let hint = "name the folder of the package, or build the function first";
    Err(code.position.problem(message, Some(hint.into())).into())
}

/// The binary is the one that the build is given (AWS SAM developer guide, "Building Rust Lambda
/// functions with Cargo Lambda"), or the one that `Handler` names. On an OS-only runtime `Handler`
/// may be anything, so that only the name of a binary counts.
fn package(
    function: &Function<'_>,
    folder: PathBuf,
    handler: Option<&str>,
    lookup: &dyn Lookup,
) -> Target {
    let given = function.build_property("Binary").and_then(|binary| binary.scalar());
    if let Some(bin) = given {
        // Where cargo does not find it either, it says so better.
        let path = binary::package_of(&folder, bin, lookup).unwrap_or(folder);
        return Target { path, bin: Some(bin.to_owned()) };
    }
    let named = handler.filter(|name| *name != BOOTSTRAP);
    match named.and_then(|name| Some((binary::package_of(&folder, name, lookup)?, name))) {
        Some((path, name)) => Target { path, bin: Some(name.to_owned()) },
        None => Target { path: folder, bin: None },
    }
}

/// For a folder `target/lambda/NAME`, where cargo-lambda puts the binary NAME ("Cargo Lambda
/// Build" in its documentation): the package that NAME is built from, below the nearest
/// `Cargo.toml` above.
fn source_of_output(folder: &Path, lookup: &dyn Lookup) -> Option<Target> {
    let name = folder.file_name()?.to_str()?;
    let lambda = folder.parent()?;
    let output = lambda.parent()?;
    if lambda.file_name()? != "lambda" || output.file_name()? != "target" {
        return None;
    }
    // `..` is not above `../..`, though the path is shorter.
    let parents =
        |path: &Path| path.components().filter(|part| *part == Component::ParentDir).count();
    let above = output.ancestors().skip(1).filter(|above| parents(above) == parents(output));
    let mut above = above.map(|folder| join(folder, ""));
    let root = above.find(|folder| lookup.is_file(&folder.join("Cargo.toml")))?;
    let path = binary::package_of(&root, name, lookup)?;
    Some(Target { path, bin: Some(name.to_owned()) })
}
