//! The Runtime API over real loopback connections, as a runtime sees it.
//!
//! Nothing here sleeps: a test waits for a signal or an answer. That an answer is *not* there is
//! looked at after a round trip on another connection.

mod client;
mod fixture;

mod connection;
mod extension;
mod limits;
mod order;
mod redelivery;
mod refused;
