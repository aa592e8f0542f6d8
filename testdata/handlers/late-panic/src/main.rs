//! A handler whose first invocation leaves a task behind that panics after 300 ms.
//!
//! Truth:
//! * pending at the response: that task, cold `1`, warm `0`
//! * left to itself, it panics before the second event; frozen, it panics in the time of the second
//!   invocation, which has nothing to do with it and succeeds

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::Value;

static WARM: AtomicBool = AtomicBool::new(false);

#[tokio::main]
async fn main() -> Result<(), Error> {
    console_subscriber::init();
    run(service_fn(handler)).await
}

async fn handler(event: LambdaEvent<Value>) -> Result<Value, Error> {
    if !WARM.swap(true, Ordering::Relaxed) {
        tokio::spawn(async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            panic!("what was left has failed");
        });
    } else {
        // Long enough for what is overdue to be over by the response.
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(event.payload)
}
