//! A team's repository: five handlers, Rust and Node.js, three of them leaking, and a
//! loopcheck.toml that names them. Each test has one of its own, to change.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use super::handlers::ROOT;
use super::loopcheck::{Call, loopcheck};
use super::node;
use super::node_runs::path_with;

/// The functions in JavaScript: a clean one, and two that leak.
const CLEAN_JS: &str = "exports.handler = async (event) => ({ ok: true, event });\n";

const TICKING_JS: &str = "\
exports.handler = async () => {
  setInterval(refresh, 60_000);
  return 'ok';
};

function refresh() {}
";

const FORGETFUL_JS: &str = "\
exports.handler = async (event) => {
  audit(event);
  return 'ok';
};

async function audit() {
  await new Promise((resolve) => setTimeout(resolve, 60_000));
}
";

const LOOPCHECK_TOML: &str = r#"settle = "200ms"

[[handler]]
name = "orders"
path = "services/orders"

[[handler]]
name = "billing"
path = "services/billing"

[[handler]]
path = "functions/greet.js"

[[handler]]
path = "functions/refresh.js"

[[handler]]
path = "functions/audit.js"
invocations = 3
"#;

/// The names of its handlers, in the order of the file.
pub const NAMES: [&str; 5] =
    ["orders", "billing", "functions/greet.js", "functions/refresh.js", "functions/audit.js"];

/// A repository in a folder of its own.
#[derive(Debug)]
pub struct Team {
    folder: tempfile::TempDir,
    path: OsString,
}

impl Team {
    /// `None` where there is no Node.
    pub fn new() -> Option<Self> {
        let node = node::node(22)?;
        let team =
            Self { folder: tempfile::tempdir().unwrap(), path: path_with(node.parent().unwrap()) };
        fs::create_dir(team.root().join(".git")).unwrap();
        team.write("loopcheck.toml", LOOPCHECK_TOML);
        team.write("functions/greet.js", CLEAN_JS);
        team.write("functions/refresh.js", TICKING_JS);
        team.write("functions/audit.js", FORGETFUL_JS);
        team.write("services/Cargo.toml", &workspace());
        // The same versions as the samples have, so that they are built once for both.
        team.write("services/Cargo.lock", &sample("Cargo.lock"));
        team.package("orders", "clean");
        team.package("billing", "interval");
        Some(team)
    }

    /// A package with the source of a sample.
    fn package(&self, name: &str, of: &str) {
        let manifest = sample(&format!("{of}/Cargo.toml"));
        let own = format!("name = \"team-{name}\"");
        let manifest = manifest.replace(&format!("name = \"{of}\""), &own);
        self.write(&format!("services/{name}/Cargo.toml"), &manifest);
        self.write(&format!("services/{name}/src/main.rs"), &sample(&format!("{of}/src/main.rs")));
    }

    pub fn root(&self) -> &Path {
        self.folder.path()
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.root().join(name)
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.file(name)).unwrap()
    }

    pub fn write(&self, name: &str, text: &str) {
        let path = self.file(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Puts a text in the place of another one, which has to be there once.
    pub fn replace(&self, name: &str, old: &str, new: &str) {
        let text = self.read(name);
        assert_eq!(text.matches(old).count(), 1, "{old:?} in {text}");
        self.write(name, &text.replace(old, new));
    }

    /// The line that this text is in.
    pub fn line(&self, name: &str, part: &str) -> usize {
        self.read(name).lines().position(|line| line.contains(part)).unwrap() + 1
    }

    /// `loopcheck ARGS…` in its root.
    pub fn loopcheck(&self, args: &[&str]) -> Call {
        let target = Path::new(ROOT).join("testdata/handlers/target");
        loopcheck(args)
            .current_dir(self.root())
            .env("PATH", &self.path)
            .env("NODE_OPTIONS", "")
            .env("CARGO_TARGET_DIR", target)
    }
}

fn sample(name: &str) -> String {
    fs::read_to_string(Path::new(ROOT).join("testdata/handlers").join(name)).unwrap()
}

/// The workspace of the samples, with other members.
fn workspace() -> String {
    let text = sample("Cargo.toml");
    let (before, rest) = text.split_once("members = [").unwrap();
    let (_, after) = rest.split_once(']').unwrap();
    format!("{before}members = [\"orders\", \"billing\"]{after}")
}
