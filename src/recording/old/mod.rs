//! Recordings of format versions 1 to 4, which kept every feed in messages of tokio-console.

mod facts;
mod rows;
mod runs;

pub(super) use runs::{OldFrame, OldRuns};
