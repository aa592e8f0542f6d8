//! Recordings: the observations of a run, kept in a file and read again.

pub mod reader;
pub mod writer;

mod console;
mod convert;
mod moment;
mod run;
mod scan;
mod twins;

mod old;

mod frame_error;
mod plain;
#[rustfmt::skip]
#[allow(missing_docs, unreachable_pub, clippy::all, reason = "generated")]
mod generated;

#[cfg(test)]
mod arbitrary;
#[cfg(test)]
mod arbitrary_feed;
#[cfg(test)]
mod arbitrary_values;
