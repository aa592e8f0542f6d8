//! The other way to hold a finished parent's span open: a child that carries it on with
//! `in_current_span()`, as everybody does who wants the log lines of the child to show where it came
//! from. Here both are plain tasks, so only their polls and wakers tell them apart, and those do so
//! up to the child's first poll: that counts as one of the parent's, and the feed shows the time of
//! the last one only. So the handler does not respond before the child has started.
//!
//! Truth:
//! * pending at the response: only the child task, cold `1`, warm `1`
//! * not pending: the parent task, which the handler has awaited
//! * waits on: a timer of 300 ms
//! * growth: none, each invocation starts a new one and the old one has ended by then
//! * ends: about 300 ms after the response, and only then does the span of the parent close

use std::time::Duration;

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::Value;
use tokio::sync::oneshot::{self, Sender};
use tracing::Instrument;

#[tokio::main]
async fn main() -> Result<(), Error> {
    console_subscriber::init();
    run(service_fn(handler)).await
}

async fn handler(event: LambdaEvent<Value>) -> Result<Value, Error> {
    let (started, child) = oneshot::channel();
    tokio::spawn(parent(started)).await?;
    child.await?;
    tokio::time::sleep(Duration::from_millis(5)).await;
    Ok(event.payload)
}

async fn parent(started: Sender<()>) {
    tokio::time::sleep(Duration::from_millis(5)).await;
    tokio::spawn(child(started).in_current_span());
}

async fn child(started: Sender<()>) {
    // Nobody waits for it any more when the invocation was given up.
    let _ = started.send(());
    tokio::time::sleep(Duration::from_millis(300)).await;
}
