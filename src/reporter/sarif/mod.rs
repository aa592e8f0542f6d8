//! The report as SARIF 2.1.0.

mod log;
mod parts;
mod result;
mod rules;

pub use log::write;
