//! A timer that is made in the handler and moved into a task, as in `tokio::spawn(sleep(..))`. The
//! timer is older than the task, so it was not created in any poll of it, and the feed does not tie
//! timers to tasks: one pending item is easily reported as two.
//!
//! Truth:
//! * pending at the response: one task, cold `1`, warm `1`
//! * waits on: a timer of 300 ms, of the same line as the task; not a second item
//! * growth: none, each invocation starts a new task and the old one has ended by then
//! * ends: about 300 ms after the response

use std::time::Duration;

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::Value;
use tokio::time::sleep;

#[tokio::main]
async fn main() -> Result<(), Error> {
    console_subscriber::init();
    run(service_fn(handler)).await
}

async fn handler(event: LambdaEvent<Value>) -> Result<Value, Error> {
    tokio::spawn(sleep(Duration::from_millis(300)));
    Ok(event.payload)
}
