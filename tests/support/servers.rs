//! What the samples talk to: servers on loopback ports of their own, which end when dropped.

use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use tempfile::TempDir;

/// A listener whose connections are each given to a function, in one thread.
#[derive(Debug)]
pub struct Server {
    addr: SocketAddr,
    stop: Arc<AtomicBool>,
    accepting: Option<JoinHandle<()>>,
}

impl Server {
    /// A peer that accepts connections and leaves them open.
    pub fn peer() -> Self {
        let mut held = Vec::new();
        Self::start(move |stream| held.push(stream))
    }

    /// An HTTP/1.1 server that answers every request with `ok` and keeps connections alive.
    pub fn website() -> Self {
        Self::start(|stream| {
            // It ends with its connection.
            thread::spawn(move || serve_http(stream));
        })
    }

    fn start(mut serve: impl FnMut(TcpStream) + Send + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let addr = listener.local_addr().unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let accepting = thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if stopped.load(Ordering::Acquire) {
                    break;
                }
                serve(stream);
            }
        });
        Self { addr, stop, accepting: Some(accepting) }
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        // The thread looks at the flag when somebody connects.
        let woken = TcpStream::connect(self.addr);
        if let (Ok(_), Some(accepting)) = (woken, self.accepting.take()) {
            let _ = accepting.join();
        }
    }
}

fn serve_http(stream: TcpStream) {
    let Ok(mut answers) = stream.try_clone() else { return };
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    // Its clients send no bodies: a request ends with an empty line.
    while lines.by_ref().any(|line| line.is_empty()) {
        let answer = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-type: text/plain\r\n\r\nok";
        if answers.write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}

/// A PostgreSQL server with a fresh database in a temporary folder.
#[derive(Debug)]
pub struct Postgres {
    /// A shell that ends the server when its stdin ends: also when this process is killed.
    guard: Child,
    port: u16,
    folder: TempDir,
}

impl Postgres {
    /// Starts a server; `None` where PostgreSQL is not installed, which is an error in CI only.
    pub fn start() -> Option<Self> {
        let Some(programs) = programs() else {
            return missing("PostgreSQL is not installed (Debian: apt-get install postgresql)");
        };
        let folder = tempfile::Builder::new().prefix("loopcheck-pg").tempdir().unwrap();
        // The server runs as another user, who makes the folder for the data.
        fs::set_permissions(folder.path(), Permissions::from_mode(0o777)).unwrap();
        init(&programs, folder.path());
        // Somebody may take the port between our finding it and the server's listening on it.
        let started = (0..5).find_map(|_| serve(&programs, folder.path()));
        let (guard, port) = started.expect("PostgreSQL does not start");
        Some(Self { guard, port, folder })
    }

    /// A URL of its database over TCP.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// A URL of its database over a unix socket.
    pub fn unix_url(&self) -> String {
        let folder = self.folder.path().to_str().unwrap().replace('/', "%2F");
        format!("postgres://postgres@{folder}:{}/postgres", self.port)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        let _ = self.guard.wait();
    }
}

/// The folder with the programs of the newest PostgreSQL, as Debian installs it.
fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?.flatten();
    let version = |path: &Path| {
        path.file_name()?.to_str()?.parse::<u32>().ok().map(|n| (n, path.join("bin")))
    };
    let found = versions.filter_map(|entry| version(&entry.path()));
    found.filter(|(_, bin)| bin.join("initdb").exists()).max().map(|(_, bin)| bin)
}

/// PostgreSQL refuses to run as root.
fn as_postgres(program: &Path) -> Command {
    if !rustix::process::geteuid().is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("runuser");
    command.args(["-u", "postgres", "--"]).arg(program);
    command
}

fn init(programs: &Path, folder: &Path) {
    let output = as_postgres(&programs.join("initdb"))
        .current_dir(folder)
        .args(["--auth=trust", "--username=postgres", "--no-sync", "--locale=C", "--pgdata"])
        .arg(folder.join("data"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Starts the server and waits until it says that it is ready; `None` if it ends before.
fn serve(programs: &Path, folder: &Path) -> Option<(Child, u16)> {
    const GUARD: &str = r#""$@" & read -r _; kill -INT $!; wait"#;
    let port = free_addr().port();
    let mut guard = as_postgres(Path::new("/bin/sh"))
        .current_dir(folder)
        .args(["-c", GUARD, "sh"])
        .arg(programs.join("postgres"))
        .args(["-F", "-h", "127.0.0.1", "-p", &port.to_string(), "-k"])
        .arg(folder)
        .arg("-D")
        .arg(folder.join("data"))
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let log = guard.stderr.take().unwrap();
    once_ready(guard, log, "ready to accept connections", &["FATAL"]).map(|guard| (guard, port))
}

/// Waits until a server says in its log that it is ready; `None`, and the end of its guard, if it
/// says that it has failed, or ends.
pub fn once_ready(
    mut guard: Child,
    log: impl Read + Send + 'static,
    ready: &str,
    failed: &[&str],
) -> Option<Child> {
    let mut lines = BufReader::new(log).lines().map_while(Result::ok);
    let said = lines.find_map(|line| {
        let ready = line.contains(ready);
        let failed = failed.iter().any(|words| line.contains(words));
        (ready || failed).then_some(ready)
    });
    if said == Some(true) {
        // A server whose log nobody reads stops when the pipe is full.
        thread::spawn(move || lines.for_each(drop));
        return Some(guard);
    }
    drop(guard.stdin.take());
    let _ = guard.wait();
    None
}

/// Says that a test is skipped for want of this. CI has everything, and fails.
pub fn missing<T>(what: &str) -> Option<T> {
    #[expect(clippy::disallowed_methods, reason = "CI has everything that tests need")]
    let ci = std::env::var_os("CI").is_some();
    assert!(!ci, "{what}");
    // Not with a macro, whose output nobody sees when a test passes.
    std::io::stderr().write_all(format!("SKIPPED a test: {what}\n").as_bytes()).unwrap();
    None
}

/// An address on which nobody listens at the moment.
pub fn free_addr() -> SocketAddr {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap()
}
