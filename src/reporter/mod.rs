//! Reporters: a [`Report`](crate::report::Report) in, bytes out.
//!
//! They are plain functions. None of them looks at a clock, the environment, a file or a terminal,
//! and none decides anything: the verdict is in the report.

mod change;
mod decided;
pub mod diff_markdown;
pub mod diff_table;
pub mod explanation;
mod gate;
pub mod github;
pub mod json;
pub mod junit;
mod junit_cases;
mod layout;
mod leftover;
pub mod markdown;
mod markdown_finding;
mod markdown_proof;
mod markdown_room;
mod markdown_text;
mod outlook;
mod pending;
mod proof;
mod proof_peers;
mod quiet;
pub mod sarif;
mod sarif_parts;
mod sarif_result;
mod sarif_rules;
mod sentence;
mod suite;
pub mod table;
pub mod text;
mod told;
mod verdict_line;

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
