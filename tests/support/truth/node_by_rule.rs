//! Samples for Node.js whose findings are many, or are seen in ways of their own: how many items of
//! each rule are unexpected.

use std::collections::BTreeMap;

use serde_json::Value;

use super::report::{brief, list, text};

/// A sample, and the expected result on one Node.js.
#[derive(Clone, Copy, Debug)]
pub struct ByRule {
    /// File and export in `samples`.
    pub name: &'static str,
    /// The behaviour that it shows, for the name of its test.
    pub shows: &'static str,
    pub exit_code: u64,
    /// The id of the only gap.
    pub gap: Option<&'static str>,
    /// Pending at the last response by rule.
    pub counts: &'static [(&'static str, u64)],
}

/// The Node.js that they are run on.
pub const VERSION: u32 = 22;

pub const FLAGS: &[&str] = &["--settle", "600ms"];

const NOTHING: ByRule = ByRule { name: "", shows: "", exit_code: 0, gap: None, counts: &[] };

/// The rows.
pub const SAMPLES: &[ByRule] = &[
    ByRule {
        name: "evaluated-async.js",
        shows: "async functions that eval made are pending",
        exit_code: 1,
        counts: &[("pending-task", 4)],
        ..NOTHING
    },
    ByRule {
        name: "frozen-error.js",
        shows: "a handler that allows no stack is inconclusive",
        exit_code: 4,
        gap: Some("events-dropped"),
        ..NOTHING
    },
    ByRule {
        name: "module-hooks.mjs",
        shows: "the worker of module hooks is no finding",
        ..NOTHING
    },
    ByRule {
        name: "child-daemon.js",
        shows: "a daemon that left its group is pending",
        exit_code: 1,
        counts: &[("pending-handle", 2)],
        ..NOTHING
    },
    ByRule {
        name: "blob-read.js",
        shows: "a blob that is being read is pending",
        exit_code: 1,
        counts: &[("pending-task", 1)],
        ..NOTHING
    },
    ByRule { name: "blob-read.js:awaited", shows: "a blob that was read passes", ..NOTHING },
    ByRule {
        name: "wait-async.js",
        shows: "Atomics.waitAsync is pending",
        exit_code: 1,
        counts: &[("pending-task", 1)],
        ..NOTHING
    },
    ByRule {
        name: "outlived-async.js",
        shows: "a timer that outlives its async function is pending",
        exit_code: 1,
        counts: &[("pending-timer", 1)],
        ..NOTHING
    },
    ByRule {
        name: "several.js",
        shows: "items of every rule are counted",
        exit_code: 1,
        counts: &[
            ("listening-socket", 2),
            ("pending-handle", 4),
            ("pending-interval", 2),
            ("pending-socket", 4),
            ("pending-task", 4),
            ("pending-timer", 2),
        ],
        ..NOTHING
    },
];

/// Fails unless the report has exactly these unexpected items.
pub fn check(sample: &ByRule, report: &Value) {
    let seen = format!("{}: {:#}", sample.name, brief(report));
    assert_eq!(report["exit_code"], sample.exit_code, "{seen}");
    let gaps = list(&report["gaps"]);
    let has = |id: &str| gaps.iter().any(|gap| gap["id"] == id);
    assert!(sample.gap.is_none_or(has) && sample.gap.is_some() != gaps.is_empty(), "{seen}");
    let mut found = BTreeMap::<&str, u64>::new();
    for finding in list(&report["findings"]) {
        if finding["status"] == "unexpected" {
            let last = list(&finding["counts"]).last().unwrap().as_u64();
            *found.entry(text(&finding["rule"])).or_default() += last.unwrap();
        }
    }
    // How many pieces of a file are read at the same time is not fixed.
    let is_read = sample.name == "blob-read.js";
    let count = |last: u64| if is_read { last.min(1) } else { last };
    let found: Vec<(&str, u64)> =
        found.into_iter().map(|(rule, last)| (rule, count(last))).collect();
    assert_eq!(found, sample.counts, "{seen}");
}
