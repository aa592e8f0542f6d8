//! Handlers for tokio: how they are built.

pub(crate) mod build;
