//! Reporters: a [`Report`](crate::report::Report) in, bytes out.
//!
//! They are plain functions. None of them looks at a clock, the environment, a file or a terminal,
//! and none decides anything: the verdict is in the report.

pub mod json;
mod layout;
mod pending;
mod quiet;
mod sentence;
pub mod table;
pub mod text;
mod verdict_line;

#[cfg(test)]
mod json_tests;
#[cfg(test)]
mod sample_findings;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod table_tests;
