//! The sample handlers of `testdata/handlers`, built once for each test process.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The root of the package; tests start loopcheck there and name samples relative to it, so that
/// recordings do not depend on where it is.
pub const ROOT: &str = env!("CARGO_MANIFEST_DIR");

const WORKSPACE: &str = "testdata/handlers";

/// The executable of a sample, relative to [`ROOT`].
pub fn executable(package: &str) -> PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    let folder = BUILT.get_or_init(|| build("loopcheck", &["--workspace"], Some("tokio_unstable")));
    folder.join(package)
}

/// The executable of `clean`, built without `--cfg tokio_unstable`.
pub fn plain_clean() -> PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| build("plain", &["--package", "clean"], None)).join("clean")
}

/// Builds into `target/NAME` and returns the folder with the executables.
fn build(name: &str, packages: &[&str], cfg: Option<&str>) -> PathBuf {
    let target = Path::new(WORKSPACE).join("target").join(name);
    let mut cargo = cargo();
    cargo.arg("build").args(packages).arg("--target-dir").arg(Path::new(ROOT).join(&target));
    if let Some(cfg) = cfg {
        cargo.env("RUSTFLAGS", with_cfg(cfg));
    }
    let output = cargo.output().unwrap();
    let log = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "the sample handlers do not build:\n{log}");
    keep(&target.join("debug"), &Path::new(WORKSPACE).join("target").join("samples").join(name))
}

/// Cargo in the workspace of the samples, without what the cargo that runs this test has set.
fn cargo() -> Command {
    #[expect(clippy::disallowed_methods, reason = "cargo says which cargo runs the test")]
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut cargo = Command::new(program);
    cargo.current_dir(Path::new(ROOT).join(WORKSPACE));
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        let wanted = ["CARGO_HOME", "CARGO_NET_", "CARGO_HTTP_", "CARGO_REGISTR"];
        if name.starts_with("CARGO") && !wanted.iter().any(|prefix| name.starts_with(prefix)) {
            cargo.env_remove(&*name);
        }
    }
    cargo
}

fn with_cfg(cfg: &str) -> String {
    #[expect(clippy::disallowed_methods, reason = "the user's flags stay")]
    let flags = std::env::var("RUSTFLAGS").unwrap_or_default();
    format!("{flags} --cfg {cfg}").trim_start().to_owned()
}

/// Links the executables into a folder of ours and returns it. A later build of one sample by its
/// directory takes cargo's own link away for a moment, and another test may start it just then.
fn keep(built: &Path, kept: &Path) -> PathBuf {
    let (built, folder) = (Path::new(ROOT).join(built), Path::new(ROOT).join(kept));
    fs::create_dir_all(&folder).unwrap();
    for entry in fs::read_dir(&built).unwrap() {
        let entry = entry.unwrap();
        let link = folder.join(entry.file_name());
        if !is_executable(&entry) || is_same_file(&entry.path(), &link) {
            continue;
        }
        // Another test process may do the same: the new link is moved over the old one.
        let aside =
            tempfile::Builder::new().make_in(&folder, |path| fs::hard_link(entry.path(), path));
        aside.unwrap().into_temp_path().persist(link).unwrap();
    }
    kept.to_owned()
}

fn is_executable(entry: &fs::DirEntry) -> bool {
    use std::os::unix::fs::PermissionsExt;
    let data = entry.metadata().unwrap();
    data.is_file() && data.permissions().mode() & 0o111 != 0
}

fn is_same_file(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let inode = |path: &Path| path.metadata().ok().map(|data| (data.dev(), data.ino()));
    inode(one) == inode(other)
}
