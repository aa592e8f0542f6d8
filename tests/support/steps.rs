//! Scripts of a CI system, run as it runs them: in bash, in a repository, with its variables.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use super::handlers::ROOT;
use super::node;
use super::node_runs::path_with;
use super::servers::missing;

/// A machine of a CI system, with a repository and with loopcheck in its place.
#[derive(Debug)]
pub struct Runner {
    repository: TempDir,
    temp: TempDir,
    path: OsString,
}

/// What a script came to.
#[derive(Debug)]
pub struct Ended {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
    /// What it put into `$GITHUB_OUTPUT`.
    pub outputs: BTreeMap<String, String>,
    /// What it put into `$GITHUB_STEP_SUMMARY`.
    pub summary: String,
    /// What it put into `$GITHUB_PATH`.
    pub path: String,
}

impl Runner {
    /// `None` where there is no Node or no bash.
    pub fn new() -> Option<Self> {
        let node = node::node(22)?;
        if !Command::new("bash")
            .arg("--version")
            .output()
            .is_ok_and(|output| output.status.success())
        {
            return missing("bash is not installed");
        }
        let path = path_with(node.parent().unwrap());
        let runner = Self {
            repository: tempfile::tempdir().unwrap(),
            temp: tempfile::tempdir().unwrap(),
            path,
        };
        fs::create_dir(runner.repository().join(".git")).unwrap();
        // Where the action keeps it.
        let bin = runner.bin();
        fs::create_dir_all(&bin).unwrap();
        symlink(env!("CARGO_BIN_EXE_loopcheck"), bin.join("loopcheck")).unwrap();
        Some(runner)
    }

    pub fn repository(&self) -> &Path {
        self.repository.path()
    }

    /// `$RUNNER_TEMP`.
    pub fn temp(&self) -> &Path {
        self.temp.path()
    }

    /// The folder with the program.
    pub fn bin(&self) -> PathBuf {
        self.temp().join("loopcheck/bin")
    }

    /// Puts a file into the repository.
    pub fn write(&self, name: &str, text: &str) {
        let path = self.repository().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// A step of GitHub Actions with `shell: bash`, in the repository.
    pub fn step(&self, script: &str, env: &[(&str, &str)]) -> Ended {
        let shell = ["--noprofile", "--norc", "-eo", "pipefail"];
        self.run(&shell, script, env)
    }

    /// The lines of a script that finds loopcheck in its PATH, in a shell without settings.
    pub fn script(&self, lines: &[&str], env: &[(&str, &str)]) -> Ended {
        let find = format!("PATH={}:$PATH", self.bin().display());
        self.run(&["-e"], &[&[find.as_str()], lines].concat().join("\n"), env)
    }

    fn run(&self, shell: &[&str], script: &str, env: &[(&str, &str)]) -> Ended {
        let scratch = tempfile::tempdir().unwrap();
        let file = |name: &str| scratch.path().join(name);
        fs::write(file("script.sh"), script).unwrap();
        for name in ["output", "summary", "path"] {
            fs::write(file(name), "").unwrap();
        }
        let output = Command::new("bash")
            .args(shell)
            .arg(file("script.sh"))
            .current_dir(self.repository())
            .env("PATH", &self.path)
            .env("NODE_OPTIONS", "")
            .env("RUNNER_TEMP", self.temp())
            .env("GITHUB_ACTION_PATH", ROOT)
            .env("GITHUB_OUTPUT", file("output"))
            .env("GITHUB_STEP_SUMMARY", file("summary"))
            .env("GITHUB_PATH", file("path"))
            .envs(env.iter().copied())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let read = |name: &str| fs::read_to_string(file(name)).unwrap();
        let outputs = read("output");
        let outputs = outputs.lines().map(|line| line.split_once('=').unwrap());
        Ended {
            code: output.status.code().unwrap(),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
            outputs: outputs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            summary: read("summary"),
            path: read("path"),
        }
    }
}

impl Ended {
    /// An output, which has to be set.
    pub fn output(&self, name: &str) -> &str {
        self.outputs.get(name).unwrap_or_else(|| panic!("no {name}: {self:#?}"))
    }

    /// The file that an output names.
    pub fn file(&self, output: &str) -> String {
        fs::read_to_string(self.output(output)).unwrap()
    }
}
