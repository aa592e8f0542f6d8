//! A handler for Lambda Managed Instances: `run_concurrent` has as many loops as
//! `AWS_LAMBDA_MAX_CONCURRENCY` says, and is as sequential as `run` without it. Each invocation
//! leaves the same as in `finite-task`.
//!
//! With `MEET=N` an invocation that is not alone waits for N of them in all: so N are answered
//! together, or never.
//!
//! Truth:
//! * pending at the response: one task, cold `1`, warm `1`
//! * waits on: a timer of 300 ms
//! * growth: none, each invocation starts a new task and the old one has ended by then
//! * ends: about 300 ms after the response
//! * under `run-on`: several invocations at the same time

use std::env;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use lambda_runtime::{Error, LambdaEvent, run_concurrent, service_fn};
use serde_json::Value;
use tokio::sync::watch;

static STARTED: AtomicUsize = AtomicUsize::new(0);

#[tokio::main]
async fn main() -> Result<(), Error> {
    console_subscriber::init();
    let (arrived, _) = watch::channel(0);
    run_concurrent(service_fn(move |event| handler(event, arrived.clone()))).await
}

async fn handler(event: LambdaEvent<Value>, arrived: watch::Sender<usize>) -> Result<Value, Error> {
    // The first two come one after the other.
    if STARTED.fetch_add(1, Ordering::SeqCst) >= 2 {
        let all: usize = env::var("MEET").map_or(Ok(0), |value| value.parse())?;
        arrived.send_modify(|count| *count += 1);
        arrived.subscribe().wait_for(|count| *count >= all).await?;
    }
    tokio::spawn(write_audit_record());
    Ok(event.payload)
}

async fn write_audit_record() {
    tokio::time::sleep(Duration::from_millis(300)).await;
}
