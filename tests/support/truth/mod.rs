//! What is true of the sample handlers: one table for all runtimes, which live runs, `--prove` and
//! replays of recordings are checked against.
//!
//! The truth comes from the samples' own sources, and so do the lines: a place is given as a text
//! that occurs in exactly one line of code. What belongs to the Lambda runtime is not in the table.
//! Everything else is: a report must have each of these findings, and no other.
//!
//! A new sample is a file or a package in `testdata` and a row in `tokio.rs` or in one of the
//! `node_*.rs`.

pub mod compare;
pub mod finding;
pub mod node;
pub mod node_broken;
pub mod node_by_rule;
pub mod node_completion;
pub mod node_connections;
pub mod node_work;
pub mod report;
pub mod sample;
pub mod table;
pub mod tokio;
pub mod tokio_failing;
