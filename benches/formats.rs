//! The cost of each format for a report of 10,000 findings, as a multiple of the cost of JSON in
//! the same run: `cargo bench --bench formats`.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark for people")]
#![allow(clippy::disallowed_methods, reason = "it measures time")]

use std::io::{self, Write};
use std::time::{Duration, Instant};

use loopcheck::analysis::judge;
use loopcheck::gate::{Gate, apply, conclude};
use loopcheck::ingest::Evidence;
use loopcheck::recording::reader::RecordingReader;
use loopcheck::report::{Document, Report, Results, Status};
use loopcheck::reporter::table::{self, TableStyle};
use loopcheck::reporter::{github, json, junit, markdown, sarif};

const FINDINGS: usize = 10_000;
const RUNS: usize = 5;

/// A format under its name.
type Format = (&'static str, fn(&Results<'_>, &mut dyn Write) -> io::Result<()>);

const FORMATS: [Format; 5] = [
    ("table", |results, out| table::write(results, TableStyle { width: 80, color: false }, out)),
    ("sarif", |results, out| sarif::write(results, out)),
    ("junit", |results, out| junit::write(results, out)),
    ("github", |results, out| github::write(results, out)),
    ("markdown", |results, out| markdown::write(results, out)),
];

fn main() {
    let document = Document::One(Box::new(report()));
    for (name, write) in FORMATS {
        let (mut times, mut ratios) = (Vec::new(), Vec::new());
        for _ in 0..RUNS {
            // Alternating, so that a change of the machine's speed affects both.
            let as_json = timed(|out| json::write_document(&document, out));
            let time = timed(|out| write(&document.results(), out));
            ratios.push(time.as_secs_f64() / as_json.as_secs_f64());
            times.push(time.as_secs_f64() * 1000.0);
        }
        println!("{name}: {} ms, {} of json", median(times), median(ratios));
    }
    let times = (0..RUNS).map(|_| timed(|out| json::write_document(&document, out)));
    let times = times.map(|time| time.as_secs_f64() * 1000.0).collect();
    println!("json: {} ms", median(times));
}

/// A report of a real run, with many findings instead of its single one.
fn report() -> Report {
    let recording = include_bytes!("../testdata/recordings/finite-task.loopcheck");
    let mut evidence = Evidence::default();
    for observation in RecordingReader::new(&recording[..]).unwrap() {
        evidence.observe(&observation.unwrap());
    }
    let mut report = judge(&evidence.store);
    let own = report.findings.iter().find(|finding| finding.status == Status::Unexpected);
    let own = own.unwrap().clone();
    report.findings = (0..FINDINGS)
        .map(|index| {
            let mut finding = own.clone();
            finding.id = format!("F{}", index + 1);
            finding.name = Some(format!("task-{index}"));
            finding.fingerprint = format!("{index:016x}");
            finding
        })
        .collect();
    apply(&mut report, &Gate::default(), None);
    conclude(&mut report, &[]);
    report
}

fn timed(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Duration {
    let mut out = Vec::new();
    let start = Instant::now();
    write(&mut out).unwrap();
    let time = start.elapsed();
    assert!(!out.is_empty());
    time
}

fn median(mut values: Vec<f64>) -> String {
    values.sort_by(f64::total_cmp);
    format!("{:.2}", values[values.len() / 2])
}
