//! Runs of Node.js handlers on a Node.js of a given release line.

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::loopcheck::{Call, Finished, run};
use super::node;
use super::runs::Servers;
use super::truth::report::{brief, handlers_own};
use super::truth::sample::Needs;

/// `PATH` with this folder first.
pub fn path_with(folder: &Path) -> OsString {
    #[expect(clippy::disallowed_methods, reason = "as the user who runs the test has it")]
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = [folder.to_owned()].into_iter().chain(std::env::split_paths(&path));
    std::env::join_paths(folders).unwrap()
}

/// `loopcheck run HANDLER` on a Node of this release line; `None` where it cannot be installed.
pub fn run_on(version: u32, handler: impl AsRef<Path>) -> Option<Call> {
    let node = node::node(version)?;
    let call = run(handler.as_ref()).env("PATH", path_with(node.parent().unwrap()));
    Some(call.env("NODE_OPTIONS", ""))
}

/// The same for a file and export in `samples`, without the flags of the table.
pub fn run_sample(version: u32, handler: &str, needs: Needs, servers: &Servers) -> Option<Call> {
    servers.given_to(run_on(version, node::sample(handler)?)?, needs)
}

/// The one finding that is not the runtime's.
pub fn only(report: &Value) -> &Value {
    let found: Vec<&Value> = handlers_own(report).collect();
    assert_eq!(found.len(), 1, "{:#}", brief(report));
    found[0]
}

pub fn mode<'a>(report: &'a Value, id: &str) -> &'a Value {
    let mut modes = report["modes"].as_array().unwrap().iter();
    modes.find(|mode| mode["id"] == id).unwrap_or_else(|| panic!("no {id} in {report:#}"))
}

pub fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

/// The one gap of a run that did not get anywhere: with a message that has this part, and a hint.
pub fn check_refused(finished: &Finished, code: i32, id: &str, message: &str) {
    let report = finished.report();
    let seen = format!("{:#} {}", brief(&report), finished.stderr);
    assert_eq!(finished.code(), code, "{seen}");
    assert_eq!(report["gaps"].as_array().unwrap().len(), 1, "{seen}");
    let gap = &report["gaps"][0];
    assert_eq!(gap["id"], id, "{seen}");
    assert!(gap["message"].as_str().unwrap().contains(message), "{seen}");
    assert!(gap["hint"].as_str().is_some_and(|hint| !hint.is_empty()), "{seen}");
}

/// `loopcheck run` of a handler with this code, in a folder of its own.
pub fn handler_of(version: u32, code: &str) -> Option<Call> {
    let call = run_on(version, "handler.js")?;
    let folder = call.scratch().to_owned();
    fs::write(folder.join("handler.js"), code).unwrap();
    Some(call.current_dir(folder))
}
