//! Observations into the store, one after the other.
//!
//! Nothing here judges; nothing here looks outside.

pub mod caught_up;
pub mod console;
mod evidence;
mod invocations;
mod sockets;
mod timer_owner;
mod together;

pub use evidence::Evidence;
