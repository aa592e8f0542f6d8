//! The report as Markdown, and the comparison of two reports.

mod budget;
pub mod diff;
mod escape;
mod finding;
mod page;
mod verification;

pub use page::write;
