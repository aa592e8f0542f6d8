//! One function of a template as a handler to run, or why it is not run.

use std::path::PathBuf;
use std::time::Duration;

use crate::config::{HandlerTable, RunOptions};
use crate::model::problem::Problem;
use crate::model::problem::quoted;
use crate::runtime::{self, Family, Managed, Refusal};
use crate::template::lookup::{Lookup, join};
use crate::template::resource::{Dialect, Function, Located};
use crate::template::tree::{Element, Position};
use crate::template::{environment, node, rust};

/// The default of `Timeout`, in seconds (CloudFormation template reference,
/// "AWS::Lambda::Function").
const DEFAULT_TIMEOUT: u32 = 3;

/// The longest `Timeout`, in seconds (AWS Lambda developer guide, "Lambda quotas").
const LONGEST_TIMEOUT: u32 = 900;

/// The default of `MemorySize`, in MB; there is no smaller one.
const DEFAULT_MEMORY: u32 = 128;

/// A function that can be run.
#[derive(Debug)]
pub(super) struct Found {
    /// The handler to run.
    pub(super) table: HandlerTable,
    /// Variables whose values are known in the cloud only.
    pub(super) unresolved: Vec<String>,
}

/// Where the code of a function is.
#[derive(Debug)]
pub(super) struct Code {
    /// A folder, or its Cargo.toml.
    pub(super) path: PathBuf,
    /// Where the template says so.
    pub(super) position: Position,
}

/// Why a function is not run.
#[derive(Debug)]
pub(super) enum Refused {
    /// It is not for loopcheck: why.
    Skipped(String),
    /// Something is wrong with it.
    Wrong(Vec<Problem>),
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self::Wrong(vec![problem])
    }
}

/// The problem of code whose folder is not there.
pub(super) fn no_folder(
    function: &Function<'_>,
    code: &Code,
    lookup: &dyn Lookup,
) -> Option<Problem> {
    let folder = quoted(&code.path.display().to_string());
    let message = format!("the code of {}, {folder}, is not a directory", function.quoted());
    let hint = "a path is relative to the folder of the template";
    (!lookup.is_folder(&code.path)).then(|| code.position.problem(message, Some(hint.into())))
}

/// Reads a function. One that is not skipped is refused with all of its problems at once.
pub(super) fn read(function: &Function<'_>, lookup: &dyn Lookup) -> Result<Found, Refused> {
    skip_what_is_no_archive(function)?;
    let managed = managed_runtime(function)?;
    let mut problems = function.duplicates();
    let target = target(function, managed.rules().family(), lookup);
    let timeout = number(function, "Timeout", DEFAULT_TIMEOUT, 1..=LONGEST_TIMEOUT);
    let memory = number(function, "MemorySize", DEFAULT_MEMORY, DEFAULT_MEMORY..=u32::MAX);
    let environment = environment::read(function, &mut problems);
    let (target, timeout, memory) = match (target, timeout, memory) {
        (Err(Refused::Skipped(why)), _, _) => return Err(Refused::Skipped(why)),
        (Ok(target), Ok(timeout), Ok(memory)) if problems.is_empty() => (target, timeout, memory),
        (target, timeout, memory) => {
            if let Err(Refused::Wrong(more)) = target {
                problems.extend(more);
            }
            problems.extend(timeout.err());
            problems.extend(memory.err());
            return Err(Refused::Wrong(problems));
        }
    };
    let table = HandlerTable {
        name: function.key.name.to_owned(),
        path: target.path,
        options: RunOptions {
            timeout: Some(Duration::from_secs(timeout.into())),
            ..RunOptions::default()
        },
        env: environment.known,
        runtime: match managed {
            Managed::Version(version) => Some(version.name.to_owned()),
            Managed::OsOnly(_) => None,
        },
        bin: target.bin,
        memory: Some(memory),
        line: function.key.position.line,
        ..HandlerTable::default()
    };
    Ok(Found { table, unresolved: environment.unresolved })
}

/// A container image or code in the template itself is no folder that could be run.
fn skip_what_is_no_archive(function: &Function<'_>) -> Result<(), Refused> {
    let image = function.text("PackageType")?.is_some_and(|kind| kind.value == "Image");
    if image || function.written("ImageUri").is_some() {
        return Err(Refused::Skipped("it is a container image".into()));
    }
    if function.dialect == Dialect::Sam && function.written("InlineCode").is_some() {
        return Err(Refused::Skipped("its code stands in the template".into()));
    }
    Ok(())
}

/// Returns true if the runtime is one for a language that loopcheck runs, or cannot be known. Those
/// that are an operating system alone may run a program in any language.
pub(super) fn is_ours(function: &Function<'_>) -> bool {
    let is_known = |name: Located<String>| runtime::family_of(&name.value).is_some();
    function.text("Runtime").map_or(true, |name| name.is_some_and(is_known))
}

