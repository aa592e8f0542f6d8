//! The options of a run in a table.

use crate::config::reader::{Reader, Table};
use crate::config::{MOST_INVOCATIONS, RunOptions, limits};

/// Reads the options of a run.
pub(super) fn read<'a>(reader: &mut Reader<'a>, table: &Table<'a>) -> RunOptions {
    let mut duration = |key, limit| table.get(key).and_then(|value| reader.duration(value, limit));
    let timeout = duration("timeout", limits::timeout);
    let settle = duration("settle", limits::duration);
    let freeze_for = duration("freeze_for", limits::duration);
    RunOptions {
        invocations: table
            .get("invocations")
            .and_then(|value| reader.number(value, MOST_INVOCATIONS)),
        timeout,
        settle,
        prove: table.get("prove").and_then(|value| reader.boolean(value)),
        freeze_for,
    }
}
