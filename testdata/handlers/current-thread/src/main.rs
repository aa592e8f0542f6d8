//! The exception to "a spawned task is frozen": on a current-thread runtime a task that computes and
//! never waits keeps `lambda_runtime` from asking for the next event, so it completes before the
//! freeze. The caller already has the answer, but the time is billed.
//!
//! Truth:
//! * pending at the response: one busy task, cold `1`, warm `1`
//! * growth: none, each invocation starts a new task and the old one has ended by then
//! * ends: about 300 ms after the response and before `/next`, so it is late but safe

use std::time::{Duration, Instant};

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    console_subscriber::init();
    run(service_fn(handler)).await
}

async fn handler(event: LambdaEvent<Value>) -> Result<Value, Error> {
    tokio::spawn(compute());
    Ok(event.payload)
}

async fn compute() {
    // Lets the response go out first.
    tokio::task::yield_now().await;

    let start = Instant::now();
    while start.elapsed() < Duration::from_millis(300) {
        std::hint::spin_loop();
    }
}
