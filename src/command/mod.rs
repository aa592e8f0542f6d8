//! The commands: each reads as a story of a few calls.

mod dispatch;

mod completions;
mod diff;
mod explain;
mod guard;
mod init;
mod merge;
mod replay;
mod run;

mod baseline;
mod messages;
mod observed;
mod output;
mod read_report;
mod settings;

pub(crate) use dispatch::dispatch;
