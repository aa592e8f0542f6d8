//! Observations into the store, one after the other.
//!
//! Nothing here judges; nothing here looks outside.

pub mod tokio;

mod completeness;
mod evidence;
mod feed;
mod invocations;
mod place;
mod sockets;
mod together;

pub use evidence::Evidence;
