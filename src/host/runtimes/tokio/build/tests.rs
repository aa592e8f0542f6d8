//! Real builds of small packages without dependencies, by the cargo that runs the tests.

use crate::host::runtimes::tokio::build::error::BuildError;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::host::output::{self, OutputLine};
use crate::host::scratch::Scratch;

use super::cargo::Environment;
use super::flags;
use super::steps::{Built, build_in};
use super::*;

const MAIN: &str = r#"fn main() {
    let cfgs = [("tokio_unstable", cfg!(tokio_unstable)), ("user", cfg!(user))];
    for (name, set) in cfgs { if set { println!("{name}"); } }
}"#;

fn package(scratch: &Scratch, directory: &str, name: &str, more: &str) -> PathBuf {
    let manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\
         [lints.rust]\nunexpected_cfgs = \"allow\"\n{more}"
    );
    let manifest = scratch.file(&format!("{directory}/Cargo.toml"), manifest, 0o644);
    manifest.parent().unwrap().to_owned()
}

fn simple(scratch: &Scratch) -> PathBuf {
    scratch.file("pkg/src/main.rs", MAIN, 0o644);
    package(scratch, "pkg", "simple", "[workspace]\n")
}

/// The environment of the test without the variables that set flags and folders.
fn environment(more: &[(&str, &str)]) -> Environment {
    let mut environment: Environment = std::env::vars_os()
        .filter(|(name, _)| {
            let name = name.to_string_lossy();
            !name.contains("RUSTFLAGS")
                && !name.starts_with("CARGO_BUILD_")
                && !name.ends_with("TARGET_DIR")
        })
        .collect();
    environment.extend(more.iter().map(|(name, value)| ((*name).into(), (*value).into())));
    environment
}

fn request(directory: &Path) -> BuildRequest {
    BuildRequest { directory: directory.to_owned(), bin: None, release: false }
}

async fn run(
    request: BuildRequest,
    environment: Environment,
) -> (Result<Built, BuildError>, Vec<String>) {
    let (lines, mut received) = output::channel();
    let said = async {
        let mut said = Vec::new();
        while let Some(OutputLine { text, .. }) = received.recv().await {
            said.push(text);
        }
        said
    };
    tokio::join!(build_in(request, environment, lines), said)
}

async fn refused(request: BuildRequest) -> BuildError {
    run(request, environment(&[])).await.0.unwrap_err()
}

fn cfgs(built: &Built) -> String {
    String::from_utf8(Command::new(&built.executable).output().unwrap().stdout).unwrap()
}

#[tokio::test]
async fn a_package_is_built_with_the_cfg_in_a_folder_apart() {
    let scratch = Scratch::new();
    let directory = simple(&scratch);
    let (built, said) = run(request(&directory), environment(&[])).await;
    let built = built.unwrap();
    assert_eq!((built.package.as_str(), built.bin.as_str()), ("simple", "simple"));
    assert_eq!((&built.workspace_root, &built.package_root), (&directory, &directory));
    assert_eq!(built.executable, directory.join("target/loopcheck/debug/simple"));
    assert_eq!(cfgs(&built), "tokio_unstable\n");
    assert!(said.iter().any(|line| line.contains("Compiling simple")), "{said:?}");
}

