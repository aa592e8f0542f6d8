//! What the samples of `testdata/node` need: Node itself in several versions, npm packages, AWS'
//! runtime interface clients, Redis, and a server of their own. All of it comes on first use.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;

use tempfile::TempDir;

use super::handlers::ROOT;
use super::servers::{free_addr, missing, once_ready};

/// Where the samples and their packages are, relative to [`ROOT`].
pub const FOLDER: &str = "testdata/node";

/// The release lines of Node that Lambda has, or had until lately, a runtime for.
pub const VERSIONS: [u32; 5] = [18, 20, 22, 24, 26];

/// The executable of a Node of this release line.
pub fn node(version: u32) -> Option<PathBuf> {
    assert!(VERSIONS.contains(&version), "there is no Node {version} in {FOLDER}/versions");
    Packages::Versions.installed().map(|modules| modules.join(format!("node{version}/bin/node")))
}

/// A sample, relative to [`ROOT`], with the packages that it needs.
pub fn sample(name: &str) -> Option<PathBuf> {
    Packages::Samples.installed().map(|_| Path::new(FOLDER).join("samples").join(name))
}

/// The executable of AWS' runtime interface client: version 4 for Node 24 and later, 3 for those before.
pub fn runtime_client(version: u32) -> Option<PathBuf> {
    let packages = match version {
        3 => Packages::Client3,
        4 => Packages::Client4,
        _ => panic!("there is no runtime interface client {version} in {FOLDER}"),
    };
    packages.installed().map(|modules| modules.join(".bin/aws-lambda-ric"))
}

/// A folder with a `package-lock.json`.
#[derive(Clone, Copy, Debug)]
enum Packages {
    Samples,
    Versions,
    Client3,
    Client4,
}

impl Packages {
    /// Its `node_modules`; `None` where it cannot be installed, which is an error in CI only.
    fn installed(self) -> Option<PathBuf> {
        static FOUND: [OnceLock<Option<PathBuf>>; 4] = [const { OnceLock::new() }; 4];
        FOUND[self as usize].get_or_init(|| self.install()).clone()
    }

    fn install(self) -> Option<PathBuf> {
        let folder = Path::new(ROOT).join(FOLDER).join(match self {
            Self::Samples => "",
            Self::Versions => "versions",
            Self::Client3 => "ric3",
            Self::Client4 => "ric4",
        });
        let mut npm = Command::new("npm");
        npm.arg("ci").current_dir(&folder).env_remove("NODE_OPTIONS").stdin(Stdio::null());
        match self {
            Self::Samples | Self::Versions => npm.arg("--ignore-scripts"),
            // They are compiled, with the headers that come with that Node.
            Self::Client3 => npm.env("npm_config_nodedir", headers(18)?),
            Self::Client4 => npm.env("npm_config_nodedir", headers(24)?),
        };
        // Another test process may want the same: one installs, the others wait.
        let lock = File::open(folder.join("package-lock.json")).unwrap();
        lock.lock().unwrap();
        if is_current(&folder) {
            return Some(folder.join("node_modules"));
        }
        match npm.output() {
            Ok(output) if output.status.success() => Some(folder.join("node_modules")),
            Ok(output) => {
                let log = String::from_utf8_lossy(&output.stderr);
                missing(&format!("npm ci does not work in {}:\n{log}", folder.display()))
            }
            Err(error) => missing(&format!("npm does not start ({error}); Debian has it as npm")),
        }
    }
}

/// Where a Node of this release line has its headers: in `include/node`.
fn headers(version: u32) -> Option<PathBuf> {
    node(version).map(|node| node.ancestors().nth(2).unwrap().to_owned())
}

/// Whether npm has installed what `package-lock.json` says: it writes its own list at the very end.
fn is_current(folder: &Path) -> bool {
    let changed = |path| folder.join(path).metadata().and_then(|data| data.modified()).ok();
    changed("node_modules/.package-lock.json") >= changed("package-lock.json")
}

/// A Redis server without any data, in a temporary folder.
#[derive(Debug)]
pub struct Redis {
    /// A shell that ends the server when its stdin ends: also when this process is killed.
    guard: Child,
    port: u16,
    folder: TempDir,
}

impl Redis {
    /// Starts a server; `None` where Redis is not installed, which is an error in CI only.
    pub fn start() -> Option<Self> {
        if Command::new("redis-server").arg("--version").output().is_err() {
            return missing("Redis is not installed (Debian: apt-get install redis-server)");
        }
        let folder = tempfile::Builder::new().prefix("loopcheck-redis").tempdir().unwrap();
        // Somebody may take the port between our finding it and the server's listening on it.
        let started = (0..5).find_map(|_| serve_redis(folder.path()));
        let (guard, port) = started.expect("Redis does not start");
        Some(Self { guard, port, folder })
    }

    /// A URL of it over TCP.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        let _ = self.guard.wait();
    }
}

/// Starts the server and waits until it says that it is ready; `None` if it ends before.
fn serve_redis(folder: &Path) -> Option<(Child, u16)> {
    const GUARD: &str = r#""$@" & read -r _; kill -TERM $!; wait"#;
    let port = free_addr().port();
    let mut guard = Command::new("/bin/sh")
        .current_dir(folder)
        .args(["-c", GUARD, "sh", "redis-server", "--bind", "127.0.0.1"])
        .args(["--port", &port.to_string(), "--save", "", "--appendonly", "no"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let log = guard.stdout.take().unwrap();
    let failed = ["Failed", "Could not"];
    once_ready(guard, log, "Ready to accept connections", &failed).map(|guard| (guard, port))
}

/// `samples/peer.cjs`: the HTTP and WebSocket server that the samples talk to.
#[derive(Debug)]
pub struct Peer {
    child: Child,
    /// It ends when its stdin ends: also when this process is killed.
    stdin: Option<ChildStdin>,
    addr: String,
}

impl Peer {
    /// Starts it; `None` where there is no Node, which is an error in CI only.
    pub fn start() -> Option<Self> {
        let (node, script) = (node(22)?, sample("peer.cjs")?);
        let mut child = Command::new(node)
            .arg(Path::new(ROOT).join(script))
            .env_remove("NODE_OPTIONS")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let stdin = child.stdin.take();
        let mut addr = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut addr).unwrap();
        Some(Self { child, stdin, addr: addr.trim_end().to_owned() })
    }

    /// Where it listens, for `PEER_ADDR`.
    pub fn addr(&self) -> &str {
        &self.addr
    }

    /// The same as a URL, for `PEER_URL`.
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        drop(self.stdin.take());
        let _ = self.child.wait();
    }
}
