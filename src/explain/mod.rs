//! What every id of a report means, in words: rules, modes, policies, fates, gaps and exit codes.
//!
//! The texts are tables, one for each family of ids. They are matched on the ids themselves, so a
//! new one does not compile before it is explained.

mod fates;
mod gaps;
mod modes;
mod outcomes;
mod rules;
mod topic;

#[cfg(test)]
mod tests;

pub use topic::{Family, Topic, all, find, nearest};
