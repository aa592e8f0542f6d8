//! The loopcheck.toml that `loopcheck init` writes.

/// A configuration in which everything is explained and nothing is set.
pub fn initial() -> &'static str {
    include_str!("initial.toml")
}
