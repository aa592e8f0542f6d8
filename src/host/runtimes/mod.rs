//! How a handler of each runtime is started and linked, one folder for each.

pub(crate) mod node;
pub(crate) mod tokio;
