//! The feed of tokio's console into the store.

mod cross_check;
mod drains;
mod message;
mod timer_owner;

pub use cross_check::compare_with_main;
pub use drains::Drains;
pub use message::{EventCount, apply};
