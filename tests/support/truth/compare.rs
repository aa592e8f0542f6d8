//! The comparison of a report with the table. Nothing may be missing from a report, and nothing may
//! be in it that is not in the table.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::finding::{Finding, Place};
use super::report::{brief, handlers_own, list, text};
use super::sample::{Runtime, Sample, Truth};
use crate::support::handlers::ROOT;

/// Fails unless the report says exactly what is true of the sample on this runtime.
pub fn check(sample: &Sample, runtime: Runtime, report: &Value) {
    let truth = sample.truth(runtime);
    let seen = format!("{} on {runtime}: {:#}", sample.name, brief(report));
    assert_eq!(text(&report["verdict"]), truth.verdict(), "{seen}");
    assert_eq!(report["exit_code"], truth.exit_code, "{seen}");
    assert_eq!(report["handler"]["runtime"], runtime.id(), "{seen}");
    check_gaps(sample, &truth, report, &seen);
    check_invocations(&truth, runtime, report, &seen);
    check_modes(&truth, report, &seen);
    // What came too late is not counted.
    if sample.heavy && !list(&report["gaps"]).is_empty() {
        return;
    }
    for (expected, found) in check_findings(sample, &truth, report, &seen) {
        check_durations(&truth, runtime, expected, found, &seen);
    }
}

/// The gaps are those of the table in the same order, each with its message and a hint.
fn check_gaps(sample: &Sample, truth: &Truth, report: &Value, seen: &str) {
    let counts = |gap: &&Value| !(sample.heavy && gap["id"] == "feed-lag");
    let gaps: Vec<&Value> = list(&report["gaps"]).iter().filter(counts).collect();
    let ids: Vec<&str> = gaps.iter().map(|gap| text(&gap["id"])).collect();
    let expected: Vec<&str> = truth.gaps.iter().map(|(id, _)| *id).collect();
    assert_eq!(ids, expected, "{seen}");
    for (gap, (_, message)) in gaps.iter().zip(truth.gaps) {
        assert!(text(&gap["message"]).contains(message), "{gap:#} {seen}");
        assert!(gap["hint"].as_str().is_some_and(|hint| !hint.is_empty()), "{gap:#} {seen}");
    }
}

/// Each invocation has its outcome and its mode, and counts as many items as the findings do.
fn check_invocations(truth: &Truth, runtime: Runtime, report: &Value, seen: &str) {
    let invocations = list(&report["invocations"]);
    let outcomes: Vec<&str> = invocations.iter().map(|one| text(&one["outcome"])).collect();
    assert_eq!(outcomes, truth.outcomes, "{seen}");
    // Only Node.js reports the mode of each invocation.
    let mode = if runtime == Runtime::Tokio { None } else { truth.mode };
    for (index, invocation) in invocations.iter().enumerate() {
        if invocation["response_ms"].is_null() {
            continue;
        }
        assert_eq!(invocation["mode"].as_str(), mode, "{seen}");
        let counts = handlers_own(report).map(|finding| finding["counts"][index].as_u64().unwrap());
        assert_eq!(invocation["pending"], counts.sum::<u64>(), "{seen}");
    }
}

/// The verdict follows the mode of the table, and every mode groups the findings by their fate.
fn check_modes(truth: &Truth, report: &Value, seen: &str) {
    let modes = list(&report["modes"]);
    let gated = modes.iter().filter(|mode| mode["gated"] == true).map(|mode| text(&mode["id"]));
    assert_eq!(gated.collect::<Vec<_>>(), Vec::from_iter(truth.mode), "{seen}");
    for mode in modes {
        for group in list(&mode["groups"]) {
            for id in list(&group["findings"]) {
                let mut findings = handlers_own(report).filter(|finding| finding["id"] == *id);
                let fates = &findings.next().expect(seen)["fates"];
                assert_eq!(fates[text(&mode["policy"])]["fate"], group["fate"], "{mode:#} {seen}");
            }
        }
    }
}

/// Pairs each finding of the table with the one of the report that is exactly so.
fn check_findings<'a>(
    sample: &Sample,
    truth: &'a Truth,
    report: &'a Value,
    seen: &str,
) -> Vec<(&'a Finding, &'a Value)> {
    let mut found: Vec<&Value> = handlers_own(report).collect();
    let mut pairs = Vec::new();
    let mut missing = Vec::new();
    for expected in truth.findings {
        let row = expected_row(sample, expected);
        match found.iter().position(|one| observed_row(one, expected) == row) {
            Some(index) => pairs.push((expected, found.remove(index))),
            None => missing.push((row, expected)),
        }
    }
    let as_expected =
        missing.first().map(|(_, expected)| *expected).unwrap_or(&super::finding::TASK);
    let unexpected: Vec<String> = found.iter().map(|one| observed_row(one, as_expected)).collect();
    let missing: Vec<String> = missing.into_iter().map(|(row, _)| row).collect();
    // Two lists of rows, so that what differs between them can be read off.
    assert_eq!(unexpected, missing, "left: only in the report; right: only in the table; {seen}");
    pairs
}

