//! Handlers for tokio: how they are built, and how they serve their feed.

pub(crate) mod build;
mod link;

pub(super) use link::{link, reroute};
