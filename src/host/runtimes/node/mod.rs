//! Handlers for Node.js: their start, and the feed of the agent inside them.
//!
//! The agent writes lines into a pipe. They become a picture of what exists in the handler, and
//! the picture is served on loopback as a typed feed and in tokio-console's protocol, so that
//! [`crate::host::feed`] attaches to it like to any other feed. Handlers that run in our own
//! runtime speak to the Runtime API through the same pipes. What any of it means is not decided
//! here.

pub(crate) mod program;

pub(crate) mod place;

mod bridge;
pub(super) mod link;

mod message;
mod pipes;
mod surrogate;

mod picture;

mod feed;

#[cfg(test)]
mod tests;
