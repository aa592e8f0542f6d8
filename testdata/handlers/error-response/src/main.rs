//! A handler that fails after it has started something. `/error` is a response too: what was started
//! goes on, into an invocation that knows nothing of the failed one.
//!
//! Truth:
//! * outcome: error, every time
//! * pending at the response: one task, cold `1`, warm `1`
//! * waits on: a timer of 300 ms
//! * growth: none, each invocation starts a new task and the old one has ended by then
//! * ends: about 300 ms after the response

use std::time::Duration;

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::Value;

#[tokio::main]
async fn main() -> Result<(), Error> {
    console_subscriber::init();
    run(service_fn(handler)).await
}

async fn handler(_event: LambdaEvent<Value>) -> Result<Value, Error> {
    tokio::spawn(release_order());
    Err("the order has no items".into())
}

async fn release_order() {
    tokio::time::sleep(Duration::from_millis(300)).await;
}
