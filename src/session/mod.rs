//! A live run: the one place where everything that happens comes together.

mod driver;
mod start;

mod environment;
mod failure;
mod feed_link;
mod journal;
mod plan;
mod recorder;

pub(crate) use driver::run;
pub(crate) use plan::Plan;
pub(crate) use recorder::Recorder;
