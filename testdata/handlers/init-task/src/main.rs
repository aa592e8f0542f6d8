//! A background task that is started once, at init, and has a name: the usual way to flush metrics.
//! It is pending at each response and wanted there, so it is what an expectation is written for.
//!
//! Truth:
//! * pending at the response: one task called `metrics-flush`, cold `1`, warm `1`
//! * created: at init, before the first event
//! * waits on: an interval of 10 s
//! * growth: constant, it is the same task
//! * ends: never
//!
//! `tokio::task::Builder` exists only with `--cfg tokio_unstable`, so this sample does not compile
//! without it.

use std::time::Duration;

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::Value;

#[tokio::main]
async fn main() -> Result<(), Error> {
    console_subscriber::init();
    tokio::task::Builder::new().name("metrics-flush").spawn(flush_metrics())?;
    run(service_fn(handler)).await
}

async fn handler(event: LambdaEvent<Value>) -> Result<Value, Error> {
    Ok(event.payload)
}

async fn flush_metrics() {
    let mut interval = tokio::time::interval(Duration::from_secs(10));
    loop {
        interval.tick().await;
    }
}
