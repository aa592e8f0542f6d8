//! The picture as a feed on loopback.

pub(super) mod flushes;
pub(super) mod report;
pub(super) mod server;
pub(super) mod shared;
