//! A finding in sentences, made of its typed facts: subject, state, place, since, outcome, fix.
//!
//! Everything that comes from outside is sanitized here. Where the sentences stand on the page is
//! the formats' business.

use crate::report::{
    End, Fate, Finding, ItemState, Origin, Place, ReportedFate, Since, Socket, State, Subject,
    Timer, WaitsOn, Whereabouts,
};
use crate::reporter::text;

/// Names and addresses are cut off after so many characters; the JSON report has them whole.
const LONGEST: usize = 200;

/// The subject of a finding, with its rule.
pub(crate) fn subject(finding: &Finding) -> String {
    let subject = Subject::of(finding);
    let mut text = times(subject.items);
    text += subject.handle.map_or(subject.rule.rule().title, text::handle);
    if let Some(name) = subject.name {
        text += &format!(": \"{}\"", text::clip(name, LONGEST));
    }
    format!("{text} [{}]", subject.rule.as_str())
}

/// The subject of a finding in a few words, for a reference to it.
pub(crate) fn short(finding: &Finding) -> String {
    let subject = Subject::of(finding);
    let mut short = times(subject.items);
    short += text::kind(subject.kind);
    if let Some(name) = subject.name {
        short += &format!(" \"{}\"", text::clip(name, 40));
    }
    if let Some(at) = subject.location {
        short += &format!(" at {}", place(at));
    } else if let Some(peer) = subject.peer {
        short += &format!(" to {}", text::clip(peer, LONGEST));
    }
    short
}

fn times(items: usize) -> String {
    if items == 1 { String::new() } else { format!("{items} × ") }
}

/// A fate, with the time that is known.
pub(crate) fn happens(fate: &ReportedFate) -> String {
    let for_ms = |ms| format!("for {}", text::duration(ms));
    match (fate.fate, fate.ms) {
        (Fate::Holds, Some(ms)) => format!("holds the response {}", for_ms(ms)),
        (Fate::EnvHolds, Some(ms)) => {
            format!("keeps the environment awake, and billed, {}", for_ms(ms))
        }
        (Fate::FrozenOverdue, Some(ms)) => {
            format!("frozen; due {}, so it fires on thaw", text::from_response(ms))
        }
        (Fate::CompletesEarly, Some(ms)) => {
            format!("ends {}, before the environment is frozen", text::from_response(ms))
        }
        (Fate::RunsOn, Some(ms)) => format!("keeps running {}", for_ms(ms)),
        (fate, _) => fate.phrase().to_owned(),
    }
}

/// File, line and column.
pub(crate) fn place(place: &Place) -> String {
    let mut text = text::clip(&place.file, LONGEST).into_owned();
    for number in [place.line, place.line.and(place.column)].into_iter().flatten() {
        text += &format!(":{number}");
    }
    text
}

/// The place where something was started, and the owner of that code.
pub(crate) fn whereabouts(at: &Whereabouts<'_>) -> String {
    let owner = match (at.origin, at.package) {
        (Some(Origin::Handler), Some(package)) => {
            format!("in the handler, through {}", text::clip(package, LONGEST))
        }
        (Some(Origin::Handler), None) => "in the handler".to_owned(),
        (_, Some(package)) => format!("in {}", text::clip(package, LONGEST)),
        (Some(Origin::Dependency), None) => "in a dependency".to_owned(),
        (Some(Origin::Runtime), None) => "in the runtime".to_owned(),
        (None, None) => String::new(),
    };
    match (at.location, owner.is_empty()) {
        (Some(at), true) => place(at),
        (Some(at), false) => format!("{}, {owner}", place(at)),
        (None, true) => "not known".to_owned(),
        (None, false) => format!("{owner}; the line is not known"),
    }
}

/// The phase in which an item was started, and its counts.
pub(crate) fn since(since: &Since<'_>) -> String {
    let growth = since.growth.map(|growth| format!(" ({})", text::growth(growth)));
    let counts = counts(since.counts);
    let pending = if counts.is_empty() { counts } else { format!("; pending: {counts}") };
    let created = match since.invocation {
        Some(index) => format!("invocation {index}"),
        None => text::created(since.created).to_owned(),
    };
    format!("{created}{pending}{}", growth.unwrap_or_default())
}

/// `1 cold, 2 warm`; for many invocations the first and the last few.
fn counts(counts: &[usize]) -> String {
    const ENDS: usize = 4;
    let list = |some: &[usize]| some.iter().map(usize::to_string).collect::<Vec<_>>().join(", ");
    match counts {
        [] => String::new(),
        [cold] => format!("{cold} cold"),
        [cold, warm] => format!("{cold} cold, {warm} warm"),
        [cold, warm @ ..] if warm.len() <= 2 * ENDS => {
            format!("{cold} cold, then {} warm", list(warm))
        }
        [cold, warm @ ..] => format!(
            "{cold} cold, then {}, …, {} warm",
            list(&warm[..ENDS]),
            list(&warm[warm.len() - ENDS..]),
        ),
    }
}

