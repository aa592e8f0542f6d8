//! What was predicted, against what happened when it was tried.

mod prove;

mod late;
mod likeness;
mod peer;
mod seen;
mod verdict;

pub use prove::{is_contradicted, prove};
