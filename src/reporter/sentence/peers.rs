//! The effects of broken connections on the next invocation; the sentences are shared with
//! the other formats.

use crate::report::{PeerEffect, Verification, VerifiedPeer};
use crate::reporter::sentence::late::{failed, late_error};
use crate::reporter::text;

/// Names of peers are cut off after so many characters.
const LONGEST: usize = 100;

/// The heading of the table.
pub(crate) const HEADING: [&str; 3] = ["peer", "during the freeze", "and then"];

/// A peer, how it was broken, and what came of it.
pub(crate) struct Broken {
    pub(crate) effect: Option<PeerEffect>,
    pub(crate) peer: String,
    pub(crate) how: String,
    pub(crate) then: String,
}

/// Every peer that was broken.
pub(crate) fn broken(verification: &Verification) -> Vec<Broken> {
    verification
        .peers
        .iter()
        .map(|proved| Broken {
            effect: proved.effect,
            peer: text::clip(&proved.peer, LONGEST).into_owned(),
            how: how(proved),
            then: then(proved),
        })
        .collect()
}

/// Further remarks, each with a label.
pub(crate) fn remarks(verification: &Verification) -> Vec<(&'static str, String)> {
    let mut remarks = Vec::new();
    for proved in &verification.peers {
        let of = format!("{} {}", text::clip(&proved.peer, LONGEST), proved.broken.done());
        let missing = proved.missing.iter().map(|missing| text::clip(missing, 400).into_owned());
        remarks.extend(missing.map(|text| ("✗ missing", format!("{of}: {text}"))));
        let late = proved.late_errors.iter().map(late_error);
        remarks.extend(late.map(|text| ("✗ late", format!("{of}: {text}"))));
    }
    remarks
}

fn how(proved: &VerifiedPeer) -> String {
    let done = proved.broken.done();
    match proved.connections {
        0 => format!("nothing to be {done}"),
        1 => format!("1 connection {done}"),
        count => format!("{count} connections {done}"),
    }
}

fn then(proved: &VerifiedPeer) -> String {
    let Some((effect, index)) = proved.effect.zip(proved.invocation) else {
        return if proved.missing.is_empty() {
            "no connection was open at a freeze".into()
        } else {
            "could not be shown".into()
        };
    };
    let known = proved.invocations.iter().find(|known| known.index == index);
    let after = known.and_then(|known| known.response_ms).map(text::duration);
    let after = after.map(|ms| format!(" after {ms}")).unwrap_or_default();
    match effect {
        PeerEffect::Fails => {
            known.and_then(failed).unwrap_or_else(|| format!("invocation {index} failed"))
        }
        PeerEffect::Hangs => format!("invocation {index} hung until its time-out"),
        PeerEffect::Retries => format!("invocation {index} connected anew, and answered{after}"),
        PeerEffect::AnswersOtherwise => format!(
            "invocation {index} answered{after}, but not as ever: its response has another length"
        ),
        PeerEffect::Answers => {
            format!("invocation {index} answered{after}, and did not connect anew")
        }
    }
}
