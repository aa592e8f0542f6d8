//! The part of the analysis that is for tokio handlers alone.

mod owner;

mod connection;
mod thread;
mod transfer;
mod wait;

mod gaps;
mod help;
mod items;

pub(crate) use gaps::{events_dropped, not_attached, proxy_hint};
pub(crate) use help::help;
pub(crate) use items::collect;
