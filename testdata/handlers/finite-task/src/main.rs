//! Work that is started, not awaited, and would end soon: the audit record that is written "in the
//! background". On Lambda the environment is frozen before it ends, so the record is written during
//! the next invocation, or never.
//!
//! Truth:
//! * pending at the response: one task, cold `1`, warm `1`
//! * waits on: a timer of 300 ms, which the task makes when it is first polled: often a moment after
//!   the response
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

async fn handler(event: LambdaEvent<Value>) -> Result<Value, Error> {
    tokio::spawn(write_audit_record());
    Ok(event.payload)
}

async fn write_audit_record() {
    tokio::time::sleep(Duration::from_millis(300)).await;
}
