//! A plain thread, which no runtime knows of: the console feed does not show it, and neither does
//! anything that asks tokio. It is frozen wherever it stands, perhaps with a lock in its hands.
//!
//! Each invocation also awaits a short blocking task, whose thread tokio keeps for a while: that
//! one is tokio's, and no finding.
//!
//! Truth:
//! * pending at the response: one thread more each time, cold `1`, warm `2`
//! * growth: grows by one with every invocation
//! * ends: after 30 s, long after the watch

use std::thread;
use std::time::Duration;

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::Value;

#[tokio::main]
async fn main() -> Result<(), Error> {
    console_subscriber::init();
    run(service_fn(handler)).await
}

async fn handler(event: LambdaEvent<Value>) -> Result<Value, Error> {
    tokio::task::spawn_blocking(|| ()).await?;
    thread::Builder::new()
        .name("uploader".into())
        .spawn(|| thread::sleep(Duration::from_secs(30)))?;
    Ok(event.payload)
}
