//! Console messages into the store.

mod cross_check;
mod message;
mod node_facts;
mod rows;

pub use cross_check::compare_with_main;
pub use message::{EventCount, apply};
