//! The cost of the agent in a Node.js handler, as ratios in one run: `cargo bench --bench agent`,
//! or `cargo bench --bench agent -- 24` for Node.js 24 instead of 20.
//!
//! Three handlers, each run bare, with loopcheck's agent and runtime as in `loopcheck run`, with
//! why-is-node-running loaded, and with wtfnode loaded. Each handler measures itself:
//!
//! - a million awaits, and 500 requests over a keep-alive connection to another process. The cost
//!   that the agent adds to them must not exceed half of what the cheaper of the other two adds;
//! - a handler that does nothing reports the time of its process until it was invoked. With the
//!   agent this includes loopcheck's runtime, which replaces AWS'.
//!
//! The comparison uses the minimum CPU time of all rounds, because other work on the machine can
//! only increase it. Requires the packages of `testdata/node` and of its `versions`.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark for people")]

use std::io::{BufRead, BufReader, Write};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitCode, Stdio};

use command_fds::{CommandFdExt, FdMapping};
use serde_json::{Value, json};

const ROUNDS: usize = 9;

/// The highest permitted ratio of the agent's added cost to that of the cheaper other package.
const LIMIT: f64 = 0.5;

/// The child's ends of the pipes, as in `host/runtimes/node/pipes.rs`: up, acks, probe, events.
const NUMBERS: [i32; 4] = [10, 11, 12, 13];

#[derive(Clone, Copy)]
enum Setting {
    Bare,
    Agent,
    Loaded(&'static str),
}

const SETTINGS: [Setting; 4] = [
    Setting::Bare,
    Setting::Agent,
    Setting::Loaded("why-is-node-running"),
    Setting::Loaded("wtfnode"),
];

/// The time that a handler took, in milliseconds.
#[derive(Clone, Copy)]
struct Cost {
    cpu: f64,
    wall: f64,
}

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let version = std::env::args().skip(1).find(|arg| !arg.starts_with('-'));
    let version = version.unwrap_or_else(|| "20".to_owned());
    let node = root.join(format!("testdata/node/versions/node_modules/node{version}/bin/node"));
    let modules = root.join("testdata/node/node_modules");
    if !node.exists() || !modules.join("wtfnode").exists() {
        println!(
            "Node.js {version} or the packages are not installed: see testdata/node/README.md"
        );
        return ExitCode::FAILURE;
    }
    println!("Node.js {version}, {ROUNDS} rounds, in ms of CPU time (and wall-clock time):");
    let server = Server::start(root, &node);
    let bench = Bench { root, node, modules, port: server.port.clone() };
    bench.compare("a handler that does nothing, from the start of its process", "nothing");
    let awaits = bench.compare("a million awaits", "awaits");
    let requests = bench.compare("500 keep-alive requests", "requests");
    drop(server);

    let mut is_cheap = true;
    for (name, ratio) in [("a million awaits", awaits), ("500 keep-alive requests", requests)] {
        let holds = ratio <= LIMIT;
        is_cheap &= holds;
        let verdict = if holds { "holds" } else { "DOES NOT HOLD" };
        println!("{name}: agent / cheaper other package {ratio:.2}; at most {LIMIT}: {verdict}");
    }
    if is_cheap { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

struct Bench<'a> {
    root: &'a Path,
    node: PathBuf,
    modules: PathBuf,
    /// The port of the server that the handlers send requests to.
    port: String,
}

impl Bench<'_> {
    /// Runs all settings and prints their costs. Returns the ratio of the agent's added cost to
    /// that of the cheaper other package.
    fn compare(&self, title: &str, handler: &str) -> f64 {
        let mut costs = SETTINGS.map(|_| Vec::with_capacity(ROUNDS));
        for round in 0..ROUNDS {
            // Alternating and in a different order each round, so that a change of the machine's
            // speed affects all of them.
            for place in 0..SETTINGS.len() {
                let index = (place + round) % SETTINGS.len();
                costs[index].push(self.run(SETTINGS[index], handler));
            }
        }
        println!("{title}:");
        let least: Vec<f64> =
            costs.iter().map(|costs| least(costs.iter().map(|c| c.cpu))).collect();
        for (index, costs) in costs.iter().enumerate() {
            let name = match SETTINGS[index] {
                Setting::Bare => "bare",
                Setting::Agent => "our agent",
                Setting::Loaded(package) => package,
            };
            let added = if index == 0 {
                String::new()
            } else {
                format!(", adds {:.1}", least[index] - least[0])
            };
            println!(
                "  {name:20} min {:6.1}, median {:6.1} (clock: min {:6.1}, median {:6.1}){added}",
                least[index],
                median(costs.iter().map(|cost| cost.cpu)),
                self::least(costs.iter().map(|cost| cost.wall)),
                median(costs.iter().map(|cost| cost.wall)),
            );
        }
        let added = |index: usize| least[index] - least[0];
        let cheaper = added(2).min(added(3));
        // Noise that exceeds the measured cost gives no result.
        if cheaper > 0.0 { added(1) / cheaper } else { f64::INFINITY }
    }

