//! A clean handler that wants to be told before the environment goes away. For that `lambda_runtime`
//! registers an internal extension and waits for signals, which puts a task, a connection and an
//! unnamed socket pair into the process that are not the handler's.
//!
//! Truth:
//! * pending at the response: nothing of the handler, cold `0`, warm `0`
//! * of the runtime: the task that waits for SIGTERM and for extension events (spawned in
//!   `lambda_runtime`), more connections to the Runtime API, and tokio's signal socket pair
//! * on SIGTERM: prints `goodbye` to standard error and exits with 0

use lambda_runtime::{Error, LambdaEvent, run, service_fn, spawn_graceful_shutdown_handler};
use serde_json::Value;

#[tokio::main]
async fn main() -> Result<(), Error> {
    console_subscriber::init();
    spawn_graceful_shutdown_handler(async || eprintln!("goodbye")).await;
    run(service_fn(handler)).await
}

async fn handler(event: LambdaEvent<Value>) -> Result<Value, Error> {
    Ok(event.payload)
}
