//! A streamed response: the handler returns at once, and a task of its own sends the body. That task
//! is no leftover, because the response is not over before the body is; what it starts on the side
//! is one.
//!
//! Truth:
//! * pending at the response, which is the end of the body: one task, cold `1`, warm `1`
//! * not pending: the task that sends the body; it has ended
//! * waits on: a timer of 300 ms
//! * growth: none, each invocation starts a new task and the old one has ended by then
//! * ends: about 300 ms after the response

use std::time::Duration;

use lambda_runtime::{
    Error, LambdaEvent, run, service_fn,
    streaming::{Body, Response, Sender, channel},
};
use serde_json::Value;
use tokio::time::sleep;

#[tokio::main]
async fn main() -> Result<(), Error> {
    console_subscriber::init();
    run(service_fn(handler)).await
}

async fn handler(_event: LambdaEvent<Value>) -> Result<Response<Body>, Error> {
    let (sender, body) = channel();
    tokio::spawn(send_body(sender));
    Ok(Response::from(body))
}

async fn send_body(mut sender: Sender) -> Result<(), Error> {
    for chunk in ["one\n", "two\n", "three\n"] {
        sleep(Duration::from_millis(20)).await;
        sender.send_data(chunk.into()).await?;
    }
    tokio::spawn(count_download());
    Ok(())
}

async fn count_download() {
    sleep(Duration::from_millis(300)).await;
}
