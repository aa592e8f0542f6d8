//! What the evidence means: findings, fates, the verdict. Pure: no I/O, no clock.

mod judge;
mod progress;

mod collect;
mod connection;
mod item;
mod owner;
mod thread;
mod wait;

mod fate;
mod finding;
mod fingerprint;
mod growth;
mod mode;

mod gaps;

pub use gaps::is_blind;
pub use judge::judge;
pub use progress::may_end;
