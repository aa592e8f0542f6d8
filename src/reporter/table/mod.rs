//! The report for a person at a terminal; and in the same layout the comparison of two reports and
//! the explanation of an id.

pub mod diff;
pub mod explanation;
mod footer;
mod gaps;
mod handlers;
mod page;
mod pending;
mod stale_and_gone;
mod verdict_line;
mod verification;

pub use page::{TableStyle, write};
