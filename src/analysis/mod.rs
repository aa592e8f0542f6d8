//! What the evidence means: findings, fates, the verdict. Pure: no I/O, no clock.

mod judge;
mod progress;

mod collect;
mod connection;
mod item;
mod node_items;
mod owner;
mod thread;
mod transfer;
mod wait;

mod fate;
mod finding;
mod fingerprint;
mod growth;
mod help;
mod mode;

mod gaps;

mod proof;

pub use gaps::is_blind;
pub use judge::judge;
pub use progress::{Withheld, is_let_go, may_end, withheld};
pub use proof::{is_contradicted, prove};
