//! Text that every format shares: foreign text made harmless, numbers and words, and a page layout.

pub(crate) mod layout;
mod numbers;
mod sanitize;
mod words;

pub use numbers::{count, duration, from_completion, from_response};
pub use sanitize::{clip, is_unprintable, sanitize};
pub use words::{created, growth, handle, kind, mode, outcome, state, warmth};
