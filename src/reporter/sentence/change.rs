//! The changes between two reports, in sentences. Where they stand is the formats' business.
//!
//! Foreign text is passed through [`Foreign`], so that each format can make it harmless
//! in its own way.

use crate::report::{Change, Diff, Reason, Refusal, Seen, Side, Unjudged};
use crate::reporter::text;
use crate::rule::Level;

/// The rendering of a foreign name in a format.
pub(crate) type Foreign<'a> = &'a dyn Fn(&str) -> String;

/// The numbers: `2 added, 1 worsened, 3 removed, 4 unchanged`.
pub(crate) fn numbers(diff: &Diff) -> String {
    let summary = diff.summary;
    let mut parts = vec![
        format!("{} added", or_nothing(summary.added)),
        format!("{} worsened", or_nothing(summary.worsened)),
        format!("{} removed", or_nothing(summary.removed)),
    ];
    if summary.unchanged > 0 {
        parts.push(format!("{} unchanged", summary.unchanged));
    }
    if summary.unjudged > 0 {
        parts.push(format!("{} not judged", summary.unjudged));
    }
    parts.join(", ")
}

fn or_nothing(number: usize) -> String {
    if number == 0 { "nothing".to_owned() } else { number.to_string() }
}

/// The subject of the change.
pub(crate) fn title(change: &Change) -> String {
    let items = change.new.as_ref().or(change.old.as_ref()).map_or(1, |seen| seen.items);
    let title = change.handle.map_or(change.rule.rule().title, text::handle);
    if items == 1 { title.to_owned() } else { format!("{items} × {title}") }
}

/// Where it was started, and in which package.
pub(crate) fn place(change: &Change, foreign: Foreign<'_>) -> Option<String> {
    let at = change.location.as_ref().map(|place| {
        let mut text = place.file.clone();
        for number in [place.line, place.line.and(place.column)].into_iter().flatten() {
            text += &format!(":{number}");
        }
        foreign(&text)
    });
    let package = change.package.as_ref().map(|package| format!("in {}", foreign(package)));
    let parts: Vec<String> = [at, package].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// The reasons for the change.
pub(crate) fn why(change: &Change, foreign: Foreign<'_>) -> String {
    let sentences = change.reasons.iter().map(|reason| sentence(change, *reason, foreign));
    sentences.collect::<Vec<_>>().join("; ")
}

fn sentence(change: &Change, reason: Reason, foreign: Foreign<'_>) -> String {
    let (old, new) = (change.old.as_ref(), change.new.as_ref());
    match reason {
        Reason::New => "it was not there before".to_owned(),
        Reason::WasExpected => {
            format!("it was expected before{}{}", meant(old, foreign), refused(new))
        }
        Reason::WasBaseline => {
            format!("the baseline knew {} of them{}", items(old), now(items(old), items(new)))
        }
        Reason::WasSafe => "it ended in time before".to_owned(),
        Reason::WasAllowed => "its rule was allowed before".to_owned(),
        Reason::MoreItems => format!("{} at one response, it was {}", items(new), items(old)),
        Reason::Grows => "there are more with every invocation now".to_owned(),
        Reason::HigherLevel => format!("its level is {}, it was {}", level(new), level(old)),
        Reason::WorseFate => format!("its fate is {}, it was {}", fate(new), fate(old)),
        Reason::NoEnd => "its end was seen before, and is not seen now".to_owned(),
        Reason::Gone => "it is gone".to_owned(),
        Reason::NowExpected => format!("it is expected now{}", meant(new, foreign)),
        Reason::NowBaseline => "the baseline knows it now".to_owned(),
        Reason::NowSafe => "it ends in time now".to_owned(),
        Reason::NowAllowed => "its rule is allowed now".to_owned(),
    }
}

fn meant(seen: Option<&Seen>, foreign: Foreign<'_>) -> String {
    let known = seen.and_then(|seen| seen.expectation.as_ref());
    known.map(|known| format!(": {}", foreign(&known.reason))).unwrap_or_default()
}

fn refused(seen: Option<&Seen>) -> &'static str {
    match seen.and_then(|seen| seen.expectation.as_ref()?.refused) {
        None => "",
        Some(Refusal::OverMax) => "; more are pending now than its expectation allows",
        Some(Refusal::UntilPassed) => "; the last day of its expectation is over",
        Some(Refusal::OtherMode) => "; its expectation is not for this mode",
        Some(Refusal::TimesOut) => "; its expectation does not say that the function may time out",
    }
}

fn items(seen: Option<&Seen>) -> usize {
    seen.map_or(0, |seen| seen.items)
}

fn now(old: usize, new: usize) -> String {
    if old == new { String::new() } else { format!(", and there are {new}") }
}

fn level(seen: Option<&Seen>) -> &'static str {
    match seen.map(|seen| seen.level) {
        Some(Level::Deny) => "deny",
        Some(Level::Warn) => "warn",
        Some(Level::Allow) | None => "allow",
    }
}

fn fate(seen: Option<&Seen>) -> &'static str {
    seen.and_then(|seen| seen.fate).map_or("not known", |fate| fate.as_str())
}

/// An uncertainty of a report, with its reason.
pub(crate) fn unjudged(diff: &Diff, one: &Unjudged, foreign: Foreign<'_>) -> String {
    let file = match one.side {
        Side::Old => &diff.old.file,
        Side::New => &diff.new.file,
    };
    let who = one.handler.as_ref().map_or("the report as a whole".to_owned(), |name| foreign(name));
    let gaps: Vec<&str> = one.gaps.iter().map(|id| id.as_str()).collect();
    let because = if gaps.is_empty() { String::new() } else { format!(" ({})", gaps.join(", ")) };
    let what = match (one.worse, one.verdict.is_some(), one.side) {
        (true, ..) => "it responded before, and no longer does",
        (_, false, _) => "it was not run",
        (.., Side::New) => "what is not listed for it may be there all the same",
        (.., Side::Old) => "what is listed as added may have been there before",
    };
    format!("{who} in {}: {what}{because}", foreign(file))
}
