//! The catalogue of runtimes: which there are, by which rules a handler completes in each, and the
//! capabilities of each.
//!
//! Code outside of a folder that belongs to one runtime asks a question of [`Capabilities`], or
//! matches every [`Family`]. It never compares runtimes.

mod capabilities;
mod managed;
mod modes;
mod rules;

pub use capabilities::Capabilities;
pub use managed::{Managed, NODE, Refusal, Version, family_of, find, versions};
pub use modes::{MANAGED_INSTANCES, Mode, RUST, RUST_STREAM, all_modes};
pub use rules::{Family, Runtime};
