//! A report as JSON, and the parts of it that tests look at.

use serde_json::Value;

/// The findings that are not the runtime's.
pub fn handlers_own(report: &Value) -> impl Iterator<Item = &Value> {
    list(&report["findings"]).iter().filter(|finding| finding["status"] != "runtime")
}

/// The part of a report that a failed test shows.
pub fn brief(report: &Value) -> Value {
    let mut findings: Vec<Value> = handlers_own(report).cloned().collect();
    for finding in findings.iter_mut().filter_map(Value::as_object_mut) {
        for lengthy in ["fates", "help", "fingerprint", "expectation"] {
            finding.remove(lengthy);
        }
    }
    serde_json::json!({
        "verdict": report["verdict"],
        "gaps": report["gaps"],
        "invocations": report["invocations"],
        "findings": findings,
    })
}

/// The elements of an array; none for anything else.
pub fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// The text of a string; `-` for null.
pub fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("-")
}
