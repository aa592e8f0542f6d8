//! What was predicted, against what happened when it was tried.

mod verify;

mod invocations;
mod late;
mod likeness;
mod peer;
mod seen;
mod verdict;

pub use verify::{is_contradicted, verify};
