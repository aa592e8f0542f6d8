//! A task that nothing can ever wake: the future dropped its last waker, as after a hand-written
//! `poll` that returns `Pending` and forgets to register. It holds its memory until the process
//! ends, and unlike other pending tasks it is provably beyond hope.
//!
//! Truth:
//! * pending at the response: one task more each time, cold `1`, warm `2`
//! * state: stuck (idle, polled once, no waker was ever cloned)
//! * growth: grows by one with every invocation
//! * ends: never

use std::future::pending;

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::Value;

#[tokio::main]
async fn main() -> Result<(), Error> {
    console_subscriber::init();
    run(service_fn(handler)).await
}

async fn handler(event: LambdaEvent<Value>) -> Result<Value, Error> {
    tokio::spawn(pending::<()>());
    Ok(event.payload)
}
