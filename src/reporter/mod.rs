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
