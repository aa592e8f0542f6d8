//! The file of known findings: read before a run, or written after it.

use std::io;
use std::path::Path;

use crate::cli::RunArgs;
use crate::command::complaint::note;
use crate::command::output::Target;
use crate::command::ran::Ran;
use crate::error::CommandError;
use crate::gate::{BASELINE_SCHEMA, Baseline, Gate};

/// What `--baseline` and `--write-baseline` come to.
pub(crate) enum BaselineFile {
    /// There is none.
    Absent,
    /// Its findings are known.
    Known { name: String, baseline: Baseline },
    /// It is to be written. `before`: what stands there now.
    Wanted { name: String, target: Target, before: Option<Baseline> },
}

impl BaselineFile {
    /// Reads it, or makes sure that it can be written.
    pub(crate) fn open(args: &RunArgs) -> Result<Self, CommandError> {
        let Some(file) = &args.gate.baseline else { return Ok(Self::Absent) };
        let name = file.display().to_string();
        if !args.write_baseline {
            return Ok(Self::Known { name, baseline: read(file)? });
        }
        if file.exists() && !args.force {
            return Err(CommandError::input(
                format!("{name} is there already"),
                Some(
                    "--force replaces it; without --write-baseline its findings are the known ones"
                        .into(),
                ),
            ));
        }
        let target = Target::open(Some(file), "the baseline")?;
        Ok(Self::Wanted { name, target, before: read(file).ok() })
    }

    /// The gate with what is known before the run.
    pub(crate) fn before(&self, gate: &Gate) -> Gate {
        match self {
            Self::Known { name, baseline } => with(gate, baseline.clone(), name.clone()),
            Self::Absent | Self::Wanted { .. } => gate.clone(),
        }
    }

    /// The gate with the known findings. If they are to be written, this is when: what a run does
    /// not know completely becomes no baseline.
    pub(crate) fn settle(self, ran: &Ran, gate: &Gate) -> Result<Gate, CommandError> {
        match self {
            Self::Absent => Ok(gate.clone()),
            Self::Known { name, baseline } => Ok(with(gate, baseline, name)),
            Self::Wanted { name, target, before } => {
                let reports = ran.reports(gate);
                let whole = reports.iter().all(Baseline::is_made_of) && ran.is_whole();
                if reports.is_empty() || !whole {
                    note(&format!("{name} was not written, for not everything could be judged"));
                    return Ok(gate.clone());
                }
                // What is known of a handler that there is no more is not kept.
                let others = before.filter(|_| !ran.is_all());
                let baseline = Baseline::of(&reports, others.as_ref());
                target.write(|_, out| {
                    serde_json::to_writer_pretty(&mut *out, &baseline)?;
                    writeln!(out)
                })?;
                let known = baseline.findings.len();
                let findings = if known == 1 { "finding" } else { "findings" };
                note(&format!("wrote {name}: {known} known {findings}"));
                Ok(with(gate, baseline, name))
            }
        }
    }
}

fn with(gate: &Gate, baseline: Baseline, name: String) -> Gate {
    Gate { baseline: Some(baseline), baseline_file: name, ..gate.clone() }
}

/// Reads a baseline.
fn read(file: &Path) -> Result<Baseline, CommandError> {
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

/// The gate with the known findings of a file, if there is one.
pub(crate) fn known(file: Option<&Path>, gate: Gate) -> Result<Gate, CommandError> {
    let Some(file) = file else { return Ok(gate) };
    Ok(with(&gate, read(file)?, file.display().to_string()))
}
