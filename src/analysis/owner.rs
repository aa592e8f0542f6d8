//! The owner of an item: the handler, a dependency, or loopcheck itself.

use crate::model::location::{Owner, Package};
use crate::model::socket::{Protocol, SocketFact};
use crate::model::store::Store;
use crate::report::Origin;

/// Returns true for a socket of the Runtime API or of the feed. Both are known by their whole address:
/// another host may well use the same port.
pub(crate) fn is_loopchecks_socket(store: &Store, fact: &SocketFact) -> bool {
    let Some(run) = &store.run else { return false };
    fact.protocol == Protocol::Tcp
        && (fact.peer == Some(run.runtime_api.to_string())
            || fact.local == Some(run.console.to_string()))
}

/// Origin and package of an item, as they stand in a report.
pub(crate) fn origin(owner: Option<&Owner>) -> (Option<Origin>, Option<Package>) {
    match owner {
        Some(Owner::Handler) => (Some(Origin::Handler), None),
        Some(Owner::Dependency(package)) => (Some(Origin::Dependency), Some(package.clone())),
        Some(Owner::Standard(name)) => {
            (Some(Origin::Dependency), Some(Package { name: (*name).into(), version: None }))
        }
        None => (None, None),
    }
}
