//! A clean handler without `console-subscriber`: it has no console feed. Nothing is pending, but
//! nothing shows that either, so "no task seen" must not become "no task pending".
//!
//! Truth:
//! * pending at the response: nothing, cold `0`, warm `0`
//! * provable: no, nobody serves the console

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::Value;

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(handler)).await
}

async fn handler(event: LambdaEvent<Value>) -> Result<Value, Error> {
    Ok(event.payload)
}
