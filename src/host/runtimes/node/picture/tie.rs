//! Which async function waits on which resource.
//!
//! Node does not say. But a resource that was made by a function has it on its stack, and if as
//! many unfinished calls of that function as resources made by it exist, each call has made one,
//! in the order in which they were made. Anything less sure is left untied.

use std::collections::{BTreeMap, HashMap};

use crate::host::runtimes::node::picture::item::Item;
use crate::host::runtimes::node::picture::record::Kind;
use crate::host::runtimes::node::place::site::Function;
use crate::model::time::Timestamp;

/// An async function that waits on a resource.
#[derive(Debug)]
pub(in crate::host::runtimes::node) struct Tie {
    /// The id of the task.
    pub(in crate::host::runtimes::node) task: u64,
    /// The id of the resource.
    pub(in crate::host::runtimes::node) resource: u64,
    pub(in crate::host::runtimes::node) created: Timestamp,
    pub(in crate::host::runtimes::node) ended: Option<Timestamp>,
    /// It has not been sent.
    pub(in crate::host::runtimes::node) is_new: bool,
    /// Its end has to be sent.
    pub(in crate::host::runtimes::node) end_due: bool,
}

impl Tie {
    /// Whether something of it has to be sent.
    pub(in crate::host::runtimes::node) const fn is_due(&self) -> bool {
        self.is_new || self.end_due
    }
}

/// All ties, in the order in which they were found.
#[derive(Debug, Default)]
pub(in crate::host::runtimes::node) struct Ties {
    all: Vec<Tie>,
    places: HashMap<u64, usize>,
}

impl Ties {
    /// Looks for ties between what is alive and not tied yet.
    pub(in crate::host::runtimes::node) fn find(&mut self, items: &BTreeMap<u64, Item>) {
        let free =
            || items.values().filter(|i| i.ended.is_none() && !self.places.contains_key(&i.id));
        let mut calls: HashMap<&Function, Group<'_>> = HashMap::new();
        for call in free().filter(|item| item.kind == Kind::AsyncFn) {
            if let Some(function) = call.site.functions.first().filter(|f| !f.name.is_empty()) {
                calls.entry(function).or_default().calls.push(call);
            }
        }
        if calls.is_empty() {
            return;
        }
        for resource in free().filter(|item| can_be_awaited(item)) {
            // The innermost of them: an outer one waits on the inner one.
            let maker =
                resource.site.functions.iter().find(|function| calls.contains_key(function));
            if let Some(group) = maker.and_then(|function| calls.get_mut(function)) {
                group.resources.push(resource);
            }
        }
        let mut found: Vec<(u64, u64, Timestamp)> =
            calls.into_values().filter_map(Group::pairs).flatten().collect();
        found.sort_unstable();
        for (task, resource, created) in found {
            self.places.insert(task, self.all.len());
            self.places.insert(resource, self.all.len());
            let tie = Tie { task, resource, created, ended: None, is_new: true, end_due: false };
            self.all.push(tie);
        }
    }

    /// A task or a resource has ended, and with it its tie.
    pub(in crate::host::runtimes::node) fn end(&mut self, id: u64, at: Timestamp) {
        if let Some(place) = self.places.remove(&id) {
            let tie = &mut self.all[place];
            if tie.ended.is_none() {
                tie.ended = Some(at.max(tie.created));
                tie.end_due = true;
                // The other one may be tied again.
                self.places.remove(&tie.task);
                self.places.remove(&tie.resource);
            }
        }
    }

    pub(in crate::host::runtimes::node) fn all(&self) -> &[Tie] {
        &self.all
    }

    pub(in crate::host::runtimes::node) fn all_mut(&mut self) -> &mut [Tie] {
        &mut self.all
    }
}

fn can_be_awaited(item: &Item) -> bool {
    !item.kind.is_task() && !item.internal && item.of.is_none()
}

/// Calls of one function, and resources that it made.
#[derive(Default)]
struct Group<'a> {
    calls: Vec<&'a Item>,
    resources: Vec<&'a Item>,
}

impl Group<'_> {
    fn pairs(mut self) -> Option<Vec<(u64, u64, Timestamp)>> {
        if self.calls.len() != self.resources.len() {
            return None;
        }
        self.calls.sort_by_key(|item| (item.created, item.id));
        self.resources.sort_by_key(|item| (item.created, item.id));
        let pairs = self.calls.iter().zip(&self.resources).map(|(call, resource)| {
            let after = resource.created >= call.created;
            after.then_some((call.id, resource.id, resource.created))
        });
        pairs.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::runtimes::node::picture::record::{Facts, Record};
    use crate::host::runtimes::node::place::site::Site;

    fn item(id: u64, kind: Kind, functions: &[&str]) -> Item {
        let functions = functions
            .iter()
            .map(|name| Function { file: "/srv/a.js".into(), name: (*name).into() });
        let site = Site { functions: functions.collect(), ..Site::default() };
        let record = Record { id, kind, site, facts: Facts::default(), ..Record::default() };
        Item::new(record, Timestamp::from_nanos(id))
    }

    fn pairs(items: Vec<Item>) -> Vec<(u64, u64)> {
        let items: BTreeMap<u64, Item> = items.into_iter().map(|item| (item.id, item)).collect();
        let mut ties = Ties::default();
        ties.find(&items);
        ties.find(&items);
        ties.all().iter().map(|tie| (tie.task, tie.resource)).collect()
    }

    #[test]
    fn calls_and_what_they_made_are_tied_in_their_order() {
        let items = vec![
            item(1, Kind::AsyncFn, &["load", "handler"]),
            item(2, Kind::Timer, &["load", "handler"]),
            item(3, Kind::AsyncFn, &["load", "handler"]),
            item(4, Kind::Socket, &["connect", "load", "handler"]),
        ];
        assert_eq!(pairs(items), [(1, 2), (3, 4)]);
    }

    #[test]
    fn what_is_not_sure_is_not_tied() {
        let two_timers = vec![
            item(1, Kind::AsyncFn, &["load"]),
            item(2, Kind::Timer, &["load"]),
            item(3, Kind::Timer, &["load"]),
        ];
        assert_eq!(pairs(two_timers), []);
        let made_before = vec![item(1, Kind::Timer, &["load"]), item(2, Kind::AsyncFn, &["load"])];
        assert_eq!(pairs(made_before), []);
        let nameless = vec![item(1, Kind::AsyncFn, &[""]), item(2, Kind::Timer, &[""])];
        assert_eq!(pairs(nameless), []);
    }

    #[test]
    fn the_innermost_function_made_it() {
        let items = vec![
            item(1, Kind::AsyncFn, &["outer"]),
            item(2, Kind::AsyncFn, &["inner", "outer"]),
            item(3, Kind::Timer, &["inner", "outer"]),
        ];
        assert_eq!(pairs(items), [(2, 3)]);
    }

    #[test]
    fn a_tie_ends_with_either_and_the_other_is_free_again() {
        let mut items: BTreeMap<u64, Item> =
            [item(1, Kind::AsyncFn, &["f"]), item(2, Kind::Timer, &["f"])]
                .into_iter()
                .map(|item| (item.id, item))
                .collect();
        let mut ties = Ties::default();
        ties.find(&items);
        items.remove(&2);
        ties.end(2, Timestamp::from_nanos(9));
        ties.end(2, Timestamp::from_nanos(10));
        assert_eq!(ties.all()[0].ended, Some(Timestamp::from_nanos(9)));
        items.insert(5, item(5, Kind::Timer, &["f"]));
        ties.find(&items);
        assert_eq!((ties.all()[1].task, ties.all()[1].resource), (1, 5));
    }
}
