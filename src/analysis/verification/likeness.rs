//! Which finding an item of another run is like. The same build runs in both, so that a place in the
//! source says more than any name.

use std::collections::BTreeSet;

use crate::analysis::item::Item;
use crate::report::{Finding, Kind, Place, Status};

/// The places of the findings that this item may be one of: the best that there are.
pub(super) fn alike(findings: &[Finding], item: &Item) -> Vec<usize> {
    let own = (0..findings.len()).filter(|place| findings[*place].status != Status::Runtime);
    let near: Vec<usize> = own.filter(|place| is_like(&findings[*place], item)).collect();
    let peer = item.socket.as_ref().map(|socket| socket.peer.as_deref());
    let peer_of =
        |place: usize| findings[place].socket.as_ref().map(|socket| socket.peer.as_deref());
    let nearest: Vec<usize> =
        near.iter().copied().filter(|place| peer_of(*place) == peer).collect();
    if nearest.is_empty() { near } else { nearest }
}

/// The ids of the findings that these items may be of.
pub(super) fn ids(findings: &[Finding], items: &[&Item]) -> Vec<String> {
    let places: BTreeSet<usize> = items.iter().flat_map(|item| alike(findings, item)).collect();
    let mut ids: Vec<String> = places.into_iter().map(|place| findings[place].id.clone()).collect();
    ids.sort_unstable();
    ids
}

/// Returns true for a timer like one that a finding waits on.
///
/// The feed is late, and a freeze may come between the poll that makes a timer and the message that
/// reports both. After the thaw the task may be polled again before that message is written, which
/// then reports the later poll alone: nobody is known to have made the timer, and it stands beside
/// its task. That is no item that was not predicted.
pub(super) fn is_waited_on(findings: &[Finding], item: &Item) -> bool {
    let mut waits = findings.iter().filter_map(|finding| finding.waits_on.as_ref());
    item.kind == Kind::Timer
        && item.location.is_some()
        && waits.any(|wait| {
            item.name.as_ref() == Some(&wait.resource) && is_at(wait.location.as_ref(), item)
        })
}

fn is_like(finding: &Finding, item: &Item) -> bool {
    let package = item.package.as_ref().map(|package| package.name.as_str());
    let known = finding.package.as_deref();
    // A connection is known by its driver in one run and perhaps not yet in the other.
    let is_socket = item.kind == Kind::Socket;
    finding.kind == item.kind
        && finding.handle == item.handle
        && finding.name == item.name
        && (is_socket || known.map(name_of) == package)
        && (is_socket || is_at(finding.location.as_ref(), item))
}

/// The name in `pg 8.16.3`.
fn name_of(package: &str) -> &str {
    package.rsplit_once(' ').map_or(package, |(name, _)| name)
}

fn is_at(place: Option<&Place>, item: &Item) -> bool {
    match (place, &item.location) {
        (None, None) => true,
        (Some(place), Some(location)) => {
            place.file == location.file
                && place.line == location.line
                && place.column == location.column
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::lifetime::Lifetime;
    use crate::model::location::Location;
    use crate::model::time::Timestamp;
    use crate::report::{Report, WaitsOn};

    const REPORT: &str = include_str!("../../../testdata/diff/leaking.json");

    #[test]
    fn a_timer_that_stands_beside_its_task_is_no_stranger() {
        let mut findings = serde_json::from_str::<Report>(REPORT).unwrap().findings;
        let place = |line| Place { line: Some(line), ..findings[1].location.clone().unwrap() };
        let (task, timer) = (place(7), place(43));
        let at = |place: &Place, name: &str| Item {
            name: Some(name.to_owned()),
            location: Some(Location {
                file: place.file.clone(),
                line: place.line,
                column: place.column,
                function: None,
                in_workspace: true,
            }),
            ..Item::of(Kind::Timer, Lifetime::since(Timestamp::default()), vec![0])
        };
        assert!(!is_waited_on(&findings, &at(&timer, "Sleep")));
        findings[1].waits_on = Some(WaitsOn {
            resource: "Sleep".into(),
            operation: None,
            location: Some(timer.clone()),
            due_ms: Some(300.0),
            inferred: true,
        });
        assert!(is_waited_on(&findings, &at(&timer, "Sleep")));
        // Another place, another type, no place at all, and no timer.
        assert!(!is_waited_on(&findings, &at(&task, "Sleep")));
        assert!(!is_waited_on(&findings, &at(&timer, "Interval")));
        assert!(!is_waited_on(&findings, &Item { location: None, ..at(&timer, "Sleep") }));
        assert!(!is_waited_on(&findings, &Item { kind: Kind::Task, ..at(&timer, "Sleep") }));
    }
}
