//! What is known of a run: plain data, no judgement.

pub mod time;

pub mod lifetime;
pub mod location;

pub mod id;
pub mod task;

pub mod resource;

pub mod socket;

pub mod invocation;
pub mod run;

pub mod gap;

pub mod store;
