//! The part of the analysis that is for handlers on Node.js alone.

mod connection;

mod gaps;
mod help;
mod items;

pub(crate) use gaps::{events_dropped, not_attached, proxy_hint};
pub(crate) use help::help;
pub(crate) use items::collect;
