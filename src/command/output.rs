//! The targets of reports: they are opened before the run, and a file is written completely or not
//! at all.

use std::fs::{File, OpenOptions};
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::cli::{Format, FormatArg, OutputArgs};
use crate::command::settings::parent;
use crate::error::CommandError;
use crate::model::diagnostic::FailureId;
use crate::report::Document;
use crate::reporter::table::TableStyle;
use crate::reporter::{github, json, junit, markdown, sarif, table};

/// The width of a report that does not go to a terminal.
const WIDTH: u16 = 80;

/// Every report that was asked for, ready to be written.
pub(crate) struct Outputs(Vec<Output>);

struct Output {
    format: Format,
    target: Target,
}

/// The target of a report.
pub(crate) enum Target {
    /// Stdout.
    Stdout,
    /// A file, written aside and moved into place.
    File { aside: NamedTempFile, place: PathBuf, path: PathBuf },
    /// Something that is not a regular file, such as a pipe.
    Device { file: File, path: PathBuf },
}

impl Outputs {
    /// Opens every target, so that a bad path is known before the run.
    pub(crate) fn open(args: &OutputArgs) -> Result<Self, CommandError> {
        let default = [FormatArg { format: Format::Table, file: None }];
        let formats = if args.formats.is_empty() { &default[..] } else { &args.formats[..] };
        let files: Vec<Option<&Path>> = formats.iter().map(|arg| arg.file.as_deref()).collect();
        let targets = Target::open_all(&files, "the report", "report.json")?;
        let outputs = formats.iter().zip(targets);
        let output =
            |(arg, target): (&FormatArg<Format>, Target)| Output { format: arg.format, target };
        Ok(Self(outputs.map(output).collect()))
    }

    /// Writes every report. `has_run` is false when nothing was run: the error is on stderr then,
    /// and a table would only repeat it.
    pub(crate) fn write(self, document: &Document, has_run: bool) -> Result<(), CommandError> {
        let mut failed: Option<CommandError> = None;
        for output in self.0 {
            if !has_run && output.format == Format::Table {
                continue;
            }
            // Where one cannot be written, the others still are: what an earlier run has left in
            // their places must not be taken for what this one says.
            if let Err(error) = output.write(document) {
                match &mut failed {
                    Some(first) => first.more.extend(error.diagnostics().cloned()),
                    None => failed = Some(error),
                }
            }
        }
        failed.map_or(Ok(()), Err)
    }
}

impl Target {
    /// Opens those of several formats, each of which goes to another place. `what` they are to
    /// hold is named if that fails, and `example` is a file for it.
    pub(crate) fn open_all(
        files: &[Option<&Path>],
        what: &str,
        example: &str,
    ) -> Result<Vec<Self>, CommandError> {
        if files.iter().filter(|file| file.is_none()).count() > 1 {
            return Err(CommandError::input(
                "only one format can go to stdout",
                Some(format!("give the others a file: --format json={example}")),
            ));
        }
        let mut targets: Vec<Self> = Vec::new();
        for file in files {
            let target = Self::open(*file, what)?;
            let same = |other: &Self| other.place().is_some() && other.place() == target.place();
            if let (Some(file), true) = (file, targets.iter().any(same)) {
                return Err(CommandError::input(
                    format!("two formats go to {}", file.display()),
                    Some("give each a file of its own".into()),
                ));
            }
            targets.push(target);
        }
        Ok(targets)
    }

    /// The one name of its file, if that is a file.
    fn place(&self) -> Option<&Path> {
        match self {
            Self::File { place, .. } => Some(place),
            Self::Stdout | Self::Device { .. } => None,
        }
    }

    /// Opens it; without a file it is stdout. `what` it is to hold is named if that fails.
    pub(crate) fn open(file: Option<&Path>, what: &str) -> Result<Self, CommandError> {
        let Some(path) = file else { return Ok(Self::Stdout) };
        let failed = |error: io::Error| {
            CommandError::input(
                format!("could not create {what} {}: {error}", path.display()),
                None,
            )
        };
        let special = path.metadata().is_ok_and(|data| !data.is_file());
        if special {
            let file = OpenOptions::new().write(true).open(path).map_err(failed)?;
            return Ok(Self::Device { file, path: path.to_owned() });
        }
        let place = place_of(path).map_err(failed)?;
        let aside = NamedTempFile::new_in(parent(&place)).map_err(failed)?;
        Ok(Self::File { aside, place, path: path.to_owned() })
    }

