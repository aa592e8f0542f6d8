//! What several test files need.

#![allow(dead_code, unreachable_pub, reason = "each test file uses a part of it")]
#![allow(clippy::unwrap_used, reason = "a test may fail")]

pub mod cgroup;
pub mod feed;
pub mod handlers;
pub mod loopcheck;
pub mod node;
pub mod node_runs;
pub mod node_runtime;
pub mod runs;
pub mod servers;
pub mod steps;
pub mod team;
pub mod trials;
pub mod truth;
pub mod verification;
