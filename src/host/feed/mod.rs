//! Feeds as sources of observations: attaching to one, and asking whether it is complete.

mod attach;
mod console;
mod signal;
mod typed;

#[rustfmt::skip]
#[allow(
    missing_docs,
    unreachable_pub,
    clippy::all,
    clippy::allow_attributes_without_reason,
    reason = "generated"
)]
pub(crate) mod generated;

pub(crate) use attach::{AttachError, AttachedFeed, listening};
pub(crate) use signal::{FeedSignal, Round};
