//! The items that exist in the handler, as the agent has reported them, and how a feed shows them.

pub(super) mod console_rows;
pub(super) mod item;
pub(super) mod origin;
pub(super) mod record;
pub(super) mod tie;
pub(super) mod updates;
pub(super) mod whole;