    /// Writes what `render` makes; a file is written completely or not at all.
    pub(crate) fn write(
        self,
        render: impl FnOnce(TableStyle, &mut dyn Write) -> io::Result<()>,
    ) -> Result<(), CommandError> {
        let (result, name) = match self {
            Self::Stdout => (write_to_stdout(render), "stdout".to_owned()),
            Self::File { mut aside, place, path } => {
                let written = render(plain(), &mut aside)
                    .and_then(|()| share(aside.as_file()))
                    .and_then(|()| aside.persist(&place).map_err(|error| error.error).map(drop));
                (written, path.display().to_string())
            }
            Self::Device { mut file, path } => {
                (render(plain(), &mut file), path.display().to_string())
            }
        };
        result.map_err(|error| {
            let message = format!("could not write {name}: {error}");
            CommandError::other(FailureId::InternalError, message, None)
        })
    }
}

/// Returns the place of a file, whatever it is called: a link is followed, and not replaced.
fn place_of(path: &Path) -> io::Result<PathBuf> {
    if let Ok(place) = path.canonicalize() {
        return Ok(place);
    }
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    Ok(parent(path).canonicalize()?.join(name))
}

fn write_to_stdout(
    render: impl FnOnce(TableStyle, &mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    match render(stdout_style(), &mut out).and_then(|()| out.flush()) {
        // A reader that stopped reading has what it wanted; the exit code is still returned.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

impl Output {
    fn write(self, document: &Document) -> Result<(), CommandError> {
        let format = self.format;
        self.target.write(|style, out| render(document, format, style, out))
    }
}

fn render(
    document: &Document,
    format: Format,
    style: TableStyle,
    out: &mut dyn Write,
) -> io::Result<()> {
    let results = &document.results();
    match format {
        Format::Table => table::write(results, style, out),
        Format::Json => json::write_document(document, out),
        Format::Sarif => sarif::write(results, out),
        Format::Junit => junit::write(results, out),
        Format::Github => github::write(results, out),
        Format::Markdown => markdown::write(results, out),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::run::failed;
    use crate::host::scratch::Scratch;

    fn outputs(files: &[(&str, PathBuf)]) -> Result<Outputs, CommandError> {
        let format = |name: &str| match name {
            "json" => Format::Json,
            _ => Format::Sarif,
        };
        let formats = files
            .iter()
            .map(|(name, file)| FormatArg { format: format(name), file: Some(file.clone()) });
        Outputs::open(&OutputArgs { formats: formats.collect() })
    }

    fn some_document() -> Document {
        failed(None, &CommandError::input("nothing was run", None))
    }

    #[test]
    fn one_that_cannot_be_written_keeps_no_other_from_being_there() {
        let scratch = Scratch::new();
        scratch.file("report.json", "what an earlier run said", 0o644);
        let file = scratch.path().join("report.json");
        let full = PathBuf::from("/dev/full");
        let written = outputs(&[("sarif", full), ("json", file.clone())]).unwrap();
        let error = written.write(&some_document(), true).unwrap_err();
        assert!(error.first.message.starts_with("could not write /dev/full"), "{error:?}");
        assert!(std::fs::read_to_string(file).unwrap().contains("loopcheck.reports/v1"));
    }

    #[test]
    fn a_file_by_two_names_is_one_file() {
        let scratch = Scratch::new();
        let (plain, dotted) = (scratch.path().join("a"), scratch.path().join("./b/../a"));
        std::fs::create_dir(scratch.path().join("b")).unwrap();
        let refused = outputs(&[("json", plain.clone()), ("sarif", dotted)]).err().unwrap();
        assert!(refused.first.message.starts_with("two formats go to"), "{refused:?}");
        assert!(!plain.exists());
        // What is no file takes any number.
        assert!(outputs(&[("json", "/dev/null".into()), ("sarif", "/dev/null".into())]).is_ok());
    }

    #[test]
    fn a_link_is_followed() {
        let scratch = Scratch::new();
        scratch.file("far/report.json", "", 0o644);
        let link = scratch.path().join("report.json");
        std::os::unix::fs::symlink("far/report.json", &link).unwrap();
        outputs(&[("json", link.clone())]).unwrap().write(&some_document(), true).unwrap();
        assert!(link.symlink_metadata().unwrap().is_symlink());
        assert_ne!(std::fs::read(scratch.path().join("far/report.json")).unwrap(), b"");
    }
}
