//! Whether watching on after a response can still tell something.

use crate::analysis::collect;
use crate::analysis::fate;
use crate::analysis::item::Item;
use crate::model::invocation::Invocation;
use crate::model::store::Store;
use crate::observation::SettledReason;

/// Why the watch after the last response may end now; `None` while it should go on.
///
/// The settle time is the session's business: this is about what is pending.
pub fn may_end(store: &Store) -> Option<SettledReason> {
    let invocation = store.invocations.last()?;
    let place = store.invocations.len() - 1;
    let items = collect::items(store);
    let mut left = items
        .pending
        .iter()
        .filter(|item| item.pending_in.contains(&place) && item.ended.is_none())
        .peekable();
    if left.peek().is_none() {
        return Some(SettledReason::AllEnded);
    }
    left.all(|item| outlives(item, invocation)).then_some(SettledReason::NothingWillEnd)
}

/// Whether it is certain that the item will not end before the deadline.
fn outlives(item: &Item, invocation: &Invocation) -> bool {
    fate::never_ends(item) || item.due().is_some_and(|due| due > invocation.deadline)
}
