//! Which finding an item of another run is like. The same build runs in both, so that a place in the
//! source tells more than any name.

use std::collections::BTreeSet;

use crate::analysis::item::Item;
use crate::report::{Finding, Kind, Place, Status};

/// The places of the findings that this item may be one of: the best that there are.
pub(super) fn alike(findings: &[Finding], item: &Item) -> Vec<usize> {
    let own = (0..findings.len()).filter(|place| findings[*place].status != Status::Runtime);
    let mut near: Vec<usize> =
        own.clone().filter(|place| is_like(&findings[*place], item)).collect();
    if near.is_empty() && item.kind == Kind::Timer {
        // What a task waits on is told with the task, where it is known whose it is.
        near = own.filter(|place| waits_on(&findings[*place], item)).collect();
    }
    let peer = item.socket.as_ref().map(|socket| socket.peer.as_deref());
    let told = |place: usize| findings[place].socket.as_ref().map(|socket| socket.peer.as_deref());
    let nearest: Vec<usize> = near.iter().copied().filter(|place| told(*place) == peer).collect();
    if nearest.is_empty() { near } else { nearest }
}

/// The ids of the findings that these items may be of.
pub(super) fn ids(findings: &[Finding], items: &[&Item]) -> Vec<String> {
    let places: BTreeSet<usize> = items.iter().flat_map(|item| alike(findings, item)).collect();
    let mut ids: Vec<String> = places.into_iter().map(|place| findings[place].id.clone()).collect();
    ids.sort_unstable();
    ids
}

fn is_like(finding: &Finding, item: &Item) -> bool {
    let package = item.package.as_ref().map(|package| package.name.as_str());
    let told = finding.package.as_deref();
    // A connection is known by its driver in one run and perhaps not yet in the other.
    let is_socket = item.kind == Kind::Socket;
    finding.kind == item.kind
        && finding.handle == item.handle
        && finding.name == item.name
        && (is_socket || told.map(name_of) == package)
        && (is_socket || is_at(finding.location.as_ref(), item))
}

fn waits_on(finding: &Finding, item: &Item) -> bool {
    let wait = finding.waits_on.as_ref();
    wait.is_some_and(|wait| wait.location.is_some() && is_at(wait.location.as_ref(), item))
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
