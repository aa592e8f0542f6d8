//! A ticking task that belongs at init but is started in the handler, so every invocation adds one
//! more. Frozen intervals also fire all missed ticks at once when the environment thaws.
//!
//! Truth:
//! * pending at the response: one ticking task more each time, cold `1`, warm `2`
//! * waits on: an interval of 100 ms (its inner `Sleep` is the same timer, not a second one)
//! * growth: grows by one with every invocation
//! * ends: never

use std::time::Duration;

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::Value;

#[tokio::main]
async fn main() -> Result<(), Error> {
    console_subscriber::init();
    run(service_fn(handler)).await
}

async fn handler(event: LambdaEvent<Value>) -> Result<Value, Error> {
    tokio::spawn(heartbeat());
    Ok(event.payload)
}

async fn heartbeat() {
    let mut interval = tokio::time::interval(Duration::from_millis(100));
    loop {
        interval.tick().await;
    }
}
