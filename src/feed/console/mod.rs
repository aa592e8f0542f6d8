//! tokio-console's feed, as console-subscriber serves it.

mod message;
mod read;

pub use message::{
    AsyncOpRow, AsyncOpStats, Message, ResourceRow, ResourceStats, TaskRow, TaskStatsRow,
};
pub use read::MessageReader;
pub(crate) use read::{Fields, location};
