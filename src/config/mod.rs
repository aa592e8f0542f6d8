//! loopcheck.toml: what a team expects, and the handlers of a repository. Text in, settings or
//! every error at once out; whoever calls reads the file.

mod expect;
mod handler;
mod initial;
mod keys;
mod limits;
mod names;
mod options;
mod parse;
mod reader;
mod rules;
mod settings;
mod source;
mod syntax;
mod words;

#[cfg(test)]
mod tests;

pub use initial::initial;
pub use limits::{LONGEST_TIMEOUT, MOST_INVOCATIONS, Unfit, duration, timeout};
pub use parse::parse;
pub use settings::{Config, Event, HandlerTable, RunOptions};
