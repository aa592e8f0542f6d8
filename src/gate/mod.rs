//! The gate: levels, expectations and the baseline are applied to a report, which then states the
//! remaining findings. Pure: no I/O, no clock.

mod alike;
mod apply;
mod baseline;
mod compare;
mod consistent;
mod evidence;
mod expectation;
mod merge;
mod pattern;
mod settings;
mod suite;

pub use apply::{apply, conclude};
pub use baseline::{BASELINE_SCHEMA, Baseline, KnownFinding};
pub use compare::compare;
pub use consistent::contradiction;
pub use expectation::Expected;
pub use merge::{MergeError, merge};
pub use pattern::Pattern;
pub use settings::Gate;
pub use suite::suite;
