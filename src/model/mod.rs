//! The state of a run: plain data, no judgement.

pub mod time;

pub mod lifetime;
pub mod location;
mod source_path;

pub mod facts;
pub mod id;
pub mod problem;
pub mod task;

pub mod resource;

pub mod socket;

pub mod enforced;
pub mod invocation;
pub mod peer;
pub mod run;
pub mod together;

pub mod diagnostic;

pub mod store;
