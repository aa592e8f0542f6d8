//! The meaning of every id of a report: rules, modes, policies, fates, gaps and exit codes.
//!
//! The texts are tables, one for each family of ids, here or beside the ids. A new id does not compile
//! before it is explained.

mod fates;
mod gaps;
mod modes;
mod outcomes;
mod rules;
mod topic;

#[cfg(test)]
mod tests;

pub use topic::{Family, Topic, all, find, nearest};
