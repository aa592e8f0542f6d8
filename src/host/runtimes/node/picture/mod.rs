//! What exists in the handler, as the agent has told it, in rows of a console feed.

pub(super) mod item;
pub(super) mod origin;
pub(super) mod record;
pub(super) mod rows;
pub(super) mod tie;
pub(super) mod whole;
