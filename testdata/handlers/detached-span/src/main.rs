//! A task that has finished, but whose span stays open because it started blocking work of its own:
//! the console feed then goes on showing the parent as if it were alive. Blame the child, not the
//! parent.
//!
//! Truth:
//! * pending at the response: only the blocking task, cold `1`, warm `1`
//! * not pending: the parent task, which the handler has awaited
//! * growth: none, each invocation starts a new one and the old one has ended by then
//! * ends: about 400 ms after the response, and only then does the span of the parent close

use std::{thread, time::Duration};

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::Value;

#[tokio::main]
async fn main() -> Result<(), Error> {
    console_subscriber::init();
    run(service_fn(handler)).await
}

async fn handler(event: LambdaEvent<Value>) -> Result<Value, Error> {
    tokio::spawn(async {
        tokio::time::sleep(Duration::from_millis(5)).await;
        tokio::task::spawn_blocking(|| thread::sleep(Duration::from_millis(400)));
    })
    .await?;
    Ok(event.payload)
}
