//! Feeds in our own types: what a handler's runtime reports of the work inside it.
//!
//! There are two. The typed feed (`proto/loopcheck/feed/v1`) is ours and serves any runtime;
//! tokio-console's is what console-subscriber serves. Both are pure data here; connecting to one is
//! `host::feed`'s job, and what the data means is `ingest`'s.

pub mod console;
pub mod update;

pub(crate) mod convert;
#[rustfmt::skip]
#[allow(missing_docs, unreachable_pub, clippy::all, reason = "generated")]
pub(crate) mod generated;
