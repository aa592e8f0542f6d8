//! A finding in sentences: what, where, since when, what will happen, how to mend it.
//!
//! Everything that comes from outside is sanitized here. Where the sentences stand on the page is
//! the formats' business.

use crate::policy::Policy;
use crate::report::{
    Fate, Finding, Origin, Place, ReportedDiagnostic, ReportedFate, ReportedInvocation, Socket,
    State, Timer, WaitsOn,
};
use crate::reporter::sentence::coverage;
use crate::reporter::text;

/// Names and addresses are cut off after so many characters; the JSON report has them whole.
const LONGEST: usize = 200;

/// A label and a sentence.
pub(crate) type Fact = (&'static str, String);

/// The id and message of a gap.
pub(crate) fn gap(gap: &ReportedDiagnostic) -> String {
    format!("{}: {}", gap.id.as_str(), text::clip(&gap.message, 5 * LONGEST))
}

/// How to mend a gap.
pub(crate) fn hint(gap: &ReportedDiagnostic) -> Option<String> {
    gap.hint.as_ref().map(|hint| format!("hint: {}", text::clip(hint, 5 * LONGEST)))
}

/// What was found.
pub(crate) fn what(finding: &Finding) -> String {
    let mut what = match finding.items() {
        1 => String::new(),
        many => format!("{many} × "),
    };
    what += finding.handle.map_or(finding.rule.rule().title, text::handle);
    if let Some(name) = &finding.name {
        what += &format!(": \"{}\"", text::clip(name, LONGEST));
    }
    format!("{what} [{}]", finding.rule.as_str())
}

/// The finding in a few words, for where it is spoken of again.
pub(crate) fn short(finding: &Finding) -> String {
    let mut short = match finding.items() {
        1 => String::new(),
        many => format!("{many} × "),
    };
    short += text::kind(finding.kind);
    if let Some(name) = &finding.name {
        short += &format!(" \"{}\"", text::clip(name, 40));
    }
    if let Some(at) = &finding.location {
        short += &format!(" at {}", place(at));
    } else if let Some(peer) = finding.socket.as_ref().and_then(|socket| socket.peer.as_ref()) {
        short += &format!(" to {}", text::clip(peer, LONGEST));
    }
    short
}

/// Everything else that there is to say, in the order of the contract. `policy` is the one that
/// decides what will happen.
pub(crate) fn facts(
    finding: &Finding,
    policy: Option<Policy>,
    invocations: &[ReportedInvocation],
) -> Vec<Fact> {
    let fate = policy.and_then(|policy| fate_under(finding, policy));
    let mut facts = Vec::new();
    let mut add = |label, sentence: String| {
        if !sentence.is_empty() {
            facts.push((label, sentence));
        }
    };
    add("socket", finding.socket.as_ref().map(socket).unwrap_or_default());
    add("timer", finding.timer.as_ref().map(timer).unwrap_or_default());
    add("state", state(finding));
    add("where", whereabouts(finding));
    add("since", since(finding));
    add("then", then(finding, fate, watched(finding, invocations)));
    add("risk", fate.map(risk).unwrap_or_default());
    add("expect", coverage::refused(finding).unwrap_or_default());
    add("known", coverage::known(finding).unwrap_or_default());
    add("fix", text::sanitize(&finding.help).into_owned());
    facts
}

/// What becomes of a finding, with the time that is known.
pub(crate) fn happens(fate: &ReportedFate) -> String {
    let for_ms = |ms| format!("for {}", text::duration(ms));
    match (fate.fate, fate.ms) {
        (Fate::Holds, Some(ms)) => format!("holds the response {}", for_ms(ms)),
        (Fate::EnvHolds, Some(ms)) => {
            format!("keeps the environment awake, and billed, {}", for_ms(ms))
        }
        (Fate::FrozenOverdue, Some(ms)) => {
            format!("stopped; due {}, it fires late, at the next thaw", text::from_response(ms))
        }
        (Fate::CompletesEarly, Some(ms)) => {
            format!("ends {}, before the environment is frozen", text::from_response(ms))
        }
        (Fate::RunsOn, Some(ms)) => format!("goes on running {}", for_ms(ms)),
        (fate, _) => text::fate(fate).to_owned(),
    }
}

/// What becomes of a finding under a policy, where that can be said.
pub(crate) fn fate_under(finding: &Finding, policy: Policy) -> Option<&ReportedFate> {
    finding.fates.get(&policy).and_then(Option::as_ref)
}

/// File, line and column.
pub(crate) fn place(place: &Place) -> String {
    let mut text = text::clip(&place.file, LONGEST).into_owned();
    for number in [place.line, place.line.and(place.column)].into_iter().flatten() {
        text += &format!(":{number}");
    }
    text
}

fn whereabouts(finding: &Finding) -> String {
    let owner = match (finding.origin, &finding.package) {
        (Some(Origin::Handler), Some(package)) => {
            format!("in the handler, through {}", text::clip(package, LONGEST))
        }
        (Some(Origin::Handler), None) => "in the handler".to_owned(),
        (_, Some(package)) => format!("in {}", text::clip(package, LONGEST)),
        (Some(Origin::Dependency), None) => "in a dependency".to_owned(),
        (Some(Origin::Runtime), None) => "in the runtime".to_owned(),
        (None, None) => String::new(),
    };
    match (&finding.location, owner.is_empty()) {
        (Some(at), true) => place(at),
        (Some(at), false) => format!("{}, {owner}", place(at)),
        (None, true) => "not known".to_owned(),
        (None, false) => format!("{owner}; the line is not known"),
    }
}

fn since(finding: &Finding) -> String {
    let growth = finding.growth.map(|growth| format!(" ({})", text::growth(growth)));
    let counts = counts(&finding.counts);
    let pending = if counts.is_empty() { counts } else { format!("; pending: {counts}") };
    let created = match finding.invocation {
        Some(index) => format!("invocation {index}"),
        None => text::created(finding.created).to_owned(),
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

fn state(finding: &Finding) -> String {
    match (finding.state, finding.waits_on.as_ref().map(waits_on)) {
        (None, None) => String::new(),
        (None | Some(State::Waiting), Some(waits)) => waits,
        (Some(state), None) => text::state(state).to_owned(),
        (Some(state), Some(waits)) => format!("{}; {waits}", text::state(state)),
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

fn timer(timer: &Timer) -> String {
    let due = timer.due_ms.map(|ms| format!("due {}", text::from_response(ms)));
    let repeats = timer.repeats.then(|| "again and again".to_owned());
    join([due, repeats, keeps_loop(timer.keeps_loop)], ", ")
}

fn socket(socket: &Socket) -> String {
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

fn then(finding: &Finding, fate: Option<&ReportedFate>, watched: Option<f64>) -> String {
    let happens = fate.map_or_else(|| "what becomes of it is not known".to_owned(), happens);
    let known = fate.and_then(|fate| fate.ms).map(text::duration);
    let ended = match (finding.ended_ms, watched) {
        // Said already.
        (Some(ms), _) if known.is_some_and(|known| known == text::duration(ms)) => None,
        (Some(ms), _) => Some(format!("left to run, it ended {}", text::from_response(ms))),
        (None, Some(ms)) => {
            Some(format!("its end was not seen within {} of the response", text::duration(ms)))
        }
        (None, None) => None,
    };
    join([Some(happens), ended], "; ")
}

/// For how long it was watched: after the response of the invocation that it was last pending in.
fn watched(finding: &Finding, invocations: &[ReportedInvocation]) -> Option<f64> {
    let last = finding.counts.iter().rposition(|count| *count > 0)?;
    invocations.get(last)?.settled_ms
}

fn risk(fate: &ReportedFate) -> String {
    join(fate.modifiers.iter().map(|modifier| Some(text::modifier(*modifier).to_owned())), "; ")
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