fn managed_runtime(function: &Function<'_>) -> Result<Managed, Refused> {
    let Some(Located { value, position }) = function.text("Runtime")? else {
        let message = format!("{} has no Runtime", function.quoted());
        return Err(function.problem(message, None).into());
    };
    runtime::find(&value).map_err(|refusal| match refusal {
        Refusal::Unknown => {
            let message = format!("{} {refusal}", quoted(&value));
            position.problem(message, None).into()
        }
        Refusal::TooOld | Refusal::NotRun => {
            Refused::Skipped(format!("its runtime {} {refusal}", quoted(&value)))
        }
    })
}

fn target(
    function: &Function<'_>,
    family: Family,
    lookup: &dyn Lookup,
) -> Result<rust::Target, Refused> {
    // The problems of both are reported at once.
    let (code, handler) = match (code(function), function.text("Handler")) {
        (Ok(code), Ok(handler)) => (code, handler),
        (Err(Refused::Skipped(why)), _) => return Err(Refused::Skipped(why)),
        (Err(Refused::Wrong(problems)), handler) => {
            return Err(Refused::Wrong(problems.into_iter().chain(handler.err()).collect()));
        }
        (Ok(_), Err(problem)) => return Err(problem.into()),
    };
    match (family, handler) {
        (Family::Tokio, handler) => {
            rust::target(function, &code, handler.as_ref().map(|name| name.value.as_str()), lookup)
        }
        (Family::Node, Some(handler)) => {
            let path = node::handler(function, &code, &handler, lookup)?;
            Ok(rust::Target { path, bin: None })
        }
        (Family::Node, None) => {
            let message = format!("{} has no Handler", function.quoted());
            Err(function.problem(message, None).into())
        }
    }
}

/// Where the code is: a path in the template's folder. `sam build` and `aws cloudformation
/// package` take one for both kinds of function; without `CodeUri`, SAM takes the folder itself.
fn code(function: &Function<'_>) -> Result<Code, Refused> {
    let property = match function.dialect {
        Dialect::Sam => "CodeUri",
        Dialect::CloudFormation => "Code",
    };
    if let Some(asset) = asset(function) {
        return path(function, property, &asset);
    }
    if let Some(elsewhere) = function.settled(property)?.and_then(elsewhere) {
        return Err(Refused::Skipped(elsewhere.into()));
    }
    match (function.text(property)?, function.dialect) {
        (Some(code), _) => path(function, property, &code),
        (None, Dialect::Sam) => {
            Ok(Code { path: PathBuf::from("."), position: function.key.position })
        }
        (None, Dialect::CloudFormation) => {
            let message = format!("{} has no Code", function.quoted());
            Err(function.problem(message, None).into())
        }
    }
}

/// The AWS CDK says in the metadata which folder it uploads as the code, for tools like this one.
fn asset(function: &Function<'_>) -> Option<Located<String>> {
    let property = function.metadata("aws:asset:property")?.scalar()?;
    let path = function.metadata("aws:asset:path").filter(|_| property == "Code")?;
    Some(Located { value: path.scalar()?.to_owned(), position: path.position() })
}

fn path(function: &Function<'_>, property: &str, code: &Located<String>) -> Result<Code, Refused> {
    let Located { value, position } = code;
    let lower = value.to_ascii_lowercase();
    if ["s3://", "http://", "https://"].iter().any(|scheme| lower.starts_with(scheme)) {
        return Err(Refused::Skipped(format!("its code is not here but at {}", quoted(value))));
    }
    if [".zip", ".jar"].iter().any(|archive| lower.ends_with(archive)) {
        return Err(Refused::Skipped(format!("its code is an archive, {}", quoted(value))));
    }
    if value.is_empty() || value.contains(char::is_control) {
        let message = format!("{property} of {} is not a path", function.quoted());
        return Err(position.problem(message, None).into());
    }
    Ok(Code { path: join(value.as_ref(), ""), position: *position })
}

/// Why code that a mapping describes cannot be run.
fn elsewhere(code: Element<'_>) -> Option<&'static str> {
    let has = |names: &[&str]| names.iter().any(|name| code.get(name).is_some());
    if has(&["ZipFile"]) {
        Some("its code stands in the template")
    } else if has(&["ImageUri"]) {
        Some("it is a container image")
    } else if has(&["Bucket", "Key", "S3Bucket", "S3Key"]) {
        Some("its code is not here but in S3")
    } else {
        None
    }
}

fn number(
    function: &Function<'_>,
    name: &str,
    default: u32,
    range: std::ops::RangeInclusive<u32>,
) -> Result<u32, Problem> {
    let Some(Located { value, position }) = function.text(name)? else { return Ok(default) };
    let number = value.trim().parse().ok().filter(|number| range.contains(number));
    number.ok_or_else(|| {
        let message = format!("{name} of {} is {}", function.quoted(), quoted(&value));
        let hint = match *range.end() {
            u32::MAX => format!("expected a whole number of at least {}", range.start()),
            most => format!("expected a whole number from {} to {most}", range.start()),
        };
        position.problem(message, Some(hint))
    })
}
