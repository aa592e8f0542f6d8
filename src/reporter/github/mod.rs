//! The report as workflow commands of GitHub Actions.

mod annotations;

pub use annotations::write;
