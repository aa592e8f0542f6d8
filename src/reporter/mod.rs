//! Reporters: a [`Report`](crate::report::Report) in, bytes out.
//!
//! They are plain functions. None of them looks at a clock, the environment, a file or a terminal,
//! and none decides anything: the verdict is in the report.

pub mod github;
pub mod json;
pub mod junit;
pub mod markdown;
pub mod sarif;
mod sentence;
pub mod table;
pub mod text;

#[cfg(test)]
mod diff_tests;
#[cfg(test)]
mod github_tests;
#[cfg(test)]
mod json_tests;
#[cfg(test)]
mod junit_tests;
#[cfg(test)]
mod markdown_tests;
#[cfg(test)]
mod sample_findings;
#[cfg(test)]
mod sample_proofs;
#[cfg(test)]
mod sample_results;
#[cfg(test)]
mod sample_suites;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod sarif_tests;
#[cfg(test)]
mod table_tests;
