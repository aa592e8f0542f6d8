//! `loopcheck run`: one handler, or those of a configuration.

mod story;

mod many;
mod outcome;
mod select;

mod baseline;
mod events;
mod interrupt;
mod judged;
mod observe;
mod plan;
mod request;
mod resolve;
mod template;
mod verify;

#[cfg(test)]
pub(crate) use outcome::failed;
pub(crate) use story::run;
