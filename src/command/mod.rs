//! The commands: each reads as a story of a few calls.

mod dispatch;

mod completions;
mod replay;
mod run;

mod complaint;
mod events;
mod interrupt;
mod output;
mod resolve;

pub(crate) use dispatch::dispatch;
