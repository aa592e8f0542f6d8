//! What the feed reports beside the items: gaps in the evidence, and errors that nobody caught.

use std::collections::BTreeSet;

use crate::feed::generated::{Gap, GapKind, Uncaught, UncaughtKind as WireKind};
use crate::model::time::Timestamp;
use crate::observation::UncaughtKind;

/// More different gaps of one kind than these are not news. The limit is one for each kind, so that
/// many of a harmless kind never hide one that decides the verdict.
const MOST: usize = 20;

/// Reports that wait for the next update.
#[derive(Debug, Default)]
pub(in crate::host::runtimes::node) struct Reports {
    pub(in crate::host::runtimes::node) gaps: Vec<Gap>,
    pub(in crate::host::runtimes::node) uncaught: Vec<Uncaught>,
    reported: BTreeSet<(i32, String)>,
}

impl Reports {
    /// Reports a gap, once for each wording.
    pub(in crate::host::runtimes::node) fn gap(
        &mut self,
        at: Timestamp,
        kind: GapKind,
        message: String,
    ) {
        let of_kind = self.reported.iter().filter(|(known, _)| *known == i32::from(kind)).count();
        let is_new = of_kind < MOST && self.reported.insert((kind.into(), message.clone()));
        if is_new {
            let hint = hint(kind).map(str::to_owned);
            self.gaps.push(Gap { at_nanos: at.nanos(), kind: kind.into(), message, hint });
        }
    }

    /// Reports an error that nobody caught; `invocation` is the one whose code left it.
    pub(in crate::host::runtimes::node) fn uncaught(
        &mut self,
        at: Timestamp,
        kind: UncaughtKind,
        invocation: Option<u32>,
    ) {
        let kind = match kind {
            UncaughtKind::Rejection => WireKind::Rejection,
            UncaughtKind::Exit => WireKind::Exit,
            // Node.js has no panics.
            UncaughtKind::Exception | UncaughtKind::Panic => WireKind::Exception,
        };
        self.uncaught.push(Uncaught { at_nanos: at.nanos(), kind: kind.into(), invocation });
    }

    /// Whether there is something to be sent.
    pub(in crate::host::runtimes::node) fn is_empty(&self) -> bool {
        self.gaps.is_empty() && self.uncaught.is_empty()
    }
}

fn hint(kind: GapKind) -> Option<&'static str> {
    match kind {
        GapKind::RecorderFailed => Some(
            "does the handler replace what is built into JavaScript or Node.js? If not, report this \
             to loopcheck's developers",
        ),
        GapKind::UnseenHandle => {
            Some("native code may have made it; what loopcheck does not know it cannot judge")
        }
        GapKind::SitesMissing => Some(
            "an invocation has 20,000 stack traces; what comes after that is shown without its place",
        ),
        GapKind::Inconsistent | GapKind::Unspecified => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_gaps_of_one_kind_hide_none_of_another() {
        let mut reports = Reports::default();
        for count in 0..100 {
            let message = format!("the places of {count} items were not recorded");
            reports.gap(Timestamp::default(), GapKind::SitesMissing, message);
        }
        assert_eq!(reports.gaps.len(), MOST);
        for _ in 0..2 {
            reports.gap(Timestamp::default(), GapKind::UnseenHandle, "a handle".to_owned());
        }
        assert_eq!(reports.gaps.len(), MOST + 1, "each wording once");
    }
}
