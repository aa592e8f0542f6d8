//! The cost of loopcheck, as ratios in one run: `cargo bench --bench overhead`.
//!
//! - `loopcheck run -n 1` on the clean sample, as a multiple of the time that the bare handler
//!   takes from its start to its response;
//! - the burst sample: from the response to the verdict, and loopcheck's peak memory.
//!
//! Requires the sample handlers, built as the live tests build them.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark for people")]
#![allow(clippy::disallowed_methods, reason = "it measures time")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const RUNS: usize = 15;

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let samples = root.join("testdata/handlers/target/loopcheck/debug");
    let clean = samples.join("clean");
    if !clean.exists() {
        println!("the sample handlers are not built: run `cargo test --test live` first");
        return;
    }
    let (mut bare, mut whole) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        // Alternating, so that a change of the machine's speed affects both.
        bare.push(bare_handler(&clean));
        whole.push(loopcheck(&clean, &["-n", "1"]).0);
    }
    let ratios: Vec<f64> =
        bare.iter().zip(&whole).map(|(a, b)| b.as_secs_f64() / a.as_secs_f64()).collect();
    println!("clean: bare {:?}, loopcheck run -n 1 {:?}", median(&bare), median(&whole));
    println!("clean: ratio {}", spread(&ratios));

    let (mut verdicts, mut memory) = (Vec::new(), Vec::new());
    for _ in 0..5 {
        let args = ["-n", "1", "--timeout", "60s"];
        let (_, peak, report) = loopcheck(&samples.join("burst"), &args);
        let report: serde_json::Value = serde_json::from_slice(&report).unwrap();
        assert_eq!(report["findings"][0]["counts"][0], 10_000, "{report:#}");
        verdicts.push(report["invocations"][0]["settled_ms"].as_f64().unwrap());
        memory.push(peak as f64 / 1024.0);
    }
    println!("burst of 10,000: response to verdict, ms: {}", spread(&verdicts));
    println!("burst of 10,000: peak memory of loopcheck, MiB: {}", spread(&memory));
}

/// From the start of the handler to its response, with the least possible Runtime API.
fn bare_handler(handler: &Path) -> Duration {
    let api = TcpListener::bind("127.0.0.1:0").unwrap();
    let start = Instant::now();
    let mut child = Command::new(handler)
        .env("AWS_LAMBDA_RUNTIME_API", api.local_addr().unwrap().to_string())
        .env("AWS_LAMBDA_FUNCTION_NAME", "bench")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
        .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
        .env("TOKIO_CONSOLE_BIND", free_address())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let (done, response) = std::sync::mpsc::channel();
    for _ in 0..2 {
        let (api, done) = (api.try_clone().unwrap(), done.clone());
        std::thread::spawn(move || {
            while let Ok((stream, _)) = api.accept() {
                if serve(stream) {
                    let _ = done.send(());
                }
            }
        });
    }
    response.recv().unwrap();
    let time = start.elapsed();
    child.kill().unwrap();
    child.wait().unwrap();
    time
}

fn free_address() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

/// Serves one connection; returns true if the response was sent on it.
fn serve(stream: TcpStream) -> bool {
    let mut reader = BufReader::new(stream);
    loop {
        let mut request = String::new();
        if reader.read_line(&mut request).unwrap_or(0) == 0 {
            return false;
        }
        let mut length = 0;
        loop {
            let mut header = String::new();
            reader.read_line(&mut header).unwrap();
            if let Some(value) = header.to_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
            if header.trim().is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        if request.starts_with("POST") {
            return true;
        }
        let answer = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\
            lambda-runtime-aws-request-id: 1\r\nlambda-runtime-deadline-ms: 9999999999999\r\n\
            lambda-runtime-invoked-function-arn: arn\r\ncontent-length: 2\r\n\r\n{}";
        reader.get_mut().write_all(answer.as_bytes()).unwrap();
    }
}

/// Wall time, peak memory in KiB and stdout of a run.
fn loopcheck(handler: &Path, args: &[&str]) -> (Duration, u64, Vec<u8>) {
    let start = Instant::now();
    let mut child = Command::new(PathBuf::from(env!("CARGO_BIN_EXE_loopcheck")))
        .arg("run")
        .arg(handler)
        .args(args)
        .args(["-f", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut stdout = child.stdout.take().unwrap();
    let reader = std::thread::spawn(move || {
        let mut report = Vec::new();
        stdout.read_to_end(&mut report).unwrap();
        report
    });
    let peak = watch_memory(&mut child);
    (start.elapsed(), peak, reader.join().unwrap())
}

fn watch_memory(child: &mut Child) -> u64 {
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id()));
        let line = status.unwrap_or_default();
        let line = line.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse().ok());
        peak = kib.unwrap_or(0).max(peak);
        std::thread::sleep(Duration::from_millis(1));
    }
    peak
}

fn median(times: &[Duration]) -> Duration {
    let mut times = times.to_vec();
    times.sort_unstable();
    times[times.len() / 2]
}

fn spread(values: &[f64]) -> String {
    let mut values = values.to_vec();
    values.sort_unstable_by(f64::total_cmp);
    let (least, most) = (values[0], values[values.len() - 1]);
    format!("median {:.1} (min {least:.1}, max {most:.1})", values[values.len() / 2])
}
