//! A finding or a gap in lines of plain text, for formats that other programs show: without a width,
//! without colour, and with one fact a line.

use crate::report::{Facts, Finding, Place, Report, ReportedDiagnostic};
use crate::reporter::sentence::diagnostic;
use crate::reporter::sentence::lines::{Line, lines};
use crate::reporter::text;

/// Names are cut off after so many characters; the JSON report has them whole.
pub(crate) const LONGEST_NAME: usize = 200;

/// Lines are cut off after so many.
const LONGEST_LINE: usize = 1000;

/// The name of a report's handler.
pub(crate) fn handler(report: &Report) -> String {
    name(&report.handler.name)
}

/// Foreign text that names something.
pub(crate) fn name(foreign: &str) -> String {
    if foreign.trim().is_empty() {
        return "(without a name)".to_owned();
    }
    text::clip(foreign, LONGEST_NAME).into_owned()
}

/// Everything about a finding but its subject, a fact a line.
pub(crate) fn facts(report: &Report, finding: &Finding) -> Vec<String> {
    lines(&Facts::of(report, finding)).into_iter().map(line).collect()
}

fn line(line: Line) -> String {
    let label = line.aspect.label();
    let under = line.under.map(|modes| format!(", by {modes}")).unwrap_or_default();
    format!("{label}{under}: {}", text::clip(&line.text, LONGEST_LINE))
}

/// The id and message of a gap, with its hint.
pub(crate) fn gap(gap: &ReportedDiagnostic) -> Vec<String> {
    [Some(diagnostic::gap(gap)), diagnostic::hint(gap)].into_iter().flatten().collect()
}

/// The file in the repository where something was started, and the line in it.
pub(crate) fn source(place: Option<&Place>) -> Option<(&str, Option<u32>)> {
    let place = place?;
    let path = place.path.as_deref().filter(|path| !path.is_empty())?;
    Some((path, place.line.filter(|line| *line > 0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_never_empty() {
        assert_eq!(name("a\nb"), "a\\nb");
        assert_eq!(name(" "), "(without a name)");
    }
}
