//! Resolution and start of a handler for Node.js.

pub(crate) mod environment;
pub(crate) mod executable;
pub(crate) mod files;
pub(crate) mod launch;
pub(crate) mod ric;
pub(crate) mod runtime;
pub(crate) mod target;