/// Everything of a finding that is compared, in one line, as the table has it.
fn expected_row(sample: &Sample, finding: &Finding) -> String {
    let origin = match finding.place {
        Place::Line(_) | Place::Below(_) | Place::In(..) => "handler",
        Place::Dependency(..) => "dependency",
        Place::Unknown => "-",
    };
    let waits = finding.waits_on.map_or("- -".to_owned(), |wait| {
        format!("{} {}", wait.resource, place_of(sample, wait.place))
    });
    let socket = finding.socket.map_or("- - -".to_owned(), |socket| {
        format!("{} {} {}", socket.protocol, socket.state, flag(socket.in_flight))
    });
    format!(
        "{} {} {} {} name={} handle={} place={} origin={origin} package={} created={} counts={:?} \
         growth={} ended={} keeps-loop={} waits-on={waits} socket={socket} fates={:?}",
        finding.rule,
        finding.kind(),
        finding.level,
        finding.status,
        finding.name.unwrap_or("-"),
        finding.handle.unwrap_or("-"),
        place_of(sample, finding.place),
        finding.package.unwrap_or("-"),
        finding.created,
        finding.counts,
        finding.growth.unwrap_or("-"),
        flag(finding.ended),
        flag(finding.keeps_loop),
        finding.fates,
    )
}

/// The same line as the report has it. What depends on which of two comes first is left out, as it
/// is in the table.
fn observed_row(finding: &Value, expected: &Finding) -> String {
    let counts: Vec<u64> =
        list(&finding["counts"]).iter().map(|count| count.as_u64().unwrap()).collect();
    let package = text(&finding["package"]);
    let socket = &finding["socket"];
    let in_flight = match expected.socket {
        Some(socket) if socket.in_flight.is_none() => None,
        _ => socket["in_flight"].as_bool(),
    };
    let holder = if socket.is_null() { &finding["timer"] } else { socket };
    let fates =
        ["freeze", "hold-response", "hold-env"].map(|id| text(&finding["fates"][id]["fate"]));
    format!(
        "{} {} {} {} name={} handle={} place={} origin={} package={} created={} counts={counts:?} \
         growth={} ended={} keeps-loop={} waits-on={} {} socket={} {} {} fates={fates:?}",
        text(&finding["rule"]),
        text(&finding["kind"]),
        text(&finding["level"]),
        text(&finding["status"]),
        text(&finding["name"]),
        text(&finding["handle"]),
        observed_place(&finding["location"], text(&finding["origin"])),
        text(&finding["origin"]),
        package.split_once(' ').map_or(package, |(name, _)| name),
        text(&finding["created"]),
        text(&finding["growth"]),
        flag(expected.ended.map(|_| !finding["ended_ms"].is_null())),
        flag(holder["ref"].as_bool()),
        text(&finding["waits_on"]["resource"]),
        observed_place(&finding["waits_on"]["location"], "handler"),
        text(&socket["protocol"]),
        text(&socket["state"]),
        flag(in_flight),
    )
}

fn flag(flag: Option<bool>) -> &'static str {
    match flag {
        Some(true) => "true",
        Some(false) => "false",
        None => "-",
    }
}

/// Versions and lines of dependencies change with every update.
fn observed_place(place: &Value, origin: &str) -> String {
    if place.is_null() {
        return "-".to_owned();
    }
    let file = text(&place["file"]);
    if origin != "dependency" {
        return format!("{file}:{}", place["line"]);
    }
    let (package, file) = file.split_once('/').unwrap();
    let (package, version) = package.rsplit_once('-').unwrap();
    assert!(version.starts_with(|c: char| c.is_ascii_digit()), "{place:#}");
    format!("{package}/{file}")
}

fn place_of(sample: &Sample, place: Place) -> String {
    match place {
        Place::Line(text) => line_of(sample.folder(), &sample.file(), text, 0),
        Place::Below(text) => line_of(sample.folder(), &sample.file(), text, 1),
        Place::In(file, text) => line_of(sample.folder(), &format!("samples/{file}"), text, 0),
        Place::Dependency(package, file) => format!("{package}/{file}"),
        Place::Unknown => "-".to_owned(),
    }
}

/// `FILE:LINE` of the one line of code with this text, or of one below it.
pub fn line_of(folder: &str, file: &str, part: &str, below: usize) -> String {
    let path = Path::new(ROOT).join(folder).join(file);
    let path = path.display();
    let source =
        fs::read_to_string(path.to_string()).unwrap_or_else(|error| panic!("{path}: {error}"));
    let is_code = |line: &str| !line.trim_start().starts_with("//");
    let lines: Vec<usize> = source
        .lines()
        .enumerate()
        .filter(|(_, line)| is_code(line) && line.contains(part))
        .map(|(index, _)| index + 1 + below)
        .collect();
    assert_eq!(lines.len(), 1, "{part:?} occurs in lines {lines:?} of {path}");
    format!("{file}:{}", lines[0])
}

/// The durations of a finding are consistent, and within what the source says.
fn check_durations(truth: &Truth, runtime: Runtime, expected: &Finding, found: &Value, seen: &str) {
    let due = [&found["timer"]["due_ms"], &found["waits_on"]["due_ms"]];
    let due = due.into_iter().find_map(Value::as_f64);
    if let Some(most) = expected.due_within {
        let due = due.unwrap_or_else(|| panic!("no due time: {found:#}"));
        assert!(due <= most, "due after {due} of {most} ms at most: {seen}");
    }
    let fates = &found["fates"];
    if fates["freeze"]["fate"] == "frozen-overdue" {
        assert_eq!(fates["freeze"]["ms"].as_f64(), due, "{seen}");
    }
    let Some(ended) = found["ended_ms"].as_f64() else { return };
    if truth.outcomes.len() == 2 && !fates["hold-response"].is_null() {
        assert_eq!(fates["hold-response"]["ms"], ended, "{seen}");
    }
    // A timer of Node.js may fire a millisecond early, as both of its clocks are cut to whole ones.
    // When a timer of tokio is due is an estimate.
    let exact = runtime != Runtime::Tokio && truth.outcomes.len() == 2;
    if exact && let Some(due) = due.filter(|_| found["socket"].is_null()) {
        assert!(ended >= due - 2.0, "ended after {ended}, due after {due}: {seen}");
    }
}
