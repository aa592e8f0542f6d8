//! The command line: options as they are typed, with their help. The commands decide what they
//! mean.

mod top;

mod compare;
mod judge;
mod run;
mod setup;

mod format;
mod values;

pub use compare::{DiffArgs, DiffFormat, MergeArgs};
pub use format::FormatArg;
pub use judge::{Format, GateArgs, OutputArgs, ReplayArgs};
pub use run::{RunArgs, SelectArgs};
pub use setup::{ExplainArgs, InitArgs};
pub use top::{Cli, Command};
