//! The steps of a build: read the package, choose the binary, resolve the flags, build.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use cargo_metadata::{Message, Metadata, MetadataCommand};

use crate::host::output::{Lines, OutputLine, Stream};

use super::cargo::{Cargo, Environment};
use super::error::BuildError;
use super::flags::{self, Flags};
use super::select::{self, Selection, select};

/// The request for a build.
#[derive(Clone, Debug)]
pub(crate) struct BuildRequest {
    /// The directory of the Cargo.toml.
    pub(crate) directory: PathBuf,
    /// The binary, if the user named one.
    pub(crate) bin: Option<String>,
    /// With optimisations.
    pub(crate) release: bool,
}

/// The result of a build.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Built {
    /// The program; built for another machine if the user's configuration says so.
    pub(crate) executable: PathBuf,
    /// Name of the package.
    pub(crate) package: String,
    /// Name of the binary.
    pub(crate) bin: String,
    /// The directory that the compiler's relative paths start from.
    pub(crate) workspace_root: PathBuf,
    /// The package's directory.
    pub(crate) package_root: PathBuf,
}

/// Builds a handler; cargo's own output goes to `lines`.
///
/// If the future is dropped, cargo and everything that it has started is killed.
pub(crate) async fn build(request: BuildRequest, lines: Lines) -> Result<Built, BuildError> {
    build_in(request, std::env::vars_os().collect(), lines).await
}

pub(super) async fn build_in(
    request: BuildRequest,
    environment: Environment,
    lines: Lines,
) -> Result<Built, BuildError> {
    let (directory, manifest) = locate(&request.directory)?;
    let cargo = Cargo::new(&directory, environment);
    let metadata = metadata(&cargo, &manifest, lines.clone()).await?;
    let selection = select(&metadata, &manifest, request.bin.as_deref())?;
    let flags = resolve_flags(&cargo, &directory).await?;
    let plan = Plan { manifest, release: request.release, selection, metadata: &metadata };
    let executable = plan.compile(&cargo, &flags, lines).await?;
    Ok(Built {
        executable,
        package: selection.package.name.to_string(),
        bin: selection.bin.to_owned(),
        workspace_root: metadata.workspace_root.clone().into(),
        package_root: select::directory(selection.package),
    })
}

fn locate(directory: &Path) -> Result<(PathBuf, PathBuf), BuildError> {
    let none = || BuildError::NoManifest(directory.to_owned());
    let absolute = std::path::absolute(directory).map_err(|_| none())?;
    let manifest = absolute.join("Cargo.toml");
    if manifest.is_file() { Ok((absolute, manifest)) } else { Err(none()) }
}

async fn metadata(cargo: &Cargo, manifest: &Path, lines: Lines) -> Result<Metadata, BuildError> {
    let args = [
        OsStr::new("metadata"),
        OsStr::new("--format-version=1"),
        OsStr::new("--no-deps"),
        OsStr::new("--manifest-path"),
        manifest.as_os_str(),
    ];
    let mut answer = String::new();
    let status =
        cargo.run(&args.map(OsStr::to_owned), &[], lines, |line| answer.push_str(&line)).await?;
    if !status.success() {
        return Err(BuildError::Metadata(status));
    }
    MetadataCommand::parse(answer).map_err(|error| BuildError::Answer(error.to_string()))
}

async fn resolve_flags(cargo: &Cargo, directory: &Path) -> Result<Flags, BuildError> {
    let (directory, environment) = (directory.to_owned(), cargo.environment());
    tokio::task::spawn_blocking(move || flags::resolve(&directory, environment))
        .await
        .map_err(|error| BuildError::Answer(error.to_string()))?
}

struct Plan<'a> {
    manifest: PathBuf,
    release: bool,
    selection: Selection<'a>,
    metadata: &'a Metadata,
}

impl Plan<'_> {
    async fn compile(
        &self,
        cargo: &Cargo,
        flags: &Flags,
        lines: Lines,
    ) -> Result<PathBuf, BuildError> {
        // A folder apart, so that the user's next build finds everything as it was.
        let target_directory = self.metadata.target_directory.join("loopcheck");
        let env = [
            ("CARGO_ENCODED_RUSTFLAGS", OsStr::new(&flags.encoded)),
            // Where newer versions of cargo keep what is not final.
            ("CARGO_BUILD_BUILD_DIR", OsStr::new(target_directory.as_str())),
        ];
        let mut executable = None;
        let strange = lines.clone();
        let status = cargo
            .run(&self.args(flags, target_directory.as_str()), &env, lines, |line| {
                match self.executable(&line) {
                    Ok(found) => executable = found.or(executable.take()),
                    // Build scripts may not write here, but wrappers of the compiler do. A line
                    // less is no harm to the build.
                    Err(()) => {
                        let _ = strange.try_send(OutputLine { stream: Stream::Stdout, text: line });
                    }
                }
            })
            .await?;
        if !status.success() {
            return Err(BuildError::Failed(status));
        }
        executable.ok_or_else(|| {
            BuildError::Answer(format!("it named no executable for {}", self.selection.bin))
        })
    }

    fn args(&self, flags: &Flags, target_directory: &str) -> Vec<OsString> {
        let mut args: Vec<OsString> = vec![
            "build".into(),
            "--message-format=json-render-diagnostics".into(),
            "--manifest-path".into(),
            self.manifest.clone().into(),
            "--target-dir".into(),
            target_directory.into(),
            // A root package may have other packages as its default members.
            "--package".into(),
            self.package_spec().into(),
            "--bin".into(),
            self.selection.bin.into(),
        ];
        if self.release {
            args.push("--release".into());
        }
        if let Some(target) = &flags.target {
            args.extend(["--target".into(), target.into()]);
        }
        args
    }

    /// Old versions of cargo print ids that they do not accept themselves.
    fn package_spec(&self) -> &str {
        let id = self.selection.package.id.repr.as_str();
        if id.contains(' ') { self.selection.package.name.as_str() } else { id }
    }

    /// The path in a message about the requested binary; an error if the line is not a message.
    fn executable(&self, line: &str) -> Result<Option<PathBuf>, ()> {
        match serde_json::from_str::<Message>(line) {
            Ok(Message::CompilerArtifact(artifact))
                if artifact.target.is_bin()
                    && artifact.target.name == self.selection.bin
                    && artifact.package_id == self.selection.package.id =>
            {
                Ok(artifact.executable.map(PathBuf::from))
            }
            // Newer versions of cargo may have messages that we do not know.
            Err(_) if !line.starts_with('{') => Err(()),
            _ => Ok(None),
        }
    }
}
