//! One item of the handler's, and what has been published of it.
//!
//! What the agent knows and what the feed publishes are two things: from the turn of the loop after a
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
    pub(in crate::host::runtimes::node) published: Facts,
    /// When it was seen to have released the loop, although the published facts say that it holds it.
    pub(in crate::host::runtimes::node) released: Option<Timestamp>,
    /// It has not been sent.
    pub(in crate::host::runtimes::node) is_new: bool,
    /// Its facts have to be sent.
    pub(in crate::host::runtimes::node) facts_due: bool,
    /// Its end has to be sent.
    pub(in crate::host::runtimes::node) end_due: bool,
    facts: Facts,
    requests: u32,
    holding_requests: u32,
}

/// Which changes of facts are published.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::host::runtimes::node) enum Publish {
    /// All of them.
    Everything,
    /// None but that an item has released the loop.
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
            published: Facts::default(),
            released: None,
            is_new: true,
            facts_due: false,
            end_due: false,
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

    /// Publishes it for the first time.
    pub(in crate::host::runtimes::node) fn introduce(&mut self) {
        self.published = self.actual();
    }

    /// Brings what is published up to date, as far as it may be; `at` is when it was found so.
    pub(in crate::host::runtimes::node) fn settle(&mut self, publish: Publish, at: Timestamp) {
        let released = match publish {
            Publish::Everything => {
                let actual = self.actual();
                if self.published != actual {
                    self.published = actual;
                    self.facts_due = true;
                }
                None
            }
            Publish::Releases => {
                let has_released = self.published.holds == Some(true) && !self.holds();
                has_released.then(|| self.released.unwrap_or(at))
            }
        };
        if self.released != released {
            self.released = released;
            self.facts_due = true;
        }
    }

    /// It is over; the earliest end is that of its birth.
    pub(in crate::host::runtimes::node) fn end(&mut self, at: Timestamp) -> Timestamp {
        let ended = at.max(self.created);
        self.ended = Some(ended);
        self.end_due = true;
        ended
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
