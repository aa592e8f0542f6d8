//! From when to when an item existed.

use crate::model::time::Timestamp;

/// The span of time in which an item was alive, as far as it is known.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Lifetime {
    /// When it came to be.
    pub created: Timestamp,
    /// When it ended; `None` while it has not been seen to end.
    pub ended: Option<Timestamp>,
}

impl Lifetime {
    /// The lifetime of an item that has not ended.
    pub const fn since(created: Timestamp) -> Self {
        Self { created, ended: None }
    }

    /// Returns true if the item was alive at this instant. What ended at the instant was not.
    pub fn covers(&self, instant: Timestamp) -> bool {
        self.created <= instant && self.ended.is_none_or(|ended| ended > instant)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn covers_its_first_instant_and_not_its_last() {
        let at = Timestamp::from_nanos;
        let life = Lifetime { created: at(10), ended: Some(at(20)) };
        assert!(!life.covers(at(9)));
        assert!(life.covers(at(10)));
        assert!(life.covers(at(19)));
        assert!(!life.covers(at(20)));
        assert!(Lifetime::since(at(10)).covers(at(u64::MAX)));
    }
}
