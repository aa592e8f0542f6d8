//! The outside world: everything that produces observations, and nothing that judges them.

pub(crate) mod feed;
pub(crate) mod process;
pub(crate) mod proxy;
pub(crate) mod runtime_api;
pub(crate) mod runtimes;
pub(crate) mod sockets;

pub(crate) mod clock;
pub(crate) mod family;
pub(crate) mod output;
pub(crate) mod repository;
pub(crate) mod terminal;

#[cfg(test)]
pub(crate) mod scratch;
