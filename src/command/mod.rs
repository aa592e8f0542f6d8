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
mod complaint;
mod events;
mod interrupt;
mod many;
mod one;
mod output;
mod prove;
mod ran;
mod read_report;
mod request;
mod resolve;
mod select;
mod settings;
mod template;

pub(crate) use dispatch::dispatch;
