//! What holds the event loop, against the truth: the handlers of `testdata/node/holds` on every
//! Node, and what `beforeExit` says of each, as `testdata/node/truth.cjs` finds it out.
//!
//! `UPDATE_HOLDS=1 cargo test --test node_holds` writes `testdata/node/holds.tsv` anew.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use support::handlers::ROOT;
use support::node::{self, FOLDER, VERSIONS};

/// Fewer handlers than these would not be the table that it is said to be.
const AT_LEAST: usize = 60;

fn folder() -> PathBuf {
    Path::new(ROOT).join(FOLDER)
}

/// For each handler what was seen on one Node: what holds the loop, and whether it ever is empty.
type Column = BTreeMap<String, String>;

/// Runs all handlers on a Node; `None` where it cannot be installed.
fn truth(version: u32, check: bool) -> Option<Column> {
    let node = node::node(version)?;
    let mut command = Command::new(&node);
    command.current_dir(folder()).arg("truth.cjs").arg("--node").arg(&node);
    command.env_remove("NODE_OPTIONS");
    if check {
        command.args(["--check", "holds.tsv"]);
    }
    let output = command.output().unwrap();
    let (out, err) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "contradictions on Node {version}:\n{err}");
    let rows = out.lines().map(|line| line.split_once('\t').unwrap());
    Some(rows.map(|(handler, seen)| (handler.to_owned(), seen.replace('\t', " "))).collect())
}

/// Runs all handlers on all Nodes, two at a time.
fn truths(check: bool) -> Option<Vec<Column>> {
    let mut columns = Vec::new();
    for pair in VERSIONS.chunks(2) {
        let found = thread::scope(|scope| {
            let runs: Vec<_> =
                pair.iter().map(|version| scope.spawn(move || truth(*version, check))).collect();
            // The panic of one is the test's.
            runs.into_iter()
                .map(|run| run.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
                .collect::<Vec<_>>()
        });
        columns.extend(found.into_iter().collect::<Option<Vec<_>>>()?);
    }
    Some(columns)
}

fn table(columns: &[Column]) -> String {
    let versions: Vec<String> = VERSIONS.iter().map(u32::to_string).collect();
    let mut table = format!("handler\t{}\n", versions.join("\t"));
    for handler in columns[0].keys() {
        let cells: Vec<&str> = columns.iter().map(|column| column[handler].as_str()).collect();
        table.push_str(&format!("{handler}\t{}\n", cells.join("\t")));
    }
    table
}

#[test]
fn the_prediction_never_contradicts_before_exit() {
    #[expect(clippy::disallowed_methods, reason = "the person who runs the test asks for it")]
    let update = std::env::var_os("UPDATE_HOLDS").is_some();
    let Some(columns) = truths(!update) else { return };
    let path = folder().join("holds.tsv");
    if update {
        fs::write(&path, table(&columns)).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap();
    assert_eq!(table(&columns), kept, "to update it: UPDATE_HOLDS=1 cargo test --test node_holds");
}

#[test]
fn the_table_is_whole() {
    let table = fs::read_to_string(folder().join("holds.tsv")).unwrap();
    let mut rows = table.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    assert_eq!(rows.next().unwrap(), ["handler", "18", "20", "22", "24", "26"]);
    let rows: Vec<Vec<&str>> = rows.collect();
    assert!(rows.len() >= AT_LEAST, "{} handlers", rows.len());
    for row in &rows {
        assert_eq!(row.len(), 6, "{row:?}");
        for cell in &row[1..] {
            let (holds, truth) = cell.split_once(' ').unwrap_or_else(|| panic!("{row:?}"));
            assert!(["empties", "held"].contains(&truth), "{row:?}");
            // What never is empty is held by something.
            assert!(truth == "empties" || holds != "-", "{row:?}");
        }
    }
    let entries = fs::read_dir(folder().join("holds")).unwrap().map(|entry| entry.unwrap());
    let files = entries.filter(|entry| entry.file_type().unwrap().is_file());
    let mut files: Vec<String> =
        files.map(|entry| entry.file_name().into_string().unwrap()).collect();
    files.sort();
    let names: Vec<&str> = rows.iter().map(|row| row[0]).collect();
    assert_eq!(names, files);
}
