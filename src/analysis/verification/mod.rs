//! Verification (`--prove`): predictions against what happened under enforced policies.

mod verify;

mod invocations;
mod late;
mod likeness;
mod peer;
mod seen;
mod verdict;

pub use verify::{is_contradicted, verify};
