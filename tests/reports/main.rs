//! What a gate makes of a report, and what every format says of it: reports that no run has made, each
//! with what matters to a test, judged and written by the library.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod gate;
mod reporter;
mod samples;
