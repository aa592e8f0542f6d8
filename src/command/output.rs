//! Where reports go: targets are opened before the run, and a file is there whole or not at all.

use std::fs::{File, OpenOptions};
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::cli::{Format, FormatArg, OutputArgs};
use crate::error::CommandError;
use crate::model::gap::GapId;
use crate::report::Report;
use crate::reporter::table::TableStyle;
use crate::reporter::{json, table};

/// The width of a report that does not go to a terminal.
const WIDTH: u16 = 80;

/// Every report that was asked for, ready to be written.
pub(crate) struct Outputs(Vec<Output>);

struct Output {
    format: Format,
    target: Target,
}

enum Target {
    Stdout,
    /// A file, written aside and moved into place.
    File {
        aside: NamedTempFile,
        path: PathBuf,
    },
    /// Something that is not a regular file, such as a pipe.
    Device {
        file: File,
        path: PathBuf,
    },
}

impl Outputs {
    /// Opens every target, so that a bad path is known before the run.
    pub(crate) fn open(args: &OutputArgs) -> Result<Self, CommandError> {
        let default = [FormatArg { format: Format::Table, file: None }];
        let formats = if args.formats.is_empty() { &default[..] } else { &args.formats[..] };
        if formats.iter().filter(|arg| arg.file.is_none()).count() > 1 {
            return Err(CommandError::input(
                "only one format can go to stdout",
                Some("give the others a file: --format json=report.json".into()),
            ));
        }
        let outputs: Result<Vec<Output>, CommandError> = formats
            .iter()
            .map(|arg| Ok(Output { format: arg.format, target: Target::open(arg)? }))
            .collect();
        Ok(Self(outputs?))
    }

    /// Writes every report. `ran` is false when there was no run to tell of: what is wrong is on
    /// stderr then, and a table would only say it again.
    pub(crate) fn write(self, report: &Report, ran: bool) -> Result<(), CommandError> {
        for output in self.0 {
            if ran || output.format != Format::Table {
                output.write(report)?;
            }
        }
        Ok(())
    }
}

impl Target {
    fn open(arg: &FormatArg) -> Result<Self, CommandError> {
        let Some(path) = &arg.file else { return Ok(Self::Stdout) };
        let failed = |error: io::Error| {
            CommandError::input(
                format!("could not create the report {}: {error}", path.display()),
                None,
            )
        };
        let special = path.metadata().is_ok_and(|data| !data.is_file());
        if special {
            let file = OpenOptions::new().write(true).open(path).map_err(failed)?;
            return Ok(Self::Device { file, path: path.clone() });
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let aside = NamedTempFile::new_in(folder.unwrap_or(Path::new("."))).map_err(failed)?;
        Ok(Self::File { aside, path: path.clone() })
    }
}

impl Output {
    fn write(self, report: &Report) -> Result<(), CommandError> {
        let format = self.format;
        let (result, name) = match self.target {
            Target::Stdout => {
                let style = stdout_style();
                let mut out = io::BufWriter::new(io::stdout().lock());
                let written = render(report, format, style, &mut out).and_then(|()| out.flush());
                // Whoever stopped reading has what they wanted; the exit code still tells.
                let written = match written {
                    Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
                    other => other,
                };
                (written, "stdout".to_owned())
            }
            Target::File { mut aside, path } => {
                let written = render(report, format, plain(), &mut aside)
                    .and_then(|()| share(aside.as_file()))
                    .and_then(|()| aside.persist(&path).map_err(|error| error.error).map(drop));
                (written, path.display().to_string())
            }
            Target::Device { mut file, path } => {
                (render(report, format, plain(), &mut file), path.display().to_string())
            }
        };
        result.map_err(|error| {
            let message = format!("could not write the report to {name}: {error}");
            CommandError::other(GapId::InternalError, message, None)
        })
    }
}

fn render(
    report: &Report,
    format: Format,
    style: TableStyle,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        Format::Table => table::write(report, style, out),
        Format::Json => json::write(report, out),
    }
}

/// A temporary file is private; a report is as readable as any other file of the user's.
fn share(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(std::fs::Permissions::from_mode(0o644))
}

fn plain() -> TableStyle {
    TableStyle { width: WIDTH, color: false }
}

#[expect(clippy::disallowed_methods, reason = "NO_COLOR and TERM are about our own output")]
fn stdout_style() -> TableStyle {
    let terminal = io::stdout().is_terminal();
    let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|value| value == "dumb");
    let columns = console::Term::stdout().size_checked().map_or(WIDTH, |(_, columns)| columns);
    TableStyle {
        width: if terminal { columns.clamp(40, 140) } else { WIDTH },
        color: terminal && !no_color && !dumb,
    }
}
