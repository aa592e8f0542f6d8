//! The file of known findings around a run: read before it, or written after it.

use crate::cli::RunArgs;
use crate::command::baseline::{read, with};
use crate::command::messages::note;
use crate::command::output::Target;
use crate::command::run::outcome::RunOutcome;
use crate::error::CommandError;
use crate::gate::{Baseline, Gate};

/// The meaning of `--baseline` and `--write-baseline`.
pub(crate) enum BaselineFile {
    /// No baseline.
    Absent,
    /// A baseline whose findings are known.
    Known { name: String, baseline: Baseline },
    /// A baseline to write, and the one that it replaces.
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
                format!("{name} already exists"),
                Some(
                    "--force replaces it; without --write-baseline its findings are the known ones"
                        .into(),
                ),
            ));
        }
        let target = Target::open(Some(file), "the baseline")?;
        Ok(Self::Wanted { name, target, before: read(file).ok() })
    }

    /// The gate with the findings that are known before the run.
    pub(crate) fn before(&self, gate: &Gate) -> Gate {
        match self {
            Self::Known { name, baseline } => with(gate, baseline.clone(), name.clone()),
            Self::Absent | Self::Wanted { .. } => gate.clone(),
        }
    }

    /// The gate with the known findings. A baseline that is to be written is written here, unless
    /// the run was incomplete.
    pub(crate) fn settle(self, outcome: &RunOutcome, gate: &Gate) -> Result<Gate, CommandError> {
        match self {
            Self::Absent => Ok(gate.clone()),
            Self::Known { name, baseline } => Ok(with(gate, baseline, name)),
            Self::Wanted { name, target, before } => {
                let reports = outcome.reports(gate);
                let is_complete = reports.iter().all(Baseline::is_made_of) && outcome.is_complete();
                if reports.is_empty() || !is_complete {
                    note(&format!(
                        "{name} was not written, because not everything could be judged"
                    ));
                    return Ok(gate.clone());
                }
                // Findings of a handler that no longer exists are dropped.
                let others = before.filter(|_| !outcome.is_all());
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
