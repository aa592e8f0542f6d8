//! The steps of the analysis that differ between families of runtimes, each in a folder of its family.

use crate::analysis::item::Item;
use crate::analysis::pending::{Items, Pending};
use crate::analysis::{node, tokio};
use crate::model::diagnostic::Diagnostic;
use crate::model::store::Store;
use crate::rule::RuleId;
use crate::runtime::{Family, Runtime};

/// The items of every response so far.
pub(crate) fn items(store: &Store) -> Items {
    let pending = Pending::of(store);
    match store.runtime().family() {
        Family::Tokio => tokio::collect(store, &pending),
        Family::Node => node::collect(store, &pending),
    }
}

/// The remedy for a finding of this rule.
pub(crate) fn help(runtime: Runtime, rule: RuleId, item: &Item) -> String {
    match runtime.family() {
        Family::Tokio => tokio::help(rule, item),
        Family::Node => node::help(runtime, rule, item),
    }
}

/// The gap of a feed that has lost events.
pub(crate) fn events_dropped(store: &Store) -> Diagnostic {
    let lost = store.feed.dropped_events;
    match store.runtime().family() {
        Family::Tokio => tokio::events_dropped(lost),
        Family::Node => node::events_dropped(lost),
    }
}

/// The gap of a handler without a feed.
pub(crate) fn not_attached(store: &Store) -> Diagnostic {
    match store.runtime().family() {
        Family::Tokio => tokio::not_attached(),
        Family::Node => node::not_attached(),
    }
}

/// The way to lead a connection of a handler through the proxy.
pub(crate) const fn proxy_hint(family: Family) -> &'static str {
    match family {
        Family::Tokio => tokio::proxy_hint(),
        Family::Node => node::proxy_hint(),
    }
}
