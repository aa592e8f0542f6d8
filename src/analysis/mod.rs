//! The meaning of the evidence: findings, fates, the verdict. Pure: no I/O, no clock.

mod judge;
mod progress;

mod item;
mod owner;
mod pending;
mod reading;
mod wait;

mod node;
mod tokio;

mod runtimes;

mod fate;
mod finding;
mod fingerprint;
mod growth;
mod help;
mod mode;

mod gaps;

mod verification;

pub use gaps::is_blind;
pub use judge::judge;
pub use progress::{Withheld, is_let_go, may_end, withheld};
pub use verification::{is_contradicted, verify};