/// The scheduling state of an item, and what it waits on; `None` if neither is known.
pub(crate) fn state(item: &ItemState<'_>) -> Option<String> {
    match (item.state, item.waits_on.map(waits_on)) {
        (None, None) => None,
        (None | Some(State::Waiting), Some(waits)) => Some(waits),
        (Some(state), None) => Some(text::state(state).to_owned()),
        (Some(state), Some(waits)) => Some(format!("{}; {waits}", text::state(state))),
    }
}

fn waits_on(waits: &WaitsOn) -> String {
    let mut text = format!("waits on {}", text::clip(&waits.resource, LONGEST));
    if let Some(operation) = &waits.operation {
        text += &format!(" ({})", text::clip(operation, LONGEST));
    }
    if let Some(at) = &waits.location {
        text += &format!(", made at {}", place(at));
    }
    if let Some(ms) = waits.due_ms {
        text += &format!(", due {}", text::from_response(ms));
    }
    if waits.inferred {
        text += " (inferred from when both were polled)";
    }
    text
}

/// A timer: when it fires, and whether it keeps the event loop alive.
pub(crate) fn timer(timer: &Timer) -> String {
    let due = timer.due_ms.map(|ms| format!("due {}", text::from_response(ms)));
    let repeats = timer.repeats.then(|| "repeating".to_owned());
    join([due, repeats, keeps_loop(timer.keeps_loop)], ", ")
}

/// A socket: its addresses and its state.
pub(crate) fn socket(socket: &Socket) -> String {
    let mut ends = text::clip(&socket.protocol, LONGEST).into_owned();
    if let Some(local) = &socket.local {
        ends += &format!(" {}", text::clip(local, LONGEST));
    }
    if let Some(peer) = &socket.peer {
        ends += &format!(" to {}", text::clip(peer, LONGEST));
    }
    let state = Some(text::clip(&socket.state, LONGEST).into_owned());
    let request = socket.request.as_ref().map(|request| text::clip(request, LONGEST));
    let request = match (request, socket.in_flight) {
        (Some(request), true) => Some(format!("{request} is in flight")),
        (Some(request), false) => Some(format!("idle since {request}")),
        (None, true) => Some("data is under way".to_owned()),
        (None, false) => None,
    };
    let used = socket.used_in.filter(|index| *index > 0);
    let used = used.map(|index| format!("last used by invocation {index}"));
    join([Some(ends), state, keeps_loop(socket.keeps_loop), request, used], ", ")
}

fn keeps_loop(keeps: Option<bool>) -> Option<String> {
    keeps.map(|keeps| {
        if keeps { "keeps the event loop alive" } else { "does not keep the event loop alive" }
            .to_owned()
    })
}

/// The fate of an item; `None`: it is not known.
pub(crate) fn outcome(fate: Option<&ReportedFate>) -> String {
    fate.map_or_else(|| "its fate is not known".to_owned(), happens)
}

/// The end of an item, unless its fate says the same already.
pub(crate) fn end(end: End, fate: Option<&ReportedFate>) -> Option<String> {
    let known = fate.and_then(|fate| fate.ms).map(text::duration);
    match end {
        End::Seen(ms) if known.is_some_and(|known| known == text::duration(ms)) => None,
        End::Seen(ms) => Some(format!("left to run, it ended {}", text::from_response(ms))),
        End::NotWithin(ms) => {
            Some(format!("its end was not seen within {} of the response", text::duration(ms)))
        }
        End::NotWatched => None,
    }
}

/// The modifiers of a fate; `None` if there are none.
pub(crate) fn risk(fate: &ReportedFate) -> Option<String> {
    let risks: Vec<&str> = fate.modifiers.iter().map(|one| one.phrase()).collect();
    (!risks.is_empty()).then(|| risks.join("; "))
}

fn join(parts: impl IntoIterator<Item = Option<String>>, between: &str) -> String {
    parts.into_iter().flatten().collect::<Vec<_>>().join(between)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_of_many_invocations_stay_short() {
        assert_eq!(counts(&[]), "");
        assert_eq!(counts(&[3]), "3 cold");
        assert_eq!(counts(&[1, 2]), "1 cold, 2 warm");
        assert_eq!(counts(&[1, 2, 3]), "1 cold, then 2, 3 warm");
        let many: Vec<usize> = (1..=1000).collect();
        assert_eq!(counts(&many), "1 cold, then 2, 3, 4, 5, …, 997, 998, 999, 1000 warm");
    }

    #[test]
    fn a_place_is_as_exact_as_it_is_known() {
        let at = |line, column| {
            place(&Place { file: "src/a.rs".into(), path: None, line, column, function: None })
        };
        assert_eq!(at(Some(4), Some(9)), "src/a.rs:4:9");
        assert_eq!(at(Some(4), None), "src/a.rs:4");
        assert_eq!(at(None, Some(9)), "src/a.rs");
    }
}
