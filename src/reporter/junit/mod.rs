//! The report as JUnit's XML.

mod cases;
mod document;
mod listing;

pub use document::write;
