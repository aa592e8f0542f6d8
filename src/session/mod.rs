//! A live run: the one place where everything that happens comes together.

mod deliver;
mod driver;
mod enforce;
mod peer;
mod start;
mod state;
mod together;
mod watch;

mod concurrency;
mod environment;
mod failure;
mod feed_link;
mod journal;
mod panic;
mod plan;
mod process;
mod recorder;

pub(crate) use driver::run;
pub(crate) use environment::region;
pub(crate) use plan::Plan;
pub(crate) use recorder::Recorder;
