//! One thing of the handler's, and what has been told of it.
//!
//! What the agent knows and what the feed tells are two things: from the turn of the loop after a
//! response until the next invocation the facts stay as they were then, so that whoever comes late
//! sees what was left and not what has become of it.

use crate::host::runtimes::node::picture::record::{Facts, Kind, Record};
use crate::host::runtimes::node::place::site::Site;
use crate::model::time::Timestamp;

/// A thing that has a row in the feed.
#[derive(Debug)]
pub(in crate::host::runtimes::node) struct Item {
    pub(in crate::host::runtimes::node) id: u64,
    pub(in crate::host::runtimes::node) kind: Kind,
    pub(in crate::host::runtimes::node) hook_type: String,
    pub(in crate::host::runtimes::node) invocation: u64,
    pub(in crate::host::runtimes::node) name: Option<String>,
    pub(in crate::host::runtimes::node) api: Option<String>,
    pub(in crate::host::runtimes::node) internal: bool,
    pub(in crate::host::runtimes::node) of: Option<u64>,
    pub(in crate::host::runtimes::node) site: Site,
    pub(in crate::host::runtimes::node) created: Timestamp,
    pub(in crate::host::runtimes::node) ended: Option<Timestamp>,
    /// What the feed says of it.
    pub(in crate::host::runtimes::node) told: Facts,
    /// When it was seen not to hold the loop any more, though it is told that it does.
    pub(in crate::host::runtimes::node) released: Option<Timestamp>,
    /// Its row has to be sent.
    pub(in crate::host::runtimes::node) row_due: bool,
    /// Its counters have to be sent.
    pub(in crate::host::runtimes::node) stats_due: bool,
    facts: Facts,
    requests: u32,
    holding_requests: u32,
}

/// Whether facts may change in the feed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::host::runtimes::node) enum Telling {
    /// As they are.
    Everything,
    /// As they were; only that it has let go of the loop is told.
    Releases,
}

impl Item {
    pub(in crate::host::runtimes::node) fn new(record: Record, created: Timestamp) -> Self {
        Self {
            id: record.id,
            kind: record.kind,
            hook_type: record.hook_type,
            invocation: record.invocation,
            name: record.name.filter(|name| !name.is_empty()),
            api: record.api,
            internal: record.internal == Some(true),
            of: record.of,
            site: record.site,
            created,
            ended: None,
            told: Facts::default(),
            released: None,
            row_due: true,
            stats_due: true,
            facts: record.facts,
            requests: 0,
            holding_requests: 0,
        }
    }

    pub(in crate::host::runtimes::node) fn facts_mut(&mut self) -> &mut Facts {
        &mut self.facts
    }

    /// A request on it has begun.
    pub(in crate::host::runtimes::node) fn add_request(&mut self, holds: bool) {
        self.requests += 1;
        self.holding_requests += u32::from(holds);
    }

    /// A request on it is over.
    pub(in crate::host::runtimes::node) fn remove_request(&mut self, holds: bool) {
        self.requests = self.requests.saturating_sub(1);
        self.holding_requests = self.holding_requests.saturating_sub(u32::from(holds));
    }

    /// Whether it is in use, or keeps the loop alive, as the agent knows it now.
    pub(in crate::host::runtimes::node) fn holds(&self) -> bool {
        self.facts.holds == Some(true) || self.holding_requests > 0
    }

    /// The first telling of it.
    pub(in crate::host::runtimes::node) fn introduce(&mut self) {
        self.told = self.actual();
    }

    /// Brings what is told up to date, as far as it may be; `at` is when it was found so.
    pub(in crate::host::runtimes::node) fn settle(&mut self, telling: Telling, at: Timestamp) {
        let released = match telling {
            Telling::Everything => {
                let actual = self.actual();
                if self.told != actual {
                    self.told = actual;
                    self.change();
                }
                None
            }
            Telling::Releases => {
                let let_go = self.told.holds == Some(true) && !self.holds();
                let_go.then(|| self.released.unwrap_or(at))
            }
        };
        if self.released != released {
            self.released = released;
            self.change();
        }
    }

    /// It is over; the earliest end is that of its birth.
    pub(in crate::host::runtimes::node) fn end(&mut self, at: Timestamp) -> Timestamp {
        let ended = at.max(self.created);
        self.ended = Some(ended);
        self.stats_due = true;
        ended
    }

    /// A task's facts are in its row, a resource's are in its counters.
    fn change(&mut self) {
        self.row_due |= self.kind.is_task();
        self.stats_due = true;
    }

    fn actual(&self) -> Facts {
        let mut facts = self.facts.clone();
        if self.requests > 0 {
            facts.busy = Some(true);
        }
        if self.holding_requests > 0 {
            facts.holds = Some(true);
        }
        facts
    }
}