#[tokio::test]
async fn the_users_own_build_stays_fresh() {
    let scratch = Scratch::new();
    let directory = simple(&scratch);
    let cargo = || {
        let output = Command::new(env!("CARGO"))
            .args(["build", "--manifest-path"])
            .arg(directory.join("Cargo.toml"))
            .env_clear()
            .envs(environment(&[]))
            .output()
            .unwrap();
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(cargo().contains("Compiling"));
    run(request(&directory), environment(&[])).await.0.unwrap();
    assert!(!cargo().contains("Compiling"));
}

#[tokio::test]
async fn a_target_folder_of_the_user_is_respected() {
    let scratch = Scratch::new();
    let directory = simple(&scratch);
    let elsewhere = scratch.path().join("elsewhere");
    let environment = environment(&[("CARGO_TARGET_DIR", elsewhere.to_str().unwrap())]);
    let built = run(BuildRequest { release: true, ..request(&directory) }, environment).await.0;
    assert_eq!(built.unwrap().executable, elsewhere.join("loopcheck/release/simple"));
    assert!(!directory.join("target").exists());
}

#[tokio::test]
async fn a_build_folder_of_the_user_is_left_alone() {
    let scratch = Scratch::new();
    let directory = simple(&scratch);
    let config = "[build]\nbuild-dir = \"intermediate\"\n";
    scratch.file("pkg/.cargo/config.toml", config, 0o644);
    run(request(&directory), environment(&[])).await.0.unwrap();
    assert!(!directory.join("intermediate").exists());
}

#[tokio::test]
async fn flags_of_a_config_file_reach_the_compiler() {
    let scratch = Scratch::new();
    let directory = simple(&scratch);
    let config = "[build]\nrustflags = [\"--cfg\", \"user\"]\n";
    scratch.file("pkg/.cargo/config.toml", config, 0o644);
    let built = run(request(&directory), environment(&[])).await.0.unwrap();
    assert_eq!(cfgs(&built), "tokio_unstable\nuser\n");
}

#[tokio::test]
async fn flags_of_the_environment_reach_the_compiler() {
    let scratch = Scratch::new();
    let directory = simple(&scratch);
    let environment = environment(&[("RUSTFLAGS", "--cfg user")]);
    let built = run(request(&directory), environment).await.0.unwrap();
    assert_eq!(cfgs(&built), "tokio_unstable\nuser\n");
}

#[tokio::test]
async fn a_target_of_the_config_is_built_for() {
    let scratch = Scratch::new();
    let directory = simple(&scratch);
    let host = host();
    let config = format!("[build]\ntarget = [\"{host}\", \"wasm32-unknown-unknown\"]\n");
    scratch.file("pkg/.cargo/config.toml", config, 0o644);
    let built = run(request(&directory), environment(&[])).await.0.unwrap();
    let folder = directory.join("target/loopcheck").join(host);
    assert_eq!(built.executable, folder.join("debug/simple"));
    assert_eq!(cfgs(&built), "tokio_unstable\n");
}

fn host() -> String {
    let output = Command::new(env!("CARGO")).arg("-vV").output().unwrap();
    let output = String::from_utf8(output.stdout).unwrap();
    output.lines().find_map(|line| line.strip_prefix("host: ")).unwrap().to_owned()
}

/// The flags that result from a config file and an environment, without loopcheck's own two.
fn resolved(config: &str, more: &[(&str, &str)]) -> Vec<String> {
    let scratch = Scratch::new();
    scratch.file(".cargo/config.toml", config, 0o644);
    let mut variables: BTreeMap<OsString, OsString> = environment(more);
    variables.entry("CARGO".into()).or_insert_with(|| env!("CARGO").into());
    let flags = flags::resolve(scratch.path(), variables.into_iter().collect()).unwrap();
    let mut flags: Vec<String> = flags.encoded.split('\x1f').map(str::to_owned).collect();
    assert_eq!(flags.split_off(flags.len() - 2), ["--cfg", "tokio_unstable"]);
    flags
}

#[test]
fn flags_come_from_where_cargo_takes_them() {
    let host = host();
    let build = "[build]\nrustflags = [\"-Cbuild\"]\n";
    let target = format!(
        "{build}[target.{host}]\nrustflags = \"-Ctriple\"\n\
         [target.'cfg(unix)']\nrustflags = [\"-Ccfg\"]\n\
         [target.'cfg(windows)']\nrustflags = [\"-Cother\"]\n"
    );
    let all = [("CARGO_ENCODED_RUSTFLAGS", "-Cencoded\x1f-Ca b"), ("RUSTFLAGS", "-Cplain")];
    assert!(resolved("", &[]).is_empty());
    assert_eq!(resolved(build, &[]), ["-Cbuild"]);
    assert_eq!(resolved("", &[("CARGO_BUILD_RUSTFLAGS", "-Cvariable")]), ["-Cvariable"]);
    assert_eq!(resolved(&target, &[]), ["-Ctriple", "-Ccfg"]);
    assert_eq!(resolved(&target, &all[1..]), ["-Cplain"]);
    assert_eq!(resolved(&target, &all), ["-Cencoded", "-Ca b"]);
    // An empty variable is there, and means no flags.
    assert!(resolved(&target, &[("RUSTFLAGS", "")]).is_empty());
    assert!(resolved(&target, &[("CARGO_ENCODED_RUSTFLAGS", ""), all[1]]).is_empty());
    let variable = format!("CARGO_TARGET_{}_RUSTFLAGS", host.to_uppercase().replace('-', "_"));
    assert_eq!(resolved(build, &[(&variable, "-Cvariable")]), ["-Cvariable"]);
}

#[test]
fn a_broken_config_file_is_an_error() {
    let scratch = Scratch::new();
    scratch.file(".cargo/config.toml", "[build\n", 0o644);
    let error = flags::resolve(scratch.path(), Vec::new()).unwrap_err();
    assert!(matches!(error, BuildError::Configuration { .. }) && !error.is_usage());
}

#[tokio::test]
async fn several_binaries_need_a_name_or_a_default() {
    let scratch = Scratch::new();
    for bin in ["one", "two"] {
        scratch.file(&format!("pkg/src/bin/{bin}.rs"), MAIN, 0o644);
    }
    let directory = package(&scratch, "pkg", "several", "[workspace]\n");
    let error = refused(request(&directory)).await;
    assert_eq!(error.to_string(), "package several has several binaries: one, two");
    assert!(error.is_usage() && error.hint().contains("--bin one"), "{}", error.hint());

    let named = BuildRequest { bin: Some("two".into()), ..request(&directory) };
    assert_eq!(run(named, environment(&[])).await.0.unwrap().bin, "two");

    let unknown = BuildRequest { bin: Some("three".into()), ..request(&directory) };
    let error = refused(unknown).await;
    assert!(error.is_usage() && error.hint() == "it has one, two", "{}", error.hint());

    let manifest = fs::read_to_string(directory.join("Cargo.toml")).unwrap();
    let manifest = manifest.replace("edition", "default-run = \"one\"\nedition");
    scratch.file("pkg/Cargo.toml", manifest, 0o644);
    assert_eq!(run(request(&directory), environment(&[])).await.0.unwrap().bin, "one");
}

#[tokio::test]
async fn a_workspace_without_a_package_names_its_members() {
    let scratch = Scratch::new();
    scratch.file("Cargo.toml", "[workspace]\nmembers = [\"a\", \"b\"]\nresolver = \"2\"\n", 0o644);
    scratch.file("a/src/main.rs", MAIN, 0o644);
    scratch.file("b/src/lib.rs", "", 0o644);
    let member = package(&scratch, "a", "orders", "");
    let library = package(&scratch, "b", "shared", "");
    let error = refused(request(scratch.path())).await;
    assert!(matches!(error, BuildError::VirtualWorkspace { .. }) && error.is_usage());
    assert_eq!(
        error.hint(),
        format!("name the directory of a member: {} (orders)", member.display())
    );
    let error = refused(request(&library)).await;
    assert_eq!(error.to_string(), "package shared has no binary");
    let built = run(request(&member), environment(&[])).await.0.unwrap();
    assert_eq!((built.workspace_root.as_path(), built.package_root), (scratch.path(), member));
}

#[tokio::test]
async fn a_directory_without_a_manifest_is_refused() {
    let scratch = Scratch::new();
    let error = refused(request(scratch.path())).await;
    assert!(matches!(error, BuildError::NoManifest(_)) && error.is_usage());
}

#[tokio::test]
async fn what_the_compiler_says_comes_through() {
    let scratch = Scratch::new();
    let directory = simple(&scratch);
    scratch.file("pkg/src/main.rs", "fn main() { nonsense }", 0o644);
    let (built, said) = run(request(&directory), environment(&[])).await;
    let error = built.unwrap_err();
    assert!(matches!(error, BuildError::Failed(status) if status.code() == Some(101)));
    assert!(!error.is_usage());
    assert!(said.iter().any(|line| line.contains("cannot find value `nonsense`")), "{said:?}");
}

#[tokio::test]
async fn what_cargo_says_of_a_manifest_comes_through() {
    let scratch = Scratch::new();
    scratch.file("Cargo.toml", "[package]\n", 0o644);
    let (built, said) = run(request(scratch.path()), environment(&[])).await;
    assert!(matches!(built.unwrap_err(), BuildError::Metadata(_)));
    assert!(said.iter().any(|line| line.contains("error")), "{said:?}");
}

#[tokio::test]
async fn cargo_may_be_missing() {
    let scratch = Scratch::new();
    let directory = simple(&scratch);
    let environment = environment(&[("CARGO", "/nonexistent/cargo")]);
    let error = run(request(&directory), environment).await.0.unwrap_err();
    assert!(matches!(&error, BuildError::Cargo { program, .. } if program.ends_with("cargo")));
    assert!(!error.is_usage() && error.hint().contains("rustup"));
}

#[tokio::test]
async fn dropping_a_build_kills_cargo_and_what_it_has_started() {
    let scratch = Scratch::new();
    let directory = simple(&scratch);
    scratch.file(
        "pkg/build.rs",
        r#"fn main() {
            let pid = std::process::id();
            std::fs::write(std::env::var("PID_FILE").unwrap(), pid.to_string()).unwrap();
            std::thread::sleep(std::time::Duration::from_secs(600));
        }"#,
        0o644,
    );
    let pid_file = scratch.path().join("pid");
    let environment = environment(&[("PID_FILE", pid_file.to_str().unwrap())]);
    let build = tokio::spawn(run(request(&directory), environment));
    let script: u32 = loop {
        assert!(!build.is_finished());
        match fs::read_to_string(&pid_file).unwrap_or_default().parse() {
            Ok(pid) => break pid,
            Err(_) => tokio::task::yield_now().await,
        }
    };
    let runs = || {
        let process = crate::host::family::process(script).unwrap();
        process.is_some_and(|process| process.is_running())
    };
    assert!(runs());
    build.abort();
    assert!(build.await.unwrap_err().is_cancelled());
    while runs() {
        tokio::task::yield_now().await;
    }
}
