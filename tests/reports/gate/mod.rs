//! Levels, expectations, baselines, merges and comparisons.

mod apply;
mod baseline;
mod compare;
mod consistent;
mod suite;
