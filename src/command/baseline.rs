//! The file of known findings, as it is read.

use std::io;
use std::path::Path;

use crate::error::CommandError;
use crate::gate::{BASELINE_SCHEMA, Baseline, Gate};

/// The gate with the known findings of a file, if there is one.
pub(crate) fn known(file: Option<&Path>, gate: Gate) -> Result<Gate, CommandError> {
    let Some(file) = file else { return Ok(gate) };
    Ok(with(&gate, read(file)?, file.display().to_string()))
}

/// The gate with these known findings.
pub(crate) fn with(gate: &Gate, baseline: Baseline, name: String) -> Gate {
    Gate { baseline: Some(baseline), baseline_file: name, ..gate.clone() }
}

/// Reads a baseline.
pub(crate) fn read(file: &Path) -> Result<Baseline, CommandError> {
    let failed = |what: String, hint: &str| {
        let message = format!("{} is {what}", file.display());
        CommandError::input(message, Some(hint.to_owned()))
    };
    let text = std::fs::read(file).map_err(|error| {
        let message = format!("could not read the baseline {}: {error}", file.display());
        let hint = (error.kind() == io::ErrorKind::NotFound)
            .then(|| "--write-baseline writes it".to_owned());
        CommandError::input(message, hint)
    })?;
    let value: serde_json::Value = serde_json::from_slice(&text).map_err(|error| {
        failed(format!("not JSON: {error}"), "a baseline is what --write-baseline wrote")
    })?;
    match value["schema"].as_str() {
        Some(BASELINE_SCHEMA) => {}
        Some(other) => {
            let what = format!("no {BASELINE_SCHEMA}: its schema is {other:?}");
            return Err(failed(what, "--write-baseline --force writes it anew"));
        }
        None => {
            let what = "no baseline of loopcheck: it has no schema".to_owned();
            return Err(failed(what, "a baseline is what --write-baseline wrote"));
        }
    }
    serde_json::from_value(value).map_err(|error| {
        let what = format!("a baseline that cannot be understood: {error}");
        failed(what, "--write-baseline --force writes it anew")
    })
}
