//! The report as JSON.

mod document;

pub use document::{write, write_diff, write_document};
