//! Errors that surfaced in a later invocation, in sentences.

use crate::report::{LateError, LateErrorKind, ReportedOutcome, VerifiedInvocation};
use crate::reporter::sentence::finding::place;
use crate::reporter::text;

/// Names and types of errors are cut off after so many characters.
const LONGEST: usize = 100;

/// A later invocation that got no response: it may be for what the first one left.
pub(crate) fn failed(invocation: &VerifiedInvocation) -> Option<String> {
    let how = match invocation.outcome? {
        ReportedOutcome::Response | ReportedOutcome::Held => return None,
        ReportedOutcome::Error => match &invocation.error_type {
            Some(error) => format!("ended with the error {}", text::clip(error, LONGEST)),
            None => "ended with an error".into(),
        },
        ReportedOutcome::Timeout => "timed out".into(),
        ReportedOutcome::Crash => "crashed".into(),
        ReportedOutcome::Exit => "ended with the process".into(),
    };
    Some(format!("invocation {} {how}", invocation.index))
}

/// An error that surfaced later, with its place, the invocations concerned, and its findings.
pub(crate) fn late_error(late: &LateError) -> String {
    let what = match late.kind {
        LateErrorKind::Exception => "an exception",
        LateErrorKind::Rejection => "a rejected promise",
        LateErrorKind::Panic => "a panic",
        LateErrorKind::Exit => "the end of the process",
    };
    let at = late.location.as_ref().map(|at| format!(" at {}", place(at)));
    let who = match late.left_by {
        0 => "left by the init phase".into(),
        index => format!("left by invocation {index}"),
    };
    let when = match late.failed_in {
        Some(index) => format!(", came in invocation {index}"),
        None => ", came after the last invocation".into(),
    };
    let blame = match late.blamed {
        Some(index) => format!(", and AWS attributes it to invocation {index}"),
        None => ", and is in the log only".into(),
    };
    let of = match late.findings.as_slice() {
        [] => String::new(),
        ids => format!(
            " ({}{})",
            text::clip(&ids.join(", "), LONGEST),
            if late.inferred { ", inferred" } else { "" }
        ),
    };
    format!("{what}{}, {who}{when}{blame}{of}", at.unwrap_or_default())
}
