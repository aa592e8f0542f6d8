//! The picture as a console feed on loopback.

pub(super) mod cycle;
pub(super) mod server;
pub(super) mod shared;
