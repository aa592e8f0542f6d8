//! Requests in flight: data under way on a socket at a response, judged by later readings.
//!
//! Data in a queue of the kernel is only a hint. A driver also exchanges messages that no code waits
//! for, such as the end of a prepared statement after its last query, and on a busy machine the peer
//! or the driver may not have run yet when the runtime asks for the next event. So later readings
//! decide: data that stays in a queue is in flight. Data that was delivered and read soon after was
//! not, provided that a task drives the connection and that no task which could have waited for the
//! answer has ended since. A socket without such a task, which blocking code has written to, stays in
//! flight.

use std::collections::BTreeSet;

use crate::analysis::item::Item;
use crate::model::store::{Socket, Store};
use crate::report::Kind;

/// The tasks that were pending at each response (by place, from 0), as far as they show what a
/// transfer was for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Witnesses {
    /// Responses after which a task ended that was pending: it may have waited for an answer.
    waited: BTreeSet<usize>,
    /// Responses after which a task has lived on, which may drive a connection.
    driven: BTreeSet<usize>,
}

impl Witnesses {
    /// The witnesses among these tasks, which are neither the runtime's nor drivers of a library.
    pub(crate) fn of(store: &Store, tasks: impl Iterator<Item = Item>) -> Self {
        let mut witnesses = Self::default();
        for task in tasks {
            if task.ended.is_none() && task.kind == Kind::Task {
                witnesses.driven.extend(&task.pending_in);
            } else if task.ended.is_some() && !task.is_safe(store) {
                witnesses.waited.extend(&task.pending_in);
            }
        }
        witnesses
    }

    /// Returns true if a request was in flight on this socket at any response.
    pub(crate) fn is_in_flight(&self, socket: &Socket, has_driver: bool) -> bool {
        let in_flight = |invocation: &usize, completed: bool| {
            let driven = has_driver || self.driven.contains(invocation);
            !(completed && driven) || self.waited.contains(invocation)
        };
        let transfers = &socket.transfers;
        socket.under_way || transfers.iter().any(|one| in_flight(&one.invocation, one.completed))
    }
}