    fn run(&self, setting: Setting, handler: &str) -> Cost {
        let handler = self.root.join(format!("benches/agent/{handler}.cjs"));
        let mut command = Command::new(&self.node);
        command.env("SERVER_PORT", &self.port).env_remove("NODE_OPTIONS");
        let answer = match setting {
            Setting::Agent => self.with_agent(command, &handler),
            Setting::Bare => self.alone(command, &handler),
            Setting::Loaded(package) => {
                command.arg("--require").arg(self.modules.join(package));
                self.alone(command, &handler)
            }
        };
        Cost { cpu: answer["cpu"].as_f64().unwrap(), wall: answer["wall"].as_f64().unwrap() }
    }

    fn alone(&self, mut command: Command, handler: &Path) -> Value {
        let invoke = self.root.join("benches/agent/invoke.cjs");
        let output = command.arg(invoke).arg(handler).stderr(Stdio::inherit()).output().unwrap();
        assert!(output.status.success(), "{handler:?}");
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// One invocation in loopcheck's runtime, with its marks. This process is the other end of the
    /// pipes.
    fn with_agent(&self, mut command: Command, handler: &Path) -> Value {
        let scripts = self.root.join("src/host/runtimes/node/agent");
        let (up, up_child) = std::io::pipe().unwrap();
        let (acks_child, mut acks) = std::io::pipe().unwrap();
        let (probe_child, probe) = std::io::pipe().unwrap();
        let (events_child, events) = std::io::pipe().unwrap();
        let ends: [OwnedFd; 4] =
            [up_child.into(), acks_child.into(), probe_child.into(), events_child.into()];
        let ends = NUMBERS.into_iter().zip(ends);
        let ends = ends.map(|(child_fd, parent_fd)| FdMapping { parent_fd, child_fd });
        let runtime = json!({ "file": handler, "export": "handler", "client": self.client() });
        command
            .arg(scripts.join("bootstrap.cjs"))
            .env("NODE_OPTIONS", format!("--require \"{}\"", scripts.join("agent.cjs").display()))
            .env("LOOPCHECK_FDS", NUMBERS.map(|number| number.to_string()).join(","))
            .env("LOOPCHECK_RUNTIME", runtime.to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", "bench")
            .fd_mappings(ends.collect())
            .unwrap();
        let mut child = command.spawn().unwrap();
        // The command holds copies of the child's ends.
        drop(command);

        let mut events = Some(events);
        let (mut marks, mut answer) = (Vec::new(), None);
        for line in BufReader::new(up).lines() {
            let message: Value = serde_json::from_str(&line.unwrap()).unwrap();
            match message["t"].as_str().unwrap() {
                "hello" => {}
                "ev" => marks.push(message["mark"].as_str().unwrap().to_owned()),
                // There is no second event, so the handler ends.
                "next" if answer.is_some() => events = None,
                "next" => writeln!(events.as_mut().unwrap(), "{}", event()).unwrap(),
                "completed" => acks.write_all(b"{\"t\":\"ack\"}\n").unwrap(),
                "answer" => {
                    answer = Some(serde_json::from_str(message["body"].as_str().unwrap()).unwrap());
                    acks.write_all(b"{\"t\":\"ack\",\"status\":202}\n").unwrap();
                }
                other => panic!("{other}: {message}"),
            }
        }
        drop(probe);
        assert!(child.wait().unwrap().success());
        assert_eq!(marks, ["ready", "response", "freeze"], "it has watched");
        answer.unwrap()
    }

    /// The generation of AWS' client that belongs to this Node.js.
    fn client(&self) -> u8 {
        if self.node.to_string_lossy().contains("node24") { 4 } else { 3 }
    }
}

fn event() -> Value {
    json!({
        "t": "event", "req": "1", "inv": 1, "body": "{}", "deadlineMs": 9_999_999_999_999_u64,
        "arn": "arn",
    })
}

struct Server {
    child: Child,
    /// The server ends when this pipe is closed.
    stdin: Option<ChildStdin>,
    port: String,
}

impl Server {
    fn start(root: &Path, node: &Path) -> Self {
        let mut child = Command::new(node)
            .arg(root.join("benches/agent/server.cjs"))
            .env_remove("NODE_OPTIONS")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut port = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut port).unwrap();
        let stdin = child.stdin.take();
        Self { child, stdin, port: port.trim().to_owned() }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stdin = None;
        let _ = self.child.wait();
    }
}

fn least(values: impl Iterator<Item = f64>) -> f64 {
    values.fold(f64::INFINITY, f64::min)
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_unstable_by(f64::total_cmp);
    values[values.len() / 2]
}
