//! A gap or a failure in sentences.

use crate::report::ReportedDiagnostic;
use crate::reporter::text;

/// Messages and hints are cut off after so many characters; the JSON report has them whole.
const LONGEST: usize = 1000;

/// The id and message of a diagnostic.
pub(crate) fn gap(gap: &ReportedDiagnostic) -> String {
    format!("{}: {}", gap.id.as_str(), text::clip(&gap.message, LONGEST))
}

/// The remedy for a diagnostic, if it has one.
pub(crate) fn hint(gap: &ReportedDiagnostic) -> Option<String> {
    gap.hint.as_ref().map(|hint| format!("hint: {}", text::clip(hint, LONGEST)))
}
