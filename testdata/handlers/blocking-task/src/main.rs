//! Blocking work on tokio's thread pool that nobody waits for. The thread is frozen in the middle of
//! it, and it cannot be cancelled: a clean exit of the runtime has to wait until it is done.
//!
//! Truth:
//! * pending at the response: one blocking task, cold `1`, warm `1`
//! * growth: none, each invocation starts a new one and the old one has ended by then
//! * ends: about 400 ms after the response

use std::{thread, time::Duration};

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::Value;

#[tokio::main]
async fn main() -> Result<(), Error> {
    console_subscriber::init();
    run(service_fn(handler)).await
}

async fn handler(event: LambdaEvent<Value>) -> Result<Value, Error> {
    tokio::task::spawn_blocking(|| thread::sleep(Duration::from_millis(400)));
    Ok(event.payload)
}
